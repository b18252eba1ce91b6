"""Reports of probes that are kept: a package's pixels do not change, so it is probed once a machine."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ...core.canonical import dump_canonical
from ...core.errors import ContentError
from ...core.probe_report import MAX_REPORT_BYTES, ProbeReport, ReasonKind, parse_report
from ...core.whole_file import write_whole

MOST_KEPT = 1000


class ProbeCache:
    """JSON files in a folder of this machine's own, by package, Blender and device, and seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, cid: str, family: str, seconds: int) -> ProbeReport | None:
        """What is kept, None if nothing is that can be read."""
        path = self._path(cid, family, seconds)
        try:
            if path.stat().st_size > MAX_REPORT_BYTES:
                return None
            return parse_report(path.read_bytes())
        except (OSError, ContentError):
            return None

    def save(self, cid: str, family: str, seconds: int, report: ProbeReport) -> None:
        """Keep a report, unless a process failed: that may have been this machine's fault, this time."""
        if any(one.kind is ReasonKind.SCENE for one in report.reasons):
            return
        write_whole(self._path(cid, family, seconds), report.to_bytes())
        kept = sorted(self._folder.glob("*.json"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-MOST_KEPT]:
            old.unlink(missing_ok=True)

    def _path(self, cid: str, family: str, seconds: int) -> Path:
        name = hashlib.sha256(dump_canonical([cid, family, seconds])).hexdigest()
        return self._folder / f"{name}.json"
