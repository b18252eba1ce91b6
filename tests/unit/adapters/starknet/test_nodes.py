"""Which blocks can be there, by what nodes said: numbers that can't be hold nobody up."""

from __future__ import annotations

import asyncio

import pytest
from renderchain.adapters.starknet.member import Node
from renderchain.adapters.starknet.nodes import Nodes, nobody
from renderchain.core.errors import NodeAway
from renderchain.core.heads import Head

ABSURD = 10**15
NOW_S = 10_000.0


async def looked(nodes: Nodes, block: int, made_s: float) -> None:
    """Look at a node whose newest block is that one."""
    (member,) = nodes._members

    async def look() -> None:
        member.chain, member.head = 1, Head(block, made_s)

    member.look = look  # type: ignore[method-assign]
    await nodes.look()


@pytest.mark.parametrize("ahead_s", [0.0, 300.0], ids=["a right clock", "a slow clock"])
def test_a_chain_goes_on_between_two_looks_and_an_absurd_block_is_not_waited_for(ahead_s: float) -> None:
    async def life() -> None:
        now_s = [NOW_S]
        node = Node("http://127.0.0.1:1", "", oldest_head_s=600.0)
        nodes = Nodes(node, nobody, lambda: now_s[0])
        try:
            assert nodes.may_be_there(ABSURD), "nobody said anything yet"
            await looked(nodes, 500, NOW_S + ahead_s)
            now_s[0] += 60
            nodes.saw(ABSURD)
            assert nodes.may_be_there(500 + 120) and not nodes.may_be_there(ABSURD)
            await nodes._check_keeps_up(Newest(500))  # type: ignore[arg-type]
            nodes.saw(520)
            with pytest.raises(NodeAway, match="block 520 was seen already"):
                await nodes._check_keeps_up(Newest(500))  # type: ignore[arg-type]
        finally:
            await nodes.close()

    asyncio.run(life())


class Newest:
    """A node by its newest block."""

    node = Node("http://127.0.0.1:2", "")

    def __init__(self, block: int) -> None:
        self._block = block

    async def newest_block(self) -> int:
        return self._block
