"""How long a package stays pinned on the artist's side: as long as one of its jobs is not over."""

from __future__ import annotations

from ...core.artist_job import REFUSED, JobEntry
from ...core.errors import StoreError
from ...core.frames import parse_frames
from ...core.lifecycle import JobState
from ...ports.content_store import ContentStore
from ...ports.journal import Journal
from ...ports.reporter import Reporter
from .job_report import JobReport

OVER = (JobState.COMPLETED, JobState.CANCELED, REFUSED)


async def unpin_unneeded(store: ContentStore, journal: Journal, reporter: Reporter, cid: str) -> bool:
    """Unpin a package, unless a job that was submitted from here still needs it; whether none does."""
    if any(one.package_cid == cid and one.state not in OVER for one in journal.jobs()):
        return False
    try:
        await store.unpin(cid)
    except StoreError as error:
        reporter.say(f"The package {cid} stays pinned, which takes room and does no harm: {error}")
    return True


def is_wanting(report: JobReport, entry: JobEntry) -> bool:
    """Whether some of a job's frames may be ordered again, for which its package has to stay."""
    is_doubted = bool(report.refused or report.false_finals or report.false_leaves)
    lacks = bool(entry.frames) and len(report.frames) < len(parse_frames(entry.frames))
    return is_doubted or (lacks and report.state is JobState.COMPLETED)
