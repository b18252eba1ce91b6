"""What the owner of a Directory is refused before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import pytest
from renderchain.adapters.starknet.artefacts import Artefacts
from renderchain.adapters.starknet.network import StarknetNetwork
from renderchain.app.network.owning import Owning
from renderchain.composition.network_owner import ARTEFACTS, known_classes
from renderchain.core.errors import ChangeRefused
from renderchain.core.network_record import OF_A_BOARD, ONE_EACH, STRK, NetworkRecord, RecordedBoard
from renderchain.core.network_rules import Rules
from renderchain.ports.network_chain import BoardStanding, NetworkStanding

from devkit.fakes.answering_node import AnsweringNode

OWNER = 0x123


CLASSES = known_classes()
CORE = {name: CLASSES[name] for name in ONE_EACH}
OF_OURS = {name: CLASSES[name] for name in OF_A_BOARD}
RECORD = NetworkRecord("one", "sepolia", "SN_SEPOLIA", OWNER, Rules(), CORE, 2, 3)


def owning(
    record: NetworkRecord, declared: Iterable[int] = CLASSES.values(), boards: tuple[int, ...] = ()
) -> Owning:
    """Of a network whose next board is not there."""
    node = AnsweringNode(dict(enumerate(declared)), {})
    chain = StarknetNetwork(node.account(OWNER), None, Artefacts(ARTEFACTS), 0)
    known = tuple(BoardStanding(one, True, True) for one in boards)
    return Owning(chain, record, NetworkStanding(OWNER, STRK, 3, known, False), CLASSES)


def test_a_board_is_announced_by_a_version_that_has_the_networks_directory_and_registry_and_by_no_other() -> (
    None
):
    change = asyncio.run(owning(RECORD).announce())
    assert [one.entrypoint for one in change.calls] == ["deployContract", "announce_board"]
    assert len(change.effects) == 1
    other = replace(RECORD, classes={**CORE, "WorkerRegistry": 0x77})
    with pytest.raises(ChangeRefused, match=r"other contracts than.*\(WorkerRegistry\); nothing was sent"):
        asyncio.run(owning(other).announce())


def test_who_announces_a_board_of_another_class_than_those_before_it_is_told() -> None:
    before = RecordedBoard(0x5, {**OF_OURS, "ChallengeLibrary": 0x77})
    record = replace(RECORD, boards=(before,))
    change = asyncio.run(owning(record, boards=(0x5,)).announce())
    assert "other contracts than boards before it" in change.effects[-1]
    assert owning(record).next_board.classes == OF_OURS


def test_a_board_whose_libraries_nobody_declared_is_not_announced() -> None:
    declared = [one for name, one in CLASSES.items() if name != "AuditLibrary"]
    with pytest.raises(ChangeRefused, match=r"classes AuditLibrary; nothing was sent.*network declare one"):
        asyncio.run(owning(RECORD, declared).announce())


def test_a_board_that_the_record_lacks_is_noted_before_the_next_is_announced() -> None:
    with pytest.raises(ChangeRefused, match=r"has the board 0x9, which the record lacks"):
        asyncio.run(owning(RECORD, boards=(0x9,)).announce())
