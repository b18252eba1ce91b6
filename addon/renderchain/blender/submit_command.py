"""Putting a scene on the network from a shell:

blender -b FILE --command renderchain_submit --frames 1-8 --wait --output DIR
python -m renderchain submit FILE --frames 1-8 --total 4 --json
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy

from ..app.requester.estimate import Estimate
from ..app.requester.job_report import JobReport
from ..app.requester.offer import CHECKING, Offer, per_frame_fri
from ..app.requester.output_folder import try_output
from ..composition.requester import make_requester
from ..core.errors import InsufficientFunds, SettingsError
from ..core.frame_names import USUAL, checked_names
from ..core.frames import format_frames
from ..core.job import DEVICE_GROUPS
from ..core.money import format_strk, four_decimals, parse_strk
from ..core.plain_text import plain
from ..core.probe import DEFAULT_S
from ..core.proof import DEFAULT_S as PROOF_S
from ..settings import Settings
from .command_line import (
    add_board_option,
    frame_count,
    given_path,
    guarded,
    new_parser,
    output_for_report,
    real_path,
    settings_of,
    whole_seconds,
)
from .console import ConsoleReporter
from .cycles.samples import take_part
from .open_file import file_name
from .packing.size import upload_size
from .preflight import Findings, check_settings, refuse_errors
from .scene_options import ALLOW_HELP, add_scene_options, open_scene
from .submission import Submission, frames_asked

MARKET = "market"
DAYS = range(1, 91)
DAY_S = 86400


def submit(arguments: Sequence[str], file: Path | None = None) -> int:
    """Submit the open scene, or ``file``; returns the exit code."""
    parser = new_parser("renderchain_submit", "Render a scene on the network.")
    add_scene_options(parser, file)
    add_board_option(parser, "the only board that the job may go to")
    _add_price(parser)
    _add_job(parser)
    text = "how long to look whether others render the same frames, 0: not at all (default: %(default)s)"
    parser.add_argument("--probe-seconds", type=whole_seconds, default=DEFAULT_S, help=text)
    text = "how long to compare the package with the scene here, 0: not at all (default: %(default)s)"
    parser.add_argument("--proof-seconds", type=whole_seconds, default=PROOF_S, help=text)
    parser.add_argument("--allow", metavar="NAME", action="append", default=[], help=ALLOW_HELP)
    parser.add_argument("--wait", action="store_true", help="wait for the frames and download them")
    parser.add_argument("--json", action="store_true", help="write one object to standard output")
    options = parser.parse_args(list(arguments))

    def work(reporter: ConsoleReporter) -> int:
        with output_for_report() as told:
            return _submit(options, file, reporter, told)

    return guarded(options, work)


def _add_price(parser: argparse.ArgumentParser) -> None:
    text = "STRK paid per frame, or market: what others pay lately, else what is worth it (default: market)"
    price = parser.add_mutually_exclusive_group()
    price.add_argument("--reward", default=MARKET, help=text)
    price.add_argument("--total", help="STRK paid for all frames together")
    text = "STRK that the job may cost at most, spot checks and network fees included; else nothing is sent"
    parser.add_argument("--at-most", help=text)


def _add_job(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", default="", help="what the job is called; default: the file's name")
    parser.add_argument(
        "--device", choices=DEVICE_GROUPS, default="CPU", help="what workers render on (default: %(default)s)"
    )
    text = "most frames one worker takes at once; default: what keeps spot checks and fees small"
    parser.add_argument("--lease", type=frame_count, help=text)
    text = "stricter: every batch of frames is spot-checked, half of them twice (default: %(default)s)"
    parser.add_argument("--checking", choices=CHECKING, default=CHECKING[0], help=text)
    text = "days after which nobody can take frames any more (default: %(default)s)"
    parser.add_argument("--days", type=int, choices=DAYS, default=7, metavar="DAYS", help=text)
    parser.add_argument("--output", type=given_path, default=Path("frames"), help="folder for the frames")
    text = "what the frames' files are called, #### is the number (default: %(default)s)"
    parser.add_argument("--names", default=USUAL, help=text)
    text = "keep the scene's seed, also one for all frames; cheating is easier then (docs/artist.md)"
    parser.add_argument("--own-seed", action="store_true", help=text)
    text = "render a part of the samples alone, such as 1/4; the aggregator merges all parts' jobs"
    parser.add_argument("--part", metavar="K/N", help=text)
    text = "encrypt the package; workers and verifiers still see the scene (docs/privacy.md)"
    parser.add_argument("--private", action="store_true", help=text)


def _offer(options: argparse.Namespace, settings: Settings, frames: int) -> Offer:
    is_usual = options.total is None and options.reward == MARKET
    reward_fri = 0
    if options.total is not None:
        reward_fri = per_frame_fri(parse_strk(options.total), frames)
    elif not is_usual:
        reward_fri = parse_strk(options.reward)
    offer = Offer(
        reward_fri=reward_fri,
        is_usual=is_usual,
        device_group=options.device,
        longest_lease=options.lease,
        expires_in_s=options.days * DAY_S,
        second_look=settings.wants_second_looks,
        looks_if_unchecked=settings.looks_if_unchecked,
        takes_unjudged=settings.takes_unjudged,
        scheduler=settings.scheduler,
        scheduler_grace_s=settings.scheduler_grace_seconds,
        private=options.private,
    )
    return offer.checked(options.checking)


def _submit(
    options: argparse.Namespace, file: Path | None, reporter: ConsoleReporter, told: Callable[[str], None]
) -> int:
    settings = settings_of(options)
    if settings.ipfs_program and not options.wait:
        raise SettingsError(
            "The IPFS node that is started for this command ends with it, and workers could fetch nothing. "
            "Nothing was done; add --wait, or use a node that runs by itself (ipfs_api)."
        )
    most_fri = parse_strk(options.at_most) if options.at_most is not None else None
    scene, frames = open_scene(options, file)
    if options.part:
        take_part(scene, options.part)
    offer = replace(_offer(options, settings, len(frames)), most_fri=most_fri)
    requester = make_requester(settings, reporter, bpy.app.binary_path)
    output, name = real_path(options.output), plain(options.name) or file_name()
    names = checked_names(options.names)
    refuse_errors(Findings(check_settings(scene)), options.allow)
    try_output(output)
    asked = requester.estimate(offer, frames_asked(scene, len(frames)), upload_size()())
    estimate = asyncio.run(asked)
    _check(estimate, most_fri)
    submission = Submission(
        scene,
        frames,
        own_seed=options.own_seed,
        name=name,
        proof_seconds=options.proof_seconds,
        allowed=options.allow,
    )
    where = (output, reporter, options.probe_seconds, names)
    offer = estimate.offer if most_fri is None else replace(estimate.offer, most_fri=most_fri)
    job = asyncio.run(submission.send(requester, offer, *where))
    if not options.json:
        told(str(job.job_id))
    report = asyncio.run(requester.watch(job.job_id, output, board=job.board)) if options.wait else None
    if options.json:
        body = {"job_id": job.job_id, "board": f"{job.board:#x}", "name": name}
        body |= {"frames": format_frames(frames), "output": str(output)}
        told(json.dumps(body | _cost(estimate) | (_end(report) if report else {})))
    elif report:
        for frame, operator in sorted(report.rendered_by.items()):
            told(f"frame {frame} by {operator:#x}: {plain(str(report.frames[frame]))}")
    return 0 if report is None or report.state == "completed" else 1


def _check(estimate: Estimate, most_fri: int | None) -> None:
    """Raise InsufficientFunds if the job may cost more than there is, or than it may."""
    estimate.check_funds()
    cost_fri = estimate.quote.cost.most_fri
    if most_fri is not None and cost_fri > most_fri:
        raise InsufficientFunds(
            f"The job costs up to {four_decimals(cost_fri)} STRK, over the {format_strk(most_fri)} of "
            "--at-most. Nothing was sent or paid; allow more, or offer less."
        )


def _cost(estimate: Estimate) -> dict[str, str]:
    """In fri, as texts: numbers of JSON are not exact."""
    cost = estimate.quote.cost
    amounts = {
        "reward_fri": estimate.quote.shape.reward_fri,
        "pay_fri": cost.pay_fri,
        "reserve_fri": cost.pool_fri,
        "fees_fri": cost.gas_fri,
        "most_fri": cost.most_fri,
        "usually_back_fri": estimate.back_fri,
    }
    return {name: str(fri) for name, fri in amounts.items()}


def _end(report: JobReport) -> dict[str, Any]:
    paths = {str(frame): str(path) for frame, path in sorted(report.frames.items())}
    return {"state": str(report.state), "paths": paths}
