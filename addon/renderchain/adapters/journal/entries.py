"""What the journal's rows stand for; a damaged row raises one of ``DAMAGED``."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from typing import Any, TypeVar

from ...core.artist_job import JobEntry, KeptFrame
from ...core.audit.state import AuditKind
from ...core.frame_names import NUMBER
from ...core.ids import JobId, LeaseId
from ...core.manifest import PackedFile
from ...core.messages import Loaded, Rendered
from ...ports.journal import AppealEntry, FrameEntry, LeaseEntry
from ...ports.outbox import Intent, IntentState

DAMAGED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
# SQLite keeps whatever a column is given.
KINDS: dict[Any, type] = {"int": int, "JobId": int, "LeaseId": int, "str": str}
One = TypeVar("One")


def job_of(row: tuple[Any, ...]) -> JobEntry:
    """A job of the artist's."""
    entry_id, board, job_id, name, package_cid, output, *rest = row
    job = _sound(JobEntry(entry_id, int(board, 16), job_id, name, package_cid, os.fsdecode(output), *rest))
    if not NUMBER.search(job.names):
        raise ValueError(f"names {job.names!r}")
    return job


def kept_of(row: tuple[Any, ...]) -> KeptFrame:
    """A frame on the artist's disk."""
    body = json.loads(row[0])
    return _sound(KeptFrame(**{**body, "root": int(body["root"], 16)}))


def line_of(row: tuple[Any, ...]) -> str:
    """A line that stays with a job."""
    (line,) = row
    if not isinstance(line, str):
        raise TypeError(f"line {line!r}")
    return line


def appeal_of(board: int, job_id: JobId, row: tuple[Any, ...]) -> AppealEntry:
    """An appeal on a job's leases."""
    lease_id, kind, round_ = row
    return _sound(AppealEntry(board, job_id, lease_id, AuditKind(kind), round_))


def lease_of(board: int, row: tuple[Any, ...]) -> LeaseEntry:
    """A lease on that board."""
    lease_id, job_id, secret, state, package_cid = row
    return _sound(LeaseEntry(board, LeaseId(lease_id), JobId(job_id), int(secret, 16), state, package_cid))


def frame_of(lease: LeaseEntry, row: tuple[Any, ...]) -> FrameEntry:
    """A finished frame of the lease."""
    frame, text = row
    body = json.loads(text)
    files = tuple(_sound(PackedFile(**file)) for file in body["files"])
    said = _sound(Rendered(**body["rendered"])), _sound(Loaded(**body["loaded"]))
    return _sound(FrameEntry(lease, frame, files, *said))


def intent_of(row: tuple[Any, ...]) -> Intent:
    """A transaction."""
    intent_id, name, account, action, calls, state, nonce, hashes, signed, *_ = row
    return _sound(
        Intent(
            intent_id,
            name,
            int(account, 16),
            action,
            [(int(to), int(selector), list(map(int, data))) for to, selector, data in json.loads(calls)],
            IntentState(state),
            None if nonce is None else int(nonce),
            tuple(int(one, 16) for one in json.loads(hashes)),
            dict(json.loads(signed)) if signed else None,
        )
    )


def _sound(one: One) -> One:
    """The entry itself; raises TypeError where a value is of another kind than its field."""
    for field in fields(one):  # type: ignore[arg-type]
        value = getattr(one, field.name)
        if field.type in KINDS and type(value) is not KINDS[field.type]:
            raise TypeError(f"{field.name} {value!r}")
    return one
