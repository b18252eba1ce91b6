"""What is known to be wrong with the open scenes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import bpy

from ..core.scene_finding import SceneFinding, Severity, errors_in, overridden
from .wish import allowed_of, no_output, unsaved_changes


@dataclass
class Rows:
    """By scenes' names; ``checked`` is what another Blender found, ``is_old`` if the scene changed since.
    ``is_changed`` if it changed while nobody saw the panel drawn.
    """

    at_a_glance: dict[str, tuple[SceneFinding, ...]] = field(default_factory=dict)
    checked: dict[str, tuple[SceneFinding, ...]] = field(default_factory=dict)
    is_old: bool = False
    is_changed: bool = False
    folders: dict[Path, str] = field(default_factory=dict)
    folders_s: float = 0.0
    seen_s: float = 0.0


rows = Rows()


def at_a_glance(scene: bpy.types.Scene) -> tuple[SceneFinding, ...]:
    """What of a scene and its file shows so quickly that it can be asked all the time."""
    from ..blender.preflight import check_settings

    of_file = (one for one in (no_output(scene), unsaved_changes(scene)) if one)
    return (*of_file, *check_settings(scene))


def found_in(scene: bpy.types.Scene) -> tuple[SceneFinding, ...]:
    """What is known of a scene, errors first; what shows at a glance is newer than what was checked."""
    now = rows.at_a_glance.get(scene.name, ())
    from ..blender.preflight import GLANCED

    checked = (one for one in rows.checked.get(scene.name, ()) if one.kind not in GLANCED)
    found = overridden((*now, *checked), allowed_of(scene))
    return tuple(sorted(found, key=lambda one: one.severity is not Severity.ERROR))


def stops(scene: bpy.types.Scene) -> bool:
    """Whether something shows at a glance that keeps the scene from being sent."""
    return bool(errors_in(overridden(rows.at_a_glance.get(scene.name, ()), allowed_of(scene))))
