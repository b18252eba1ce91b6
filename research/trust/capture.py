"""What can only be simulated: who owns much of the stake, and who chooses block hashes."""

from __future__ import annotations

from dataclasses import dataclass

from renderchain.core.audit.draw import is_audited
from renderchain.core.audit.economics import BOND_FEES, SEATS
from renderchain.core.audit.prices import LEAF_SHARE

from research.trust.draws import attackers_in, has_majority, seeds

LEAVES = 1536  # of the leases that the benchmarks look at; so many are drawn:
DRAWN = 16
# Of the pay, for each verifier: for its gas, and for its tiles. A lease that is worth 20 times an audit's gas
# pays 1 % for a vote's gas (docs/economics.md); this is a lease of half that.
GAS_SHARE = 0.02
FEE = GAS_SHARE + LEAF_SHARE * DRAWN / LEAVES
REWARD = 0.1  # of a lost lock


@dataclass(frozen=True)
class Capture:
    """Chances with a share of the stake, and what they bring, in units of the lease's pay."""

    share: float
    rounds: tuple[float, float, float]
    cheat: dict[int, float]
    false_slash: dict[int, float]


def lock_of(audit_exp: int) -> float:
    """What a lease locks, in units of its pay."""
    return max(0.3 + SEATS[0] * FEE, 2.0 * ((1 << audit_exp) - 1))


def capture(share: float, draws: int) -> Capture:
    """Simulated with the chain's own draw of seats; an honest worker appeals to the last round."""
    kept = [0, 0, 0]
    slash_gain = dict.fromkeys((0, 2, 5), 0.0)
    for seed in seeds(draws, f"capture {share}"):
        mine = attackers_in(seed, 0, share)
        if 2 * mine <= SEATS[0]:
            continue  # he sees the committee before he votes, and is honest
        kept[0] += 1
        held = 1
        while held < len(SEATS) and has_majority(seed, held, share):
            kept[held] += 1
            held += 1
        for audit_exp in slash_gain:
            won = held == len(SEATS)
            change = REWARD * lock_of(audit_exp) if won else -BOND_FEES * FEE * mine
            slash_gain[audit_exp] += change / draws
    first, second, third = (one / draws for one in kept)
    # A worker with friends is paid for nothing unless it is audited and they have no majority; nobody
    # appeals, since the requester sees nothing.
    cheat = {exp: 1 - 2.0**-exp * (1 - first) * (1 + lock_of(exp)) for exp in slash_gain}
    return Capture(share, (first, second, third), cheat, slash_gain)


def escapes(audit_exp: int, tries: int, draws: int) -> float:
    """How often somebody who may drop so many block hashes finds one that audits nothing."""
    found = list(seeds(draws * (tries + 1), f"grinding {audit_exp} {tries}"))
    lots = [found[at : at + tries + 1] for at in range(0, len(found), tries + 1)]
    return sum(not all(is_audited(one, audit_exp) for one in lot) for lot in lots) / draws
