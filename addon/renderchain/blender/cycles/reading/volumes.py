"""Whether light may scatter in a volume at any frame."""

from __future__ import annotations

from typing import Any

from ...steps import Steps
from .reach import Reach

SHADERS = "ShaderNodeVolume"
# Only these make volumes out of something else; what nobody made, no frame's evaluated geometry has.
MAKERS = {
    "GeometryNodeMeshToVolume",
    "GeometryNodePointsToVolume",
    "GeometryNodeVolumeCube",
    "GeometryNodeStoreNamedGrid",
    "GeometryNodeImportVDB",
}


def has_volume(reach: Reach) -> Steps[bool]:
    """Whether anything in reach is a volume, makes one, or is shaded as one.

    That holds for all frames and whatever is hidden; evaluated geometry would tell of one frame.
    """
    if any(True for _ in reach.of("VOLUME")):
        return True
    for owner in reach.of("OBJECT"):
        if any(modifier.type == "MESH_TO_VOLUME" for modifier in owner.modifiers):
            return True
        yield
    for tree in reach.trees():
        if any(_is_volume(node) for node in tree.nodes):
            return True
        yield
    return False


def _is_volume(node: Any) -> bool:
    if node.bl_idname in MAKERS or node.bl_idname.startswith(SHADERS):
        return any(socket.is_linked for socket in node.outputs)
    return any(socket.name == "Volume" and socket.is_linked for socket in node.inputs)
