"""A watchtower's answers to who asks for the keys of private jobs while their artist is away.

The keys lie in a folder, one file a job, which the artist's client wrote.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from ...core.board_events import BoardEvent
from ...core.contract_errors import ContractError
from ...core.errors import ContentError
from ...core.private_package import MAX_HEADER_BYTES, SharedKey, parse_shared
from ...ports.reporter import Reporter
from ..exchange.key_giving import KeyGiving

LOOK_S = 30.0
MOST_FILES = 1000


class KeyWatch:
    """``giving_of`` makes what answers for one job; files come and go while it runs."""

    def __init__(
        self,
        folder: Path,
        board: int,
        giving_of: Callable[[SharedKey], Awaitable[KeyGiving]],
        reporter: Reporter,
    ) -> None:
        self._folder = folder
        self._board = board
        self._giving_of = giving_of
        self._reporter = reporter
        self._givings: dict[SharedKey, KeyGiving] = {}
        self._said: dict[Path, str] = {}

    def note(self, event: BoardEvent) -> None:
        """Hear what the board says."""
        for giving in self._givings.values():
            giving.note(event)

    async def run(self) -> None:
        """Answer for all keys in the folder, until it is cancelled; raises ContractError or ChainError."""
        tasks: dict[SharedKey, asyncio.Task[None]] = {}
        try:
            while True:
                keys = await asyncio.to_thread(self._read)
                for key in set(self._givings) - keys:
                    del self._givings[key]
                    tasks.pop(key).cancel()
                for key in sorted(keys - set(self._givings), key=lambda one: one.job_id):
                    try:
                        self._givings[key] = await self._giving_of(key)
                    except ContractError as error:
                        self._say_once(self._folder / str(key.job_id), str(error))
                        continue
                    tasks[key] = asyncio.create_task(self._givings[key].run())
                await asyncio.sleep(LOOK_S)
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
            self._givings.clear()

    def _read(self) -> set[SharedKey]:
        """This board's keys in the folder; what is none is said once."""
        found = set[SharedKey]()
        for path in sorted(self._folder.glob("*.json"))[:MOST_FILES]:
            try:
                with path.open("rb") as file:
                    key = parse_shared(file.read(MAX_HEADER_BYTES + 1))
            except (ContentError, OSError) as error:
                self._say_once(path, f"The file {path} is no key of a private job: {error}")
            else:
                if key.board == self._board:
                    found.add(key)
        return found

    def _say_once(self, path: Path, text: str) -> None:
        if self._said.get(path) != text:
            self._said[path] = text
            self._reporter.say(text)
