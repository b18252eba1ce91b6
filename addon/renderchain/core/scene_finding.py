"""What is wrong with a scene or its package, as the artist is told: how bad, where, and what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """An error keeps the scene from being sent, unless the artist names it; a warning is to be read."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class SceneFinding:
    """One thing: a ``sentence`` that says what, the data-block that it is about, and what to do."""

    kind: str
    severity: Severity
    sentence: str
    block: str
    fix: str

    @property
    def name(self) -> str:
        """That by which an artist sends the scene all the same."""
        return f"{self.kind}:{self.block}"

    @property
    def text(self) -> str:
        """For a person."""
        return f"{self.sentence} {self.fix}".strip()

    def as_dict(self) -> dict[str, str]:
        """As it stands in JSON."""
        return {key: str(value) for key, value in asdict(self).items()} | {"name": self.name}

    @classmethod
    def parse(cls, values: dict[str, str]) -> SceneFinding:
        """Back out of JSON of our own."""
        severity = Severity(values["severity"])
        return cls(values["kind"], severity, values["sentence"], values["block"], values["fix"])


def overridden(findings: Iterable[SceneFinding], names: Collection[str]) -> tuple[SceneFinding, ...]:
    """The findings, those errors being warnings whose name or whole kind the artist has named."""
    return tuple(
        replace(one, severity=Severity.WARNING) if one.name in names or one.kind in names else one
        for one in findings
    )


def errors_in(findings: Iterable[SceneFinding]) -> tuple[SceneFinding, ...]:
    """Those that keep the scene from being sent."""
    return tuple(one for one in findings if one.severity is Severity.ERROR)
