"""The boards of a network as its Directory lists them, and how much is going on on each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from ...core.boards import LOAD_BLOCKS, Board
from ...core.errors import WrongNetwork
from .contracts import class_hash_of, open_contract
from .errors import said
from .past_events import CHUNK
from .signing import class_at
from .view import ask

MOST_BOARDS = 64  # that are worked on, the newest
AT_ONCE, MOST_LISTED = 64, 512  # that are looked at, of whatever class
MOST_NAMED = 5  # in a sentence
MOST_PAGES = 10  # of events: more than that is much, however much it is


def nobody(board: int) -> None:
    """Who need not be told what is left out."""


async def active_boards(
    account: Any, directory: int, leave_out: Callable[[int], None] = nobody
) -> list[Board]:
    """In the Directory's order. ``leave_out`` is told of each that is no JobBoard of this version.

    What a Directory's owner announces ends nobody's work on the other boards, so ours are looked for behind
    others. Raises WrongNetwork where there is none, or ChainError.
    """
    known = await open_contract("Directory", directory, account)
    count = int(await ask(known, "board_count"))

    async def look(index: int) -> tuple[Board, bool] | None:
        address = int(await ask(known, "board_at", index))
        if not await ask(known, "is_active_board", address):
            return None
        is_ours = await class_at(account.client, address) == class_hash_of("JobBoard")
        return Board(address, bool(await ask(known, "takes_jobs", address))), is_ours

    active = list[tuple[Board, bool]]()
    for end in range(count, max(count - MOST_LISTED, 0), -AT_ONCE):
        found = await asyncio.gather(*(look(index) for index in range(max(end - AT_ONCE, 0), end)))
        active = [one for one in found if one] + active
        if sum(is_ours for _, is_ours in active) >= MOST_BOARDS:
            break
    if not active:
        raise WrongNetwork("The network's directory lists no active board; check the settings.")
    boards = [board for board, is_ours in active if is_ours][-MOST_BOARDS:]
    if not boards:
        others = ", ".join(f"{board.address:#x}" for board, _ in active[-MOST_NAMED:])
        raise WrongNetwork(
            f"None of the network's active boards (the newest: {others}) is a JobBoard that this "
            "version knows. Nothing was sent; update RenderChain."
        )
    for board, is_ours in active:
        if not is_ours:
            leave_out(board.address)
    return boards


async def first_board(account: Any, directory: int) -> int:
    """The one that was announced first, whether it takes jobs or not; raises ChainError."""
    return int(await ask(await open_contract("Directory", directory, account), "board_at", 0))


async def board_loads(account: Any, boards: Sequence[int]) -> dict[int, int]:
    """How many events each told in the last LOAD_BLOCKS blocks, counted to an end; raises ChainError."""
    newest = int(await said("Asking for the newest block", account.client.get_block_number()))
    first = max(newest - LOAD_BLOCKS + 1, 0)
    counts = await asyncio.gather(*(_count(account.client, one, first) for one in boards))
    return dict(zip(boards, counts, strict=True))


async def _count(client: Any, board: int, first: int) -> int:
    count, token = 0, None
    for _ in range(MOST_PAGES):
        page = await said(
            "Counting events",
            client.get_events(
                address=board,
                from_block_number=first,
                to_block_number="latest",
                continuation_token=token,
                chunk_size=CHUNK,
            ),
        )
        count += len(page.events)
        token = page.continuation_token
        if token is None:
            break
    return count
