"""Who takes part in the demo, and how each worker is started."""

from __future__ import annotations

from devkit.network.local import SeatHolding
from devkit.network.services import REPO
from devkit.network.workers import OTHER_MACHINE, WorkerPlan

FOLDER = REPO / "build" / "demo"
CHEAT, CHEATS = 1, "garbage"
STRANGER = 2  # renders with Cycles' kernel for processors without AVX2
PATIENT = 5  # honest until chance audits its lease 1 time in 32 only; then it cheats as the other does

KILLED = 6  # only verifies, and is killed while it does
BUSY = 7  # only verifies, and its machine is used for something else

# Of so short a lease two leaves are drawn. A fifth of the town's tiles is flat sky, in which cheap sampling
# can't be seen: it would get through once in ten runs, which is no loss to the network, but no demo.
REWARD, LONGEST_LEASE = "0.25", 2
# The second artist's frames pay too little for all but the patient one.
SMALL_REWARD, SMALL_EXP = "0.24", 5
RENDERS = {"RENDERCHAIN_LEAST_REWARD_FRI": f"{REWARD}STRK"}
VERIFIES = {"RENDERCHAIN_LEAST_REWARD_FRI": "1000STRK"}
VERIFIER = WorkerPlan(environment=VERIFIES)

PLANS = {
    CHEAT: WorkerPlan(CHEATS, environment=RENDERS),
    STRANGER: WorkerPlan(environment={**RENDERS, **OTHER_MACHINE}),
    3: WorkerPlan(environment=RENDERS),
    4: WorkerPlan(environment=RENDERS),
    PATIENT: WorkerPlan(CHEATS, from_exp=SMALL_EXP),
    KILLED: VERIFIER,
    BUSY: VERIFIER,
}
# So many that each is drawn among the twelve votes on the second artist's first job, but for 1 time in 70.
# They verify for the same fee as the others: with a dearer one more than half would be unwilling to judge the
# first artist's leases, and its job would be refused.
HOLDINGS = dict.fromkeys((KILLED, BUSY), SeatHolding(seats=15))
