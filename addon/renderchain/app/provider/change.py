"""One transaction of a provider, with what it costs, locks and leads to, and who may make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.durations import duration_of
from ...core.errors import ChangeRefused
from ...core.ids import WorkerId
from ...core.job import family_name
from ...core.provider import PlainCall, RegistryRules, Standing
from ...ports.provider_chain import ProviderChain


@dataclass(frozen=True)
class Change:
    """One transaction. ``pays_fri`` leaves the account besides the fee; ``effects`` are sentences on what it
    locks and leads to.
    """

    action: str
    calls: tuple[PlainCall, ...]
    pays_fri: int = 0
    effects: tuple[str, ...] = ()


class ChangesBase:
    """What all changes share: the account that makes them, and whether it may."""

    def __init__(self, chain: ProviderChain) -> None:
        self._chain = chain
        self._calls = chain.calls

    async def _owned(self, worker_id: WorkerId, families: Sequence[int] = ()) -> Standing:
        standing = await self._chain.standing(worker_id, families)
        if standing.worker.owner != self._chain.address:
            raise ChangeRefused(
                f"Only the owner of worker {worker_id}, {standing.worker.owner:#x}, may do this, and the "
                f"settings name {self._chain.address:#x}. Nothing was sent; use the owner's settings, or "
                "--account with --print and sign where its key is."
            )
        return standing

    async def _membered(self, worker_id: WorkerId) -> Standing:
        standing = await self._chain.standing(worker_id, ())
        if self._chain.address not in (standing.worker.owner, standing.worker.operator):
            raise ChangeRefused(
                f"Only the owner or the operator of worker {worker_id} may do this, and "
                f"{self._chain.address:#x} is neither. Nothing was sent; use the settings of one of them."
            )
        return standing


def names_of(families: Sequence[int]) -> str:
    return ", ".join(map(family_name, families)) or "none"


def cooldown_of(rules: RegistryRules) -> str:
    return duration_of(rules.cooldown_s)
