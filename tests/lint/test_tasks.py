"""No task that lives long ends without a word: it is kept at work, or somebody hears how it ended."""

from __future__ import annotations

import ast
from pathlib import Path

import renderchain

ROOT = Path(renderchain.__file__).parent
# Where tasks begin that are not kept at work at once: how many, and who hears of their ends.
HEARD = {
    "adapters/blender_process/running.py:_spawn": (1, "awaited, shielded"),
    "adapters/blender_process/running.py:end": (1, "awaited, shielded"),
    "adapters/blender_process/running.py:end_process": (1, "awaited"),
    "adapters/ipfs/gateways.py:stream": (1, "gathered before the next one"),
    "adapters/ipfs/kubo_upload.py:_there": (1, "gathered"),
    "adapters/ipfs/transfer.py:run": (1, "asked for its result"),
    "adapters/starknet/new_heads.py:__aenter__": (1, "it is only quicker with it"),
    "app/exchange/package.py:_unpack": (1, "awaited, shielded"),
    "app/exchange/private_package.py:__call__": (1, "awaited, shielded"),
    "app/exchange/private_package.py:open_it": (1, "the same one"),
    "app/requester/arrivals.py:_wait": (1, "it only waits"),
    "app/requester/arrivals.py:begin": (1, "asked for its result, or its failure ends the watch"),
    "app/requester/create_job.py:create_job": (1, "awaited, shielded"),
    "app/requester/watch_job.py:run": (3, "what these raise ends the watch; others are kept at work"),
    "app/upkeep/boards.py:work_on_boards": (1, "gathered"),
    "app/upkeep/keeping.py:tend": (1, "it catches all, and tells"),
    "app/watchtower/key_watch.py:run": (1, "each is kept at work"),
    "app/worker/loop.py:run": (1, "it waits for the stop"),
    "app/worker/preparing.py:begin": (1, "it catches all, and puts the job off"),
    "app/worker/render_frames.py:_take": (1, "awaited, shielded"),
    "app/worker/render_lease.py:_run": (1, "awaited, shielded"),
    "blender/submission.py:_pack": (1, "awaited"),
    "composition/balances.py:_open": (1, "it catches all, and logs"),
    "composition/feed.py:open_feed": (1, "it catches all, and logs"),
    "composition/network.py:open_sender": (1, "it catches all, and logs"),
    "composition/watchtower.py:run_watchtower": (1, "it waits for the stop"),
    "composition/worker.py:_unless": (2, "asked for its result; the other waits for the stop"),
    "composition/worker.py:run_worker": (2, "it waits for the stop; the other is kept at work"),
}


def test_whoever_begins_a_task_hears_of_its_end() -> None:
    """The IPFS node was looked after until the first error that nobody had foreseen, and then no more."""
    found: dict[str, int] = {}
    for path in sorted(ROOT.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                calls = [one for one in ast.walk(function) if isinstance(one, ast.Call) and _is_unkept(one)]
                if calls:
                    found[f"{path.relative_to(ROOT).as_posix()}:{function.name}"] = len(calls)
    assert found == {place: count for place, (count, _) in HEARD.items()}


def _is_unkept(call: ast.Call) -> bool:
    if not ast.unparse(call.func).endswith(("create_task", "ensure_future")):
        return False
    return not ast.unparse(call.args[0]).startswith("keep_at_work(")
