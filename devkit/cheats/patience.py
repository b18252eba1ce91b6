"""A cheat that is honest until chance may spare it: only then is there something to be gained."""

from __future__ import annotations

from renderchain.core.ids import JobId
from renderchain.core.notices import Notice
from renderchain.core.notices.leases import LeaseClaimed, LeaseOffered


class Patience:
    """Is over for a lease that chance audits 1 time in 2^``from_exp`` at most; with 0 there is none.

    It hears what the worker tells, which says of a job's leases at which rate they are audited, and then
    that one was claimed. A lease that the worker goes on with after a restart is rendered honestly.
    """

    def __init__(self, from_exp: int) -> None:
        self._from_exp = from_exp
        self._exps: dict[JobId, int] = {}
        self._audit_exp = 0

    def note(self, notice: Notice) -> None:
        """Hear of a lease that is offered, or was claimed."""
        if isinstance(notice, LeaseOffered):
            self._exps[notice.job_id] = notice.audit_exp
        elif isinstance(notice, LeaseClaimed):
            self._audit_exp = self._exps.get(notice.job_id, 0)

    def is_over(self) -> bool:
        """Whether to cheat with the lease in hand."""
        return self._audit_exp >= self._from_exp
