"""Code that a scene may bring along and that Blender runs although scripts are off."""

from __future__ import annotations

FREESTYLE, OSL = "freestyle scripts", "osl"
KINDS = (FREESTYLE, OSL)
