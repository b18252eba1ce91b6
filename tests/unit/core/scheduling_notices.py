"""One of each notice about scheduling, with its sentence."""

from __future__ import annotations

from renderchain.core.ids import JobId
from renderchain.core.notices import Notice
from renderchain.core.notices.scheduling import (
    AssignRefused,
    HeartbeatFailed,
    JobNotScheduled,
    LeasesAssigned,
)

JOB = JobId(3)

OF_SCHEDULING: dict[Notice, str] = {
    LeasesAssigned(JOB, 4, 2): "Job 3: 4 leases assigned, 2 of tasks that others hold",
    AssignRefused(JOB, "The pool is empty."): "Job 3 waits: The pool is empty.",
    JobNotScheduled(JOB, "it has too many tasks"): "Job 3 is not scheduled here: it has too many tasks",
    HeartbeatFailed("It is down."): (
        "A scheduler does not hear this worker, so it assigns nothing to it: It is down."
    ),
}
