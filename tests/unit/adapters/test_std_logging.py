"""Log records and warnings become notices, and nothing reaches standard error raw."""

from __future__ import annotations

import logging
import warnings

import pytest
from renderchain.adapters.std_logging import logging_told
from renderchain.core.notices.process import Logged, LoggedWarning

from devkit.fakes.reporter import RecordingReporter

log = logging.getLogger("renderchain.adapters.some")


def test_records_are_told_with_their_source(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = RecordingReporter()
    before = list(logging.getLogger().handlers)
    with logging_told(reporter):
        log.warning("%s \x1b[2J of %s", 1, 2)
        log.error("gone")
        log.setLevel(logging.INFO)
        try:
            log.info("by the way")
        finally:
            log.setLevel(logging.NOTSET)
    assert reporter.told == [
        LoggedWarning(log.name, "1 \x1b[2J of 2"),
        LoggedWarning(log.name, "gone"),
        Logged(log.name, "by the way"),
    ]
    assert logging.getLogger().handlers == before
    assert capsys.readouterr().err == ""


def test_an_exception_comes_with_its_traceback() -> None:
    reporter = RecordingReporter()
    with logging_told(reporter):
        try:
            raise ValueError("no such thing")
        except ValueError:
            log.exception("unexpected")
    (told,) = reporter.told
    assert isinstance(told, LoggedWarning)
    assert told.text.startswith("unexpected\nTraceback") and told.text.endswith("ValueError: no such thing")


def test_the_inner_of_two_has_it_alone() -> None:
    outer, inner = RecordingReporter(), RecordingReporter()
    with logging_told(outer):
        with logging_told(inner):
            log.warning("one")
        log.warning("two")
    assert [one.sentence for one in inner.told] == [f"{log.name}: one"]
    assert [one.sentence for one in outer.told] == [f"{log.name}: two"]


def test_warnings_are_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = RecordingReporter()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with logging_told(reporter):
            warnings.warn("old", UserWarning, stacklevel=1)
    (told,) = reporter.told
    assert (
        isinstance(told, LoggedWarning) and told.source == "py.warnings" and "UserWarning: old" in told.text
    )
    assert capsys.readouterr().err == ""


def test_a_record_that_makes_no_sense_does_not_end_who_logs_it(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = RecordingReporter()
    with logging_told(reporter):
        log.warning("%d", "no number")
        log.warning("fine")
    bad, fine = reporter.told
    assert "a message that can't be formatted, '%d'" in bad.sentence
    assert fine.sentence == f"{log.name}: fine" and capsys.readouterr().err == ""
