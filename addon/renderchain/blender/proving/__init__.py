"""Proving a package: what its frames are made of, and their pictures, against the artist's own Blender."""
