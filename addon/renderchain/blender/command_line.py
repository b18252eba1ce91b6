"""What all commands share: their options, their settings, how they end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from ..adapters.std_logging import logging_told
from ..composition.keys import ask_for_passphrases
from ..composition.own_settings import settings_file
from ..core.disk_room import said_of_file
from ..core.errors import FrameRangeError, RenderChainError, SettingsError
from ..core.exit_codes import INTERRUPTED, OTHER, exit_code_of
from ..core.frames import MAX_FRAMES, parse_frames
from ..settings import Settings, load_settings
from .console import FORMS, ConsoleReporter
from .secrets_asked import asked_passphrase, somebody_is_there

MOST_SECONDS = 86_400
MOST_DIGITS = 20


def new_parser(name: str, description: str) -> argparse.ArgumentParser:
    """A command's parser, with the options that every command has."""
    parser = argparse.ArgumentParser(prog=name, description=description)
    add_common_options(parser)
    return parser


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """The options that every command has."""
    text = "settings file (default: $RENDERCHAIN_CONFIG, else what the add-on's preferences wrote)"
    parser.add_argument("--config", type=given_path, help=text)
    text = "what is said on standard error: sentences or JSON lines (default: $RENDERCHAIN_LOG or text)"
    parser.add_argument("--log", choices=FORMS, default="", help=text)


def add_board_option(
    parser: argparse.ArgumentParser, what: str = "the only board that counts, where two have that number"
) -> None:
    """Of commands about jobs, of which each board of a network numbers its own."""
    text = f"{what}, by its address (default: the setting board, else all of the network's)"
    parser.add_argument("--board", metavar="ADDRESS", help=text)


def given_path(text: str) -> Path:
    """An option's path; ~ is the home, also where no shell has put it in, as behind ``--output=``."""
    return Path(os.path.expanduser(text))


def real_path(named: Path) -> Path:
    """Where a path leads from here, whatever is there; raises OSError where here is no more."""
    return Path(os.path.realpath(named))


def whole_seconds(text: str) -> int:
    """Seconds of an option, 0 or more."""
    return _whole(text, 0, MOST_SECONDS, "no whole number of seconds")


def frame_count(text: str) -> int:
    """Frames of an option, 1 or more."""
    return _whole(text, 1, MAX_FRAMES, "no number of frames")


def given_frames(text: str) -> tuple[int, ...]:
    """An option's frames."""
    try:
        return parse_frames(text)
    except FrameRangeError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def chain_number(text: str) -> int:
    """The number of a job or of a lease, as the chain has it."""
    return _whole(text, 1, 2**64 - 1, "no number")


def worker_number(text: str) -> int:
    """The number of a worker, as the chain has it."""
    return _whole(text, 1, 2**32 - 1, "no number")


def leaf_number(text: str) -> int:
    """The number of a leaf in its lease."""
    return _whole(text, 0, 2**32 - 1, "no number")


def _whole(text: str, least: int, most: int, otherwise: str) -> int:
    if not text.isdecimal() or len(text) > MOST_DIGITS or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r:.40} is {otherwise} from {least} to {most}")
    return int(text)


def settings_of(options: argparse.Namespace, **overrides: object) -> Settings:
    """The settings that the options name; raises SettingsError."""
    chosen = {"board": getattr(options, "board", None), **overrides}
    return load_settings(settings_file_of(options), chosen)


def settings_file_of(options: argparse.Namespace) -> Path | None:
    """The settings file that is named, else the one that the add-on's preferences write, if there is one."""
    return settings_file(options.config)


def named_file_of(options: argparse.Namespace) -> Path | None:
    """The settings file that the options name, else the environment's."""
    file = options.config or os.environ.get("RENDERCHAIN_CONFIG")
    return Path(file) if file else None


def told_to_end() -> asyncio.Event:
    """Set once somebody interrupts or ends the process; call it on the loop."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def guarded(options: argparse.Namespace, work: Callable[[ConsoleReporter], int]) -> int:
    """Run a command; whatever goes wrong becomes one sentence and the exit code of its cause.

    What libraries log and warn of is told as notices.
    """
    name = getattr(options, "name", "")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files may be no text
    try:
        reporter = ConsoleReporter(name, options.log)
    except SettingsError as error:
        ConsoleReporter(name, "text").end(str(error))
        return exit_code_of(error)
    try:
        if somebody_is_there():
            ask_for_passphrases(asked_passphrase)
        with logging_told(reporter):
            return work(reporter)
    except RenderChainError as error:
        reporter.end(str(error))
        return exit_code_of(error)
    except OSError as error:
        _let_go_of_output()
        reporter.end(said_of_file(error))
        return exit_code_of(error)
    except KeyboardInterrupt:
        reporter.end("interrupted")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - who starts it by a unit sees the sentence and the code
        traceback.print_exc()
        reporter.end(
            f"{type(error).__name__}: {error}. Nobody foresaw that: please report it, with what stands above."
        )
        return OTHER


def _let_go_of_output() -> None:
    """What can't be written is not written again as the process ends, with an exit code of Python's."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


@contextlib.contextmanager
def output_for_report() -> Iterator[Callable[[str], None]]:
    """Standard output for the report alone, a line for each call: what Blender prints meanwhile goes to
    standard error.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)

    def tell(line: str) -> None:
        with os.fdopen(os.dup(kept), "wb") as output:
            output.write(f"{line}\n".encode(errors="backslashreplace"))

    try:
        yield tell
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
