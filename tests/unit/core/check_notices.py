"""One of each notice of the artist's own checks, and its sentence."""

from __future__ import annotations

from renderchain.core.ids import JobId, LeaseId
from renderchain.core.notices import Notice, checks

LEASE = LeaseId(9000 << 40 | 7)
IDS = (JobId(3), LEASE)
OF_CHECKS: dict[Notice, str] = {
    checks.LeaseChecked(*IDS, 2, 4.06): f"Checked 2 leaves of lease {LEASE} in 4.1 s",
    checks.LeaseUnchecked(*IDS, "no sandbox"): (
        f"Lease {LEASE} was not checked here (no sandbox); it is not accepted early, unless verifiers clear "
        'it. The job has no second looks; choose stricter checking, or second_looks = "always", to have them.'
    ),
    checks.JobUnchecked("no OPTIX here", second_look=True): (
        "This machine can't check the job's batches itself (no OPTIX here). In the place of that, half of "
        "what verifiers accept is looked at by seven more, for which more is kept; most of it comes back."
    ),
    checks.LeaseUnjudged(*IDS): (
        f"Nobody judges lease {LEASE}, and no check here found it right: it is not accepted now, but anyone "
        "may have it paid when its window is over. Look at its frames."
    ),
    checks.LeavesFalse(*IDS, (4, 9), 8.0): (
        f"Lease {LEASE}: leaves 4, 9 came out otherwise here than delivered, twice (8.0 s); the lease is not "
        "accepted early, unless verifiers clear it."
    ),
    checks.CheckUnsure(*IDS, (4,), "no memory"): (
        f"Lease {LEASE}: leaf 4 came out otherwise here than delivered, but a second rendering does not "
        "confirm it (no memory). Nothing was challenged, and the lease is not accepted early, unless "
        "verifiers clear it; look at its frames."
    ),
    checks.Unchallenged(*IDS, "No money.", (4,)): (
        f"Lease {LEASE} was not challenged by itself: No money. Challenge leaf 4 before its window closes if "
        "you want your money back."
    ),
    checks.Unappealed(*IDS, "No money.", (4,)): (
        f"Lease {LEASE} was accepted by verifiers although leaf 4 came out otherwise here; that was not "
        "appealed: No money."
    ),
}
