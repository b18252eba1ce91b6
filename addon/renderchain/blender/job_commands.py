"""What an artist does in a shell with jobs that are on the network; ``--json`` prints an object a line."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import bpy

from ..app.requester.requester import Requester
from ..composition.requester import make_requester
from ..core.artist_job import JobOverview
from ..core.audit.economics import MAX_NAMED
from ..core.durations import duration_of
from ..core.ids import JobId, LeaseId
from ..core.money import about_strk, parse_strk
from ..core.plain_text import plain
from .command_line import (
    add_board_option,
    chain_number,
    given_frames,
    given_path,
    guarded,
    leaf_number,
    new_parser,
    real_path,
    settings_of,
)
from .console import ConsoleReporter

Work = Callable[[Requester], int]


def parser_of(name: str, description: str) -> argparse.ArgumentParser:
    """A parser for a command of which programs may want to read what it prints."""
    parser = new_parser(f"renderchain_{name}", description)
    parser.add_argument("--json", action="store_true", help="print JSON objects, one a line, not sentences")
    add_board_option(parser)
    return parser


def run(options: argparse.Namespace, work: Work) -> int:
    """Do it with the artist's use cases; returns the exit code."""

    def begin(reporter: ConsoleReporter) -> int:
        return work(make_requester(settings_of(options), reporter, bpy.app.binary_path))

    return guarded(options, begin)


def show(options: argparse.Namespace, body: dict[str, Any], text: str) -> None:
    """On standard output, which is for this alone."""
    print(json.dumps(body) if options.json else text, flush=True)


def jobs(arguments: Sequence[str]) -> int:
    """List the account's jobs as the chain has them."""
    options = parser_of(
        "jobs", "List the account's jobs: how far, what they cost, why they wait."
    ).parse_args(list(arguments))

    def work(requester: Requester) -> int:
        found = asyncio.run(requester.overview())
        is_on_several = len({one.entry.board for one in found}) > 1
        for one in found:
            show(options, one.as_dict(), line_of(one, with_board=is_on_several))
        return 0

    return run(options, work)


def watch(arguments: Sequence[str]) -> int:
    """Say how a job stands, again after each change until it is over; fetches and pays nothing."""
    parser = parser_of("watch", "Say how a job stands, and again after each change until it is over.")
    parser.add_argument("job", type=chain_number)
    parser.add_argument("--once", action="store_true", help="say it once and end")
    options = parser.parse_args(list(arguments))

    async def look(requester: Requester) -> str:
        state = ""
        async with aclosing(requester.looks(options.job)) as looks:
            async for one in looks:
                show(options, one.as_dict(), line_of(one))
                state = one.state
                if options.once:
                    break
        return state

    def work(requester: Requester) -> int:
        state = asyncio.run(look(requester))
        return 0 if options.once or state == "completed" else 1

    return run(options, work)


def download(arguments: Sequence[str]) -> int:
    """Follow a job to its end and download its frames."""
    parser = parser_of("download", "Fetch a job's frames, check them, and pay for them.")
    parser.add_argument("job", type=chain_number)
    parser.add_argument("--output", type=given_path, help="folder for the frames; default: as submitted")
    options = parser.parse_args(list(arguments))
    return run(options, lambda requester: fetch(options, requester, options.job))


def fetch(options: argparse.Namespace, requester: Requester, job_id: JobId) -> int:
    """Follow a job to its end, and say what became of its frames."""
    report = asyncio.run(requester.watch(job_id, _output_of(options)))
    if options.json:
        show(options, report.as_dict(), "")
    else:
        for frame, operator in sorted(report.rendered_by.items()):
            print(f"frame {frame} by {operator:#x}: {report.frames[frame]}", flush=True)
    return 0 if report.state == "completed" else 1


def cancel(arguments: Sequence[str]) -> int:
    """Cancel a job."""
    parser = parser_of("cancel", "Take back the frames that nobody has claimed.")
    parser.add_argument("job", type=chain_number)
    parser.add_argument("--ask", action="store_true", help="only say what it brings back and takes")
    options = parser.parse_args(list(arguments))

    def work(requester: Requester) -> int:
        quote = asyncio.run(requester.cancel_quote(options.job))
        amounts = {
            name: str(getattr(quote, name)) for name in ("back_fri", "held_fri", "pool_fri", "fee_fri")
        }
        counts = {"open_count": quote.open_count, "held_count": quote.held_count}
        if not options.ask:
            asyncio.run(requester.cancel(options.job))
        body = {"job_id": options.job, "canceled": not options.ask, **counts, **amounts}
        show(options, body, quote.sentence)
        return 0

    return run(options, work)


def challenge(arguments: Sequence[str]) -> int:
    """Doubt a lease."""
    parser = parser_of("challenge", "Have verifiers look at a lease, inside its window.")
    parser.add_argument("lease", type=chain_number)
    text = "1 to 8 leaves, by task, tile and view layer; without any, whether the results can be had"
    parser.add_argument("--leaves", type=leaf_number, nargs="+", default=[], help=text)
    parser.add_argument("--ask", action="store_true", help="only say what it takes")
    options = parser.parse_args(list(arguments))
    if len(options.leaves) > MAX_NAMED:
        parser.error(f"a challenge names {MAX_NAMED} leaves at most")

    def work(requester: Requester) -> int:
        lease_id, leaves = LeaseId(options.lease), options.leaves
        quote = asyncio.run(requester.challenge_quote(lease_id, leaves))
        if not options.ask:
            asyncio.run(requester.challenge(lease_id, leaves))
        body = {"job_id": quote.job_id, "lease_id": str(lease_id), "leaves": leaves}
        show(
            options, {**body, "challenged": not options.ask, "bond_fri": str(quote.bond_fri)}, quote.sentence
        )
        return 0

    return run(options, work)


def top_up(arguments: Sequence[str]) -> int:
    """Put more money into a job."""
    parser = new_parser("renderchain_top_up", "Add to a job's audit pool, or raise what its frames pay.")
    add_board_option(parser)
    parser.add_argument("job", type=chain_number)
    text = "STRK to add for audits; what they do not need comes back"
    parser.add_argument("--pool", default="0", help=text)
    parser.add_argument("--reward", help="STRK that new leases pay per frame; never less than now")
    options = parser.parse_args(list(arguments))

    def work(requester: Requester) -> int:
        reward_fri = parse_strk(options.reward) if options.reward is not None else None
        more_fri = parse_strk(options.pool)
        asyncio.run(requester.top_up(options.job, more_pool_fri=more_fri, reward_fri=reward_fri))
        return 0

    return run(options, work)


def _output_of(options: argparse.Namespace) -> Path | None:
    return real_path(options.output) if options.output else None


def line_of(one: JobOverview, *, with_board: bool = False) -> str:
    """A job in one line, with what keeps it."""
    parts = [f"{one.number}", one.entry.name, one.state, f"{one.delivered_count}/{one.frame_count} frames"]
    parts.append(f"{about_strk(one.progress.paid_fri)} STRK paid")
    if one.left_s is not None:
        parts.append(f"{duration_of(one.left_s)} left")
    if one.worker_count:
        parts.append(f"{one.worker_count} rendering")
    job = str(one.entry.board_job) if with_board else f"job {one.entry.job_id}"
    parts += [job, plain(one.entry.output) or "no folder"]
    return "\t".join([*parts, one.waits.sentence] if one.waits else parts)


def order(arguments: Sequence[str]) -> int:
    """Have some frames of a job rendered once more."""
    parser = parser_of("order", "Have some frames of a job rendered once more, as a job of their own.")
    parser.add_argument("job", type=chain_number)
    parser.add_argument("--frames", type=given_frames, required=True, help="such as 1-8 or 1,5,9-12")
    parser.add_argument("--ask", action="store_true", help="only say what it costs")
    options = parser.parse_args(list(arguments))

    def work(requester: Requester) -> int:
        quote = asyncio.run(requester.order_quote(options.job, options.frames))
        body: dict[str, Any] = {"frames": list(options.frames), "most_fri": str(quote.cost.most_fri)}
        text = " ".join(one.sentence for one in quote.notices)
        if not options.ask:
            again = asyncio.run(requester.order_again(options.job, options.frames, quote.chosen))
            body |= {"job_id": again.job_id, "board": f"{again.board:#x}"}
            text = str(again.job_id)
        show(options, body, text)
        return 0

    return run(options, work)


def receipt(arguments: Sequence[str]) -> int:
    """Write a job's receipt."""
    parser = parser_of("receipt", "Write what became of a job, signed: who delivered, was judged and paid.")
    parser.add_argument("job", type=chain_number)
    parser.add_argument("--output", type=given_path, help="folder for it; default: beside the frames")
    options = parser.parse_args(list(arguments))

    def work(requester: Requester) -> int:
        file = asyncio.run(requester.receipt(options.job, _output_of(options)))
        show(options, {"job_id": options.job, "receipt": str(file)}, str(file))
        return 0

    return run(options, work)


JOB_COMMANDS = {
    "jobs": jobs,
    "watch": watch,
    "download": download,
    "cancel": cancel,
    "top_up": top_up,
    "order": order,
    "challenge": challenge,
    "receipt": receipt,
}
