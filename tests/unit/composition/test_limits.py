"""What a provider sets comes to the gate."""

from __future__ import annotations

from dataclasses import asdict

from renderchain.composition.worker import _gate_limits
from renderchain.core.gate import NO_LIMITS
from renderchain.settings import Settings

LIMITS = (
    *("package_bytes", "memory_mib", "vram_mib", "frame_seconds", "output_bytes"),
    *("samples", "frame_pixels"),
)


def test_each_limit_of_the_gate_is_a_setting_of_its_own() -> None:
    chosen = {f"most_{name}": number for number, name in enumerate(LIMITS, 1)}
    found = asdict(_gate_limits(Settings("http://a", 1, 2, **chosen)))  # type: ignore[arg-type]
    assert {name: found[name] for name in LIMITS} == {name: chosen[f"most_{name}"] for name in LIMITS}
    assert asdict(_gate_limits(Settings("http://a", 1, 2))) == asdict(NO_LIMITS)


def test_whom_a_provider_refuses_is_left_alone_by_the_gate() -> None:
    settings = Settings("http://a", 1, 2, refused_artists=(7, 8), refused_packages=("bafy",))
    found = _gate_limits(settings)
    assert (found.artists, found.packages) == (frozenset({7, 8}), frozenset({"bafy"}))
