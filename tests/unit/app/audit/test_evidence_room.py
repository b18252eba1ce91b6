"""Evidence has a limit, and what an audit may still need stays whatever it has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.audit.evidence_room import LOOK_S, EvidenceRoom
from renderchain.app.audit.proof_store import Evidence, ProofStore
from renderchain.core.ids import LeaseId
from renderchain.core.job import LeaseResult

RESULT = LeaseResult(1, 2, 3, 4)
KIB = 1024
NOW_S = 1e9
LEASES = tuple(map(LeaseId, (11, 12, 13)))


class Machine:
    """Three leases with a package of a KiB each; the clock stands where it is put."""

    def __init__(self, folder: Path) -> None:
        self.store = ProofStore(folder / "evidence")
        self.now_s = NOW_S
        for lease_id in LEASES:
            package = folder / str(lease_id)
            package.mkdir()
            (package / "file").write_bytes(bytes(KIB))
            self.store.content.keep(f"cid{lease_id}", package)
            result = replace(RESULT, root=lease_id)
            self.store.save(lease_id, Evidence(result, 1, bytes(32), f"cid{lease_id}", (5,), b""))

    def room(self, most_bytes: int) -> EvidenceRoom:
        return EvidenceRoom([self.store], most_bytes, lambda: self.now_s)

    @property
    def known(self) -> list[LeaseId]:
        return [one for one in LEASES if self.store.knows(one)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_while_there_is_room_a_settled_lease_stays_for_its_day(machine: Machine) -> None:
    machine.store.settle(LEASES[0], NOW_S)
    assert machine.room(10 * KIB).lacks() == "" and machine.known == list(LEASES)


def test_of_the_settled_ones_the_first_goes_first_and_no_more_than_has_to(machine: Machine) -> None:
    machine.store.settle(LEASES[1], NOW_S - 100)
    machine.store.settle(LEASES[0], NOW_S - 50)
    size = machine.store.size_bytes()
    assert machine.room(size - 1).lacks() == "" and machine.known == [LEASES[0], LEASES[2]]
    assert machine.store.content.find("cid12") is None and machine.store.content.find("cid11") is not None
    assert size - 2 * KIB < machine.store.size_bytes() < size - KIB


def test_what_an_audit_may_need_never_goes_and_the_reason_is_told_until_it_settles(machine: Machine) -> None:
    room = machine.room(KIB // 2)
    assert "most_evidence_bytes" in room.lacks() and machine.known == list(LEASES)
    for lease_id in LEASES:
        machine.store.settle(lease_id, NOW_S)
    assert room.lacks()  # it is looked at now and then only
    machine.now_s += LOOK_S
    assert room.lacks() == "" and machine.known == []
