"""What is seen of a process that runs for months, beside the lines in its terminal: its log file, its
metrics, whether it is well, and a view of what it does.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from http import HTTPStatus
from pathlib import Path

from ..adapters.live_terminal import can_show, showing
from ..adapters.log_files import LogFile
from ..adapters.many_reporters import ManyReporters
from ..adapters.metrics_http import Page, serving
from ..adapters.state_keeper import StateKeeper
from ..adapters.std_logging import logging_told
from ..adapters.systemd import ServiceManager
from ..app.upkeep.keeping import keep_at_work
from ..core.errors import RenderChainError
from ..core.metrics import CONTENT_TYPE, exposition
from ..core.notices.process import Failed
from ..core.worker_metrics import metrics_of
from ..core.worker_state import WorkerState
from ..core.worker_view import ALARM, draw, in_short
from ..ports.reporter import Reporter
from ..settings import Settings

BEAT_S = 1.0
STILL_S = 30.0  # so long a loop may stand still: it writes and hashes files now and then


class Seen:
    """``reporter`` for the use case, whose loop runs inside ``beating``."""

    def __init__(self, reporter: Reporter, keeper: StateKeeper, manager: ServiceManager) -> None:
        self.reporter = reporter
        self._keeper = keeper
        self._manager = manager
        self._told: dict[str, str] = {}  # to the manager, which keeps it

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Inside of this it is known whether the event loop goes round; systemd's watchdog knows it too."""
        beating = asyncio.create_task(keep_at_work("Showing how it is", self._beat, self.reporter))
        try:
            yield
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating

    async def _beat(self) -> None:
        while True:
            self._keeper.beat()
            now = self._keeper.look(service_state)
            news = {name: value for name, value in now.items() if self._told.get(name) != value}
            self._told |= news
            self._manager.tell({"WATCHDOG": "1", **news})
            await asyncio.sleep(BEAT_S)


@contextmanager
def seen(
    settings: Settings, console: Reporter, name: str, log_name: str, *, view: bool = False
) -> Iterator[Seen]:
    """Notices, and log records meanwhile, also go to FOLDER/logs/``log_name``, where what ends the block
    stands too; ``metrics_port`` has the metrics. Raises SettingsError if that is another program's.

    ``view``: where standard output is a terminal it shows a screen that is drawn anew all the time, and
    ``console`` is only told what does not go to a terminal.
    """
    log_file = LogFile(settings.folder / "logs" / log_name, time.time, name)
    keeper, manager = StateKeeper(time.time, time.monotonic), ServiceManager.of_this_process()
    shows = view and can_show(sys.stdout)
    told = (log_file, keeper) if shows and sys.stderr.isatty() else (console, log_file, keeper)
    reporter = ManyReporters(*told)
    with ExitStack() as stack:
        stack.enter_context(logging_told(reporter))
        try:
            if settings.metrics_port:
                stack.enter_context(
                    serving(settings.metrics_port, pages_of(keeper, settings.folder), settings.metrics_host)
                )
            if shows:
                stack.enter_context(showing(sys.stdout, screen_of(keeper, name), warned_by=ALARM))
            yield Seen(reporter, keeper, manager)
        except RenderChainError as error:
            log_file.tell(Failed(str(error)))
            raise


def screen_of(keeper: StateKeeper, name: str) -> Callable[[int, int], list[str]]:
    """What a terminal of so many columns and lines shows now."""

    def screen(width: int, height: int) -> list[str]:
        age_s = keeper.beat_age_s
        return keeper.look(
            lambda state, now_s: draw(state, now_s, width, height, name=name, loop_age_s=age_s)
        )

    return screen


def service_state(state: WorkerState, now_s: float) -> dict[str, str]:
    """What systemd is told of it. What waits for the node has started all the same."""
    values = {"STATUS": in_short(state)}
    if state.is_started or state.waits:
        values["READY"] = "1"
    if state.is_ended:
        values["STOPPING"] = "1"
    return values


def pages_of(keeper: StateKeeper, folder: Path) -> dict[str, Callable[[], Page]]:
    """The pages by their paths."""

    def metrics() -> Page:
        free = _free_bytes(folder)
        made = keeper.look(lambda state, now_s: metrics_of(state, now_s, keeper.beat_age_s, free))
        return Page(exposition(made), content_type=CONTENT_TYPE)

    def health() -> Page:
        age_s = keeper.beat_age_s
        if age_s < STILL_S:
            return Page("alive\n")
        return Page(f"The event loop stands still for {age_s:.0f} s.\n", HTTPStatus.SERVICE_UNAVAILABLE)

    def readiness() -> Page:
        why = keeper.look(_why_not_ready)
        return Page(f"{why}\n", HTTPStatus.SERVICE_UNAVAILABLE) if why else Page("ready\n")

    return {"/metrics": metrics, "/healthz": health, "/readyz": readiness}


def _why_not_ready(state: WorkerState, now_s: float) -> str:
    """ "" if it is."""
    if state.is_ended:
        return "It ends."
    if not state.is_started:
        return "It has not started yet."
    if state.is_out_of_order:
        return "Nothing is rendered any more: " + " ".join(state.out_of_service.values())
    return "\n".join(f"Waiting for {name} for {now_s - at_s:.0f} s." for name, at_s in state.waits.items())


def _free_bytes(folder: Path) -> int | None:
    for place in (folder, *folder.parents):  # it may not be there yet
        with suppress(FileNotFoundError, PermissionError):
            return shutil.disk_usage(place).free
    return None
