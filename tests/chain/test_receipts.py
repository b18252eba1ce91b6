"""What only a real chain has of a receipt: transactions and their signatures, transfers, keys of accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.starknet.signatures import KeySigner, StarkSigning
from renderchain.app.requester.receipt import gather, sealed
from renderchain.app.requester.receipt_parts import ReceiptParts
from renderchain.core.finding import Finding, Health
from renderchain.core.ids import JobId
from renderchain.core.job import LeaseResult
from renderchain.core.manifest import Manifest
from renderchain.core.receipt.checks import Checks
from renderchain.core.receipt.document import PaymentKind, Receipt, parse_receipt

from devkit.made_up_job import TERMS
from devkit.network.clients import Views

SETTINGS = Manifest(
    *((4, 5), "a.blend", "Scene", ("V",), "CYCLES", 64, 64, "24", (1, 2, 3, 4), 4, False, "PNG", "AgX"),
    files=(),
)
RESULT = LeaseResult(123, 4, 5, 6)
MORE_FRI = 10**6


def found_in(receipt: Receipt) -> list[Finding]:
    """Of what does not hang on the scene, which is made up."""
    found = Checks(parse_receipt(receipt.to_bytes()), hash_many, StarkSigning()).findings()
    return [one for one in found if one.what not in ("package", "frames")]


async def played(net: Views) -> tuple[JobId, int]:
    """A job with a lease that its worker posted, one that somebody else did; and what was added."""
    job_id = await net.artist.create_job(replace(TERMS, longest_lease=1))
    first = await net.worker.claim_lease(job_id, 0)
    reward_fri = TERMS.reward_fri + 1
    before_fri = await net.artist.tokens_fri(net.artist.board)
    await net.artist.top_up(job_id, reward_fri, MORE_FRI)
    added_fri = await net.artist.tokens_fri(net.artist.board) - before_fri
    second = await net.worker.claim_lease(job_id, 1)
    await net.worker.submit(first, 1, RESULT)
    signature = net.worker.sign_result(await net.artist.lease(second), RESULT)
    assert await net.outsider.submit_signed([(second, 1, RESULT, signature)]) == []
    net.pass_draw_block()
    assert await net.artist.accept(job_id, [first, second]) == []
    await net.artist.cancel(job_id)
    return job_id, added_fri


def test_a_receipt_of_a_real_chain_is_right_and_its_signatures_are_checked(
    chains: Callable[[], Any], tmp_path: Path
) -> None:
    async def run() -> tuple[Receipt, int, Views]:
        async with chains() as opened:
            net = await opened.network()
            job_id, added_fri = await played(net)
            parts = ReceiptParts(tmp_path / "parts")
            receipt = await gather(net.artist, job_id, 0, SETTINGS, parts)
            signer = KeySigner(opened.accounts[0].private_key)
            return sealed(receipt, net.artist.address, signer, hash_many), added_fri, net

    receipt, added_fri, net = asyncio.run(run())
    brought = [one.amount_fri for one in receipt.payments if one.kind is PaymentKind.BROUGHT]
    assert brought == [receipt.terms.escrow_fri, added_fri]
    own, others = receipt.leases
    assert own.call and own.call.sender == net.worker.address and others.call is None
    assert others.reward_fri == own.reward_fri + 1

    found = found_in(receipt)
    assert not [one for one in found if one.health is Health.FAULT]
    lines = [one.line for one in found]
    assert "ok       results: signed by the accounts of their workers: 1" in lines
    assert any("only a node can say who posted 1" in line for line in lines)
    assert "ok       seal: signed by the account that ordered the job" in lines

    call = replace(own.call, nonce=own.call.nonce + 1)
    forged = replace(receipt, leases=(replace(own, call=call), others))
    faults = {one.what for one in found_in(forged) if one.health is Health.FAULT}
    assert faults == {"results", "seal"}
