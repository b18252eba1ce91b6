"""Packing a scene: what it refers to, how that becomes a package, and a clean Blender that writes it."""
