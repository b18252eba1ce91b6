"""Each board of a network numbers jobs and batches by itself: what is done is done on the job's own."""

import bpy
import pytest


@pytest.fixture
def listed(part, registered):
    """Puts jobs of one number into the list, each of another board."""
    following, entry = part("ui.following"), part("core.artist_job").JobEntry
    overview = part("core.artist_job").JobOverview

    def show(*boards):
        entries = [
            entry(number, board, 16777217, "town", "bafy", "/frames", 0, "active")
            for number, board in enumerate(boards, 1)
        ]
        following.jobs.rows = {one.entry_id: following.Row(overview(one)) for one in entries}

    yield show
    following.jobs.forget()


def test_what_is_doubted_is_the_batch_of_the_jobs_own_board(part, listed, monkeypatch):
    """The deposit of a challenge of another one's batch would be lost."""
    reached = []

    class Requester:
        async def challenge(self, lease_id, leaves, board):
            reached.append((lease_id, leaves, board))

    monkeypatch.setattr(part("composition.requester"), "make_requester", lambda *_: Requester())
    monkeypatch.setattr(part("ui.jobs"), "read_settings", lambda: None)
    listed(9, 10)
    bpy.ops.renderchain.challenge(number=2, lease_id="7", leaves="0 3")
    assert reached == [(7, [0, 3], 10)]


def test_a_jobs_id_is_copied_with_its_board_where_jobs_are_on_several(listed, capfd):
    listed(9)
    bpy.ops.renderchain.copy_job(number=1)
    listed(9, 10)
    bpy.ops.renderchain.copy_job(number=2)
    said = capfd.readouterr().out
    assert "Copied 16777217\n" in said and "Copied 16777217 --board 0xa" in said, said
