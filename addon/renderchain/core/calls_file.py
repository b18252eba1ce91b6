"""Calls that one machine makes up and another signs, as a JSON file.

    {"schema": "renderchain/calls/2", "chain_id": "SN_MAIN", "account": "0x…", "action": "…",
     "nonce": 7, "calls": [{"contract_address": "0x…", "entry_point": "…", "calldata": ["0x…"]}]}

Who signs believes nothing in it but the calls, and reads those itself; ``nonce`` is how many transactions the
account had sent when the file was made. ``calls`` is what Starknet's wallet API takes
(``wallet_addInvokeTransaction``), so whatever signs for an account, with however many keys, can be given it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from .errors import ChangeRefused
from .provider import PlainCall

SCHEMA = "renderchain/calls/2"
MOST_BYTES = 2**20
MOST_CALLS = 16
MOST_BRACKETS = 100  # json would nest as deep as a text says, and bring the process down
FELT = 2**251 + 17 * 2**192 + 1
NAMES = {"schema", "chain_id", "account", "action", "nonce", "calls"}
CALL_NAMES = {"contract_address", "entry_point", "calldata"}


@dataclass(frozen=True)
class CallsFile:
    """What is to be signed: for one account of one chain, in one transaction."""

    chain_id: str
    account: int
    action: str
    nonce: int
    calls: tuple[PlainCall, ...]

    def to_text(self) -> str:
        """The file's text."""
        calls = [
            {
                "contract_address": hex(one.to),
                "entry_point": one.entrypoint,
                "calldata": [hex(felt) for felt in one.calldata],
            }
            for one in self.calls
        ]
        body = {
            "schema": SCHEMA,
            "chain_id": self.chain_id,
            "account": hex(self.account),
            "action": self.action,
            "nonce": self.nonce,
            "calls": calls,
        }
        return json.dumps(body, indent=2) + "\n"

    @property
    def intent_name(self) -> str:
        """The same for the same text: such a file is sent once, however often it is asked for."""
        return f"calls-{hashlib.sha256(self.to_text().encode()).hexdigest()[:32]}"


def parse_calls(text: str) -> CallsFile:
    """Read and check such a file; raises ChangeRefused."""
    try:
        if len(text) > MOST_BYTES:
            raise ValueError("it is too long")
        if text.count("[") + text.count("{") > MOST_BRACKETS:
            raise ValueError("it is too deep")
        body = json.loads(text)
        if not isinstance(body, dict) or set(body) != NAMES or body["schema"] != SCHEMA:
            raise ValueError(f"it is no object of the schema {SCHEMA}")
        if not isinstance(body["calls"], list) or not 0 < len(body["calls"]) <= MOST_CALLS:
            raise ValueError(f"it must have 1 to {MOST_CALLS} calls")
        return CallsFile(
            _text(body["chain_id"]),
            _felt(body["account"]),
            _text(body["action"]),
            _whole(body["nonce"]),
            tuple(map(_call, body["calls"])),
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ChangeRefused(
            f"The file holds no calls that can be sent ({error}). Have it made anew with --print."
        ) from error


def _call(raw: object) -> PlainCall:
    if not isinstance(raw, dict) or set(raw) != CALL_NAMES or not isinstance(raw["calldata"], list):
        raise ValueError(f"a call must have {', '.join(sorted(CALL_NAMES))}")
    calldata = tuple(map(_felt, raw["calldata"]))
    return PlainCall(_felt(raw["contract_address"]), _text(raw["entry_point"]), calldata)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or len(value) > 500:
        raise ValueError("a text is none, is too long, or has control characters")
    return value


def _felt(value: object) -> int:
    text = _text(value)
    number = int(text, 16) if text.startswith("0x") else -1
    if not 0 <= number < FELT:
        raise ValueError(f"{text[:80]} is no felt")
    return number


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("the nonce is no number")
    return value
