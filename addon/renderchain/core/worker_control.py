"""What a provider tells a running worker: take no new work for a while, or for good.

The file ``control.json`` in the worker's folder holds one JSON object with the two flags; a worker reads it
before it claims. Its absence means neither.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from .errors import SettingsError

FILE_NAME = "control.json"
MOST_BYTES = 4096


@dataclass(frozen=True)
class Control:
    """``paused``: claims nothing until it is resumed. ``draining``: claims nothing more, ends what it has
    and then itself. Duties in audits go on in both.
    """

    paused: bool = False
    draining: bool = False

    def to_text(self) -> str:
        """The file's text."""
        return json.dumps(asdict(self)) + "\n"


def parse_control(text: str) -> Control:
    """Read the file's text; raises SettingsError, for what was meant can't be guessed."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    known = {"paused", "draining"}
    if (
        not isinstance(body, dict)
        or set(body) - known
        or not all(isinstance(one, bool) for one in body.values())
    ):
        raise SettingsError(
            f"The worker's {FILE_NAME} is not what pause, resume and drain write; delete it or run one of "
            "them."
        )
    return Control(**body)
