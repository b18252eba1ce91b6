"""Start the aggregator: ``python -m services.aggregator --config FILE --budget 2``."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from renderchain.composition.images import open_image_child
from renderchain.composition.own_settings import settings_file
from renderchain.composition.rendering import make_merge_renderer
from renderchain.composition.requester import Shared, make_requester
from renderchain.composition.view_keys import read_view_key
from renderchain.core.errors import SettingsError
from renderchain.core.ids import JobId
from renderchain.core.manifest import Manifest
from renderchain.core.money import parse_strk
from renderchain.settings import Settings, load_settings

from services.common.health import health_pages
from services.common.logs import LogReporter
from services.common.service import run_service, serve

from .colour_settings import colour_of
from .gallery import Gallery
from .keeper import GalleryOf, Keeper, Tally
from .merges import Merges, groups_of
from .orders import Orders
from .pictures import Pictures
from .service import Service

SIDE = 1280
HOST, PORT = "127.0.0.1", 8753


def main(arguments: Sequence[str]) -> int:
    """Keep the account's jobs until told to end; returns the exit code."""
    options = _parser().parse_args(list(arguments))
    return run_service("aggregator", lambda: _run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.aggregator",
        description="Fetch, check, show and pay the frames of an account's jobs; order again what is wrong.",
    )
    parser.add_argument("--config", type=Path, help="settings file (default: as for other commands)")
    text = "jobs to keep (default: all that were submitted with these settings)"
    parser.add_argument("--jobs", type=int, nargs="+", default=[], help=text)
    text = "jobs that are parts of one picture, merged when all are over; may be given again"
    parser.add_argument("--merge", nargs="+", metavar="JOB", action="append", default=[], help=text)
    text = "keep the --jobs of whoever wrote this with renderchain_view_key: fetched and shown, not paid"
    parser.add_argument("--view-key", type=Path, help=text)
    text = "with --view-key: where the frames go, each job's into BOARD/JOB"
    parser.add_argument("--output", type=Path, help=text)
    text = "STRK that orders of frames may cost, all together and over restarts (default: 0, none)"
    parser.add_argument("--budget", default="0", help=text)
    parser.add_argument("--blender", default="", help="Blender that checks leases (default: the bpy module)")
    text = "Blender's OCIO configuration (default: the bpy module's)"
    parser.add_argument("--ocio", type=Path, help=text)
    text = f"pixels of a picture's longer side, 0 for the frame's own (default: {SIDE})"
    parser.add_argument("--side", type=int, default=SIDE, help=text)
    parser.add_argument("--host", default=HOST, help=f"where to listen (default: {HOST}, this machine alone)")
    parser.add_argument("--port", type=int, default=PORT, help=f"health and metrics (default: {PORT})")
    parser.add_argument("--once", action="store_true", help="end when the jobs that there are have ended")
    return parser


def check(options: argparse.Namespace) -> None:
    """Raises SettingsError for numbers that can't be."""
    if options.side < 0:
        raise SettingsError(f"--side {options.side}: it must be 0 or more.")
    if any(one < 1 for one in options.jobs):
        raise SettingsError("--jobs: numbers of jobs are 1 or more.")


async def _run(options: argparse.Namespace) -> None:
    check(options)
    settings = load_settings(settings_file(options.config))
    config = options.ocio or bpy_config()
    if not config.is_file():
        raise SettingsError(f"{config} is no OCIO configuration; name Blender's with --ocio.")
    child = open_image_child(settings)

    def gallery_of(manifest: Manifest, output: Path) -> Gallery:
        return Gallery(Pictures(child, config, colour_of(manifest)), manifest, output, options.side)

    service = _service(settings, options, gallery_of)
    app = FastAPI(title="RenderChain aggregator", openapi_url=None)
    if options.host == HOST:  # a web page elsewhere may have its name lead here, to read what it must not
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    app.include_router(health_pages(service.not_ready, service.metrics, in_loop=True))
    await serve(app, options.host, options.port, {"keep": service.run(once=options.once)})


def _service(settings: Settings, options: argparse.Namespace, gallery_of: GalleryOf) -> Service:
    reporter = LogReporter()
    key, output = b"", None
    if options.view_key:
        if not options.jobs or not options.output or parse_strk(options.budget):
            raise SettingsError("With --view-key name --jobs and --output, and no --budget: nothing is paid.")
        key, output = read_view_key(options.view_key), options.output.resolve()
    requester = make_requester(settings, reporter, options.blender, Shared(settings, reporter), key)
    folder, groups = settings.folder / "aggregator", groups_of(options.merge)
    orders, tally = Orders(folder / "orders.json"), Tally()
    renderer = make_merge_renderer(settings, options.blender)
    merges = Merges(requester, renderer, folder / "passes", orders, groups, output)
    budget_fri = parse_strk(options.budget)
    keeper = Keeper(requester, orders, gallery_of, budget_fri, tally, merges.passes_of)
    parts = [job.job_id for group in groups for job in group.jobs]
    wanted = {*map(JobId, options.jobs), *parts} if options.jobs else ()
    return Service(requester, keeper, orders, tally, wanted, output, merges)


def bpy_config() -> Path:
    """The OCIO configuration in the bpy module, which need not be loaded for that; raises SettingsError."""
    found = importlib.util.find_spec("bpy")
    folder = Path(found.origin).parent if found and found.origin else None
    configs = sorted(folder.glob("*/datafiles/colormanagement/config.ocio")) if folder else []
    if not configs:
        raise SettingsError("There is no bpy module with an OCIO configuration; name Blender's with --ocio.")
    return configs[-1]
