"""Errors on request: what a fake's methods raise, in the order it was asked for."""

from __future__ import annotations

from collections import defaultdict, deque


class Faults:
    """Mixed into a fake; each of its methods asks ``meet`` first."""

    def __init__(self) -> None:
        self._coming: defaultdict[str, deque[BaseException | None]] = defaultdict(deque)

    def fail(self, method: str, *errors: BaseException | None) -> None:
        """The next calls of a method raise these in turn; None lets one through."""
        self._coming[method].extend(errors)

    def meet(self, method: str) -> None:
        """Raise what is next for a method."""
        coming = self._coming[method]
        error = coming.popleft() if coming else None
        if error is not None:
            raise error
