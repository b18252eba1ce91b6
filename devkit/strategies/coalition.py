"""What a coalition is: who belongs to it, and how each of them plays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from renderchain.core.audit.state import Vote


class Way(Enum):
    """What a vote says of the leaves."""

    TRUE = "what the scene makes"
    AGREE = "what the worker shows"
    FALSE = "a false print, of all friends the same"
    LONE = "a print of its own"
    LIAR = "differs by its mask, though its print agrees"
    LAZY = "agrees by its mask, though its print does not"


@dataclass(frozen=True)
class Hand:
    """How a coalition plays the votes that it has in a draw.

    ``lurks``: only where these decide the draw; else it is honest. Only in rounds from ``since`` on, and
    before ``rounds``.
    """

    way: Way = Way.TRUE
    word: Vote | None = None  # declines instead
    absent: bool = False
    silent: bool = False  # seals, and does not reveal
    lurks: bool = False
    rounds: int = 3
    since: int = 0


HONEST_HAND = Hand()


class Scene(Enum):
    """What honest verifiers make of an honest worker's lease."""

    FAIR = "the same as the worker"
    CHAOTIC = "each something else"
    UNFAIR = "the same as each other, but not as the worker"
    HEAVY = "nothing within four times the declared seconds"


@dataclass(frozen=True)
class Coalition:
    """``rule`` names what of the design stands against it; amounts are shares of the lease's pay."""

    name: str
    rule: str
    # The worker
    owns_worker: bool = False
    faked: float = 0.0  # of its leaves
    serves: bool = True  # package to verifiers
    serves_late: bool = False  # in later rounds it does
    opens: bool = True
    delivers: bool = True  # results that the requester can read
    shows_key: bool = True
    # Verifiers
    hands: tuple[Hand, ...] = (HONEST_HAND,)  # of which it chooses by what it pays
    thin: bool = False  # all its seats' stake together is what one vote may lose
    bribes: int = 0  # first rounds in which all votes are bought, for what they may lose
    # The requester
    owns_requester: bool = False
    present: bool = False  # it checks two leaves of every lease itself
    pays: bool = False  # once the draw is over, what it did not find false
    scene: Scene = Scene.FAIR
    challenges: str = ""  # pixels or delivery, whatever it got
    cancels: bool = False  # right after the claim
    second_look: bool = False
    # Before an audit
    ends: str = ""  # give back, give back late, expire, cheap half
    appeals: bool = True  # it appeals where that pays
    races: bool = False  # where the honest would appeal, a friend may be first
    # Several leases: of one worker, one after the other, or of the same tasks
    leases: int = 1  # claims in all
    wide: int = 1  # leases that the job has tasks for; of more than one the pool is the least that it may be
    fakes_last: bool = False  # the leases before the last are true
    spare: bool = False  # a scheduler gives the lease to a friend as well; who owns both renders once
    spams: bool = False  # its jobs are its own; it is measured against not having begun
    # Who plays otherwise than a client does as it is installed
    without: str = ""  # what the row's honest people have switched off
    beyond: str = ""  # what they have set up besides
    note: str = ""

    @property
    def has_seats(self) -> bool:
        """Whether friends are drawn."""
        return self.hands != (HONEST_HAND,)

    @property
    def is_installed(self) -> bool:
        """Whether the honest have what their clients do by themselves, or less."""
        return not self.without and not self.beyond
