"""A result as the typed message that its operator signs (SNIP-12, revision 1)."""

from __future__ import annotations

from typing import Any

from ...core.job import LeaseInfo, LeaseResult


def typed_result(chain_id: int, board: int, lease: LeaseInfo, result: LeaseResult) -> dict[str, Any]:
    """The message, of the tasks of ``lease``; contracts/src/board/submission.cairo hashes the same."""
    fields = [
        ("Board", "ContractAddress", board),
        ("Job", "felt", lease.job_id),
        ("Lease", "felt", lease.lease_id),
        ("First task", "u128", lease.first),
        ("Tasks", "u128", lease.count),
        ("Attempt", "u128", lease.attempt),
        ("Root", "felt", result.root),
        ("Results high", "u128", result.results_hi),
        ("Results low", "u128", result.results_lo),
        ("Key hash", "felt", result.key_hash),
    ]
    domain = ("name", "version", "chainId", "revision")
    return {
        "types": {
            "StarknetDomain": [{"name": name, "type": "shortstring"} for name in domain],
            "Submission": [{"name": name, "type": kind} for name, kind, _ in fields],
        },
        "primaryType": "Submission",
        "domain": {"name": "RenderChain", "version": "1", "chainId": hex(chain_id), "revision": "1"},
        "message": {name: hex(value) for name, _, value in fields},
    }
