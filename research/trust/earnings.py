"""What a cheat earns over honest work, in units of a lease's pay R.

Caught is a lease that is audited, with p, and of whose sixteen drawn leaves one or their mean is refused by
honest verifiers. It loses its pay and its lock L (docs/protocol.md). What was not rendered is gained, as if
rendering cost all of the pay, so that true gains are smaller:

    saved - p · (1 - passing) · (R + L),    L = max(0.3 R + 3 f, 2 R (1-p)/p)

A lock is 16 f at least, which is left out: with it cheats lose more still.
"""

from __future__ import annotations

from renderchain.core.audit.economics import MAX_AUDIT_EXP

from research.trust.capture import lock_of

AUDIT_EXPS = tuple(range(MAX_AUDIT_EXP + 1))


def profit(gain: float, caught: float, audit_exp: int) -> float:
    """Against honest work, from the gain and how often the lease is lost."""
    return gain - caught * (1 + lock_of(audit_exp))


def earned(saved: float, passing: float, audit_exp: int) -> float:
    """What a cheat earns whose leases pass this often when they are audited, at p = 2^-audit_exp."""
    return profit(saved, 2.0**-audit_exp * (1 - passing), audit_exp)


def must_pass(saved: float, audit_exp: int) -> float:
    """How often audited leases must pass for a cheat to earn nothing and lose nothing."""
    return max(0.0, 1 - saved / (2.0**-audit_exp * (1 + lock_of(audit_exp))))
