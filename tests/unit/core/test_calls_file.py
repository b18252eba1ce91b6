"""Calls that another machine signs: what is written is read again, and anything else is refused."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from renderchain.core.calls_file import FELT, MOST_CALLS, CallsFile, parse_calls
from renderchain.core.errors import ChangeRefused
from renderchain.core.provider import PlainCall

CALL = PlainCall(5, "add_stake", (1, FELT - 1))
FILE = CallsFile("SN_MAIN", 9, "Adding stake", 3, (CALL,))


def test_what_is_written_is_read_again() -> None:
    assert parse_calls(FILE.to_text()) == FILE


def test_the_same_calls_have_the_same_intent_and_others_another() -> None:
    again = parse_calls(FILE.to_text())
    assert again.intent_name == FILE.intent_name
    assert CallsFile("SN_MAIN", 9, "Adding stake", 4, (CALL,)).intent_name != FILE.intent_name


def altered(**changes: Any) -> str:
    body = json.loads(FILE.to_text())
    call = changes.pop("call", {})
    body["calls"] = [{**one, **call} for one in body["calls"]]
    return json.dumps({**body, **changes})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        "[" * 100_000,
        '"' + "a" * 2**21 + '"',
        altered(schema="renderchain/calls/1"),
        altered(more=1),
        altered(calls=[]),
        altered(calls=json.loads(FILE.to_text())["calls"] * (MOST_CALLS + 1)),
        altered(nonce=-1),
        altered(nonce=True),
        altered(nonce="3"),
        altered(account=9),
        altered(account="9"),
        altered(account=hex(FELT)),
        altered(action="good\x1b[2Jbad"),
        altered(action="a" * 501),
        altered(chain_id=None),
        altered(call={"calldata": "0x1"}),
        altered(call={"calldata": ["-0x1"]}),
        altered(call={"calldata": [1]}),
        altered(call={"contract_address": hex(FELT)}),
        altered(call={"other": "0x1"}),
    ],
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ChangeRefused, match="--print"):
        parse_calls(text)


def test_deep_nesting_is_refused_even_where_a_library_raised_the_recursion_limit() -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        with pytest.raises(ChangeRefused, match="too deep"):
            parse_calls("[" * 200_000)
    finally:
        sys.setrecursionlimit(before)
