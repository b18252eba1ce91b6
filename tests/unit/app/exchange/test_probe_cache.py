"""A report is kept for its package, Blender, device and seconds, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderchain.app.exchange import probe_cache
from renderchain.app.exchange.probe_cache import ProbeCache
from renderchain.core.probe import history_reason, scene_reason
from renderchain.core.probe_report import ProbeReport

KEY = ("bafy2", "4.5/cycles/cpu", 60)
REPORT = ProbeReport((history_reason(6, ()),), None)


@pytest.mark.parametrize(
    "other",
    [("bafy3", "4.5/cycles/cpu", 60), ("bafy2", "5.2/cycles/cpu", 60), ("bafy2", "4.5/cycles/cpu", 61)],
)
def test_another_key_finds_nothing(tmp_path: Path, other: tuple[str, str, int]) -> None:
    cache = ProbeCache(tmp_path / "probes")
    cache.save(*KEY, REPORT)
    assert cache.load(*KEY) == REPORT
    assert cache.load(*other) is None


def test_a_process_that_failed_is_not_held_against_the_package_for_ever(tmp_path: Path) -> None:
    cache = ProbeCache(tmp_path)
    cache.save(*KEY, ProbeReport((scene_reason("It crashed."),), None))
    assert cache.load(*KEY) is None


@pytest.mark.parametrize("raw", [b"", b"{}", b"x" * 70_000, REPORT.to_bytes()[:-9]])
def test_a_broken_file_counts_as_none(tmp_path: Path, raw: bytes) -> None:
    cache = ProbeCache(tmp_path)
    cache.save(*KEY, REPORT)
    (file,) = tmp_path.iterdir()
    file.write_bytes(raw)
    assert cache.load(*KEY) is None


def test_the_folder_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_cache, "MOST_KEPT", 3)
    cache = ProbeCache(tmp_path)
    for seconds in range(1, 9):
        cache.save("bafy2", "4.5/cycles/cpu", seconds, REPORT)
    assert len([*tmp_path.iterdir()]) == 3
