"""Every data-block that can have a part in a scene's frames, by Blender's own links between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import bpy


class Reach:
    """What a scene uses, however far away: objects that only a node, a driver or an instance names, sets in
    the background, scenes of compositor and strips, cameras of markers, what libraries link.

    What nothing uses is left out: a forgotten object in no scene changes no pixel.
    """

    def __init__(self, scene: bpy.types.Scene) -> None:
        uses: dict[Any, list[Any]] = defaultdict(list)
        for used, users in bpy.data.user_map().items():
            for user in users:
                uses[user].append(used)
        found: dict[Any, None] = {scene: None}
        waiting: list[Any] = [scene]
        while waiting:
            for used in uses.get(waiting.pop(), ()):
                if used not in found:
                    found[used] = None
                    waiting.append(used)
        self.blocks = sorted(found, key=lambda one: (one.id_type, one.name_full))

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
