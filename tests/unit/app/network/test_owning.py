"""What the owner of a Directory is refused before anything is sent."""

from __future__ import annotations

import asyncio

import pytest
from renderchain.adapters.starknet.artefacts import Artefacts
from renderchain.adapters.starknet.network import StarknetNetwork
from renderchain.app.network.owning import Owning
from renderchain.composition.network_owner import ARTEFACTS, known_classes
from renderchain.core.errors import ChangeRefused
from renderchain.core.network_record import STRK, NetworkRecord
from renderchain.core.network_rules import Rules
from renderchain.ports.network_chain import NetworkStanding

from devkit.fakes.answering_node import AnsweringNode

OWNER = 0x123


def owning(record: NetworkRecord) -> Owning:
    """Of a network whose board is declared and not there."""
    node = AnsweringNode({0x1: record.classes["JobBoard"]}, {})
    chain = StarknetNetwork(node.account(OWNER), None, Artefacts(ARTEFACTS), 0)
    return Owning(chain, record, NetworkStanding(OWNER, STRK, 3, (), False))


def test_a_board_is_announced_by_the_version_that_has_the_networks_contracts_and_by_no_other() -> None:
    classes = known_classes()
    record = NetworkRecord("one", "sepolia", "SN_SEPOLIA", OWNER, Rules(), classes, 2, 3)
    change = asyncio.run(owning(record).announce(classes))
    assert [one.entrypoint for one in change.calls] == ["deployContract", "announce_board"]
    for name in ("JobBoard", "ChallengeLibrary"):
        with pytest.raises(ChangeRefused, match=rf"other contracts than.*\({name}\); nothing was sent"):
            asyncio.run(owning(record).announce({**classes, name: 0x77}))
