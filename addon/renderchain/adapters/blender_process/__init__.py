"""The renderer port: a child Blender in a sandbox."""
