"""Scenes and measurements of what keeps tiles exact; all but ``report`` runs in Blender."""
