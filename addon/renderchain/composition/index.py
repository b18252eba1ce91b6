"""The index that the settings name, for who reads of one."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..adapters.index.http import RemoteIndex
from ..app.indexed.artist import IndexedArtist
from ..app.indexed.asking import Asking
from ..app.indexed.worker import IndexedWorker
from ..core.notices import Notice
from ..ports.worker_chain import WorkerChain
from ..settings import Settings

Tell = Callable[[Notice], None]


def open_asking(settings: Settings, tell: Tell = lambda _: None) -> Asking | None:
    """None where no index is named; ``tell`` hears why it is not asked."""
    if not settings.index_url:
        return None
    return Asking(RemoteIndex(settings.index_url), settings.directory, tell, time.monotonic)


def open_indexed_artist(settings: Settings, tell: Tell, *, is_asked_again: bool) -> IndexedArtist | None:
    """The same, as an artist's client reads of it."""
    asking = open_asking(settings, tell)
    return IndexedArtist(asking, is_asked_again=is_asked_again) if asking else None


def open_indexed_worker(settings: Settings, tell: Tell, chain: WorkerChain) -> IndexedWorker | None:
    """The same, as a worker does."""
    asking = open_asking(settings, tell)
    return IndexedWorker(chain, asking) if asking else None
