"""Saying with a job where the artist's IPFS node is, so that workers fetch its package at once.

It stays readable for everybody, for ever, so it is only done where the artist chose it.
"""

from __future__ import annotations

from ...core.errors import RenderChainError
from ...core.ids import JobId
from ...core.node_address import NOBODY, NONE, addresses_to_tell, given_address
from ...core.notices.storage import AddressNotTold, AddressTold
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain
from ..upkeep.store_upkeep import StoreUpkeep

MOST_TOLD = 3  # each is paid for


async def tell_addresses(
    chain: RequesterChain, upkeep: StoreUpkeep, reporter: Reporter, job_id: JobId
) -> None:
    """Have the job name the node's addresses; the job is there, whatever goes wrong with that."""
    if upkeep.tells == NONE:
        return
    addresses = addresses_to_tell(await upkeep.addresses(), upkeep.tells, MOST_TOLD)
    if not addresses:
        reason = f"it has no address that may be told (tell_addresses is {upkeep.tells})."
        reporter.tell(AddressNotTold(job_id, reason))
        return
    given = [(NOBODY, one) for one in map(given_address, addresses) if one]
    try:
        await chain.give_keys(job_id, given)
    except RenderChainError as error:
        reporter.tell(AddressNotTold(job_id, str(error)))
        return
    reporter.tell(AddressTold(job_id, " ".join(addresses)))
