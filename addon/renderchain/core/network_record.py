"""The record of a network: what was deployed, by which every client finds it and anybody can check it.

    schema = "renderchain/network/2"
    name = "sepolia"
    network = "sepolia"
    chain_id = "SN_SEPOLIA"
    complete = true
    from_block = 123456
    owner = "0x…"
    …

A contract's address follows from its class, its constructor's arguments and a salt, and the salt from the
network's name: whoever has the record can compute the addresses again. Boards may be of several classes, as
later versions announce theirs in the same network. It is written before anything is sent, so that a
deployment which broke off goes on.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from .errors import SettingsError
from .network_rules import Rules, rules_of
from .networks import NETWORKS

SCHEMA = "renderchain/network/2"
MOST_BYTES = 2**16
MOST_BOARDS = 64
NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
ONE_EACH = ("Directory", "WorkerRegistry")  # which a network has for good
OF_A_BOARD = ("JobBoard", "AuditLibrary", "ChallengeLibrary")
CLASSES = ONE_EACH + OF_A_BOARD
# STRK has this address on devnet, Sepolia and mainnet.
STRK = 0x04718F5A0FC34CC1AF16A1CDEE98FFB20C31F5CD61D6AB07201858F4287C938D


@dataclass(frozen=True)
class RecordedBoard:
    """Its address, and the classes of which it is made: its own, and those of its audits' libraries."""

    address: int
    classes: Mapping[str, int]


@dataclass(frozen=True)
class NetworkRecord:
    """``network`` is the chain as the settings call it. Before it is ``complete``, nobody should use it.

    No event of the network is in a block before ``from_block``; ``classes`` are those of Directory and
    registry; ``boards`` are in the order in which they were announced, retired ones too.
    """

    name: str
    network: str
    chain_id: str
    owner: int
    rules: Rules
    classes: Mapping[str, int]
    directory: int = 0
    registry: int = 0
    boards: tuple[RecordedBoard, ...] = ()
    token: int = STRK
    from_block: int = 0
    complete: bool = False

    def salt(self, part: str) -> int:
        """What a contract of this network is deployed with, the same for the same name and part."""
        text = f"renderchain network {self.name} {part}"
        return int.from_bytes(sha256(text.encode()).digest()[:31], "big")

    @property
    def addresses(self) -> tuple[int, ...]:
        """Of its boards."""
        return tuple(one.address for one in self.boards)

    def to_text(self) -> str:
        """The record's text, one for each record."""
        lines = [
            "# A RenderChain network: docs/deployment.md says what each line is, and how it is checked.",
            f'schema = "{SCHEMA}"',
            f'name = "{self.name}"',
            f'network = "{self.network}"',
            f'chain_id = "{self.chain_id}"',
            f"complete = {str(self.complete).lower()}",
            f"from_block = {self.from_block}",
            *(f'{name} = "{getattr(self, name):#x}"' for name in ("owner", "token", "directory", "registry")),
            *([] if self.boards else ["boards = []"]),
            *_table("[classes]", self.classes, ONE_EACH),
            "",
            "[rules]",
            *(f'{name} = "{value}"' for name, value in self.rules.values().items()),
        ]
        for one in self.boards:
            lines += _table("[[boards]]", {"address": one.address, **one.classes}, ("address", *OF_A_BOARD))
        return "\n".join(lines) + "\n"


def _table(title: str, felts: Mapping[str, int], names: Sequence[str]) -> list[str]:
    return ["", title, *(f'{name} = "{felts[name]:#x}"' for name in names)]


def parse_record(text: str, place: str) -> NetworkRecord:
    """Read and check a record, whoever wrote it; raises SettingsError, which names ``place``."""
    try:
        if len(text) > MOST_BYTES:
            raise ValueError("it is too long")
        body = tomllib.loads(text)
        if body.get("schema") != SCHEMA:
            raise ValueError(f"it is not of the schema {SCHEMA}")
        return _record(body)
    except (ValueError, TypeError, KeyError, RecursionError, SettingsError) as error:
        what = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise SettingsError(
            f"{place} is no record of a network ({what[:200]}). Take it again from those who run the network."
        ) from error


def checked_name(text: str) -> str:
    """A network's name; raises SettingsError."""
    if not NAME.fullmatch(text):
        raise SettingsError(
            f"A network can't be called {text!r:.80}; use up to 31 small letters, digits and hyphens."
        )
    return text


def _record(body: dict[str, object]) -> NetworkRecord:
    network, chain_id = str(body["network"]), str(body["chain_id"])
    if network not in NETWORKS or NETWORKS[network].chain_id not in ("", chain_id):
        raise ValueError(f"the network {network!r:.40} has not the chain {chain_id!r:.40}")
    classes, rules, boards = body["classes"], body["rules"], body["boards"]
    if not isinstance(classes, dict) or not isinstance(rules, dict) or not isinstance(boards, list):
        raise ValueError("classes and rules must be tables, and boards a list")
    if set(classes) != set(ONE_EACH) or len(boards) > MOST_BOARDS:
        raise ValueError(f"it must have the classes {', '.join(ONE_EACH)}, and at most {MOST_BOARDS} boards")
    complete, from_block = body["complete"], body["from_block"]
    if not isinstance(complete, bool) or not isinstance(from_block, int) or not 0 <= from_block < 2**63:
        raise ValueError("complete must be true or false, and from_block a block's number")
    known = set(NetworkRecord.__dataclass_fields__) | {"schema"}
    if unknown := sorted(set(body) - known):
        raise ValueError(f"{unknown[0]!r:.40} is none of its names")
    return NetworkRecord(
        checked_name(str(body["name"])),
        network,
        _plain(chain_id),
        _address(body["owner"]),
        rules_of(rules),
        {name: _address(classes[name]) for name in ONE_EACH},
        _address(body["directory"]),
        _address(body["registry"]),
        tuple(map(_board, boards)),
        _address(body["token"]),
        from_block,
        complete,
    )


def _board(raw: object) -> RecordedBoard:
    if not isinstance(raw, dict) or set(raw) != {"address", *OF_A_BOARD}:
        raise ValueError(f"each board must have address, {', '.join(OF_A_BOARD)}")
    return RecordedBoard(_address(raw["address"]), {name: _address(raw[name]) for name in OF_A_BOARD})


def _plain(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,31}", text):
        raise ValueError("chain_id is no identifier of a chain")
    return text


def _address(value: object) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"0x[0-9a-f]{1,64}", value):
        raise ValueError(f"{value!r:.80} is no address; it must be written as 0x…")
    number = int(value, 16)
    if not 0 < number < 2**251 + 17 * 2**192 + 1:
        raise ValueError(f"{value:.80} is no address")
    return number
