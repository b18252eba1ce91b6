"""How the keys of private jobs' packages go over a board, in memory and on a devnet alike."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest
from renderchain.core.board_events import JobCreated, KeyAsked, KeyGiven
from renderchain.core.contract_errors import BatchSize, NotWorkerOperator, UnknownJob
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.node_address import NOBODY
from renderchain.core.private_package import WrappedKey

from devkit.made_up_job import FAMILY, RULES, TERMS
from devkit.parties import Networks
from tests.board.opener import Opener

KEY = bytes(range(200, 232))
WRAPPED = WrappedKey(bytes(range(32)), bytes(range(100, 132)), bytes(range(240, 256)))
OTHER = WrappedKey(bytes(32), b"\xff" * 32, bytes(16))


def test_a_worker_asks_and_gets_what_was_wrapped_for_it(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        start = await net.artist.block_number()
        job_id = await net.artist.create_job(TERMS)
        assert await net.artist.scene_key(net.worker_id) is None
        await net.worker.publish_scene_key(KEY)
        assert await net.artist.scene_key(net.worker_id) == KEY
        await net.worker.ask_key(job_id)
        assert await net.artist.asked_keys(job_id, start) == [net.worker_id]
        assert await net.worker.given_keys(job_id, start) == []
        await net.outsider.give_keys(job_id, [(net.worker_id, OTHER), (WorkerId(77), OTHER)])
        await net.artist.give_keys(job_id, [(net.worker_id, WRAPPED)])
        mine = [(net.worker_id, OTHER), (net.worker_id, WRAPPED)]
        assert await net.worker.given_keys(job_id, start, net.worker_id) == mine
        assert await net.worker.given_keys(job_id, start, net.worker_id, 1) == mine[:1]
        assert len(await net.worker.given_keys(job_id, start)) == 3
        async with aclosing(net.artist.events(start, job_id)) as events:
            told = [await anext(events) for _ in range(5)]
        assert isinstance(told[0], JobCreated)
        assert told[1] == KeyAsked(told[1].block, job_id, net.worker_id)
        assert told[4] == KeyGiven(told[4].block, job_id, net.worker_id, WRAPPED)

    networks.run(story)


def test_what_is_refused_of_keys(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        job_id = await net.artist.create_job(TERMS)
        with pytest.raises(NotWorkerOperator):
            await net.outsider.ask_key(job_id)
        with pytest.raises(UnknownJob):
            await net.worker.ask_key(JobId(9))
        with pytest.raises(UnknownJob, match="Giving the key of job 9"):
            await net.artist.give_keys(JobId(9), [(net.worker_id, WRAPPED)])
        with pytest.raises(UnknownJob, match="Telling IPFS addresses with job 9"):
            await net.artist.give_keys(JobId(9), [(NOBODY, WRAPPED)])
        for count in (0, 101):
            with pytest.raises(BatchSize):
                await net.artist.give_keys(job_id, [(net.worker_id, WRAPPED)] * count)
        await net.artist.give_keys(job_id, [(net.worker_id, WRAPPED)] * 100)
        assert await net.artist.supports(net.worker_id, FAMILY)
        assert not await net.artist.supports(net.worker_id, FAMILY + 1)
        assert not await net.artist.supports(WorkerId(77), FAMILY)

    networks.run(story)
