"""Where an answer comes from, and what is done with a wrong one."""

from __future__ import annotations

import pytest
from renderchain.app.provider.questions import Questions
from renderchain.core.errors import SettingsError
from renderchain.core.money import parse_strk


def asked(
    *given: str, answers: dict[str, str] | None = None, silent: bool = False
) -> tuple[Questions, list[str]]:
    """Questions to a person who types these, and what it was told."""
    heard: list[str] = []
    typed = iter(given)

    def read(text: str) -> str:
        heard.append(text)
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    return Questions(answers or {}, heard.append, read, silent=silent), heard


def test_what_was_written_down_is_not_asked() -> None:
    questions, heard = asked(answers={"stake": "2"})
    assert questions.ask("stake", "Stake", parse_strk) == 2 * 10**18 and heard == []


def test_enter_takes_the_default_which_is_shown() -> None:
    questions, heard = asked("")
    assert questions.ask("stake", "Stake", parse_strk, "3") == 3 * 10**18 and heard == ["Stake [3]: "]


def test_a_wrong_answer_is_asked_again_with_the_reason() -> None:
    questions, heard = asked("much", "4")
    assert questions.ask("stake", "Stake", parse_strk) == 4 * 10**18
    assert len(heard) == 3 and "much" in heard[1]


def test_where_nobody_is_asked_a_wrong_or_missing_answer_ends_it() -> None:
    questions, _ = asked(answers={"stake": "much"}, silent=True)
    with pytest.raises(SettingsError):
        questions.ask("stake", "Stake", parse_strk)
    with pytest.raises(SettingsError, match="families has no answer"):
        questions.ask("families", "Families", str)
    assert questions.ask("seats", "Seats", int, "0") == 0 and questions.agree()


def test_nobody_there_answers_nothing_and_agrees_to_nothing() -> None:
    questions, _ = asked()
    with pytest.raises(SettingsError, match="Nobody answered"):
        questions.ask("stake", "Stake", parse_strk, "3")
    assert not questions.agree()


@pytest.mark.parametrize(
    ("given", "agrees"), [("y", True), ("YES", True), ("", False), ("n", False), ("yep", False)]
)
def test_only_yes_is_yes(given: str, agrees: bool) -> None:
    assert asked(given)[0].agree() is agrees
