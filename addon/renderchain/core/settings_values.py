"""One setting's value: from a file, the environment or the command line to what the dataclass has.

What can't be one raises what its conversion does (``WRONG``); whoever reads settings says of which it was.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .addresses import is_loopback, leads_somewhere
from .cid import cid_of, digest_of
from .errors import ContentError, SettingsError
from .money import parse_strk
from .schedule import parse_schedule
from .settings_kinds import (
    ADDRESSES,
    AMOUNTS,
    CHOICES,
    LEAST,
    MOST,
    PATHS,
    PATTERNS,
    SCHEMES,
    SOME,
    SWITCHES,
    URLS,
    WHOLE,
)

# A RuntimeError for the home folder of a user that there is not.
WRONG = (ValueError, TypeError, KeyError, RuntimeError, OSError, SettingsError, ContentError)


def typed_value(name: str, value: Any, base: Path) -> Any:
    """The value as the dataclass has it; raises what its conversion does."""
    typed = _converted(name, value, base)
    if name in SOME and not typed or name in LEAST and 0 < typed < LEAST[name]:
        raise ValueError
    return typed


def _converted(name: str, value: Any, base: Path) -> Any:
    if name in ADDRESSES:
        return _address(value)
    if name in PATHS:
        return (base / Path(_text(value)).expanduser()).resolve()
    if name in WHOLE:
        return _whole(value, MOST.get(name, 2**128 - 1))
    if name in AMOUNTS:
        return parse_strk(value.removesuffix("STRK")) if str(value).endswith("STRK") else _whole(value)
    if name in SEVERAL:
        return SEVERAL[name](value, base)
    if name in SWITCHES:
        return {"true": True, "false": False}[str(value).lower()]
    if name == "ipfs_program":
        return _program(_text(value), base)
    return _checked_text(name, _text(value))


def _program(text: str, base: Path) -> str:
    """A path, relative to the file; what has no folder is a name on the PATH."""
    return text if text == Path(text).name else os.path.abspath(base / Path(text).expanduser())


def _workers(value: Any, _: Path) -> tuple[int, ...]:
    return tuple(_whole(one) for one in (value if isinstance(value, list) else str(value).split()))


def _accounts(value: Any, _: Path) -> tuple[int, ...]:
    return tuple(map(_address, value if isinstance(value, list) else _text(value).split()))


def _cids(value: Any, _: Path) -> tuple[str, ...]:
    """As the chain's digests are written; another spelling would never be met."""
    texts = value if isinstance(value, list) else _text(value).split()
    return tuple(cid_of(digest_of(_text(one))) for one in texts)


def _environment(value: Any, _: Path) -> tuple[tuple[str, str], ...]:
    found = tuple((key, text) for key, text in (one.split("=", 1) for one in _text(value).split()))
    if not all(key for key, _ in found):
        raise ValueError  # no process could be started with it
    return found


def _nodes(value: Any, _: Path) -> tuple[tuple[str, str], ...]:
    return tuple(map(_node, value if isinstance(value, list) else filter(None, _text(value).split(","))))


def _peers(value: Any, _: Path) -> tuple[str, ...]:
    return _beginning(value, ("/",))


def _gateways(value: Any, _: Path) -> tuple[str, ...]:
    found = _beginning(value, ("https://", "http://"))
    if any(one.startswith("http://") and not is_loopback(one) for one in found):
        raise ValueError  # whoever is in between would see what is fetched
    return found


def _beginning(value: Any, beginnings: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(_text(one) for one in (value if isinstance(value, list) else _text(value).split()))
    if not all(one.startswith(beginnings) and (one.startswith("/") or leads_somewhere(one)) for one in found):
        raise ValueError
    return found


def _node(text: Any) -> tuple[str, str]:
    """RPC address and WebSocket of a node, which are apart by a space."""
    rpc_url, ws_url = [*_text(text).split(), ""][:2]
    if len(text.split()) > 2 or not rpc_url:
        raise ValueError
    return _checked_text("rpc_url", rpc_url), _checked_text("ws_url", ws_url)


def _schedulers(value: Any, _: Path) -> tuple[tuple[int, str], ...]:
    return tuple(map(_scheduler, value if isinstance(value, list) else filter(None, _text(value).split(","))))


def _scheduler(text: Any) -> tuple[int, str]:
    """A scheduler's account and its web address, which are apart by a space."""
    account, url = _text(text).split()
    (checked,) = _gateways([url], Path())  # whoever is in between would know what the worker does
    return int(typed_value("account", account, Path())), checked


def _programs(value: Any, base: Path) -> tuple[str, ...]:
    """A list, or a text as PATH has it; no program twice."""
    texts = [_text(one) for one in (value if isinstance(value, list) else _text(value).split(os.pathsep))]
    found = tuple(os.path.abspath(base / Path(one).expanduser()) if one else "" for one in texts)
    if not found or len(set(found)) < len(found):
        raise ValueError
    return found


# Settings that are lists, and how each is read; a text in the environment has them apart.
SEVERAL: Mapping[str, Callable[[Any, Path], Any]] = {
    "workers": _workers,
    "other_nodes": _nodes,
    "blenders": _programs,
    "ipfs_peers": _peers,
    "gateways": _gateways,
    "schedulers": _schedulers,
    "refused_artists": _accounts,
    "refused_packages": _cids,
    "render_environment": _environment,
}


def _checked_text(name: str, value: str) -> str:
    if name == "schedule":
        parse_schedule(value)
    if value not in CHOICES.get(name, (value,)):
        raise ValueError
    if value and name in PATTERNS and not PATTERNS[name].fullmatch(value):
        raise ValueError
    if value and name in SCHEMES and not value.startswith(SCHEMES[name]):
        raise ValueError
    if value and name in URLS and not leads_somewhere(value):
        raise ValueError
    if name == "index_url" and value.startswith("http://") and not is_loopback(value):
        raise ValueError  # whoever is in between would see what is asked, and could answer
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise TypeError
    return value


def _whole(value: Any, most: int = 2**128 - 1) -> int:
    if isinstance(value, bool | float):
        raise TypeError
    number = int(value)
    if not 0 <= number <= most:
        raise ValueError
    return number


def _address(value: Any) -> int:
    number = int(value, 16) if isinstance(value, str) else _whole(value)
    if not 0 <= number < 2**251:
        raise ValueError
    return number
