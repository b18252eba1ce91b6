"""What earlier releases left on a disk is read by this version: no upgrade costs a lease or a setting.

``tests/unit/releases/VERSION`` has what that version itself wrote. A later release adds a folder of its own;
none is ever changed.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from renderchain.adapters.journal_sqlite import SqliteJournal
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.worker.known_tile import KeptTiles
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import LeaseResult
from renderchain.core.known_tile import Maker
from renderchain.core.money import FRI_PER_STRK
from renderchain.ports.journal import LeaseEntry
from renderchain.settings import Settings, default_folder, load_settings, own_settings_file

from tests.unit.docs.pages import REPO

RELEASES = sorted(path for path in Path(__file__).parent.iterdir() if (path / "journal.sql").is_file())
BOARD, ACCOUNT = 2**250, 77
NEXT_DAY_S = 1_780_086_400.0


@pytest.fixture(params=RELEASES, ids=lambda path: path.name)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A worker's folder and settings, as that release left them."""
    made = tmp_path / "left"
    shutil.copytree(request.param, made)
    with closing(sqlite3.connect(made / "journal.sqlite")) as journal:
        journal.executescript((made / "journal.sql").read_text())
    return made


def test_there_is_what_the_first_release_left() -> None:
    assert RELEASES[0].name == "0.1.0"


def test_leases_jobs_and_transactions_of_the_journal_are_still_known(folder: Path) -> None:
    journal = SqliteJournal(folder / "journal.sqlite", lambda: NEXT_DAY_S)
    assert journal.leases(BOARD) == [
        LeaseEntry(BOARD, LeaseId(9), JobId(5), 2**247, "submitted", "bafypackage"),
        LeaseEntry(BOARD, LeaseId(10), JobId(5), 2**246, "claimed"),
    ]
    (job,) = journal.jobs(BOARD)
    assert (job.job_id, job.name, job.output, job.state) == (5, "a scene", "/frames", "active")
    assert [(one.frame, one.path) for one in journal.kept_frames(job.entry_id)] == [(1, "0001.png")]
    assert journal.lines(job.entry_id) == ['{"kind": "lease_accepted"}']
    (open_one,) = journal.adopt(ACCOUNT)
    assert (open_one.name, open_one.nonce, open_one.hashes) == ("submit-9", 4, (2**250,))
    assert open_one.signed == {"nonce": 4}, "it is sent again byte by byte, and never with another nonce"
    assert not journal.is_open("done", ACCOUNT)


def test_a_second_start_changes_nothing_more(folder: Path) -> None:
    first = SqliteJournal(folder / "journal.sqlite", lambda: NEXT_DAY_S).leases(BOARD)
    assert SqliteJournal(folder / "journal.sqlite", lambda: NEXT_DAY_S).leases(BOARD) == first


def test_a_journal_that_is_brought_further_holds_all_that_was_in_it(folder: Path) -> None:
    """Row by row: a step that forgets a table would leave its test without a reason to fail."""
    with closing(sqlite3.connect(folder / "journal.sqlite")) as before:
        counts = _counts(before)
    SqliteJournal(folder / "journal.sqlite", lambda: NEXT_DAY_S)
    with closing(sqlite3.connect(folder / "journal.sqlite")) as after:
        assert counts.items() <= _counts(after).items() and sum(counts.values()) > 5


def test_evidence_and_votes_can_still_be_shown(folder: Path) -> None:
    store = ProofStore(folder / "evidence")
    evidence = store.newest(LeaseId(9))
    assert evidence.result == LeaseResult(2**250 + 1, 2, 3, 4)
    assert (evidence.salt_key, evidence.result_key) == (2**248, bytes(range(32)))
    assert evidence.leaves == (5, 2**250) and len(evidence.prints([0])) == 1
    vote = store.vote(LeaseId(11), 0, 6)
    assert vote is not None and (vote.nonce, vote.vote, len(vote.prints)) == (7, 8, 1)


def test_the_known_tile_is_compared_with_the_one_of_before(folder: Path) -> None:
    assert KeptTiles(folder / "known_tiles.json").load(Maker("4.5.15", "CPU", "A CPU", "none")) is not None


def test_settings_mean_what_they_meant(folder: Path) -> None:
    settings = load_settings(folder / "worker.toml")
    assert isinstance(settings, Settings)
    assert (settings.network, settings.directory, settings.account) == ("sepolia", 5, 6)
    assert (settings.lanes, settings.schedule) == (2, "22:00-06:00 mon-fri")
    assert settings.fee_limit_fri == 2 * FRI_PER_STRK
    assert settings.keystore == folder / "operator.json" and settings.folder == folder / "worker"


def test_nothing_of_a_users_lies_where_an_upgrade_of_the_extension_replaces_it() -> None:
    package = REPO / "addon" / "renderchain"
    assert not default_folder().is_relative_to(package)
    assert not own_settings_file().is_relative_to(package)


def _counts(journal: sqlite3.Connection) -> dict[str, int]:
    names = [name for (name,) in journal.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: journal.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
