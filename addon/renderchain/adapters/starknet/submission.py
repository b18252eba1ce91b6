"""A result as the typed message that its operator signs (SNIP-12, revision 1)."""

from __future__ import annotations

from typing import Any

from ...core.ids import LeaseId
from ...core.job import LeaseResult


def typed_result(chain_id: int, board: int, lease_id: LeaseId, result: LeaseResult) -> dict[str, Any]:
    """The message; contracts/src/submission.cairo hashes the same."""
    fields = [
        ("Board", "ContractAddress", board),
        ("Lease", "felt", lease_id),
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
