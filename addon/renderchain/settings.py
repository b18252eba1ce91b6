"""Settings of one process: command line over environment over file over default.

The file is TOML with the field names below; the environment has them as RENDERCHAIN_<FIELD>.
Keys and passwords are never settings, only where they are kept.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .core.errors import SettingsError
from .core.job import DEVICE_GROUPS
from .core.money import FRI_PER_STRK, parse_strk
from .core.probe import DEFAULT_S

PREFIX = "RENDERCHAIN_"
DEVICES = ("AUTO", *DEVICE_GROUPS)
SECOND_LOOKS = ("auto", "always", "never")
# The chain that a network's nodes must serve; "custom" takes what the node says.
CHAIN_IDS = {"devnet": "SN_SEPOLIA", "sepolia": "SN_SEPOLIA", "mainnet": "SN_MAIN", "custom": ""}
WHOLE = (
    "from_block",
    "final_checks",
    "own_checks",
    "own_check_seconds",
    "own_challenges",
    "probe_seconds",
    "show_gas",
    "patience_seconds",
    "most_frames",
    "metrics_port",
)
MOST_PORT = 65_535
AMOUNTS = (
    "least_reward_fri",
    "least_profit_fri",
    "fee_limit_fri",
    "show_fee_fri",
    "daily_fee_limit_fri",
)
REQUIRED = ("rpc_url", "directory", "account")


def default_folder() -> Path:
    """Where journal, packages and logs are if nothing else is said."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "renderchain"


@dataclass(frozen=True)
class Settings:
    """What a process needs to know; addresses are felts, paths absolute."""

    rpc_url: str
    directory: int  # everything else of a network is found from it
    account: int
    network: str = "custom"
    ws_url: str = ""  # without it the node is polled
    rpc_headers: Path | None = None  # a JSON file with authentication headers for the node
    board: int = 0  # 0: the directory's newest active one
    fee_limit_fri: int = 5 * FRI_PER_STRK  # no transaction may cost more in fees
    ipfs_api: str = "/ip4/127.0.0.1/tcp/5001"
    folder: Path = default_folder()
    keystore: Path | None = None  # without it the system's keyring is used
    password_file: Path | None = None
    from_block: int = 0
    device: str = "AUTO"
    least_reward_fri: int = 0
    least_profit_fri: int = 0  # what a lease must leave a worker after gas
    most_frames: int = 0  # of a lease that a worker claims; 0: as many as the board gives
    final_checks: int = 1  # frames of each lease whose final image the artist's client makes again; 0: none
    own_checks: int = 2  # leaves of each lease that the artist's client renders again; 0: none
    own_check_seconds: int = 120  # how long one of its renderings may take, the scene's opening included
    own_challenges: int = 3  # how many leases of a job it challenges by itself, each for a bond; 0: none
    probe_seconds: int = DEFAULT_S  # how long a worker may look at a package before it claims; 0: not at all
    allow_unsandboxed: bool = False
    evidence: Path | None = None  # a watchtower's: the worker's evidence folder, or a copy of it
    workers: tuple[int, ...] = ()  # the workers that a watchtower answers for: "3 5"
    patience_seconds: int = 120  # how long a watchtower leaves a worker to answer first
    daily_fee_limit_fri: int = 20 * FRI_PER_STRK  # a watchtower's transactions of a day may not cost more
    appeals: bool = True  # pay a bond for more votes where a verdict goes against what is known here
    show_gas: int = 400_000_000  # the most gas for showing what one round's prints say; 0: nothing is shown
    show_fee_fri: int = FRI_PER_STRK  # ... and the most that it may cost
    takes_unjudged: bool = False  # jobs also where too few verify them, for frames that nobody judges
    second_looks: str = "auto"  # whether jobs pay for them; auto: where the client does no own checks
    metrics_port: int = 0  # metrics and health on 127.0.0.1; 0: none
    render_environment: tuple[tuple[str, str], ...] = ()  # for render processes: "NAME=value NAME=value"

    @property
    def wants_second_looks(self) -> bool:
        """Whether jobs submitted from here pay for second looks."""
        return self.second_looks == "always" or (self.second_looks == "auto" and not self.own_checks)


def load_settings(file: Path | None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read and check all settings; raises SettingsError naming the field that is wrong.

    ``overrides`` come from the command line; None values in it count as not given.
    """
    values: dict[str, Any] = _read(file) if file else {}
    names = {field.name for field in fields(Settings)}
    unknown = sorted(set(values) - names)
    if unknown:
        raise SettingsError(f"{file} has unknown settings: {', '.join(unknown)}. Correct or remove them.")
    values |= {
        name: os.environ[PREFIX + name.upper()] for name in names if PREFIX + name.upper() in os.environ
    }
    values |= {name: value for name, value in (overrides or {}).items() if value is not None}
    missing = [name for name in REQUIRED if name not in values]
    if missing:
        raise SettingsError(
            f"These settings are missing: {', '.join(missing)}. Give them in {file or 'a file'}."
        )
    base = file.parent if file else Path.cwd()
    return Settings(**{name: _typed(name, value, base) for name, value in values.items()})


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except OSError as error:
        raise SettingsError(f"The settings {file} can't be read ({error.strerror}).") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings {file} are not TOML: {error}.") from error


def _whole(value: Any, most: int | None = None) -> int:
    number = int(value)
    if number < 0 or (most is not None and number > most):
        raise ValueError
    return number


def _typed(name: str, value: Any, base: Path) -> Any:
    try:
        if name in ("directory", "board", "account"):
            return int(value, 16) if isinstance(value, str) else int(value)
        if name in ("folder", "keystore", "password_file", "rpc_headers", "evidence"):
            return (base / Path(value).expanduser()).resolve()
        if name in WHOLE:
            return _whole(value, MOST_PORT if name == "metrics_port" else None)
        if name in AMOUNTS:
            return parse_strk(value.removesuffix("STRK")) if str(value).endswith("STRK") else int(value)
        if name == "workers":
            numbers = value if isinstance(value, list) else str(value).split()
            return tuple(_whole(one) for one in numbers)
        if name == "render_environment":
            return tuple((key, text) for key, text in (one.split("=", 1) for one in str(value).split()))
        if name in ("allow_unsandboxed", "appeals", "takes_unjudged"):
            return {"true": True, "false": False}[str(value).lower()]
    except (ValueError, TypeError, KeyError) as error:
        raise SettingsError(f"The setting {name} can't be {value!r}; correct it.") from error
    choices = {"device": DEVICES, "network": tuple(CHAIN_IDS), "second_looks": SECOND_LOOKS}
    if not isinstance(value, str) or value not in choices.get(name, (value,)):
        raise SettingsError(f"The setting {name} can't be {value!r}; correct it.")
    return value
