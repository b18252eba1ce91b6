"""What an artist's client reads of an index: its list of jobs, jobs that are over, and who could take frames.

What is paid for, and which frames of a running job are there, the chain alone says.
"""

from __future__ import annotations

from collections.abc import Collection

from ...core.artist_job import JobEntry
from ...core.board_events import JobCreated
from ...core.candidates import Candidate
from ...core.ids import JobId
from ...ports.network_index import EndedJob
from ...ports.requester_chain import RequesterChain
from .asking import Asking

OVERLAP = 20  # blocks that are read of the chain besides, before the one that the index is at


class IndexedArtist:
    """``is_asked_again``: its user asks for the list again and again, as an add-on does."""

    def __init__(self, asking: Asking, *, is_asked_again: bool) -> None:
        self._asking = asking
        self._lists = is_asked_again
        self._asked: set[int] = set()  # boards
        self._listed: dict[int, tuple[int, set[JobId]]] = {}  # of each until that block, as the index has it

    async def created(
        self, chain: RequesterChain, from_block: int, known: Collection[JobId], sure_from: int | None
    ) -> list[JobCreated]:
        """The account's jobs since a block, from ``sure_from`` on as the chain has them; of ``known`` ones
        some may lack. Raises ChainError.

        The first list is the index's, so that it is there at once; each job on it is looked up on the chain.
        What an index leaves out can't be seen, so the next lists are the chain's, and what lacked is said.
        """
        if not self._lists or chain.board in self._asked:
            return await self._all(chain, from_block)
        self._asked.add(chain.board)
        told = await self._asking.ask(chain, lambda index: index.jobs_of(chain.board, chain.address))
        if told is None:
            return await chain.created(from_block)
        since = max(told.block - OVERLAP, from_block)
        since = since if sure_from is None else min(since, max(sure_from, from_block))
        found = {one.job_id: one for one in await chain.created(since)}
        for place in told.item:
            if place.job_id in known or place.job_id in found or place.block < from_block:
                continue
            event = await chain.created_in(place.block, place.job_id)
            if event is None or event.requester != chain.address:
                self._asking.refuse_lie(f"job {place.job_id} in block {place.block}")
                return await chain.created(from_block)
            found[place.job_id] = event
        self._listed[chain.board] = (since, set(known) | set(found))
        return sorted(found.values(), key=lambda one: one.block)

    async def _all(self, chain: RequesterChain, from_block: int) -> list[JobCreated]:
        events = await chain.created(from_block)
        if chain.board in self._listed:
            until, known = self._listed.pop(chain.board)
            lacking = [one.job_id for one in events if one.block < until and one.job_id not in known]
            if lacking:
                self._asking.refuse(f"The index left out job {lacking[0]}, which the chain has.")
        return events

    async def ended(self, chain: RequesterChain, entry: JobEntry) -> EndedJob | None:
        """A job that the board no longer keeps; None: ask the chain."""
        told = await self._asking.ask(chain, lambda index: index.ended_job(chain.board, entry.job_id))
        if told is None or told.item is None:
            return None
        job = told.item.job
        if job.requester != chain.address or job.package_cid != entry.package_cid:
            self._asking.refuse_lie(f"whose job {entry.job_id} is, or which package it has")
            return None
        return told.item

    async def candidates(self, chain: RequesterChain, from_block: int) -> list[Candidate]:
        """The network's workers, by which it is said why a job waits. Raises ChainError."""
        told = await self._asking.ask(chain, lambda index: index.workers())
        return told.item if told and told.item else await chain.candidates(from_block)
