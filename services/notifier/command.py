"""Start the notifier: ``python -m services.notifier --config FILE``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from renderchain.composition.balances import open_balances
from renderchain.composition.own_settings import NOT_CHOSEN
from renderchain.core.errors import RenderChainError, SettingsError
from renderchain.settings import load_settings
from sqlalchemy import Engine

from services.common.engine import open_engine, shown_database
from services.common.migrations import migrate
from services.common.service import run_service, serve

from .channels.ways import Channels
from .deliveries import Deliveries
from .index import open_index
from .kinds import TRY
from .links import Links
from .listening import Listening
from .looking import Balance, Looking
from .notice import Gone, Message, NotSent
from .pages import Readiness, make_app
from .people import People, read_operator
from .rules import Operator
from .secret import read_secret
from .sending import Sending
from .watch import Watch

MIGRATIONS = Path(__file__).with_name("migrations")
CONFIG, DATABASE = "RENDERCHAIN_NOTIFIER_CONFIG", "RENDERCHAIN_NOTIFIER_DATABASE"
HOST, PORT = "127.0.0.1", 8754
READ_AGAIN_S = 30.0
log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Tell people until told to end; returns the exit code."""
    options = _parser().parse_args(list(arguments))
    return run_service("notifier", lambda: _run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.notifier",
        description="Tell people what happens to their jobs, workers and services.",
    )
    text = f"the operator's file (default: ${CONFIG}, else notifier.toml here)"
    parser.add_argument("--config", type=Path, help=text)
    text = f"sqlite:///PATH or postgresql://… (default: ${DATABASE}, the file's, notifier.sqlite beside it)"
    parser.add_argument("--database", default="", help=text)
    parser.add_argument(
        "--dashboard-url", default="", help="where links lead (default: the file's `dashboard`)"
    )
    parser.add_argument("--host", default=HOST, help=f"where to listen (default: {HOST}, this machine alone)")
    parser.add_argument("--port", type=int, default=PORT, help=f"health and metrics (default: {PORT})")
    parser.add_argument(
        "--test", default="", metavar="PERSON", help="send a try by each channel of a person, and end"
    )
    text = "try anew what was given up, and end"
    parser.add_argument("--again", action="store_true", help=text)
    return parser


async def _run(options: argparse.Namespace) -> None:
    file = options.config or Path(os.environ.get(CONFIG, "") or "notifier.toml")
    operator = read_operator(file)
    if options.dashboard_url:
        operator = operator.model_copy(update={"dashboard": options.dashboard_url})
    people, channels = People(file, operator), _channels(operator, file)
    if options.test:
        return await _try(people, channels, options.test)
    engine = open_engine(_database(options, operator, file))
    try:
        log.info("database %s", shown_database(str(engine.url)))
        await asyncio.to_thread(migrate, engine, MIGRATIONS)
        if options.again:
            count = await asyncio.to_thread(Deliveries(engine, "").again, int(time.time()))
            log.info("%d deliveries are tried anew", count)
            return None
        await _serve(options, operator, file, engine, people, channels)
    finally:
        engine.dispose()


@asynccontextmanager
async def _balances(operator: Operator, file: Path) -> AsyncIterator[Balance | None]:
    """By the node of the settings that the file names, if it names some."""
    if not operator.settings:
        yield None
        return
    named = file.parent / operator.settings
    try:
        settings = load_settings(named)
    except SettingsError:
        settings = load_settings(named, {"account": NOT_CHOSEN})
    async with open_balances(settings) as balances:
        yield balances.held_fri


def _channels(operator: Operator, file: Path) -> Channels:
    mail = operator.mail
    place = mail.password if mail else None
    return Channels(mail, read_secret(place, file.parent, is_own=True) if place else None)


def _database(options: argparse.Namespace, operator: Operator, file: Path) -> str:
    named = options.database or os.environ.get(DATABASE, "") or operator.database
    return str(named) or f"sqlite:///{file.absolute().with_name('notifier.sqlite')}"


async def _try(people: People, channels: Channels, name: str) -> None:
    """Raises RenderChainError where a channel does not work."""
    listener = people.find(name)
    if listener is None:
        why = people.wrong.get(f"{name}.toml", "")
        raise SettingsError(f"No person is named {name!r}. {why or 'See the names in the settings.'}")
    now_s = int(time.time())
    text = "If you read this, this channel works. Nothing happened."
    failed = []
    for channel in listener.person.channels:
        message = Message(f"try-{time.time_ns():x}", TRY, "A try of RenderChain's notifier", text, "", now_s)
        try:
            await channels.send(listener, channel, message)
            log.info("%s: sent", channel)
        except (NotSent, Gone) as error:
            failed.append(channel)
            log.error("%s: not sent: %s", channel, error)
    if failed:
        raise RenderChainError(f"Not sent by {', '.join(failed)}; see above.")


async def _serve(
    options: argparse.Namespace,
    operator: Operator,
    file: Path,
    engine: Engine,
    people: People,
    channels: Channels,
) -> None:
    links = Links(operator.dashboard)
    sending = Sending(engine, people, channels, operator.dashboard)
    async with (
        open_index(operator.index) as index,
        aiohttp.ClientSession() as session,
        _balances(operator, file) as balance,
    ):
        listening = Listening(engine, index, people, links, sending.wake)
        looking = Looking(index, links, session, operator.watch, balance)
        watch = Watch(engine, looking, people, sending.wake)
        readiness = Readiness(Deliveries(engine, ""), listening, sending, people)
        duties = {
            "hear": listening.run(),
            "send": sending.run(),
            "tend": sending.tend(),
            "watch": watch.run(),
            "read": _read_again(people),
        }
        await serve(make_app(readiness), options.host, options.port, duties)


async def _read_again(people: People) -> None:
    """Files of people change while it runs."""
    while True:
        await asyncio.sleep(READ_AGAIN_S)
        await asyncio.to_thread(people.look)


def run() -> None:
    """As a program."""
    sys.exit(main(sys.argv[1:]))
