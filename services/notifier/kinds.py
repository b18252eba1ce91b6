"""What can be told of, and whom it concerns."""

from __future__ import annotations

ARTIST = {
    "job_done": "all frames of a job are paid or refunded",
    "frames_failed": "a worker lost frames, or nobody will render them",
    "frames_doubted": "verifiers object to frames",
    "challenge_ended": "a challenge has its verdict",
    "job_waits": "nobody renders a job's open frames, and why",
    "deadline_near": "a job may end before its frames are done",
    "money_low": "an account holds little STRK",
}
PROVIDER = {
    "paid": "a lease was paid",
    "lease_lost": "a worker's lease ended late",
    "audit_won": "verifiers found a lease right",
    "audit_lost": "verifiers found a lease wrong, or could not decide",
    "stake_shrank": "a worker lost stake",
    "reserve_low": "a worker's account holds little STRK for gas",
    "worker_silent": "a worker took nothing for long, while there was something for it",
}
OPERATOR = {
    "index_behind": "the index is not ready",
    "service_down": "an address that is looked at does not answer",
}
ROLES = {"artist": ARTIST, "provider": PROVIDER, "operator": OPERATOR}
KINDS = ARTIST | PROVIDER | OPERATOR
CORRECTION, TRY, DIGEST = "correction", "try", "digest"  # what nobody has to ask for


def named(words: tuple[str, ...]) -> frozenset[str]:
    """The kinds that a rule names, one by one or by a role. Raises KeyError with a word that is none."""
    found: set[str] = set()
    for word in words:
        if word not in KINDS and word not in ROLES:
            raise KeyError(word)
        found |= {word} if word in KINDS else set(ROLES[word])
    return frozenset(found)
