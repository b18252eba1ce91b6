"""The requester's part: its own check, what it pays by that before a verdict, and what it challenges."""

from __future__ import annotations

from renderchain.core.audit.gas import CLOSE_GAS, SPARED_DRAW_GAS
from renderchain.core.audit.state import AuditKind, DrawOutcome

from devkit.strategies.choices import Act, Choice
from devkit.strategies.stage import REQUESTER
from devkit.strategies.voting import Voting

CHECKED_LEAVES = 2
FALSE_LEAF = 0  # the one that a check found


def pay_at_once(play: Voting) -> Choice:
    """A friend pays whatever it got, others what their check finds good."""
    return Choice("chance", [pay], (1.0,)) if play.coalition.owns_requester else own_check(play)


def pay(play: Voting) -> None:
    play.done.add("checked")
    play.stage.accept(REQUESTER, play.job_id, [play.lease_id])


def doubt(play: Voting) -> Choice | None:
    """What the requester does with a lease that chance or verifiers let pass."""
    coalition = play.coalition
    if coalition.challenges and "challenged" not in play.done:
        play.done.add("challenged")
        challenge(play, coalition.challenges)
        return None
    is_new = play.lease.draw_outcome is DrawOutcome.PASSED and "checked" not in play.done
    return own_check(play) if coalition.present and play.faked and is_new else None


def own_check(play: Voting) -> Choice:
    """Whether it looks at a faked leaf; that it challenges, unless verifiers look anyway."""
    seen = 1 - (1 - play.faked) ** CHECKED_LEAVES

    def found(child: Voting) -> None:
        child.done |= {"checked", "found"}
        if child.lease.draw_outcome is DrawOutcome.PASSED:
            challenge(child, "pixels")

    def found_nothing(child: Voting) -> None:
        child.done.add("checked")
        if child.coalition.pays:
            pay(child)

    acts: list[Act] = [found, found_nothing]
    return Choice("chance", acts, (seen, 1 - seen))


def challenge(play: Voting, what: str) -> None:
    play.tick()
    if not play.lease.audit:  # only a lease that was drawn can be challenged
        play.spend_gas("requester", SPARED_DRAW_GAS)
    if what == "pixels" and play.lease.draw_outcome is DrawOutcome.PASSED:
        play.stage.challenge_pixels(REQUESTER, play.lease_id, [FALSE_LEAF])
    elif what == "delivery":
        play.stage.challenge_delivery(REQUESTER, play.lease_id)
    play.spend_gas("requester", CLOSE_GAS)
    play.tick()


def named_leaves(play: Voting, account: int) -> list[int]:
    """A requester whose check found a leaf names it in its appeal."""
    knows = account == REQUESTER and "found" in play.done and not play.audit.named
    return [FALSE_LEAF] if knows and play.audit.kind is AuditKind.PIXELS else []
