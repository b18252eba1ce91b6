"""What a check-up found, a line each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from .errors import RenderChainError
from .exit_codes import ENDED, OTHER, exit_code_of


class Health(StrEnum):
    """``FAULT``: there is no work so, or money is lost."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """What was looked at and what was seen; where it is not fine, ``text`` says what to do.

    ``code`` is what a command ends with that fails for it.
    """

    what: str
    health: Health
    text: str
    code: int = ENDED

    @property
    def line(self) -> str:
        """For a person."""
        return f"{self.health:<7}  {self.what}: {self.text}"


def fine(what: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding(what, Health.OK, text)


def doubt(what: str, text: str) -> Finding:
    """Something to look after."""
    return Finding(what, Health.WARNING, text)


def fault(what: str, text: str, code: int = OTHER) -> Finding:
    """Something to mend before work."""
    return Finding(what, Health.FAULT, text, code)


def fault_of(what: str, error: RenderChainError) -> Finding:
    """What an error says has to be mended."""
    return fault(what, str(error), exit_code_of(error))


def code_of(findings: Sequence[Finding]) -> int:
    """What a check-up ends with: the code of its first fault."""
    return next((one.code for one in findings if one.health is Health.FAULT), ENDED)


def as_json(findings: Sequence[Finding]) -> str:
    """For programs, in one line."""
    return json.dumps({"code": code_of(findings), "found": [asdict(one) for one in findings]})
