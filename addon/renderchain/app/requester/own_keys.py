"""The keys of a requester's own private packages: they derive from its account."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.errors import WrongKey
from ...core.job import JobInfo
from ...core.private_package import PrivateHeader
from ..exchange.private_package import KeyOf


@dataclass(frozen=True)
class OwnKeys:
    """``of_salt`` is the account's."""

    of_salt: KeyOf

    async def key_of(self, job: JobInfo, header: PrivateHeader) -> bytes:
        """The key of a job's package; raises WrongKey where another account submitted it."""
        key = self.of_salt(header.salt)
        if not header.fits(key):
            raise WrongKey(
                f"The package of job {job.job_id} is private, and another account's; use the account that "
                "submitted it."
            )
        return key
