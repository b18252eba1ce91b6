"""A worker's process that submits one lease of made-up pixels, says which, and waits until it is killed.

python -m tests.chain.submitter RPC ACCOUNT KEY DIRECTORY JOB IPFS FOLDER
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from pathlib import Path

from renderchain.adapters.ipfs.kubo import KuboStore
from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.sealing import ChaChaSealer
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.node import Node, open_account
from renderchain.adapters.starknet.sender import Sender
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.exchange.pins import Pins
from renderchain.app.worker.lane import Lane
from renderchain.app.worker.render_lease import RenderLease
from renderchain.core.ids import JobId
from renderchain.core.sealed import SECRET_BITS
from renderchain.ports.journal import LeaseEntry

from devkit.fakes.renderer import FakeRenderer, images_in
from devkit.fakes.reporter import RecordingReporter


async def main(
    rpc: str, address: int, key: int, directory: int, job_id: JobId, ipfs: str, folder: Path
) -> None:
    """Claim, render, seal, pin, keep, submit."""
    node = Node(rpc, "")
    account = await open_account(node, address, key)
    journal = SqliteJournal(folder / "journal.sqlite")
    chain = await StarknetChain.connect(account, Sender(account, journal, 10**19), directory)
    lease_id = await chain.claim_lease(job_id, 0)
    entry = LeaseEntry(chain.board, lease_id, job_id, secrets.randbits(SECRET_BITS), "claimed")
    journal.save_lease(entry)
    store, proof_store = KuboStore(ipfs), ProofStore(folder / "evidence")
    work = RenderLease(
        chain,
        store,
        RecordingReporter(),
        folder,
        hash_many=hash_many,
        sealer=ChaChaSealer(),
        proof_store=proof_store,
        pins=Pins(store, folder / "pins.json", chain.board, proof_store.knows),
        journal=journal,
        images_in=images_in,
    )
    turn = Lane(1, FakeRenderer(frame_s=0), None).give(entry)
    await work.run(turn, await chain.lease(lease_id), await chain.job(job_id))
    print(lease_id, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    rpc, address, key, directory, job, ipfs, folder = sys.argv[1:]
    numbers = (int(address, 16), int(key, 16), int(directory, 16), JobId(int(job)))
    asyncio.run(main(rpc, *numbers, ipfs, Path(folder)))
