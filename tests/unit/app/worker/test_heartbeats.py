"""What a worker tells schedulers, in a real worker's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from renderchain.app.worker.heartbeats import BEAT_S, Heartbeats, Standing
from renderchain.app.worker.heartbeats import Machine as Told
from renderchain.core.errors import RenderChainError
from renderchain.core.ids import LeaseId
from renderchain.core.notices.scheduling import HeartbeatFailed
from renderchain.core.scheduling.heartbeat import SignedHeartbeat, parse_heartbeat

from devkit.fakes.people import Machine
from devkit.fakes.world import World

LEASE = LeaseId(7)


class Wires:
    """What came at each address; those in ``down`` do not answer."""

    def __init__(self, down: Sequence[str] = (), slow: Sequence[str] = ()) -> None:
        self.came: list[tuple[str, SignedHeartbeat]] = []
        self.down, self.slow = set(down), slow

    async def send(self, address: str, raw: bytes) -> None:
        if address in self.slow:
            await asyncio.sleep(1000)
        if address in self.down:
            raise RenderChainError(f"{address} is down.")
        self.came.append((address, parse_heartbeat(raw)))


def heartbeats(world: World, machine: Machine, wires: Wires, *addresses: str) -> Heartbeats:
    chain = machine.chain
    told = Told(2048, lambda: ["bafyone"])
    pairs = [(number, address) for number, address in enumerate(addresses, 5)]
    return Heartbeats(
        pairs, chain.worker_id, told, chain.sign_heartbeat, wires.send, machine.reporter, world.now
    )


def live(world: World, beats: Heartbeats, seconds: float) -> None:
    async def life() -> None:
        task = asyncio.create_task(beats.run(lambda: Standing(True, {LEASE: 3})))
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    world.live(life())


def test_all_schedulers_hear_it_every_few_seconds_and_none_twice_the_same(
    world: World, machine: Machine
) -> None:
    wires = Wires()
    live(world, heartbeats(world, machine, wires, "one", "two"), 3.5 * BEAT_S)
    assert [address for address, _ in wires.came] == ["one", "two"] * 4
    sent = [one.heartbeat.sent_ms for address, one in wires.came if address == "one"]
    assert sent == sorted(set(sent))
    first = wires.came[0][1].heartbeat
    assert (first.worker_id, first.memory_mib, first.takes) == (machine.worker_id, 2048, True)
    assert (first.packages, first.done) == (("bafyone",), ((LEASE, 3),))


def test_who_is_down_or_slow_holds_up_nobody_and_is_told_of_once(world: World, machine: Machine) -> None:
    wires = Wires(down=["one"], slow=["three"])
    live(world, heartbeats(world, machine, wires, "one", "two", "three"), 3.5 * BEAT_S)
    assert [address for address, _ in wires.came] == ["two"] * 4
    said = [one.reason for one in machine.reporter.told if isinstance(one, HeartbeatFailed)]
    assert said == ["one is down.", f"three did not answer within {BEAT_S:.0f} s."]
