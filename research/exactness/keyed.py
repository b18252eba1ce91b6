"""Moving scenes whose render settings are keyed or driven."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .base import need_built_in, objects, put, replace_surface
from .moving import FIRST, LAST, Kind, drive, key, turned

Change = Callable[[Any], None]


def cycles(**keyed: tuple[Any, Any]) -> Change:
    """Settings of Cycles, each with its value in the first frame and from the fourth on."""

    def build(scene: Any) -> None:
        turned(objects()["monkey"])
        for name, (first, later) in keyed.items():
            put(scene.cycles, **{name: first})
            key(scene.cycles, name, {FIRST: first, 4: later})

    return build


def render(**keyed: tuple[Any, Any]) -> Change:
    """Settings of the render tab, likewise."""

    def build(scene: Any) -> None:
        turned(objects()["monkey"])
        for name, (first, later) in keyed.items():
            put(scene.render, **{name: first})
            key(scene.render, name, {FIRST: first, 4: later})

    return build


def guiding(scene: Any) -> None:
    """Path guiding that is switched on by a key."""
    need_built_in("path_guiding")
    replace_surface("ball", "ShaderNodeBsdfGlass")
    put(scene.cycles, guiding_training_samples=8, use_deterministic_guiding=True)
    cycles(use_guiding=(False, True))(scene)


def simplified(scene: Any) -> None:
    """Simplify is switched, and its levels are keyed."""
    objects()["monkey"].modifiers.new("dense", "SUBSURF").render_levels = 3
    render(use_simplify=(False, True), simplify_subdivision_render=(3, 1))(scene)


def driven_samples(scene: Any) -> None:
    """Samples by a driver of the frame."""
    drive(scene.cycles, "samples", "8 + 4 * frame")


def seed_by_frame(scene: Any) -> None:
    """A seed of one's own, keyed instead of animated."""
    put(scene.cycles, use_animated_seed=False)
    key(scene.cycles, "seed", {FIRST: 1, LAST: 99})


def still_seed(scene: Any) -> None:
    """The same seed in every frame."""
    put(scene.cycles, use_animated_seed=False)


KINDS = (
    Kind("samples keyed", cycles(samples=(8, 5))),
    Kind("samples driven", driven_samples),
    Kind("seed keyed", seed_by_frame),
    Kind("one seed for all frames", still_seed),
    Kind(
        "adaptive sampling keyed",
        cycles(samples=(64, 48), use_adaptive_sampling=(False, True), adaptive_threshold=(0.3, 0.05)),
    ),
    Kind("bounces and clamps keyed", cycles(max_bounces=(4, 1), sample_clamp_indirect=(0.0, 0.5))),
    Kind("light tree keyed", cycles(use_light_tree=(True, False))),
    Kind("exposure and filter keyed", cycles(film_exposure=(1.0, 2.0), filter_width=(1.5, 3.0))),
    Kind("fast global illumination keyed", cycles(use_fast_gi=(False, True))),
    Kind("path guiding keyed", guiding),
    Kind("time limit keyed", cycles(time_limit=(0.0, 0.05))),
    Kind("simplify keyed", simplified),
    Kind("film keyed to transparent", render(film_transparent=(False, True))),
    Kind("resolution keyed", render(resolution_percentage=(100, 50))),
    Kind("border keyed", render(use_border=(False, True))),
    Kind("motion blur keyed", render(use_motion_blur=(False, True))),
    Kind("denoiser keyed", cycles(use_denoising=(False, True))),
    Kind("scrambling keyed", cycles(auto_scrambling_distance=(False, True))),
)
