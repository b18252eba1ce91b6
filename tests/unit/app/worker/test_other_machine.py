"""A folder that is taken over by another Blender or device: nobody submits or votes what it can't know."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from renderchain.core.board_events import LeaseClaimed, TasksGivenBack
from renderchain.core.messages import Loaded
from renderchain.core.notices.leases import LeaseFailed, LeaseResumed, LeaseSubmitted

from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.renderer import LOADED
from devkit.fakes.wire import Wire
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=2, window_s=300, lease_timeout_s=3000)
NEWER = replace(LOADED, blender_version="5.2.0 LTS")
ON_GPU = replace(LOADED, device="OPTIX")


@pytest.mark.parametrize("loaded", [NEWER, ON_GPU], ids=["Blender", "device"])
def test_a_lease_of_another_family_is_given_back_after_a_restart(
    world: World, artist: Artist, machine: Machine, loaded: Loaded
) -> None:
    """It was rendered and submitted by whatever Blender was there, which audits find to be wrong."""

    async def life() -> None:
        await artist.submit(2, SHORT)
        wire = Wire()
        first = asyncio.create_task(machine.worker(wire).run(asyncio.Event()))
        while not world.network.told(LeaseClaimed):
            await asyncio.sleep(1)
        await asyncio.sleep(40)  # one frame is done
        wire.cut()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        machine.renderer.loaded = loaded
        async with machine.working():
            await asyncio.sleep(500)

    world.live(life())
    assert machine.reporter.heard(LeaseResumed)
    assert not machine.reporter.heard(LeaseSubmitted)
    assert world.network.told(TasksGivenBack)
    assert "4.5/cycles/cpu" in machine.reporter.heard(LeaseFailed)[0].reason
