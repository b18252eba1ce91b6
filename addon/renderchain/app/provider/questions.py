"""Asking a person, or what they wrote down before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from ...core.errors import SettingsError

Answer = TypeVar("Answer")
Say = Callable[[str], None]


class Questions:
    """``answers`` by the questions' names come first, then the defaults where ``silent``, then ``read``; that
    raises EOFError where nobody is there.
    """

    def __init__(
        self, answers: Mapping[str, str], say: Say, read: Callable[[str], str], *, silent: bool
    ) -> None:
        self._answers = answers
        self._say = say
        self._read = read
        self._silent = silent

    def ask(self, name: str, text: str, parse: Callable[[str], Answer], default: str = "") -> Answer:
        """What ``parse`` makes of the answer; where it raises SettingsError a person is asked again."""
        if name in self._answers or (self._silent and default):
            return parse(self._answers.get(name, default))
        if self._silent:
            raise SettingsError(f"Nobody is asked, and {name} has no answer and no default; give one.")
        while True:
            shown = f" [{default}]" if default else ""
            try:
                given = self._read(f"{text}{shown}: ").strip()
            except EOFError:
                raise SettingsError(f"Nobody answered what {name} should be; run it again.") from None
            try:
                return parse(given or default)
            except SettingsError as error:
                self._say(str(error))

    def agree(self) -> bool:
        """Whether to sign what was just explained."""
        if self._silent:
            return True
        try:
            return self._read("Sign and send it? [y/N] ").strip().lower() in ("y", "yes")
        except EOFError:
            return False
