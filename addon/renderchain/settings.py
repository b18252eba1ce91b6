"""Settings of one process: command line over environment over file over default.

The file is TOML with the field names below; the environment has them as RENDERCHAIN_<FIELD>.
Keys and passwords are never settings, only where they are kept.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .core.addresses import is_loopback, shown_address
from .core.errors import SettingsError
from .core.money import FRI_PER_STRK
from .core.plain_text import printable
from .core.probe import DEFAULT_S
from .core.settings_kinds import LIMITS_WITHIN, NO_WATCHTOWER, PLACEHOLDERS, REQUIRED, URLS
from .core.settings_values import WRONG, typed_value

PREFIX = "RENDERCHAIN_"
MOST_SHOWN = 80  # characters of what can't be


def default_folder() -> Path:
    """Where journal, packages and logs are if nothing else is said."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "renderchain"


def own_settings_file() -> Path:
    """What the add-on's preferences write, and commands read where no other file is named."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "renderchain" / "settings.toml"


@dataclass(frozen=True)
class Settings:
    """What a process needs to know; addresses are felts, paths absolute."""

    rpc_url: str
    directory: int  # everything else of a network is found from it
    account: int
    network: str = "custom"
    ws_url: str = ""  # without it the node is polled
    other_nodes: tuple[tuple[str, str], ...] = ()  # RPC and WebSocket ("") of each, for where the first fails
    rpc_headers: Path | None = None  # a JSON file with authentication headers for the nodes
    oldest_head_seconds: int = 0  # of a node that is used; 0: ten minutes on public networks, any elsewhere
    board: int = 0  # the only one that counts; 0: all of the directory's
    fee_limit_fri: int = 5 * FRI_PER_STRK  # no transaction may cost more in fees
    index_url: str = ""  # where an index's API is that is read of where nothing is lost by that; "": none
    ipfs_api: str = "/ip4/127.0.0.1/tcp/5001"
    ipfs_program: str = ""  # Kubo, to start a node of for this process alone, in the place of ipfs_api
    ipfs_headers: Path | None = None  # a JSON file with authentication headers for the IPFS node
    ipfs_ca: Path | None = None  # PEM: who signs its certificate, where the system does not know
    ipfs_peers: tuple[str, ...] = ()  # nodes that the IPFS node stays connected to: "/ip4/…/p2p/… …"
    tell_addresses: str = "none"  # of an artist's IPFS node, to everybody, with each job: or public, all
    dial_addresses: str = "public"  # that jobs tell, to fetch their packages from: or none, all
    gateways: tuple[str, ...] = ()  # read from where the IPFS node finds nothing: "https://… https://…"
    store_bytes: int = 0  # that the IPFS node's repository may take; 0: no limit of ours
    folder: Path = default_folder()
    keystore: Path | None = None  # without it the system's keyring is used
    password_file: Path | None = None
    from_block: int = 0
    device: str = "AUTO"
    lanes: int = 1  # leases that a worker renders at the same time, on GPUs each on one of its own
    least_reward_fri: int = 0
    least_profit_fri: int = 0  # what a lease must leave a worker after gas
    most_frames: int = 0  # of a lease that a worker claims; 0: as many as the board gives
    final_checks: int = 1  # frames of each lease whose final image the artist's client makes again; 0: none
    own_checks: int = 2  # leaves of each lease that the artist's client renders again; 0: none
    own_check_seconds: int = 120  # how long one of its renderings may take, the scene's opening included
    own_challenges: int = 3  # how many leases of a job it challenges by itself, each for a bond; 0: none
    most_private_workers: int = 32  # that are given a private job's key, besides the verifiers of its leases
    probe_seconds: int = DEFAULT_S  # how long a worker may look at a package before it claims; 0: not at all
    allow_unsandboxed: bool = False
    evidence: Path | None = None  # a watchtower's: the worker's evidence folder, or a copy of it
    workers: tuple[int, ...] = ()  # the workers that a watchtower answers for: "3 5"
    watchtower_key: str = ""  # a worker's: what its watchtower says at its start; "none": it does without
    package_keys: Path | None = (
        None  # a watchtower's: a folder of private jobs' keys that it gives to workers
    )
    patience_seconds: int = 120  # how long a watchtower leaves a worker to answer first
    daily_fee_limit_fri: int = 20 * FRI_PER_STRK  # a watchtower's transactions of a day may not cost more
    appeals: bool = True  # pay a bond for more votes where a verdict goes against what is known here
    show_gas: int = 400_000_000  # the most gas for showing what one round's prints say; 0: nothing is shown
    show_fee_fri: int = FRI_PER_STRK  # ... and the most that it may cost
    takes_unjudged: bool = False  # jobs also where too few verify them, for frames that nobody judges
    second_looks: str = (
        "auto"  # whether jobs pay for them; auto: where the client can't or shan't check itself
    )
    reserve_fri: int = FRI_PER_STRK  # a worker's account keeps that much for what it holds
    largest_lock_fri: int = 0  # of a lease that a worker claims; 0: no limit of its own
    largest_bond_fri: int = 0  # of one appeal; 0: no limit of its own
    daily_bonds_fri: int = 0  # ... and of all appeals of a day (UTC) together
    scheduler: int = 0  # the account that assigns the leases of jobs submitted from here; 0: workers claim
    scheduler_grace_seconds: int = 120  # how long it may be silent before workers claim after all
    schedulers: tuple[tuple[int, str], ...] = ()  # that a worker tells of itself: account and web address
    schedule: str = ""  # when a worker takes leases, in local time: "22:00-06:00 mon-fri"; "": always
    pause_on_battery: bool = False  # take no leases then
    pause_beside_blender: bool = False  # nor while Blender is used on this machine
    idle_minutes: int = 0  # so long nobody may have used the machine before it takes leases; 0: whenever
    least_free_bytes: int = 2 * 2**30  # on the disk of the folder; with less a worker takes no leases
    memory_bytes: int = 0  # of a render process with all that it starts; 0: three quarters of the machine's
    output_bytes: int = 0  # that it may leave; 0: 64 GiB
    frame_seconds: int = 0  # that a frame may take; 0: six hours
    allow_osl: bool = False  # scenes' own shaders in Open Shading Language
    allow_freestyle_scripts: bool = False  # scenes' own style modules, which are Python
    most_package_bytes: int = 0  # of a job that a worker takes; 0: no limit of its own
    most_memory_mib: int = 0  # ... that the job says its scene needs
    most_vram_mib: int = 0  # ... the same, where the job's frames are rendered on a GPU
    most_frame_seconds: int = 0  # ... that it says a frame takes
    most_output_bytes: int = 0  # ... that its longest lease may leave
    cache_bytes: int = 0  # that packages on the disk may take together; 0: 64 GiB
    most_samples: int = 0  # ... that its package has a pixel
    most_frame_pixels: int = 0  # ... that a frame of it has in all view layers together
    most_failures: int = 2  # leases of a job that may fail here before it is left to others
    refused_artists: tuple[int, ...] = ()  # accounts whose jobs are left to others
    refused_packages: tuple[str, ...] = ()  # CIDs of packages that are left to others, whoever's they are
    logs_bytes: int = 0  # that logs of render processes may take; 0: 512 MiB
    most_evidence_bytes: int = (
        0  # with more that audits may need a worker takes no leases; 0: the disk's room
    )
    metrics_port: int = 0  # metrics and health; 0: none
    metrics_host: str = "127.0.0.1"  # where they are; 0.0.0.0 or ::: wherever this machine is reached
    blenders: tuple[str, ...] = ("",)  # programs, each of another version; "": the one that runs here
    known_tile_frames: int = (
        20  # after so many it is seen whether the known tile comes out as it did; 0: only at the start
    )
    render_environment: tuple[tuple[str, str], ...] = ()  # for render processes: "NAME=value NAME=value"

    @property
    def wants_second_looks(self) -> bool:
        """Whether jobs submitted from here pay for second looks."""
        return self.second_looks == "always" or (self.second_looks == "auto" and not self.own_checks)

    @property
    def looks_if_unchecked(self) -> bool:
        """Whether jobs pay for second looks where own checks are wanted and can't be made."""
        return self.second_looks == "auto"

    @property
    def keys_go_to(self) -> bytes:
        """The watchtower that a worker keeps the keys of private jobs for; nothing where it has none."""
        return b"" if self.watchtower_key == NO_WATCHTOWER else bytes.fromhex(self.watchtower_key)

    @property
    def far_addresses(self) -> tuple[str, ...]:
        """What of its addresses is not on this machine, as it may be shown."""
        urls = [
            self.rpc_url,
            self.ws_url,
            *(one for pair in self.other_nodes for one in pair),
            self.index_url,
            *self.gateways,
            *self.ipfs_peers,
        ]
        far = [one for one in urls if one and not is_loopback(one)]
        far = [one if one.startswith("/") else shown_address(one) for one in far]
        is_far = not self.ipfs_program and not is_loopback(self.ipfs_api)
        return (*far, self.ipfs_api) if is_far else tuple(far)


def load_settings(file: Path | None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read and check all settings; raises SettingsError naming everything that is wrong, not only the first.

    ``overrides`` come from the command line; None values in it count as not given.
    """
    values: dict[str, Any] = _read(file) if file else {}
    names = [field.name for field in fields(Settings)]
    faults = [_unknown(name, names) for name in sorted(set(values) - set(names))]
    faults += _misspelt(names)
    given = {name: (values[name], f"in {file}") for name in names if name in values}
    for name in names:
        variable = PREFIX + name.upper()
        if variable in os.environ:
            given[name] = (os.environ[variable], f"in the environment as {variable}")
    given |= {
        name: (value, "on the command line") for name, value in (overrides or {}).items() if value is not None
    }
    missing = [name for name in REQUIRED if name not in given]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        faults.append(f"{', '.join(missing)} {verb} missing")
    typed = {}
    for name, (value, place) in given.items():
        try:
            typed[name] = typed_value(name, value, file.parent if file else Path.cwd())
        except WRONG:
            faults.append(f"{name} can't be {_shown(name, value)} ({place})")
    faults += [
        f"{name} is still the example's: put your own there ({given[name][1]})"
        for name, example in PLACEHOLDERS.items()
        if name in typed and typed[name] == example
    ]
    faults += _contradictions(typed)
    if faults:
        raise SettingsError(f"The settings are wrong: {'; '.join(faults)}. Correct {file or 'them'}.")
    return Settings(**typed)


def check_setting(name: str, value: Any) -> None:
    """Whether a setting may have that value; raises SettingsError."""
    try:
        typed_value(name, value, Path.cwd())
    except WRONG as error:
        raise SettingsError(f"{name} can't be {_shown(name, value)}; correct it.") from error


def _shown(name: str, value: Any) -> str:
    """As it may be shown: whoever rents a node has a key in its address, also in one that is mistyped."""
    try:
        shown = _without_keys(str(value)) if name in URLS else value
        return f"{shown!r:.{MOST_SHOWN}}"
    except ValueError:  # longer than Python writes any
        return "a number of so many digits"


def _without_keys(text: str) -> str:
    words = (one if "://" in one else f"//{one}" for one in text.split())
    return " ".join(shown_address(one).removeprefix("://") for one in words)


def _unknown(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, 1)
    return f"{printable(name, MOST_SHOWN)} is no setting" + (f" (do you mean {near[0]}?)" if near else "")


def _misspelt(names: list[str]) -> list[str]:
    """Variables that look like settings and are none; others of that prefix are not ours to judge."""
    faults = []
    for variable in sorted(os.environ):
        name = variable.removeprefix(PREFIX).lower()
        near = difflib.get_close_matches(name, names, 1, 0.85) if variable.startswith(PREFIX) else []
        if near and name not in names:
            faults.append(
                f"{variable} in the environment is no setting (do you mean {PREFIX}{near[0].upper()}?)"
            )
    return faults


def _contradictions(typed: Mapping[str, Any]) -> list[str]:
    """What can't be meant together; by what was given, for nobody has to know the defaults."""
    faults = []
    if "password_file" in typed and "keystore" not in typed:
        faults.append("password_file is given without the keystore that it opens")
    if bool(typed.get("evidence")) != bool(typed.get("workers")):
        faults.append("evidence and workers are a watchtower's, and it needs both")
    api = str(typed.get("ipfs_api", ""))
    if "ipfs_program" in typed and "ipfs_api" in typed:
        faults.append("ipfs_program and ipfs_api can't both be used: leave one out")
    if "ipfs_headers" in typed and api and not api.endswith("/https") and not is_loopback(api):
        faults.append("ipfs_headers would be sent to ipfs_api as they are; let it end with /https")
    for smaller, larger in LIMITS_WITHIN:
        if smaller in typed and larger in typed and typed[smaller] > typed[larger]:
            faults.append(f"{smaller} is more than {larger} ever allows")
    return faults


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"The settings {file} can't be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, too
        raise SettingsError(
            f"The settings {file} are not TOML: {error}. Correct the file, or move it away to begin anew."
        ) from error
