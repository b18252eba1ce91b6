"""Which boards of a Directory are worked on, where it lists what is none of ours."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from renderchain.adapters.starknet import boards as listed
from renderchain.adapters.starknet.boards import active_boards
from renderchain.adapters.starknet.chain import find_contracts
from renderchain.adapters.starknet.contracts import class_hash_of
from renderchain.composition.boards import NetworkBoards
from renderchain.core.boards import Board
from renderchain.core.errors import WrongNetwork
from renderchain.core.notices.process import BoardLeftOut
from starknet_py.net.account.account import Account

from devkit.fakes.answering_node import Answer, AnsweringNode
from devkit.fakes.reporter import RecordingReporter

DIRECTORY, REGISTRY, TOKEN = 0x10, 0x11, 0x12
OURS, OTHER_CLASS, NO_CONTRACT, NEWER = 0x20, 0x21, 0x22, 0x23


def account(*boards: int) -> Account:
    """Somebody's, on a chain with a Directory whose boards are all active."""
    classes = {
        DIRECTORY: class_hash_of("Directory"),
        REGISTRY: class_hash_of("WorkerRegistry"),
        OURS: class_hash_of("JobBoard"),
        NEWER: class_hash_of("JobBoard"),
        OTHER_CLASS: class_hash_of("WorkerRegistry"),
    }
    views: dict[str, Answer] = {
        "board_count": lambda: len(boards),
        "board_at": lambda index: boards[index],
        "is_active_board": lambda _: 1,
        "takes_jobs": lambda _: 1,
        "token": lambda: TOKEN,
        "registry": lambda: REGISTRY,
    }
    return AnsweringNode(classes, views).account()


def test_what_is_no_board_of_ours_is_left_out_and_told_and_the_others_are_there() -> None:
    left_out = list[int]()
    found = active_boards(account(OTHER_CLASS, OURS, NO_CONTRACT, NEWER), DIRECTORY, left_out.append)
    assert asyncio.run(found) == [Board(OURS, True), Board(NEWER, True)]
    assert left_out == [OTHER_CLASS, NO_CONTRACT]


def test_a_board_of_ours_is_found_behind_any_number_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """64 that are none of ours hid all before them."""
    monkeypatch.setattr(listed, "AT_ONCE", 2)
    monkeypatch.setattr(listed, "MOST_BOARDS", 2)
    for others in range(6):
        some = account(OURS, *[OTHER_CLASS] * others, NEWER, *[NO_CONTRACT] * others)
        assert asyncio.run(active_boards(some, DIRECTORY)) == [Board(OURS, True), Board(NEWER, True)]
    many = account(OURS, NEWER, OURS, OTHER_CLASS, NEWER)
    assert asyncio.run(active_boards(many, DIRECTORY)) == [Board(OURS, True), Board(NEWER, True)]
    monkeypatch.setattr(listed, "MOST_LISTED", 4)
    with pytest.raises(WrongNetwork, match="None of the network's active boards"):
        asyncio.run(active_boards(account(OURS, *[OTHER_CLASS] * 4), DIRECTORY))


def test_where_none_of_ours_is_left_it_says_so() -> None:
    with pytest.raises(WrongNetwork, match=r"0x21, 0x22.*update RenderChain"):
        asyncio.run(active_boards(account(OTHER_CLASS, NO_CONTRACT), DIRECTORY))
    with pytest.raises(WrongNetwork, match="lists no active board"):
        asyncio.run(active_boards(account(), DIRECTORY))


def test_a_network_is_opened_by_the_newest_board_that_is_known() -> None:
    found = asyncio.run(find_contracts(account(OURS, NEWER, OTHER_CLASS), DIRECTORY))
    assert int(found["board"].address) == NEWER


def test_it_is_told_once_and_no_new_job_goes_there() -> None:
    heard, journal = RecordingReporter(), SimpleNamespace(jobs=list)
    made: Any = (account(OTHER_CLASS, OURS), None, journal, DIRECTORY)

    async def twice() -> list[list[Board]]:
        boards = NetworkBoards(*made, reporter=heard)
        assert await boards._for_new_job() == OURS
        return [await boards._active() for _ in range(2)]

    assert asyncio.run(twice()) == [[Board(OURS, True)]] * 2
    assert heard.told == [BoardLeftOut(OTHER_CLASS)]
