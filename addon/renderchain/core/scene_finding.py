"""What is wrong with a scene or its package, as the artist is told: how bad, where, and what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from .plain_text import plain

MOST_TOLD = 8


class Severity(StrEnum):
    """An error keeps the scene from being sent, unless the artist names it; a warning is to be read."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class SceneFinding:
    """One thing: a ``sentence`` that says what, the data-block that it is about, and what to do.

    An error that ``may_pass`` is the artist's to judge; of another kind workers would leave the job alone.
    Texts are plain, whatever names of files are in them: some are no whole characters.
    """

    kind: str
    severity: Severity
    sentence: str
    block: str
    fix: str
    may_pass: bool = True

    def __post_init__(self) -> None:
        for name in ("sentence", "block", "fix"):
            object.__setattr__(self, name, plain(getattr(self, name)))

    @property
    def name(self) -> str:
        """That by which an artist sends the scene all the same."""
        return f"{self.kind}:{self.block}" if self.block else self.kind

    @property
    def text(self) -> str:
        """For a person."""
        return f"{self.sentence} {self.fix}".strip()

    def as_dict(self) -> dict[str, str | bool]:
        """As it stands in JSON."""
        return asdict(self) | {"severity": self.severity.value, "name": self.name}

    @classmethod
    def parse(cls, values: dict[str, Any]) -> SceneFinding:
        """Back out of JSON of our own."""
        texts = {name: str(values[name]) for name in ("kind", "sentence", "block", "fix")}
        return cls(severity=Severity(values["severity"]), may_pass=values["may_pass"] is True, **texts)


def overridden(findings: Iterable[SceneFinding], names: Collection[str]) -> tuple[SceneFinding, ...]:
    """The findings, those errors being warnings that may pass and whose name or kind the artist has named."""
    return tuple(
        replace(one, severity=Severity.WARNING)
        if one.may_pass and (one.name in names or one.kind in names)
        else one
        for one in findings
    )


def errors_in(findings: Iterable[SceneFinding]) -> tuple[SceneFinding, ...]:
    """Those that keep the scene from being sent."""
    return tuple(one for one in findings if one.severity is Severity.ERROR)


def told_at_once(findings: Iterable[SceneFinding]) -> str:
    """All of them in one text, each sentence once, and no more of them than can be read."""
    texts = tuple(dict.fromkeys(one.text for one in findings))
    more = len(texts) - MOST_TOLD
    return " ".join((*texts[:MOST_TOLD], *((f"And {more} more of that.",) if more > 0 else ())))
