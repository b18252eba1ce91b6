"""An index's process that follows blocks out of a file, to be killed: DATABASE FILE SEED."""

from __future__ import annotations

import asyncio
import pickle
import random
import sys
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from pathlib import Path

from renderchain.ports.event_feed import Alive, Block, BlockId, NetworkEvent, Rollback

from services.common.engine import open_engine
from services.index.follow import follow

DEEPEST = 15  # blocks that the chain drops at once


class Reorganising:
    """A chain that dropped some blocks while nobody looked, and drops more now and then: in the end it is the
    one of the file.
    """

    def __init__(self, blocks: Sequence[Block], seed: int) -> None:
        self._blocks = blocks
        self._chance = random.Random(seed)

    async def follow(
        self,
        addresses: Collection[int],
        known: Sequence[BlockId],
        first: int = 0,
        further: Callable[[NetworkEvent], int | None] = lambda event: None,
    ) -> AsyncGenerator[Block | Rollback | Alive, None]:
        """Endless."""
        numbers = [one.number for one in self._blocks]
        at = numbers.index(known[-1].number) + 1 if known else 0
        while True:
            if at > 1 and (known or self._chance.random() < 0.1):
                known, at = (), max(at - self._chance.randrange(DEEPEST), 1)
                yield Rollback(numbers[at - 1])
            if at == len(self._blocks):
                await asyncio.Event().wait()
            yield self._blocks[at]
            at += 1
            await asyncio.sleep(0)


def main(database: str, file: str, seed: int) -> None:
    """Follow until killed."""
    network, blocks = pickle.loads(Path(file).read_bytes())
    asyncio.run(follow(open_engine(database), Reorganising(blocks, seed), network, 0))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
