"""What a board demands of a job's terms, in the order in which it says so."""

from __future__ import annotations

from renderchain.core.audit.economics import (
    MAX_AUDIT_EXP,
    MAX_NAMED,
    PAY_FEES,
    UNIT_FEES,
    audit_pool,
    drawn_leaves,
    fee_of,
)
from renderchain.core.job import JobTerms
from renderchain.core.print_limits import LEAST, MOST

from devkit.model.ledger import need
from devkit.rules import Rules

MAX_AUDIT_TILES = 32
MOST_LEAVES = 2**32 - 1  # of a lease, the final image of each task among them


def check_terms(terms: JobTerms, rules: Rules) -> None:
    """Refuse a job that makes no sense."""
    need(terms.tasks, "job without tasks")
    need(terms.reward_fri, "job without reward")
    has_digest = terms.package_hi or terms.package_lo
    need(has_digest and terms.package_bytes and terms.package_files, "job without package")
    need(terms.family, "job without family")
    need(terms.longest_lease, "longest lease is zero")
    need(terms.lease_timeout_s and terms.window_s, "a timeout is zero")
    allowed = terms.lease_timeout_s <= rules.lease_timeout_s and terms.window_s <= rules.window_s
    need(allowed, "a timeout is too long")
    need(terms.expires_in_s >= terms.lease_timeout_s, "job shorter than a lease")
    need(terms.audit_floor_exp <= MAX_AUDIT_EXP, "audit rate is too low")
    need(bool(terms.scheduler) == bool(terms.scheduler_grace_s), "scheduler without grace")
    has_time = not terms.scheduler or terms.lease_timeout_s >= rules.least_assigned_s
    need(has_time, "timeout too short to assign")
    need(not terms.spare_tasks or terms.scheduler, "spares without scheduler")
    need(terms.spare_tasks <= terms.tasks, "more spares than tasks")
    need(terms.tiles, "job without tiles")
    need(0 < terms.audit_tiles <= MAX_AUDIT_TILES, "audits 1 to 32 leaves")
    need(terms.audit_fee_fri, "audit without a fee")
    within = LEAST.tile_percent <= terms.tile_limit_percent <= MOST.tile_percent
    within = within and LEAST.mean_percent <= terms.mean_limit_percent <= MOST.mean_percent
    need(within, "print limits out of range")
    longest = min(terms.longest_lease, terms.tasks)
    leaves = longest * (terms.tiles + 1)
    need(leaves <= MOST_LEAVES, "too many leaves in a lease")
    fees = (terms.audit_fee_fri, terms.audit_tile_fri)
    drawn = drawn_leaves(longest * terms.tiles, terms.audit_tiles)
    fits_unit = fee_of(*fees, drawn + MAX_NAMED) <= rules.seat_unit_fri // UNIT_FEES
    fits_pay = fee_of(*fees, drawn) <= longest * terms.reward_fri // PAY_FEES
    need(fits_unit and fits_pay, "fee of a vote is too high")
    size = (terms.tasks, terms.longest_lease, terms.tiles, terms.audit_tiles)
    least = audit_pool(*size, *fees, second_look=terms.second_look)
    need(terms.audit_pool_fri >= least, "pool below its audits")
