"""The nodes of one chain, of which one is in use: the first in the settings' order that answers and keeps up.

Reads go to the next node where one fails. A transaction does not, unless it can't have come there: of two
nodes that were sent the same, the second may say that somebody else used its nonce. A node that the others
have left behind, or whose newest block is too old, is left aside until it has caught up, and so is one whose
blocks can't be there yet. And none is read from before it has the newest block that was seen: what we have
done must not look undone.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from ...core.errors import ChainError, NodeAway, WrongNetwork
from ...core.heads import Head, believed, most_block, why_aside
from ...core.notices import Notice
from ...core.notices.conditions import HeadSeen, NodeLeft, NodeUsable
from ...core.spans import is_over
from .errors import said
from .member import Answer, Member, Node, failures, never_came, own_fault, reason_of, relaying_client

LOOK_S = 60.0
FIRST_REST_S = 30.0  # of a node that failed: others are asked first
LONGEST_REST_S = 600.0
SENDS = "starknet_add"  # what methods that send a transaction begin with
log = logging.getLogger(__name__)
Tell = Callable[[Notice], None]


def nobody(notice: Notice) -> None:
    """Who is told where nobody wants to know."""


class Nodes:
    """Make it with ``connect``. ``tell`` hears what is wrong with nodes, ``now`` gives seconds since 1970."""

    def __init__(self, node: Node, tell: Tell, now: Callable[[], float]) -> None:
        self._tell = tell
        self._now = now
        self._oldest_s = node.oldest_head_s
        self._members = [Member(one) for one in node.each]
        self._seen_block = 0
        self._newest: Head | None = None  # that was believed when they were looked at last
        self.chain = 0  # the identifier of what they serve, once one of them told
        self.used = self._members[0]
        self.client = relaying_client(node.rpc_url, self._ask)
        self.client.nodes = self

    @classmethod
    async def connect(cls, node: Node, tell: Tell = nobody, now: Callable[[], float] = time.time) -> Nodes:
        """Look at all of them. Raises WrongNetwork if one is of another chain, NodeAway if none is usable."""
        nodes = cls(node, tell, now)
        try:
            for error in await nodes.look():
                if isinstance(error, WrongNetwork):
                    raise error
            nodes.usable()
        except BaseException:
            await nodes.close()
            raise
        return nodes

    @classmethod
    async def examine(cls, node: Node, now: Callable[[], float] = time.time) -> list[tuple[str, str, int]]:
        """Of each its address as it is shown, what is wrong with it ("": nothing), and its newest block."""
        nodes = cls(node, nobody, now)
        try:
            await nodes.look()
            return [
                (one.node.shown, one.aside or one.failure, one.head.block if one.head else 0)
                for one in nodes._members
            ]
        finally:
            await nodes.close()

    async def close(self) -> None:
        """End all connections."""
        for one in self._members:
            await one.session.close()

    async def first_block(self) -> str:
        """By which chains of one identifier are told apart; "" from a node that keeps no old blocks."""
        asking = self.client.get_block_with_tx_hashes(block_number=0)
        try:
            block = await said("Asking for the first block", asking)
        except NodeAway:
            raise
        except ChainError:
            return ""
        return f"{block.block_hash:#x} of {block.timestamp}"

    async def watch(self) -> None:
        """Look at all of them now and then, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except Exception:  # whatever it is, a node that was left aside must not stay so for ever
                log.exception("the nodes could not be looked at")

    async def look(self) -> list[ChainError | WrongNetwork]:
        """See which nodes are there and keep up, and choose one; returns what was wrong with each."""
        errors = [one for one in await asyncio.gather(*map(self._look_at, self._members)) if one]
        self.chain = self.chain or next((one.chain for one in self._members if one.chain), 0)
        errors += [self._of_another_chain(one) for one in self._members if one.chain not in (0, self.chain)]
        there = [(one, one.head) for one in self._members if one.head]
        heads, now_s = [head for _, head in there], self._now()
        reasons = why_aside(heads, now_s, self._oldest_s)
        if newest := believed(heads, now_s, self._oldest_s):
            self._newest = replace(newest, made_s=min(newest.made_s, now_s))
        for (one, _), why in zip(there, reasons, strict=True):
            one.aside = why
        keeping_up = [one for one, head in there if not one.aside and head.block >= self._seen_block]
        self.used = next((one for one in keeping_up if not self._rests(one)), self.used)
        self._tell_changes()
        if self.used.head:
            self._tell(HeadSeen(self.used.node.shown, self.used.head.block, self.used.head.made_s))
        return errors

    async def _look_at(self, member: Member) -> ChainError | WrongNetwork | None:
        try:
            await member.look()
        except (ChainError, WrongNetwork) as error:
            member.aside = str(error) if isinstance(error, WrongNetwork) else ""
            self.note_failure(member, str(error))
            return error
        if not self._rests(member):
            member.failure, member.rest_s = "", 0.0
        return None

    def _of_another_chain(self, member: Member) -> WrongNetwork:
        member.head = None
        member.aside = f"it serves another chain ({member.chain:#x}) than the others ({self.chain:#x})"
        return WrongNetwork(
            f"The node {member.node.shown} is none of this network: {member.aside}. Nothing was sent; "
            "correct the nodes' addresses."
        )

    def usable(self) -> list[Member]:
        """The one in use, then the others, those that failed lately last. Raises NodeAway without any."""
        found = [one for one in self._members if one.chain and not one.aside]
        if not found:
            raise NodeAway(" ".join(one.trouble for one in self._members))
        return sorted(found, key=lambda one: (self._rests(one), one is not self.used))

    def may_be_there(self, block: int) -> bool:
        """Whether the chain can have come to that block by now, as far as one knows."""
        return not self._newest or block <= most_block(self._newest, self._now(), self._oldest_s)

    def saw(self, block: int) -> None:
        """Something of that block was seen; no node is read from before it has it, if it can be there."""
        if self.may_be_there(block):
            self._seen_block = max(self._seen_block, block)

    def forget_seen(self, block: int) -> None:
        """The chain dropped that block."""
        self._seen_block = min(self._seen_block, block - 1)

    def note_failure(self, member: Member, reason: str) -> None:
        """Ask the others first for a while."""
        if not self._rests(member):
            member.rest_s = min(max(2 * member.rest_s, FIRST_REST_S), LONGEST_REST_S)
            member.rests_since_s = self._now()
        member.failure = reason

    def _rests(self, member: Member) -> bool:
        return not is_over(member.rests_since_s, member.rest_s, self._now())

    async def _ask(self, question: Answer) -> Answer:
        """A question's answer by the first node that has one; else raises why the first one had none."""
        first: Exception | None = None
        for member in self.usable():
            try:
                answer = await self._ask_one(member, question)
            except failures() as error:
                self.note_failure(member, reason_of(error))
                first = first or error
                if str(question["method"]).startswith(SENDS) and not never_came(error):
                    raise
            else:
                self.used = member
                self._tell_changes()
                return answer
        assert first is not None  # one was asked
        raise first

    async def _ask_one(self, member: Member, question: Answer) -> Answer:
        if member is not self.used:
            await self._check_keeps_up(member)
        answer = await member.ask(question)
        if fault := own_fault(answer):
            raise ValueError(fault)
        return answer

    async def _check_keeps_up(self, member: Member) -> None:
        newest = await member.newest_block() if self._seen_block else 0
        if newest < self._seen_block:
            raise NodeAway(
                f"The node {member.node.shown} is at block {newest}, and block {self._seen_block} was seen "
                "already: it lags. Wait or use another node."
            )

    def _tell_changes(self) -> None:
        """What is wrong with nodes while another one is used; where none is, who waits for it is told."""
        for one in self._members:
            why = one.aside or (one.failure if self._rests(one) or not one.chain else "")
            if why and not one.is_told and one is not self.used:
                one.is_told = True
                self._tell(NodeLeft(one.node.shown, why, self.used.node.shown))
            elif one.is_told and not why:
                one.is_told = False
                self._tell(NodeUsable(one.node.shown))
