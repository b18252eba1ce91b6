"""A job and the rules of its network as tests use them: short times, small numbers."""

from __future__ import annotations

from renderchain.core.job import JobTerms, family_of
from renderchain.core.money import FRI_PER_STRK

from devkit.rules import AT_ONCE, Rules

FAMILY = family_of((4, 5), "CYCLES", "CPU")
PAYOUT = 0xC01D
RULES = Rules(
    cooldown_s=1600,
    lease_timeout_s=300,
    window_s=200,
    audit_s=400,
    slowest_block_s=100,
    seat_unit_fri=FRI_PER_STRK,
    epoch_blocks=10,
    **AT_ONCE,
)
TERMS = JobTerms(
    package_hi=2**127,
    package_lo=1,
    package_bytes=1000,
    package_files=2,
    tasks=3,
    reward_fri=10**17,
    audit_pool_fri=3 * 10**16,
    family=FAMILY,
    longest_lease=2,
    lease_timeout_s=300,
    window_s=200,
    expires_in_s=2000,
    tiles=4,
    audit_fee_fri=10**15,
    audit_tile_fri=10**14,
    takes_unjudged=True,
)
FEE_FRI = 11 * 10**14  # of a verifier who looks at one leaf
