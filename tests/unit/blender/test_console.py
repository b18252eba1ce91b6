"""What a shell shows, and what a program that reads standard error gets."""

from __future__ import annotations

import io
import json
import re
import time
from datetime import UTC, datetime

import pytest
from renderchain.blender.console import ConsoleReporter
from renderchain.core.errors import SettingsError
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.notices.checks import Unchallenged
from renderchain.core.notices.jobs import Doubt, FalseFinals
from renderchain.core.notices.leases import LeaseSubmitted
from renderchain.core.notices.lines import parse_notice
from renderchain.core.notices.process import Failed, Remark

IDS = (JobId(3), LeaseId(5))
DOUBT = Doubt(*IDS, "A file is missing.")


def test_people_get_sentences_with_date_level_and_ids(capsys: pytest.CaptureFixture[str]) -> None:
    for reporter in (ConsoleReporter(), ConsoleReporter("worker-1", "text")):
        reporter.tell(LeaseSubmitted(*IDS, 8))
        reporter.say("Nothing to do")
    shown = capsys.readouterr()
    sentences = [line.split("Z info    ", 1) for line in shown.err.splitlines()]
    assert [text for _, text in sentences] == [
        "Lease 5: 8 frames submitted [job=3 lease=5]",
        "Nothing to do",
        "worker-1: Lease 5: 8 frames submitted [job=3 lease=5]",
        "worker-1: Nothing to do",
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", said) for said, _ in sentences)
    assert not shown.out


@pytest.mark.parametrize("doubt", [DOUBT, FalseFinals(*IDS, "frame 1 by a lot", (1,), 2, 2)])
def test_a_doubt_comes_with_the_command_that_challenges(
    doubt: Doubt, capsys: pytest.CaptureFixture[str]
) -> None:
    ConsoleReporter().tell(doubt)
    shown = capsys.readouterr().err.rstrip()
    challenge = "To challenge it: renderchain_challenge 5"
    assert shown.endswith(f"{doubt.sentence} {challenge} [job=3 lease=5]")


def test_false_leaves_come_with_the_command_that_names_them(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleReporter().tell(Unchallenged(*IDS, "No money.", (4, 9)))
    assert capsys.readouterr().err.count("renderchain_challenge 5 --leaves 4 9 [") == 1


@pytest.mark.parametrize("by_environment", [False, True])
def test_programs_get_one_json_object_a_line(
    by_environment: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if by_environment:
        monkeypatch.setenv("RENDERCHAIN_LOG", "json")
    reporter = ConsoleReporter("worker-1", "" if by_environment else "json")
    began_s = time.time()
    reporter.say("Nothing to do")
    reporter.tell(DOUBT)
    reporter.progress("frames", 1, 2)
    reporter.end("No key.")
    shown = capsys.readouterr()
    lines = shown.err.splitlines()
    assert [parse_notice(line) for line in lines] == [Remark("Nothing to do"), DOUBT, Failed("No key.")]
    bodies = [json.loads(line) for line in lines]
    assert [one["level"] for one in bodies] == ["info", "warning", "error"]
    assert {one["name"] for one in bodies} == {"worker-1"} and not shown.out
    for one in bodies:
        said = datetime.fromisoformat(one["time"])
        assert said.utcoffset() == datetime.now(UTC).utcoffset()
        assert began_s - 1 < said.timestamp() < time.time() + 1


def test_the_option_goes_before_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENDERCHAIN_LOG", "json")
    ConsoleReporter(form="text").tell(LeaseSubmitted(*IDS, 8))
    assert capsys.readouterr().err.endswith(" Lease 5: 8 frames submitted [job=3 lease=5]\n")


@pytest.mark.parametrize("form", ["", "xml"])
def test_a_form_that_is_none_is_refused(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDERCHAIN_LOG", "JSON")
    with pytest.raises(SettingsError, match=f"'{form or 'JSON'}'.*must be text or json"):
        ConsoleReporter(form=form)


def test_an_empty_form_is_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDERCHAIN_LOG", "")
    ConsoleReporter().tell(LeaseSubmitted(*IDS, 8))
    assert capsys.readouterr().err.endswith(" Lease 5: 8 frames submitted [job=3 lease=5]\n")


def test_a_command_that_fails_says_of_which_program(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleReporter("worker-1").end("No key.")
    assert capsys.readouterr().err.endswith("Z error   worker-1: renderchain: No key.\n")


def test_a_terminal_that_is_gone_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    closed = io.StringIO()
    closed.close()
    for terminal in (Gone(), closed):
        for form in ("text", "json"):
            with monkeypatch.context() as patched:
                patched.setattr("sys.stderr", terminal)
                ConsoleReporter(form=form).tell(LeaseSubmitted(*IDS, 8))
                ConsoleReporter(form=form).end("No key.")
