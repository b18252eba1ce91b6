"""Every data-block that can have a part in a scene's frames, by Blender's own links between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import bpy

from .curves import animated_by

# By these an object acts on others without being named by them.
_ACTS = frozenset({"COLLISION", "DYNAMIC_PAINT", "FLUID"})
_STAGES = frozenset({"SCENE", "COLLECTION"})


class Reach:
    """What a scene uses, however far away: objects that only a node, a driver or an instance names, sets in
    the background, scenes of compositor and strips, cameras of markers, what libraries link.

    What nothing uses is left out: a forgotten object in no scene changes no pixel. So is, with
    ``only_shown``, what only objects use that are hidden from renderings at every frame.
    """

    def __init__(self, scene: bpy.types.Scene, *, only_shown: bool = False) -> None:
        users_of = bpy.data.user_map()
        uses: dict[Any, list[Any]] = defaultdict(list)
        for used, users in users_of.items():
            for user in users:
                uses[user].append(used)
        found: dict[Any, None] = {scene: None}
        waiting: list[Any] = [scene]
        while waiting:
            for used in uses.get(waiting.pop(), ()):
                if used not in found and not (only_shown and _is_out_of_sight(used, users_of)):
                    found[used] = None
                    waiting.append(used)
        self._found = found.keys()
        self.blocks = sorted(found, key=lambda one: (one.id_type, one.name_full))

    def __contains__(self, block: Any) -> bool:
        """Whether the scene uses a data-block."""
        return block in self._found

    def of(self, *kinds: str) -> Iterator[Any]:
        """The data-blocks of these kinds, as ``ID.id_type`` names them, in a stable order."""
        return (one for one in self.blocks if one.id_type in kinds)

    def trees(self) -> Iterator[Any]:
        """All node trees, those inside materials, worlds, lights and scenes too."""
        for block in self.blocks:
            if block.id_type == "NODETREE":
                yield block
            elif getattr(block, "node_tree", None):
                yield block.node_tree

    def animated(self) -> Iterator[tuple[Any, str]]:
        """All that may have keys and drivers, node trees inside data-blocks too, and whose it is by name."""
        for block in self.blocks:
            yield block, block.name
            tree = getattr(block, "node_tree", None)
            if tree and tree.is_embedded_data:
                yield tree, block.name


def _is_out_of_sight(owner: Any, users_of: dict[Any, set[Any]]) -> bool:
    """Whether an object is hidden at every frame and nothing but scenes and their collections knows of it."""
    if owner.id_type != "OBJECT" or not owner.hide_render or owner.type == "CAMERA":
        return False
    if owner.rigid_body or owner.rigid_body_constraint or (owner.field and owner.field.type != "NONE"):
        return False
    if any(modifier.type in _ACTS and not _is_domain(modifier) for modifier in owner.modifiers):
        return False
    if any(one.path == "hide_render" for one in animated_by(owner)):
        return False
    seen, waiting = {owner}, [owner]
    while waiting:
        for user in users_of.get(waiting.pop(), ()):
            if user.id_type not in _STAGES:
                return False
            if user.id_type == "COLLECTION" and user not in seen:
                seen.add(user)
                waiting.append(user)
    return True


def _is_domain(modifier: Any) -> bool:
    return bool(modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN")
