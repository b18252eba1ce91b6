"""What must be shown later comes back as it was kept, to its own user only."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from renderchain.app.audit.proof_store import ProofStore, SealedVote
from renderchain.core.errors import JournalError
from renderchain.core.ids import LeaseId
from renderchain.core.job import LeaseResult

from devkit.fakes.package import manifest_of
from devkit.fakes.renderer import frame_of

LEASE, OTHER = LeaseId(12), LeaseId(120)
RESULT = LeaseResult(2**250 + 3, 2**127, 5, 2**249)
LEAVES = [2**250 + 1, 0, 7]
PRINTS = [one for frame in (1, 2) for one in frame_of(manifest_of((1, 2)), frame)[1]]
SEED = 2**251 - 1
VOTE = SealedVote(SEED, 2**200 + 1, 2**250 + 9, tuple(PRINTS[:2]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def kept(folder: Path) -> ProofStore:
    """Two leases with a vote each; they are read by another process."""
    store = ProofStore(folder)
    for lease_id in (LEASE, OTHER):
        store.save(lease_id, RESULT, LEAVES, b"".join(one.to_bytes() for one in PRINTS))
        store.save_vote(lease_id, 1, VOTE)
    return ProofStore(folder)


def test_what_was_kept_comes_back(folder: Path) -> None:
    store = kept(folder)
    assert store.result(LEASE) == RESULT and store.leaves(LEASE) == LEAVES
    assert store.prints(LEASE, [3, 0]) == [PRINTS[3], PRINTS[0]]
    assert store.vote(LEASE, 1, SEED) == VOTE


def test_a_lease_that_was_not_kept_here_is_named_with_what_to_do(folder: Path) -> None:
    store = ProofStore(folder)
    for read in (store.result, store.leaves, lambda lease_id: store.prints(lease_id, [0])):
        with pytest.raises(JournalError, match=f"evidence 12.* not in {folder}.*Restore that folder"):
            read(LEASE)


def test_a_vote_counts_for_its_own_draw_and_round_only(folder: Path) -> None:
    store = kept(folder)
    assert store.vote(LEASE, 1, SEED - 1) is None, "after a reorganisation another seed is drawn"
    assert store.vote(LEASE, 0, SEED) is None
    again = SealedVote(SEED - 1, 1, 1)
    store.save_vote(LEASE, 1, again)
    assert store.vote(LEASE, 1, SEED - 1) == again and store.vote(LEASE, 1, SEED) is None


def test_a_settled_lease_is_forgotten_and_no_other(folder: Path) -> None:
    store = kept(folder)
    store.drop(LEASE)
    assert store.vote(LEASE, 1, SEED) is None
    with pytest.raises(JournalError):
        store.result(LEASE)
    assert store.vote(OTHER, 1, SEED) == VOTE and store.result(OTHER) == RESULT
    assert {path.name.split(".")[0] for path in folder.iterdir()} == {str(OTHER)}


def test_nobody_else_can_read_what_is_secret_until_it_is_shown(folder: Path) -> None:
    kept(folder)
    files = list(folder.iterdir())
    assert len(files) == 8
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
