"""One of each notice about scheduling and services, with its sentence."""

from __future__ import annotations

from renderchain.core.ids import JobId
from renderchain.core.notices import Notice
from renderchain.core.notices.conditions import IndexNotUsed
from renderchain.core.notices.jobs import SparesSetAside
from renderchain.core.notices.scheduling import (
    AssignRefused,
    HeartbeatFailed,
    JobNotScheduled,
    JobScheduled,
    LeasesAssigned,
)

JOB = JobId(3)

OF_SCHEDULING: dict[Notice, str] = {
    SparesSetAside(5, 5 * 10**16): (
        "0.05 STRK of that are set aside so that the scheduler can have 5 frames of late workers rendered by "
        "others too; what is not needed comes back."
    ),
    IndexNotUsed("It lags."): "The chain is asked and not the index: It lags.",
    LeasesAssigned(JOB, 4, 2): "Job 3: 4 leases assigned, 2 of tasks that others hold",
    AssignRefused(JOB, "The pool is empty."): "Job 3 waits: The pool is empty.",
    JobNotScheduled(JOB, "it has too many tasks"): "Job 3 is not scheduled here: it has too many tasks",
    JobScheduled(JOB): "Job 3 is scheduled now: there is room for it",
    HeartbeatFailed("It is down."): (
        "A scheduler does not hear this worker, so it assigns nothing to it: It is down."
    ),
}
