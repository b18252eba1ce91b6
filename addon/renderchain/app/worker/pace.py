"""How fast work goes on this machine, by what it took so far."""

from __future__ import annotations

from collections import deque

USUAL_LEAD_S, LEAST_LEAD_S, LONGEST_LEAD_S = 30.0, 2.0, 120.0
LEADS = 5  # the last ones count
MOST_PACKAGES = 1000


class Pace:
    """What frames of each package take, by its CID, and a lease from its claim until it could be rendered."""

    def __init__(self) -> None:
        self._frames_s: dict[str, float] = {}
        self._leads_s: deque[float] = deque(maxlen=LEADS)

    def frame_s(self, cid: str) -> float | None:
        """What a frame of that package takes; None as long as none was rendered here."""
        return self._frames_s.get(cid)

    def note_frame(self, cid: str, seconds: float) -> None:
        """The newest frame counts as much as all before it."""
        before = self._frames_s.pop(cid, seconds)
        self._frames_s[cid] = (before + seconds) / 2
        if len(self._frames_s) > MOST_PACKAGES:
            del self._frames_s[next(iter(self._frames_s))]

    @property
    def lead_s(self) -> float:
        """So long before it is needed a lease is claimed: what the slowest of the last ones took."""
        longest_s = max(self._leads_s, default=USUAL_LEAD_S)
        return min(max(longest_s, LEAST_LEAD_S), LONGEST_LEAD_S)

    def note_lead(self, seconds: float) -> None:
        """A lease was claimed, and could be rendered so much later."""
        self._leads_s.append(seconds)
