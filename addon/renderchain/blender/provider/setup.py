"""``setup provider``: from nothing to a worker that can be started; ended anywhere, it goes on from there."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...app.provider.doctor_machine import examine_watchtower
from ...app.provider.joining import Joining
from ...app.provider.questions import Questions
from ...composition.keys import derived_address, key_place, new_private_key, noted_account
from ...composition.known_networks import known_networks
from ...composition.provider import open_provider
from ...core.errors import KeyStoreError, SettingsError
from ...core.networks import NETWORKS
from ...core.settings_text import settings_text
from ...core.whole_file import write_whole
from ...core.worker_unit import UNIT_NAME, unit_text
from ...ports.reporter import Reporter
from ...settings import check_setting, load_settings
from ..command_line import given_path, guarded, named_file_of, new_parser, real_path
from .accounts import deploy
from .common import say
from .machine import look_at_blenders, worker_command

KEYSTORE, PASSWORD = "operator.json", "operator.password"
# Name, question, and what is suggested where nothing is known.
ASKED = (
    ("network", f"The network: {', '.join(NETWORKS)}", "mainnet"),
    ("rpc_url", "A Starknet node's address (JSON-RPC 0.10)", ""),
    ("ws_url", "Its WebSocket's address, or - for none", "-"),
    ("directory", "The network's directory contract", ""),
    ("from_block", "The block in which its board was deployed", "0"),
    ("ipfs_api", "Your IPFS node's API", "/ip4/127.0.0.1/tcp/5001"),
    ("folder", "The worker's folder, for packages, results and evidence", "worker"),
    ("device", "What to render on: AUTO, CPU, OPTIX, CUDA, HIP, ONEAPI or METAL", "AUTO"),
)


def setup(arguments: Sequence[str]) -> int:
    """Ask what is needed, sign what is lacking, write the settings and the unit."""
    parser = new_parser("renderchain_setup", "Become a provider, a step after the other.")
    parser.add_argument("who", choices=("provider",))
    parser.add_argument("--answers", type=given_path, help="a TOML file with answers, by the settings' names")
    text = "ask nothing: sign what is explained, and take what is suggested where there is no answer"
    parser.add_argument("--yes", action="store_true", help=text)
    text = f"the systemd user unit to write (default: ~/.config/systemd/user/{UNIT_NAME})"
    parser.add_argument("--unit", type=given_path, help=text)
    options = parser.parse_args(list(arguments))
    return guarded(options, lambda reporter: asyncio.run(_set_up(options, reporter)))


async def _set_up(options: argparse.Namespace, reporter: Reporter) -> int:
    config = real_path(named_file_of(options) or Path("worker.toml"))
    answers = {name: str(value) for name, value in _read(options.answers).items()} if options.answers else {}
    questions = Questions(answers, say, input, silent=options.yes)
    _write_settings(config, questions)
    settings = load_settings(config)
    async with open_provider(settings, reporter, signs=False) as chain:
        if not await chain.is_deployed(settings.account) and not await chain.tokens_fri(settings.account):
            say(f"Send STRK to {settings.account:#x}, for stake and fees, then run this again.")
            return 1
    if not await deploy(settings, reporter, questions.agree):
        return 1
    families, seen = await look_at_blenders(settings, reporter)
    for one in seen:
        say(one.line)
    async with open_provider(settings, reporter) as chain:
        number = await Joining(chain, questions, say, families).join()
    say(f"Worker {number} is ready.")
    say(examine_watchtower(settings.watchtower_key).line)
    _write_unit(options.unit, config)
    return 0


def _write_settings(config: Path, questions: Questions) -> None:
    """Ask for what the file does not have yet; it is written before anything is paid."""
    known = _read(config) if config.exists() else {}
    values: dict[str, Any] = dict(known)
    for name, text, suggested in ASKED:
        if name not in known:
            given = questions.ask(name, text, _checked(name), _suggested(name, values) or suggested)
            if given != "-":
                values[name] = int(given) if name == "from_block" and given.isdecimal() else given
    if not known.get("account"):
        values |= _account(config.parent, questions)
    if values == known:
        return
    config.parent.mkdir(parents=True, exist_ok=True)
    partial = config.with_suffix(".partial")
    try:
        partial.write_text(settings_text(values), encoding="utf-8")
        load_settings(partial)  # nothing wrong may stand in the way of running this again
        os.replace(partial, config)
    except KeyError as error:
        raise SettingsError(f"{config} is wrong: {error.args[0]}. Correct it.") from error
    finally:
        partial.unlink(missing_ok=True)
    say(f"The settings are in {config}, each with what it means.")


def _suggested(name: str, values: Mapping[str, Any]) -> str:
    """What the chosen network's record says, if there is one."""
    known = known_networks().get(str(values.get("network")))
    if known is None or not known.directory:
        return ""
    return {"directory": hex(known.directory), "from_block": str(known.from_block)}.get(name, "")


def _account(folder: Path, questions: Questions) -> dict[str, str]:
    """A new account or a known one, its key in a keystore beside the settings."""
    names = {"keystore": KEYSTORE, "password_file": PASSWORD}
    kept = noted_account(folder / KEYSTORE)
    if kept:
        say(f"The key in {folder / KEYSTORE} is used, of the account {kept:#x}.")
        return {"account": hex(kept), **names}
    text = "The account that the worker signs with: its address, or new"
    given = questions.ask("account", text, _plain, "new")
    store = key_place(folder / KEYSTORE, folder / PASSWORD, may_make_password=True)
    if given == "new":
        key = new_private_key()
        address = derived_address(key)
    else:
        address, key = _number(given), _number(getpass.getpass("Its private key (hexadecimal, not shown): "))
    store.save(address, key)
    say(f"The key of {address:#x} is in {folder / KEYSTORE}, its password in {folder / PASSWORD}.")
    say("Keep copies of both where this machine's disk can't take them along.")
    return {"account": hex(address), **names}


def _write_unit(path: Path | None, config: Path) -> None:
    base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    path = path or base / "systemd" / "user" / UNIT_NAME
    try:
        write_whole(path, unit_text(worker_command(config)).encode())
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"The unit {path} can't be written ({error}); name another with --unit."
        ) from error
    say(f"The unit is {path}; its first lines say how it is started.")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # numbers of thousands of digits, too
        raise SettingsError(f"{path} can't be read as TOML ({error}); correct it.") from error


def _checked(name: str) -> Callable[[str], str]:
    """Answers that the setting of that name can be; ``-`` for none."""

    def check(text: str) -> str:
        if _plain(text) != "-":
            check_setting(name, text)
        return text

    return check


def _plain(text: str) -> str:
    if not text:
        raise SettingsError("This has no default; write something.")
    return text


def _number(text: str) -> int:
    try:
        return int(text.strip(), 16)
    except ValueError:
        raise KeyStoreError("That is no hexadecimal number; nothing was stored. Run it again.") from None
