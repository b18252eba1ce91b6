"""A child that takes what it can get is ended at its limit, with a sentence that says which."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.blender_process import running
from renderchain.adapters.blender_process.beneath import most_output
from renderchain.adapters.blender_process.limits import GIB, MIB, Limits
from renderchain.adapters.blender_process.session import Session
from renderchain.core.errors import ProcessKilled, RenderFailed

from devkit.fakes.package import manifest_of
from tests.hostile.children import SMALL, Attack, has_groups, without_groups

GREEDY = {
    "memory": ("kept = []\nwhile True: kept.append(bytearray(b'x' * 2**22)); time.sleep(0.03)", "of memory"),
    "memory of many": (
        "for _ in range(6):\n  if not os.fork(): kept = bytearray(b'x' * 100 * 2**20); time.sleep(60)\n"
        "time.sleep(60)",
        "of memory",
    ),
    "many processes": (
        "for _ in range(40):\n  if not os.fork(): time.sleep(60)\ntime.sleep(60)",
        "over 16 processes",
    ),
    "processes that left their parent": (
        "for _ in range(24):\n  if not os.fork():\n    os.setsid()\n    if os.fork(): os._exit(0)\n"
        "    [os.close(n) for n in range(3)]; time.sleep(60)\ntime.sleep(60)",
        "over 16 processes",
    ),
}
WRITERS = {
    "one file": (
        "f = open('/output/a', 'wb')\ntry:\n  while 1: f.write(b'x' * 2**20)\nexcept OSError as e: fail(e)",
        "File too large",
    ),
    "many files": (
        "for n in range(9):\n  open(f'/output/{n}', 'wb').write(b'x' * 20 * 2**20)\n  time.sleep(0.3)\n"
        "time.sleep(60)",
        "wrote over 32.0 MiB in all",
    ),
    "very many files": (
        "for n in range(2000): open(f'/output/{n}', 'wb')\ntime.sleep(60)",
        "wrote over 200 files and folders",
    ),
    "nested folders": (
        "os.chdir('/output')\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')\ntime.sleep(60)",
        "nested folders over 32 deep",
    ),
    "a folder that nobody may open": (
        "os.mkdir('/output/d'); open('/output/d/a', 'wb').write(b'x'); os.chmod('/output/d', 0)\nrendered()",
        "did not write",
    ),
    "/tmp": ("f = open('/tmp/a', 'wb')\ntry:\n  while 1: f.write(b'x' * 2**20)\nexcept OSError as e: fail(e)",
             "No space left"),
    "/dev/shm": ("try: open('/dev/shm/a', 'wb').write(b'x' * 20 * 2**20)\nexcept OSError as e: fail(e)",
                 "No space left"),
    "/dev": ("try: open('/dev/a', 'wb')\nexcept OSError as e: fail(e)", "Read-only"),
    "the root folder": ("try: open('/a', 'wb')\nexcept OSError as e: fail(e)", "Read-only"),
    "open files": ("kept = []\ntry:\n  while 1: kept.append(os.open('/', 0))\nexcept OSError as e: fail(e)",
                   "Too many open files"),
}  # fmt: skip


@pytest.mark.parametrize("has_groups", [True, False], ids=["groups", "watched"])
@pytest.mark.parametrize("name", GREEDY)
def test_who_takes_too_much_is_ended(
    name: str, has_groups: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_groups:
        monkeypatch.setattr(running, "make_groups", without_groups())
    script, words = GREEDY[name]
    attack = Attack(tmp_path, script, is_filtered=False)
    said = attack.run()
    assert words in said, said
    assert "was ended" in said and attack.is_over()


def test_a_fork_bomb_stays_small_and_is_ended(tmp_path: Path) -> None:
    if not has_groups():
        pytest.skip("no control group may be made here, and nothing else would hold a bomb")
    # Each stops at the 9th generation, should the group not hold it.
    bomb = "for _ in range(9):\n  try: os.fork()\n  except OSError: time.sleep(0.1)\ntime.sleep(60)"
    attack = Attack(tmp_path, bomb, is_filtered=False)
    assert "over 16 processes" in attack.run() and attack.is_over()


@pytest.mark.parametrize("name", WRITERS)
def test_who_writes_too_much_is_stopped(name: str, tmp_path: Path) -> None:
    script, words = WRITERS[name]
    attack = Attack(tmp_path, script)
    said = attack.run()
    assert words in said or name.startswith("a folder"), said
    assert attack.is_over()
    assert sum(path.stat().st_blocks * 512 for path in attack.output.iterdir()) < 70 * MIB


def test_a_small_job_has_a_small_output(tmp_path: Path) -> None:
    most = most_output(manifest_of((1,)))
    assert most < 1.1 * GIB
    grown = (
        "for n in range(40):\n  os.posix_fallocate(os.open(f'/output/{n}', 65), 0, 2**25); time.sleep(0.01)\n"
    )
    attack = Attack(tmp_path, f"{grown}time.sleep(60)", Limits(seconds=20.0))
    assert "wrote over 1.0 GiB in all" in attack.run() and attack.is_over()


ENDLESS = "while True: say('progress', frame=1, sample=1, samples=2); time.sleep(0.1)"


def test_who_is_never_silent_is_ended_in_time(tmp_path: Path) -> None:
    attack = Attack(tmp_path, ENDLESS, replace(SMALL, seconds=2.0))
    assert "took over 2 s in all" in attack.run() and attack.is_over()


def test_a_frame_has_a_time_of_its_own(tmp_path: Path) -> None:
    attack = Attack(tmp_path, ENDLESS, replace(SMALL, frame_seconds=1.5))
    assert "took over 1.5 s for one answer" in attack.run() and attack.is_over()


def test_what_a_deadline_leaves_is_all_there_is(tmp_path: Path) -> None:
    attack = Attack(tmp_path, ENDLESS, deadline_s=1.5)
    assert "Lease 7 was not done within 2 s" in attack.run() and attack.is_over()


@pytest.mark.parametrize(
    ("script", "kind"),
    [("os.kill(os.getpid(), signal.SIGKILL)", ProcessKilled), (GREEDY["memory"][0], RenderFailed)],
    ids=["killed", "over its limit"],
)
def test_who_is_killed_is_told_from_who_goes_over_a_limit(
    script: str, kind: type[RenderFailed], tmp_path: Path
) -> None:
    found: list[type[Exception]] = []

    async def use(session: Session) -> None:
        try:
            await session.render(1, lambda _: None)
        except RenderFailed as error:
            found.append(type(error))

    Attack(tmp_path, script, is_filtered=False).run(use)
    assert found == [kind]
