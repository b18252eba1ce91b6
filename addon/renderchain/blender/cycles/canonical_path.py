"""The one path to a frame's pixels, the same for worker, verifier and the artist's check.

A frame's pixels may depend on the package and the frame's number, and on nothing else. Blender carries
state from frame to frame, in caches, in its dependency graph and in what Cycles keeps, and some of it
changes pixels: lights that ``hide_render`` switches, image sequences without auto refresh, simulations,
drivers that read themselves. So the file is opened afresh for each rendering, nothing is kept, and the
frame is set once.
"""

from __future__ import annotations

from collections.abc import Callable

import bpy

from ...core.errors import RenderFailed
from .playback import play


class CanonicalPath:
    """Of one file; ``prepare`` sets up its scene each time that it is opened.

    ``check`` looks at it each time that a frame is set, and raises where it must not be rendered.
    """

    def __init__(
        self,
        blend: str,
        scene: str,
        prepare: Callable[[bpy.types.Scene], None],
        check: Callable[[bpy.types.Scene], None] = lambda _: None,
    ) -> None:
        self._blend = blend
        self._name = scene
        self._prepare = prepare
        self._check = check
        self._is_fresh = False

    def open(self) -> bpy.types.Scene:
        """Open the file with scripts off, and look around in it; raises RenderFailed without the scene."""
        bpy.ops.wm.open_mainfile(filepath=self._blend, load_ui=False, use_scripts=False)
        if self._name not in bpy.data.scenes:
            raise RenderFailed(f"The file has no scene {self._name!r}.")
        scene = bpy.data.scenes[self._name]
        self._prepare(scene)
        self._is_fresh = True
        return scene

    def close(self) -> None:
        """Another file is opened in its place: the next rendering opens this one again."""
        self._is_fresh = False

    def at(self, frame: int) -> bpy.types.Scene:
        """The scene at a frame, for one rendering; what was rendered before left nothing in it."""
        if not self._is_fresh:
            self.open()
        self._is_fresh = False
        scene = bpy.data.scenes[self._name]
        scene.frame_set(frame)
        self._check(scene)
        return scene

    def played(self, start: int, frame: int, may_go_on: Callable[[], bool]) -> tuple[bpy.types.Scene, int]:
        """The scene at a frame as playback from ``start`` makes it, for one rendering by the probe.

        Also the frame that was reached: an earlier one where ``may_go_on`` said no before it.
        """
        scene = self.open()
        self._is_fresh = False
        reached = play(scene, start, frame, may_go_on)
        self._check(scene)
        return scene, reached
