"""Start the index: ``python -m services.index --config FILE``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from renderchain.composition.feed import open_feed
from renderchain.composition.own_settings import NOT_CHOSEN, settings_file
from renderchain.core.errors import NodeAway, RenderChainError, SettingsError
from renderchain.settings import Settings, load_settings
from sqlalchemy import Engine

from services.common.engine import open_engine, shown_database
from services.common.migrations import migrate
from services.common.service import run_service, serve

from .api import make_app
from .follow import follow
from .store import Network

MIGRATIONS = Path(__file__).with_name("migrations")
DATABASE = "RENDERCHAIN_INDEX_DATABASE"
NODE_RETRY_S = 10.0
HOST, PORT = "127.0.0.1", 8750
# Each send to a listener lets go of the interpreter, which a thread that reads then keeps for so long.
SWITCH_S = 0.0005
log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Follow and answer until told to end; returns the exit code."""
    options = _parser().parse_args(list(arguments))
    return run_service("index", lambda: _run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.index",
        description="Keep what the chain tells of a network, and answer questions.",
    )
    parser.add_argument("--config", type=Path, help="settings file (default: as for other commands)")
    text = (
        f"sqlite:///PATH or postgresql://… (default: ${DATABASE}, else index.sqlite in the settings' folder)"
    )
    parser.add_argument("--database", default="", help=text)
    parser.add_argument("--host", default=HOST, help=f"where to listen (default: {HOST}, this machine alone)")
    parser.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    text = "folder whose BOARD/JOB/previews/*.png everybody may see, as an aggregator's --output has them"
    parser.add_argument("--previews", type=Path, metavar="FOLDER", help=text)
    text = "only answer, out of a database that another process keeps"
    parser.add_argument("--read-only", action="store_true", help=text)
    return parser


async def _run(options: argparse.Namespace) -> None:
    sys.setswitchinterval(SWITCH_S)
    settings = _settings(options)
    engine = open_engine(_database(options, settings))
    try:
        log.info("database %s", shown_database(str(engine.url)))
        await asyncio.to_thread(migrate, engine, MIGRATIONS)
        duties = {} if options.read_only else {"follow": _follow(settings, engine)}
        app = make_app(engine, previews=_previews(options.previews))
        await serve(app, options.host, options.port, duties)
    finally:
        engine.dispose()


def _settings(options: argparse.Namespace) -> Settings:
    """The index has no account, so that none needs to be chosen."""
    file = settings_file(options.config)
    try:
        return load_settings(file)
    except SettingsError:
        return load_settings(file, {"account": NOT_CHOSEN})


def _previews(folder: Path | None) -> Path | None:
    """Whatever becomes of the working directory. Raises SettingsError."""
    if folder and not folder.is_dir():
        raise SettingsError(f"--previews {folder}: there is no such folder. Name one that is there.")
    return folder.resolve() if folder else None


def _database(options: argparse.Namespace, settings: Settings) -> str:
    named = options.database or os.environ.get(DATABASE, "")
    if named:
        return str(named)
    settings.folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{settings.folder / 'index.sqlite'}"


async def _follow(settings: Settings, engine: Engine) -> None:
    """A node that is away at the start is waited for: who asks is answered meanwhile."""
    while True:
        try:
            async with open_feed(settings) as found:
                network = Network(found.chain, found.directory, found.registry)
                await follow(engine, found.feed, network, settings.from_block)
        except LookupError as error:
            raise RenderChainError(error.args[0]) from error
        except NodeAway as error:
            log.warning("no node yet, tried again in %.0f s: %s", NODE_RETRY_S, error)
            await asyncio.sleep(NODE_RETRY_S)


def run() -> None:
    """As a program."""
    sys.exit(main(sys.argv[1:]))
