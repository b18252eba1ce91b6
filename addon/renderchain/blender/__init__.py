"""All code that needs bpy, but for the interface."""
