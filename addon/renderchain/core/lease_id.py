"""A lease's number: which slot of which worker, and the how-manieth lease in it, as on-chain."""

from __future__ import annotations

from typing import Protocol

from .ids import JobId, LeaseId, WorkerId

MAX_SLOTS = 16  # leases that a worker may hold of one board at once


class Leased(Protocol):
    """Whatever says which tasks of which job a lease is of: its state, or the event of its claim."""

    @property
    def job_id(self) -> JobId: ...
    @property
    def lease_id(self) -> LeaseId: ...
    @property
    def first(self) -> int: ...
    @property
    def count(self) -> int: ...
    @property
    def attempt(self) -> int: ...


def join_lease_id(worker_id: WorkerId, slot: int, generation: int) -> LeaseId:
    """The number of a lease."""
    return LeaseId((worker_id << 8 | slot) << 32 | generation)


def split_lease_id(lease_id: LeaseId) -> tuple[WorkerId, int, int]:
    """Worker, slot and generation."""
    return WorkerId(lease_id >> 40), lease_id >> 32 & 0xFF, lease_id & 0xFFFFFFFF
