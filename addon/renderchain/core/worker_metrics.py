"""A worker's numbers for Prometheus, as its state has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .metrics import Labels, Metric, by_label, single
from .worker_state import WorkerState

PREFIX = "renderchain_"
# There from the start, at 0: Prometheus sees no increase in a number that was not there before.
OUTCOMES = (
    "claimed",
    "submitted",
    "paid",
    "accepted",
    "rejected",
    "expired",
    "given_back",
    "lost",
    "failed",
)
DUTIES = ("voted", "declined", "missed", "leaves_opened", "key_revealed", "prints_compared")
RESULTS = ("confirmed", "reverted")
VERDICTS = ("accepted", "rejected", "undecided")
WATCHED = (("reserve_runs_out", "warning"),)  # kinds of notices that alerts are about


def metrics_of(state: WorkerState, now_s: float, loop_age_s: float, free_bytes: int | None) -> list[Metric]:
    """All of them; docs/operations.md has the list. ``free_bytes`` of the disk, None if nobody knows."""
    return [*_process(state, now_s, loop_age_s, free_bytes), *_work(state), *_money(state)]


def _process(state: WorkerState, now_s: float, loop_age_s: float, free_bytes: int | None) -> list[Metric]:
    facts = ("blender_version", "device", "device_name")
    info: dict[Labels, float] = {
        tuple((name, getattr(one, name)) for name in facts): 1.0 for one in state.machines.values()
    }
    out = dict.fromkeys(state.out_of_service, 1)
    kinds = {**dict.fromkeys(WATCHED, 0), **state.kinds}
    told: dict[Labels, float] = {
        (("kind", kind), ("level", level)): float(n) for (kind, level), n in kinds.items()
    }
    waits = {name: max(now_s - since_s, 0.0) for name, since_s in state.waits.items()}
    store: dict[Labels, float] = {(): float(state.stored_bytes)} if state.stored_bytes is not None else {}
    head = state.head
    nodes = {head.node: 1.0} if head else {}
    head_age: dict[Labels, float] = {(): max(now_s - head.made_s, 0.0)} if head else {}
    disk: dict[Labels, float] = {(): float(free_bytes)} if free_bytes is not None else {}
    return [
        Metric(f"{PREFIX}worker_info", "gauge", "What the worker renders with, once it is ready.", info),
        by_label(f"{PREFIX}family_out_of_service", "gauge", "1: it makes false pixels.", "family", out),
        single(f"{PREFIX}start_time_seconds", "gauge", "When it started, since 1970.", state.began_s),
        single(f"{PREFIX}loop_age_seconds", "gauge", "Since when its loop stands still.", loop_age_s),
        single(f"{PREFIX}ready", "gauge", "1: it works, or would if there were work.", int(state.is_ready)),
        by_label(f"{PREFIX}waiting_seconds", "gauge", "How long it waits for what.", "condition", waits),
        Metric(f"{PREFIX}notices_total", "counter", "What it said, by kind and level.", told),
        Metric(f"{PREFIX}store_bytes", "gauge", "What its IPFS node's repository takes.", store),
        by_label(f"{PREFIX}node_in_use", "gauge", "1 for the node that it asks.", "node", nodes),
        Metric(f"{PREFIX}head_age_seconds", "gauge", "Age of that node's newest block.", head_age),
        Metric(f"{PREFIX}free_disk_bytes", "gauge", "Room where its folder is.", disk),
    ]


def _whole(counts: Mapping[str, int], keys: Sequence[str]) -> dict[str, int]:
    return {**dict.fromkeys(keys, 0), **counts}


def _work(state: WorkerState) -> list[Metric]:
    outcomes, duties = _whole(state.outcomes, OUTCOMES), _whole(state.duties, DUTIES)
    verdicts = _whole(state.verdicts, VERDICTS)
    lanes_s = {str(lane): spent_s for lane, spent_s in sorted(state.lanes_s.items())}
    now_in = Counter(str(one.lane) for one in state.rendering.values())
    rendering = {lane: now_in[lane] for lane in lanes_s}
    return [
        single(f"{PREFIX}frames_rendered_total", "counter", "Frames of leases.", state.frame_count),
        single(f"{PREFIX}render_seconds_total", "counter", "Spent on these frames.", state.render_s),
        by_label(f"{PREFIX}leases_total", "counter", "Leases by what became of them.", "outcome", outcomes),
        by_label(f"{PREFIX}lane_rendering", "gauge", "Leases that it renders now.", "lane", rendering),
        by_label(f"{PREFIX}lane_render_seconds_total", "counter", "Spent on frames.", "lane", lanes_s),
        single(f"{PREFIX}leases_held", "gauge", "Leases that have not ended.", len(state.held)),
        single(f"{PREFIX}seats_held", "gauge", "Others' leases that it has to vote on.", len(state.seats)),
        by_label(f"{PREFIX}audit_duties_total", "counter", "What it did in audits.", "duty", duties),
        by_label(f"{PREFIX}verdicts_total", "counter", "On its own leases.", "verdict", verdicts),
    ]


def _money(state: WorkerState) -> list[Metric]:
    money, stake = state.money, state.stake
    purses = (
        {}
        if stake is None
        else {
            "work": stake.work_fri,
            "locked": stake.locked_fri,
            "free": stake.free_fri,
            "seats": stake.seats_fri,
        }
    )
    sent = _whole(state.transactions, RESULTS)
    return [
        single(f"{PREFIX}earned_fri_total", "counter", "Pay of leases.", money.earned_fri),
        single(f"{PREFIX}stake_lost_fri_total", "counter", "Taken for rejected leases.", money.lost_fri),
        single(f"{PREFIX}paid_out_fri_total", "counter", "Sent to the payout address.", money.paid_out_fri),
        single(f"{PREFIX}gas_fees_fri_total", "counter", "Fees of its transactions.", money.fees_fri),
        by_label(f"{PREFIX}transactions_total", "counter", "By their result.", "result", sent),
        single(f"{PREFIX}last_transaction_block", "gauge", "The newest block with one.", state.block),
        by_label(f"{PREFIX}stake_fri", "gauge", "As the registry had it last.", "purse", purses),
    ]
