"""Every data-block that can have a part in a scene's frames, by Blender's own links between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import bpy

from ...steps import Steps
from .curves import animated_by

# By these an object acts on others without being named by them.
_ACTS = frozenset({"COLLISION", "DYNAMIC_PAINT", "FLUID"})
_STAGES = frozenset({"SCENE", "COLLECTION"})


class Reach:
    """What a scene uses, however far away: objects that only a node, a driver or an instance names, sets in
    the background, scenes of compositor and strips, cameras of markers, what libraries link.

    What nothing uses is left out: a forgotten object in no scene changes no pixel. What is shown lacks what
    only objects use that are hidden from renderings at every frame, and pictures that are there to work by.
    """

    def __init__(self, names: Sequence[tuple[str, str, Any]]) -> None:
        """Of data-blocks with their kinds and names; ``of_scene`` finds them."""
        self.blocks = [block for _, _, block in sorted(names, key=_kind_and_name)]
        self._found = frozenset(self.blocks)

    @classmethod
    def of_scene(cls, scene: bpy.types.Scene) -> Steps[tuple[Reach, Reach]]:
        """What a scene uses, and of that what is shown."""
        users_of = bpy.data.user_map()
        yield
        uses: dict[Any, list[Any]] = defaultdict(list)
        for used, users in users_of.items():
            for user in users:
                uses[user].append(used)
            yield
        found = yield from _reached(scene, uses, lambda _, __: False)
        staged = {one for stage in bpy.data.scenes for layer in stage.view_layers for one in staged_in(layer)}
        yield
        shown = yield from _reached(
            scene,
            uses,
            lambda user, one: _is_to_work_by(user, one) or _is_out_of_sight(one, users_of, staged),
        )
        reach = cls(found)
        yield
        return reach, cls(shown)

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


def staged_in(layer: bpy.types.ViewLayer) -> Iterator[Any]:
    """The objects of a view layer, but for those of collections that are left out of it or of renderings."""
    return _staged(layer.layer_collection)


def _staged(part: bpy.types.LayerCollection) -> Iterator[Any]:
    if part.collection.hide_render:
        return
    if not part.exclude:
        yield from part.collection.objects
    for child in part.children:
        yield from _staged(child)


def _reached(
    scene: bpy.types.Scene, uses: dict[Any, list[Any]], is_left_out: Callable[[Any, Any], bool]
) -> Steps[list[tuple[str, str, Any]]]:
    """Kind, name and data-block of all that is used, but for what a user is left without, and what only that
    uses.
    """
    names, seen, waiting = list[tuple[str, str, Any]](), {scene}, [scene]
    while waiting:
        block = waiting.pop()
        names.append((block.id_type, block.name_full, block))
        for used in uses.get(block, ()):
            if used not in seen and not is_left_out(block, used):
                seen.add(used)
                waiting.append(used)
        yield
    return names


def _kind_and_name(one: tuple[str, str, Any]) -> tuple[str, str]:
    return one[:2]


def _is_to_work_by(user: Any, used: Any) -> bool:
    """Whether it is the picture of an empty or behind a camera, which only windows show."""
    if used.id_type not in ("IMAGE", "MOVIECLIP"):
        return False
    is_empty = user.id_type == "OBJECT" and user.type == "EMPTY" and user.data == used
    return bool(is_empty or user.id_type == "CAMERA")


def _is_out_of_sight(owner: Any, users_of: dict[Any, set[Any]], staged: set[Any]) -> bool:
    """Whether an object or all its collections are hidden at every frame, and nothing but scenes and their
    collections knows of it.
    """
    if owner.id_type != "OBJECT" or owner.type == "CAMERA":
        return False
    if owner.rigid_body or owner.rigid_body_constraint or (owner.field and owner.field.type != "NONE"):
        return False
    if any(modifier.type in _ACTS and not _is_domain(modifier) for modifier in owner.modifiers):
        return False
    if owner in staged and not is_hidden(owner):
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


def is_hidden(owner: Any) -> bool:
    """Whether an object itself is left out of renderings, at every frame."""
    return owner.hide_render and not any(one.path == "hide_render" for one in animated_by(owner))


def _is_domain(modifier: Any) -> bool:
    return bool(modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN")
