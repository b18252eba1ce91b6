"""Is all there that an artist needs? A finding for each thing, whatever else is missing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from ...core.errors import KeyStoreError, RenderChainError, SettingsError, WrongNetwork
from ...core.exit_codes import OTHER, exit_code_of
from ...core.finding import Finding, doubt, fault, fault_of, fine
from ...ports.network_look import NetworkLook
from ..indexed.asking import INDEX, Asking
from ..provider.doctor_chain import examine_account, examine_head
from ..provider.doctor_machine import question

NOT_SET_UP = exit_code_of(SettingsError())
KEY, NODE, CHAIN, DIRECTORY, ACCOUNT = "key", "node", "chain", "directory", "account"
IPFS, DENOISER = "ipfs", "denoiser"
CHECKED = (KEY, NODE, CHAIN, DIRECTORY, ACCOUNT, IPFS, DENOISER)  # in the order of the findings
OpenLook = Callable[[], AbstractAsyncContextManager[NetworkLook]]


@dataclass(frozen=True)
class Checkup:
    """What it asks. ``missing`` are settings that are not chosen yet; ``public_key`` raises KeyStoreError.

    ``index`` is the one that the settings name, if they do, which has a finding then.
    ``has_denoiser`` is whether the Blender here denoises by OpenImageDenoise, None where there is no Blender.
    """

    missing: tuple[str, ...]
    place: str  # where the key is kept
    public_key: Callable[[], Awaitable[int]]  # a keyring may ask its user
    open_look: OpenLook
    ask_store: Callable[[], Awaitable[str]]
    has_denoiser: bool | None
    now_s: float
    oldest_head_s: float
    index: Asking | None = None

    async def run(self) -> list[Finding]:
        """A finding for each of CHECKED, and for an index."""
        beside = list[Finding]()
        public, key = await self._key()
        network = await self._network(public, beside)
        if self.index and not beside:
            beside.append(doubt(INDEX, "it is looked at once the node is right."))
        store = await question(IPFS, self.ask_store)
        return [key, *network, *beside, store, _denoiser(self.has_denoiser)]

    async def _key(self) -> tuple[int, Finding]:
        """The public half, 0 if it can't be had."""
        if "account" in self.missing:
            return 0, fault(KEY, "there is no account yet; make one or import one.", NOT_SET_UP)
        try:
            return await self.public_key(), fine(KEY, f"it is in {self.place}")
        except KeyStoreError as error:
            return 0, fault_of(KEY, error)

    async def _network(self, public_key: int, beside: list[Finding]) -> list[Finding]:
        """Node, chain, Directory, account: each needs the one before it. The index's goes ``beside``."""
        if "rpc_url" in self.missing:
            found = [fault(NODE, "none is chosen; fill in the address (RPC) of a Starknet node.", NOT_SET_UP)]
            return _and_those_behind(found)
        found = []
        try:
            async with self.open_look() as look:
                found += [fine(NODE, f"{look.node} answers"), fine(CHAIN, f"{look.chain_name}, as chosen")]
                if "directory" in self.missing:
                    raise SettingsError("none is chosen; fill in the address that the network's people tell.")
                chain = await look.contracts()
                found.append(fine(DIRECTORY, "it leads to contracts that this version knows"))
                found[0] = await examine_head(chain, self.now_s, self.oldest_head_s)
                if self.index:
                    head, _ = await chain.newest_block()
                    beside.append(await self.index.examine(chain.chain_name, head))
                if "account" in self.missing:
                    raise SettingsError("there is none yet; make one or import one.")
                found.append(await examine_account(chain, public_key))
        except WrongNetwork as error:
            found += [] if found else [fine(NODE, "it answers")]
            found.append(fault_of(_next(found), error))
        except RenderChainError as error:
            found.append(fault_of(_next(found), error))
        return _and_those_behind(found)


def _next(found: list[Finding]) -> str:
    return (NODE, CHAIN, DIRECTORY, ACCOUNT)[len(found)]


def _and_those_behind(found: list[Finding]) -> list[Finding]:
    """What can't be looked at before what is at fault was mended."""
    before = found[-1]
    rest = (NODE, CHAIN, DIRECTORY, ACCOUNT)[len(found) :]
    return [*found, *(fault(one, f"it is looked at once the {before.what} is right.", OTHER) for one in rest)]


def _denoiser(there: bool | None) -> Finding:
    if there:
        return fine(DENOISER, "OpenImageDenoise is there, by which final images are made again")
    if there is None:
        return doubt(DENOISER, "it can't be seen without Blender; run this in Blender.")
    return doubt(
        DENOISER,
        "this Blender has no OpenImageDenoise: denoised final images are not made again here. Use a Blender "
        "from its makers to have them checked.",
    )
