"""What must be shown later comes back as it was kept, to its own user only."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.proof_store import KEEP_S, Evidence, ProofStore, SealedVote
from renderchain.core.errors import JournalError
from renderchain.core.ids import LeaseId
from renderchain.core.job import LeaseResult

from devkit.fakes.package import manifest_of
from devkit.fakes.renderer import frame_of

LEASE, OTHER = LeaseId(12), LeaseId(120)
RESULT = LeaseResult(2**250 + 3, 2**127, 5, 2**249)
LEAVES = (2**250 + 1, 0, 7)
PRINTS = [one for frame in (1, 2) for one in frame_of(manifest_of((1, 2)), frame)[1]]
EVIDENCE = Evidence(
    RESULT, 2**247 + 1, bytes(31) + b"k", "package", LEAVES, b"".join(one.to_bytes() for one in PRINTS)
)
AGAIN = replace(EVIDENCE, result=replace(RESULT, root=9), salt_key=5)  # after the first was dropped
SEED = 2**251 - 1
VOTE = SealedVote(SEED, 2**200 + 1, 2**250 + 9, tuple(PRINTS[:2]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def kept(folder: Path) -> ProofStore:
    """Two leases with a vote each; they are read by another process."""
    store = ProofStore(folder)
    for lease_id in (LEASE, OTHER):
        store.save(lease_id, EVIDENCE)
        store.save_vote(lease_id, 1, VOTE)
    return ProofStore(folder)


def test_what_was_kept_comes_back(folder: Path) -> None:
    store = kept(folder)
    assert store.newest(LEASE) == EVIDENCE
    assert store.newest(LEASE).prints([3, 0]) == [PRINTS[3], PRINTS[0]]
    assert store.vote(LEASE, 1, SEED) == VOTE


def test_a_lease_that_was_not_kept_here_is_named_with_what_to_do(folder: Path) -> None:
    store = ProofStore(folder)
    for read in (store.newest, lambda lease_id: store.posted(lease_id, 1, hash_many)):
        with pytest.raises(JournalError, match=f"evidence of lease 12 .*{folder}.*Restore that folder"):
            read(LEASE)


def test_a_lease_that_is_submitted_again_keeps_what_it_was_submitted_with_before(folder: Path) -> None:
    store = kept(folder)
    store.save(LEASE, AGAIN)
    for one in (EVIDENCE, AGAIN):
        assert store.posted(LEASE, hash_many(one.result.felts()), hash_many) == one
    with pytest.raises(JournalError, match="of other results than the chain has"):
        store.posted(LEASE, 1, hash_many)


@pytest.mark.parametrize("ending", ["leaves", "prints", "json"])
def test_a_copy_that_is_not_complete_is_an_error_and_nothing_worse(folder: Path, ending: str) -> None:
    kept(folder)
    for path in folder.glob(f"{LEASE}.*.{ending}"):
        path.unlink() if ending != "json" else path.write_bytes(b'{"result": {')
    with pytest.raises(JournalError, match="evidence"):
        ProofStore(folder, is_own=False).newest(LEASE)


def test_a_vote_counts_for_its_own_draw_and_round_only(folder: Path) -> None:
    store = kept(folder)
    assert store.vote(LEASE, 1, SEED - 1) is None, "after a reorganisation another seed is drawn"
    assert store.vote(LEASE, 0, SEED) is None
    again = SealedVote(SEED - 1, 1, 1)
    store.save_vote(LEASE, 1, again)
    assert store.vote(LEASE, 1, SEED - 1) == again and store.vote(LEASE, 1, SEED) is None


def test_a_settled_lease_is_kept_for_a_day_then_forgotten_and_no_other(folder: Path) -> None:
    store = kept(folder)
    store.settle(LEASE, 1000.0)
    store.settle(LEASE, 1000.0 + KEEP_S)
    assert store.newest(LEASE) == EVIDENCE and store.vote(LEASE, 1, SEED) == VOTE
    store.settle(LEASE, 1001.0 + KEEP_S)
    assert store.vote(LEASE, 1, SEED) is None
    with pytest.raises(JournalError):
        store.newest(LEASE)
    assert store.vote(OTHER, 1, SEED) == VOTE and store.newest(OTHER) == EVIDENCE
    names = {path.name.split(".")[0] for path in folder.iterdir()}
    assert names == {str(OTHER)}


@pytest.mark.parametrize("how", ["held", "submitted"])
def test_a_lease_whose_end_was_dropped_is_kept(folder: Path, how: str) -> None:
    store = kept(folder)
    store.settle(LEASE, 1000.0)
    store.hold(LEASE) if how == "held" else store.save(LEASE, AGAIN)
    store.prune(1001.0 + KEEP_S)
    assert store.posted(LEASE, hash_many(RESULT.felts()), hash_many) == EVIDENCE


def test_results_and_package_stay_as_long_as_a_lease_needs_them(folder: Path) -> None:
    store, source = kept(folder), folder.parent / "source"
    (source / "textures").mkdir(parents=True)
    (source / "textures" / "wood.png").write_bytes(b"wood")
    for cid in ("package", RESULT.results_cid, "nobody's"):
        store.content.keep(cid, source)
    store.settle(LEASE, 0.0)
    store.prune(KEEP_S + 1.0)
    assert {
        cid: store.content.find(cid) is not None for cid in ("package", RESULT.results_cid, "nobody's")
    } == {
        "package": True,
        RESULT.results_cid: True,
        "nobody's": False,
    }
    found = store.content.find("package")
    assert found and (found / "textures" / "wood.png").read_bytes() == b"wood"
    store.settle(OTHER, 0.0)
    store.prune(KEEP_S + 1.0)
    assert store.content.find("package") is None


def test_nobody_else_can_read_what_is_secret_until_it_is_shown(folder: Path) -> None:
    (folder.parent / "source" / "inside").mkdir(parents=True)
    (folder.parent / "source" / "inside" / "file").touch(mode=0o644)
    kept(folder).content.keep("package", folder.parent / "source")
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 9
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    folders = [path for path in (folder, *folder.rglob("*")) if path.is_dir()]
    assert {stat.S_IMODE(one.stat().st_mode) for one in folders} == {0o700} and len(folders) == 4


def test_a_watchtower_changes_nothing_in_the_folder(tmp_path: Path) -> None:
    missing = tmp_path / "evidence"
    with pytest.raises(JournalError):
        ProofStore(missing, is_own=False).newest(LEASE)
    assert not missing.exists()


def test_a_file_that_the_disk_damaged_is_its_leases_trouble_alone(folder: Path) -> None:
    """One unreadable file kept every vote from being declined in time, and everything from being pruned."""
    store = kept(folder)
    (folder / f"{OTHER}.1.vote").write_bytes(b"{")
    assert store.vote(OTHER, 1, SEED) is None and store.vote(LEASE, 1, SEED) == VOTE
    for path in folder.glob(f"{OTHER}.*.json"):
        path.write_bytes(b"")
    store.settle(LEASE, 1000.0)
    (folder / f"{LEASE}.settled").write_bytes(b"")
    store.settle(LEASE, 3e9)
    names = {path.name.split(".")[0] for path in folder.iterdir()}
    assert names == {str(OTHER)}
