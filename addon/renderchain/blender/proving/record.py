"""The record of a frame: what a rendering of it would be made of, by the graph that Cycles gets."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import bpy

from ...core.proof import Value
from ..cycles.reading.reach import Reach
from ..cycles.tile_render import changed
from ..steps import all_at_once
from .reads import Reads
from .shapes import instances_of
from .values import settings_of, undefined_nodes

Record = dict[str, dict[str, Value]]
SIDE = 64  # pixels of a rendering in which nothing is rendered


class Looker(bpy.types.RenderEngine):
    """Renders nothing, but sees what a render engine is given."""

    bl_idname = "RENDERCHAIN_LOOKER"
    bl_label = "RenderChain Looker"
    look: Callable[[Any], None] = staticmethod(lambda _: None)
    error: Exception | None = None

    def render(self, depsgraph: Any) -> None:  # type: ignore[override]
        """Look at a view layer; Blender would print what is raised here and go on."""
        try:
            Looker.look(depsgraph)
        except Exception as error:  # noqa: BLE001 - it is raised again behind the rendering
            Looker.error = error


def record_of(scene: bpy.types.Scene, reads: Reads, may_go_on: Callable[[], bool]) -> tuple[Record, bool]:
    """The record of the scene's current frame, and whether it is whole: not where ``may_go_on`` says no.

    Raises RuntimeError.
    """
    found: Record = {}
    reach, _ = all_at_once(Reach.of_scene(scene))

    def look(graph: Any) -> None:
        # What is evaluated is there only as long as the graph is.
        layer = f":{graph.view_layer.name}" if len(scene.view_layers) > 1 else ""
        for thing, aspects in instances_of(graph, may_go_on):
            found.setdefault(_name(thing), {}).update((f"{kind}{layer}", value) for kind, value in aspects)
        for block in reach.blocks:
            if not may_go_on():
                return
            if settings := dict(settings_of(block, graph)):
                found.setdefault(_name(block), {}).update(settings)

    with _looking(scene, look):
        bpy.ops.render.render(animation=False, write_still=False, scene=scene.name)
    for block, aspect, value in reads.of(scene, reach):
        if not may_go_on():
            return found, False
        found.setdefault(_name(block), {})[aspect] = value
    for block, node in undefined_nodes(reach):
        found.setdefault(_name(block), {})[f"node:{node}"] = "undefined"
    return found, may_go_on()


@contextlib.contextmanager
def _looking(scene: Any, look: Callable[[Any], None]) -> Iterator[None]:
    render = scene.render
    sides = (render.resolution_x, render.resolution_y)
    percentage = max(1, 100 * SIDE // max(sides), -(-100 // min(sides)))
    bpy.utils.register_class(Looker)
    Looker.look, Looker.error = staticmethod(look), None
    try:
        with changed(
            render,
            engine=Looker.bl_idname,
            use_compositing=False,
            use_sequencer=False,
            resolution_percentage=min(100, percentage),
        ):
            yield
        if Looker.error:
            raise RuntimeError(f"{type(Looker.error).__name__}: {Looker.error}") from Looker.error
    finally:
        bpy.utils.unregister_class(Looker)


def _name(block: Any) -> str:
    return f"{block.bl_rna.name} {block.name_full!r}"
