"""Several jobs at once, each with a task of its own: followed by itself, stopped and canceled alone."""

import asyncio
import time
from dataclasses import replace
from types import SimpleNamespace

import bpy
import pytest


class Requester:
    """Answers what a test put there; ``ends`` has an event for each job that is followed."""

    def __init__(self, reporter, net):
        self._reporter, self._net = reporter, net

    async def overview(self, known=()):
        self._net.reads += 1
        return list(self._net.jobs)

    async def watch(self, job_id, output=None, on_progress=None, *, board=0):
        self._net.followed.append(job_id)
        self._net.boards.append(board)
        if failure := self._net.failures.pop(job_id, None):
            raise failure
        self._reporter.progress("bytes fetched", 5, 4)
        await self._net.ends.setdefault(job_id, asyncio.Event()).wait()

    async def cancel(self, job_id, board=0):
        self._net.canceled.append(job_id)


@pytest.fixture
def net(part, monkeypatch):
    """A network of jobs, and the add-on that reads it."""
    following, registration = part("ui.following"), part("ui.registration")
    is_there = hasattr(bpy.types, "RENDERCHAIN_UL_jobs")
    if not is_there:
        registration.register()
    made = SimpleNamespace(
        jobs=[], followed=[], boards=[], canceled=[], failures={}, ends={}, reads=0, following=following
    )
    monkeypatch.setattr(following, "read_settings", lambda: "settings")
    monkeypatch.setattr(following.Jobs, "_requester", lambda jobs, s, reporter, b: Requester(reporter, made))
    following.jobs.forget()
    yield made
    state = part("ui.state").state
    if state.background:
        state.background.stop()
        state.background = None
    following.jobs.forget()
    if not is_there:
        registration.unregister()


@pytest.fixture
def job(part):
    """A job that runs."""

    def make(number, state="active", output="/frames"):
        overview = part("core.artist_job")
        info = part("core.job").JobInfo
        numbers = dict.fromkeys(info.__dataclass_fields__, 0)
        running = info(**{**numbers, "tasks": 4, "stopped": False})
        entry = overview.JobEntry(number, 9, number << 24 | 1, "town", "bafy", output, 0, state, "1-4")
        return overview.JobOverview(entry, running)

    return make


def until(part, condition, most_s=60.0):
    """Let the background work, and the main thread hear of it."""
    end_s = time.monotonic() + most_s
    while not condition():
        assert time.monotonic() < end_s, "it did not happen in time"
        part("ui.state").state.background._tick()
        time.sleep(0.01)


def test_all_running_jobs_are_followed_by_themselves_and_none_hinders_another(part, net, job):
    net.jobs = [job(3), job(2), job(1, state="completed")]
    jobs = net.following.jobs
    jobs.tick()
    until(part, lambda: len(net.followed) == 2)
    assert sorted(net.followed) == [2 << 24 | 1, 3 << 24 | 1]
    assert bpy.ops.renderchain.cancel.poll() and bpy.ops.renderchain.download.poll()
    until(part, lambda: jobs.rows[2].message == "4 of 4 bytes fetched")
    assert jobs.rows[2].factor == 1.0

    jobs.do(2, "Canceling", lambda requester: _canceled(requester, 2))
    until(part, lambda: net.canceled == [2])
    assert jobs.rows[2].task and jobs.rows[3].task
    jobs.stop(3)
    until(part, lambda: jobs.rows[3].task is None)
    jobs.refresh()
    until(part, lambda: net.reads >= 3)
    assert jobs.rows[3].task is None and jobs.rows[3].is_left, "the user does not want it"
    assert jobs.rows[2].task is not None and len(net.followed) == 2


def test_jobs_of_two_boards_with_one_number_are_both_followed(part, net, job):
    """Neither was, as the number alone was said."""
    first = job(1)
    entry = replace(job(2).entry, board=10, job_id=first.entry.job_id)
    net.jobs = [replace(first, entry=entry), first]
    net.following.jobs.tick()
    until(part, lambda: len(net.followed) == 2)
    assert len({*net.followed}) == 1 and sorted(net.boards) == [9, 10]


async def _canceled(requester, job_id):
    await requester.cancel(job_id)
    return "Canceled"


def test_what_fails_is_said_and_tried_again_and_another_process_is_left_to_it(part, net, job, monkeypatch):
    errors = part("core.errors")
    net.jobs = [job(2), job(1)]
    net.failures = {
        1 << 24 | 1: errors.StoreError("The store is away."),
        2 << 24 | 1: errors.AgentRunsAlready("Another program works with it."),
    }
    monkeypatch.setattr(net.following, "RETRY_S", 0.2)
    jobs = net.following.jobs
    jobs.refresh()
    until(part, lambda: jobs.rows and jobs.rows[1].failure and jobs.rows[2].is_elsewhere)
    assert jobs.rows[1].failure == "The store is away." and not jobs.rows[1].is_elsewhere
    time.sleep(0.3)
    jobs.refresh()
    until(part, lambda: jobs.rows[1].task and jobs.rows[2].task)
    assert not jobs.rows[2].is_elsewhere and not jobs.rows[1].failure


def test_what_happens_while_the_chain_is_read_is_read_too(part, net, job):
    jobs = net.following.jobs
    jobs.refresh()
    net.jobs = [job(1)]
    jobs.refresh()  # the first is not over yet, and may have missed it
    until(part, lambda: net.reads == 2 and 1 in jobs.rows)


def test_a_job_from_elsewhere_waits_for_a_folder(part, net, job):
    net.jobs = [job(1, output="")]
    net.following.jobs.refresh()
    until(part, lambda: net.following.jobs.rows)
    assert net.followed == []


def test_events_move_the_row_before_the_chain_is_read_again(part, net, job):
    board, progress = part("core.board_events"), part("core.job_progress").JobProgress()
    net.jobs = [job(1)]
    jobs = net.following.jobs
    jobs.refresh()
    until(part, lambda: jobs.rows and jobs.rows[1].task)
    hear = jobs._listener(jobs.rows[1])
    progress.note(board.LeaseClaimed(5, 16777217, 1 << 40, 8, 0, 2, 0, 0, 0))
    hear(progress)
    progress.note(board.LeaseClaimed(5, 16777217, 2 << 40, 9, 2, 2, 0, 0, 0))
    hear(progress)
    until(part, lambda: jobs.rows[1].overview.worker_count == 2)
    shown = jobs.rows[1].overview.progress
    progress.note(board.LeaseEnded(6, 16777217, 2 << 40, part("core.lifecycle").LeaseState.EXPIRED, True))
    assert shown.workers == {8, 9}, "what is drawn does not change under the drawing"


def test_without_a_network_the_rows_stay_and_it_is_said_why(part, net, job, monkeypatch):
    net.jobs = [job(1)]
    jobs = net.following.jobs
    jobs.refresh()
    until(part, lambda: jobs.rows)
    error = part("core.errors").SettingsError("No settings file is chosen.")
    monkeypatch.setattr(net.following, "read_settings", lambda: (_ for _ in ()).throw(error))
    until(part, lambda: jobs._reading.done())
    jobs.refresh()
    assert jobs.hint == "No settings file is chosen." and list(jobs.rows) == [1]
    assert replace(jobs.rows[1].overview) == net.jobs[0]


def test_without_online_access_no_job_is_followed_off_this_machine_until_it_is_back(
    part, net, job, monkeypatch
):
    system, jobs = bpy.context.preferences.system, net.following.jobs
    before = system.use_online_access
    far = SimpleNamespace(far_addresses=("https://node.example",))
    net.jobs = [job(2), job(1)]
    try:
        system.use_online_access = True
        jobs.refresh()
        until(part, lambda: len(net.followed) == 2)
        jobs._shared = (far, None)
        jobs.look_online()
        assert jobs.rows[1].task and jobs.rows[2].task, "it is on"
        system.use_online_access = False
        jobs.look_online()
        monkeypatch.setattr(
            net.following, "read_settings", lambda: part("ui.preferences_file").check_online(far)
        )
        until(part, lambda: not jobs.rows[1].task and not jobs.rows[2].task)
        assert all("https://node.example is not on this machine" in row.failure for row in jobs.rows.values())
        jobs.look_online()
        jobs.tick()
        assert "Blender is offline" in jobs.hint and len(net.followed) == 2
        system.use_online_access = True
        monkeypatch.setattr(net.following, "read_settings", lambda: "settings")
        jobs.tick()
        until(part, lambda: len(net.followed) == 4)
        assert not any(row.failure for row in jobs.rows.values())
    finally:
        system.use_online_access = before
