"""What a network's record says of one that stands on its chain already."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.starknet.artefacts import Artefacts
from renderchain.adapters.starknet.network import StarknetNetwork
from renderchain.app.network.deploying import Wanted, by_account, check_owner, lacking, placed, planned, terms
from renderchain.app.network.records import write_record
from renderchain.app.network.verifying import verdict, verify
from renderchain.app.provider.change import Change
from renderchain.app.provider.signing import holds, write_calls
from renderchain.composition.network_owner import ARTEFACTS, known_classes
from renderchain.core.errors import ChangeRefused
from renderchain.core.network_record import OF_A_BOARD, ONE_EACH, STRK, NetworkRecord, parse_record
from renderchain.core.network_rules import Rules

from devkit.fakes.answering_node import Answer, AnsweringNode
from devkit.fakes.full_disk import no_room

OWNER, NEWEST, FIRST = 0x123, 900, 70
CORE = {name: known_classes()[name] for name in ONE_EACH}
OF_OURS = {name: known_classes()[name] for name in OF_A_BOARD}
OF_OTHERS = {**OF_OURS, "JobBoard": 0x77}


class Network:
    """One that stands on a made-up chain, or nothing of it, and where its record would be."""

    def __init__(self, folder: Path, boards: int, chain_id: str = "SN_SEPOLIA") -> None:
        self.path = folder / "one.toml"
        self.record: NetworkRecord
        self.boards: tuple[int, ...]  # as the chain tells
        views: dict[str, Answer] = {
            "board_count": lambda: len(self.boards),
            "board_at": lambda index: self.boards[index],
            "is_active_board": lambda _: 1,
            "takes_jobs": lambda _: 1,
            "owner": lambda: OWNER,
            "token": lambda: self.record.token,
            "registry": lambda: self.record.registry,
            "paused": lambda: 0,
        }
        self.node = AnsweringNode({}, views)
        self.node.newest = NEWEST
        self.chain = StarknetNetwork(self.node.account(OWNER, chain_id), None, Artefacts(ARTEFACTS), 0)
        record = NetworkRecord("one", "sepolia", chain_id, OWNER, Rules(), CORE)
        record = placed(self.chain, record, [OF_OURS] * boards)
        self.record = replace(record, from_block=FIRST, complete=True)
        self.boards = self.record.addresses

    def stands(self) -> None:
        """All of it is there, and told events."""
        self.node.classes = {one.address: one.classes["JobBoard"] for one in self.record.boards}
        self.node.classes[self.record.directory] = CORE["Directory"]
        self.node.classes[self.record.registry] = CORE["WorkerRegistry"]
        self.node.events = {self.record.directory: [FIRST, 80], self.record.registry: [75]}

    def planned(self, boards: int | None = None, *, network: str = "sepolia") -> NetworkRecord:
        """What ``network deploy`` begins with."""
        wanted = Wanted("one", network, OWNER, boards, None)
        return asyncio.run(planned(self.chain, self.path, wanted, known_classes()))

    def wrong(self, record: NetworkRecord) -> list[str]:
        """What ``network verify`` finds."""
        found = asyncio.run(verify(self.chain, record, known_classes()))
        return [one.what for one in found if one.is_right is False]


def test_a_lost_record_is_written_again_with_first_block_and_boards_of_the_chain(tmp_path: Path) -> None:
    network = Network(tmp_path, boards=3)
    network.stands()
    assert network.planned() == replace(network.record, complete=False)
    assert not network.path.exists(), "whoever plans writes nothing"
    assert network.wrong(network.record) == []


def test_a_new_network_begins_at_the_newest_block(tmp_path: Path) -> None:
    network = Network(tmp_path, boards=2)
    assert network.planned(2) == replace(network.record, from_block=NEWEST, complete=False)


def test_boards_that_do_not_follow_are_refused(tmp_path: Path) -> None:
    network = Network(tmp_path, boards=2)
    network.stands()
    network.boards = (network.boards[0], 0x77)
    with pytest.raises(ChangeRefused, match=r"don't follow.*Put its record at"):
        network.planned()


def test_a_record_that_begins_after_the_first_event_is_found_out(tmp_path: Path) -> None:
    network = Network(tmp_path, boards=1)
    network.stands()
    (wrong,) = network.wrong(replace(network.record, from_block=FIRST + 1))
    assert wrong == f"its first event is in block {FIRST}, and clients read from block {FIRST + 1} on"
    assert network.wrong(replace(network.record, from_block=FIRST - 1)) == []


def test_another_token_than_strk_is_found_out_where_the_chain_has_strk(tmp_path: Path) -> None:
    network = Network(tmp_path, boards=1)
    network.record = placed(network.chain, replace(network.record, token=0x666), [OF_OURS])
    network.boards = network.record.addresses
    network.stands()
    assert network.wrong(network.record) == []
    network.node.classes[STRK] = 0x999
    assert network.wrong(network.record) == ["its token is 0x666"]


def test_an_owner_who_is_nobody_is_refused_before_anything_is_paid(tmp_path: Path) -> None:
    network = Network(tmp_path, boards=1)
    found = asyncio.run(lacking(network.chain, network.record, known_classes()))
    with pytest.raises(ChangeRefused, match=rf"no account at {OWNER:#x}.*Check --owner"):
        asyncio.run(check_owner(network.chain, network.record, found))
    network.node.classes[OWNER] = 0x999
    asyncio.run(check_owner(network.chain, network.record, found))
    del network.node.classes[OWNER]
    by_owner = by_account(found, is_owner=True)  # whose account is asked about with what it costs
    asyncio.run(check_owner(network.chain, network.record, by_owner))


def test_owner_and_unusual_rules_are_part_of_what_is_agreed_to() -> None:
    record = NetworkRecord("one", "sepolia", "SN_SEPOLIA", OWNER, Rules(epoch_blocks=11), CORE)
    assert terms(record, 5) == [
        f"Its Directory is owned by {OWNER:#x}, another account than that which deploys.",
        "Its rules, for good: epoch_blocks = 11 (usually 720), the others as usual.",
    ]
    usual = terms(replace(record, rules=Rules()), OWNER)
    assert usual[0].endswith("the account that deploys.") and usual[1] == "Its rules are as usual."


def test_an_owners_calls_are_written_without_asking_for_its_funds_and_found_again(tmp_path: Path) -> None:
    network = Network(tmp_path, boards=1)
    calls = asyncio.run(lacking(network.chain, network.record, known_classes())).owners
    heard, file = list[str](), tmp_path / "calls.json"
    assert not holds(file, network.chain, calls)
    change = Change("Opening the network one", calls, 0, ())
    asyncio.run(write_calls(network.chain, change, heard.append, file, "renderchain network send one FILE"))
    assert holds(file, network.chain, calls) and not holds(file, network.chain, calls[1:])
    (line,) = heard
    assert line.endswith("renderchain network send one FILE") and "Nothing was sent" not in line
    file.write_text("{}")
    assert not holds(file, network.chain, calls)
    with pytest.raises(ChangeRefused, match="is there already"):
        asyncio.run(write_calls(network.chain, change, heard.append, file))


def test_where_a_disk_is_full_no_half_file_of_calls_stands_in_the_way_of_the_next_try(tmp_path: Path) -> None:
    network, file = Network(tmp_path, boards=1), tmp_path / "calls.json"
    calls = asyncio.run(lacking(network.chain, network.record, known_classes())).owners
    change = Change("Opening the network one", calls, 0, ())
    with no_room(), pytest.raises(ChangeRefused, match="can't be written"):
        asyncio.run(write_calls(network.chain, change, lambda _: None, file))
    assert not file.exists()
    asyncio.run(write_calls(network.chain, change, lambda _: None, file))
    assert holds(file, network.chain, calls)


@pytest.mark.parametrize("chain_id", ["MY-CHAIN", "my.chain_2"])
def test_what_is_written_of_a_chain_can_be_read_back(tmp_path: Path, chain_id: str) -> None:
    network = Network(tmp_path, boards=1, chain_id=chain_id)
    record = network.planned(network="custom")
    assert parse_record(record.to_text(), "it") == record


@pytest.mark.parametrize("chain_id", ['A"B', "two words", "A\nB"])
def test_a_chain_that_no_record_can_name_is_refused_before_anything_is_sent(
    tmp_path: Path, chain_id: str
) -> None:
    with pytest.raises(ChangeRefused, match="Nothing was sent"):
        Network(tmp_path, boards=1, chain_id=chain_id).planned(network="custom")


def test_another_number_of_boards_than_the_records_is_refused_and_none_is_that_of_the_record(
    tmp_path: Path,
) -> None:
    network = Network(tmp_path, boards=1)
    write_record(network.path, network.record)
    assert network.planned() == network.planned(1) == network.record
    with pytest.raises(ChangeRefused, match=r"other boards \(1, not 2\)"):
        network.planned(2)


def of_two_versions(folder: Path) -> Network:
    """A network whose second board a later version announced."""
    network = Network(folder, boards=1)
    network.record = replace(
        placed(network.chain, network.record, [OF_OURS, OF_OTHERS]), from_block=FIRST, complete=True
    )
    network.boards = network.record.addresses
    network.stands()
    return network


def test_each_board_is_compared_with_its_own_class_in_the_record(tmp_path: Path) -> None:
    network = of_two_versions(tmp_path)
    assert network.wrong(network.record) == []
    first, second = network.boards
    network.node.classes |= {first: 0x77, second: OF_OURS["JobBoard"]}
    assert network.wrong(network.record) == [
        "board 0 is of the class 0x77",
        f"board 1 is of the class {OF_OURS['JobBoard']:#x}",
    ]


def test_a_board_of_another_version_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    network = of_two_versions(tmp_path)
    found = asyncio.run(verify(network.chain, network.record, known_classes()))
    (unknown,) = [one for one in found if one.is_right is None]
    assert unknown.line == "?     board 1 has contracts of another version: JobBoard 0x77"
    assert verdict(found).startswith(f"Nothing is wrong, and 1 of {len(found)} this version can't tell")
    libraries = [OF_OURS, {**OF_OURS, "AuditLibrary": 0x78}]
    other = replace(placed(network.chain, network.record, libraries), from_block=FIRST, complete=True)
    lines = [one.line for one in asyncio.run(verify(network.chain, other, known_classes()))]
    assert "?     board 1 has contracts of another version: AuditLibrary 0x78" in lines


def test_what_stands_of_another_version_needs_nothing_of_this_one(tmp_path: Path) -> None:
    network = of_two_versions(tmp_path)
    network.node.classes |= {index: one for index, one in enumerate(known_classes().values(), 1)}
    write_record(network.path, network.record)
    assert network.planned() == network.record
    owners = asyncio.run(lacking(network.chain, network.record, known_classes())).owners
    assert [one.entrypoint for one in owners] == []


def test_classes_of_another_version_that_the_chain_lacks_are_refused(tmp_path: Path) -> None:
    network = of_two_versions(tmp_path)
    del network.node.classes[network.boards[1]]
    with pytest.raises(ChangeRefused, match=r"another version than this one \(JobBoard 0x77\); nothing was"):
        asyncio.run(lacking(network.chain, network.record, known_classes()))
