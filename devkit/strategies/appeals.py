"""Who appeals a verdict: friends whom it harms, and the honest whom a false one harms."""

from __future__ import annotations

from collections.abc import Iterator

from renderchain.core.audit.state import Verdict

from devkit.strategies.play import Play, name_of
from devkit.strategies.stage import FRIEND, HELD, OPERATOR_OF, OWNER, REQUESTER


def is_false(play: Play) -> bool:
    """Whether the verdict that stands is not what the worker deserves."""
    is_guilty = any(play.false.values()) or (bool(play.faked) and watches(play))
    is_guilty = is_guilty or not play.coalition.delivers
    return play.audit.verdict is not (Verdict.REJECTED if is_guilty else Verdict.ACCEPTED)


def watches(play: Play) -> bool:
    """Whether the requester checks what it gets, and has not paid it."""
    return play.coalition.present and not play.lease.paid


def appellants(play: Play) -> Iterator[tuple[str, int]]:
    """Friends against what harms them, or (``races``) before the honest; of these who is harmed most."""
    rejected, coalition = play.audit.verdict is Verdict.REJECTED, play.coalition
    honest = harmed(play) if is_false(play) else None
    races = honest and coalition.races
    if coalition.appeals and (races or rejected == play.is_friends):
        if coalition.owns_worker:
            yield "friends", OWNER
        else:
            yield "friends", REQUESTER if coalition.owns_requester else FRIEND
    if honest:
        yield honest


def harmed(play: Play) -> tuple[str, int] | None:
    """Somebody honest whom the verdict costs something."""
    coalition, audit = play.coalition, play.audit
    if not play.is_friends and not play.faked:
        return "worker", OWNER
    if watches(play) and not coalition.owns_requester:
        return "requester", REQUESTER
    for seat in audit.seats_of(audit.decided):
        if seat.worker != HELD and seat.vote in play.stage.appellants:
            return name_of(seat.worker), OPERATOR_OF + seat.worker
    return None
