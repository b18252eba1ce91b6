"""One node: where it is, a client of it alone, and what is known of it."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...core.addresses import led_elsewhere, shown_address, with_shown_addresses
from ...core.errors import NodeAway, WrongNetwork
from ...core.heads import Head
from ...core.spans import NEVER_S
from .answers import answer_class
from .errors import said

SPEC_VERSION = "0.10"
TIMEOUT_S = 30
# Codes of JSON-RPC by which a node says that itself is at fault: internal errors, limits, and the like.
SERVER_FAULTS = (-32603, *range(-32099, -31999))
Answer = dict[str, Any]
Relay = Callable[[Answer], Awaitable[Answer]]


@dataclass(frozen=True)
class Node:
    """Addresses of a node. ``chain_id`` is what it must serve ("" for any); headers are never shown.

    ``others`` serve the same chain and are used where it fails, in their order. What has a newest block older
    than ``oldest_head_s`` shows the past. An answer may take it ``patience_s``.
    """

    rpc_url: str = field(repr=False)
    ws_url: str = field(repr=False)
    chain_id: str = ""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    others: tuple[Node, ...] = ()
    oldest_head_s: float = float("inf")
    patience_s: float = TIMEOUT_S

    @property
    def shown(self) -> str:
        """Its address in sentences, without the key that it may hold."""
        return shown_address(self.rpc_url)

    @property
    def shown_ws(self) -> str:
        """The same of its WebSocket."""
        return shown_address(self.ws_url)

    @property
    def each(self) -> tuple[Node, ...]:
        """It and the others."""
        return (self, *self.others)

    def session(self) -> Any:
        """An aiohttp session with the node's headers, to be closed by its user."""
        import aiohttp

        async def refuse(_session: Any, _context: Any, told: Any) -> None:
            told.response.close()
            raise NodeAway(self.led_elsewhere(told.response.headers))

        tracing = aiohttp.TraceConfig()
        tracing.on_request_redirect.append(refuse)
        return aiohttp.ClientSession(
            headers=self.headers,
            timeout=aiohttp.ClientTimeout(self.patience_s),
            trace_configs=[tracing],
            response_class=answer_class(),
        )

    def socket(self, ping_s: float) -> Any:
        """A WebSocket to the node, with its headers, to be entered by its user."""
        from websockets.asyncio.client import connect
        from websockets.exceptions import InvalidStatus

        node = self

        class NodeConnection(connect):
            def process_redirect(self, exc: Exception) -> Exception | str:
                if isinstance(exc, InvalidStatus) and "Location" in exc.response.headers:
                    return NodeAway(node.led_elsewhere(exc.response.headers))
                return exc

        return NodeConnection(
            self.ws_url, additional_headers=self.headers, ping_interval=ping_s, ping_timeout=ping_s
        )

    def led_elsewhere(self, headers: Mapping[str, str]) -> str:
        """What is said of an answer that leads on."""
        return led_elsewhere(f"The node {self.shown}", headers.get("Location", ""))


class Member:
    """A node among others; times are in seconds since 1970."""

    def __init__(self, node: Node) -> None:
        from .library import FullNodeClient, IncompatibleRPCVersionWarning

        warnings.filterwarnings("ignore", category=IncompatibleRPCVersionWarning)  # checked below, in words
        self.node = node
        self.session = node.session()
        self.client = FullNodeClient(node_url=node.rpc_url, session=self.session)
        self.chain = 0  # 0: it was never reached
        self.head: Head | None = None  # None: it did not tell when it was asked last
        self.aside = ""  # why it is not used at all
        self.failure = ""  # why others are asked first
        self.rests_since_s = NEVER_S
        self.rest_s = 0.0
        self.is_told = False  # that something is wrong with it

    @property
    def trouble(self) -> str:
        """Why nothing can be had of it, in a sentence."""
        if self.aside:
            return f"The node {self.node.shown} is left aside: {self.aside}. Wait or use another node."
        return self.failure

    async def look(self) -> None:
        """See what its newest block is. Raises ChainError, and WrongNetwork where it is not one of ours."""
        self.head = None
        if not self.chain:
            self.chain = await self._checked_chain()
        looking = self.client.get_block_with_tx_hashes(block_number="latest")
        block = await said(f"Asking {self.node.shown} for its newest block", looking)
        self.head = Head(int(block.block_number), float(block.timestamp))

    async def newest_block(self) -> int:
        """The number of its newest block; raises ChainError."""
        asking = self.client.get_block_number()
        return int(await said(f"Asking {self.node.shown} for its newest block", asking))

    async def ask(self, question: Answer) -> Answer:
        """Pass a question on, and what the node answers; raises what the library does."""
        from .library import HttpMethod

        answer = await self.client._client.request(self.node.rpc_url, HttpMethod.POST, payload=question)
        if not isinstance(answer, dict):
            raise ValueError(f"no object: {str(answer)[:80]}")
        return answer

    async def _checked_chain(self) -> int:
        """The chain that it serves, which is the right one, in a version that we speak."""
        shown, wanted = self.node.shown, self.node.chain_id
        chain = await said(f"Asking {shown} for its chain", _chain_of(self.client))
        name = chain.to_bytes(31, "big").lstrip(b"\0").decode("ascii", "replace")
        if wanted and name != wanted:
            raise WrongNetwork(
                f"The node {shown} serves {name}, the settings say {wanted}. Nothing was sent; "
                "correct the node's address or the network."
            )
        version = await said(f"Asking {shown} for its version", self.client.spec_version())
        if not str(version).startswith(SPEC_VERSION + "."):
            raise WrongNetwork(
                f"The node {shown} speaks version {version} of Starknet's RPC, {SPEC_VERSION} is "
                f"needed. Add /rpc/v{SPEC_VERSION.replace('.', '_')} to its address or use another node."
            )
        return chain


async def _chain_of(client: Any) -> int:
    return int(await client.get_chain_id(), 16)


def own_fault(answer: Answer) -> str:
    """What a node says that is wrong with itself, not with the question; "" if it is a real answer."""
    error = answer.get("error")
    if "result" in answer:
        return ""
    if not isinstance(error, dict) or "code" not in error or "message" not in error:
        return f"neither a result nor an error: {str(answer)[:80]}"
    return f"{error['message']} ({error['code']})"[:200] if error["code"] in SERVER_FAULTS else ""


def failures() -> tuple[type[Exception], ...]:
    """What asking a node that is away, or no node, raises."""
    from aiohttp import ClientError as HttpError

    from .library import ClientError

    return (NodeAway, HttpError, ClientError, OSError, TimeoutError, ValueError, KeyError, TypeError)


def never_came(error: Exception) -> bool:
    """Whether a question certainly did not come to the node."""
    from aiohttp import ClientConnectorError

    return isinstance(error, ClientConnectorError | NodeAway)


def reason_of(error: Exception) -> str:
    """Why asking failed, as it may be shown."""
    return with_shown_addresses(str(error))[:200] or type(error).__name__


def relaying_client(rpc_url: str, relay: Relay) -> Any:
    """A starknet-py client whose questions all go through ``relay``."""
    from .library import FullNodeClient, RpcHttpClient

    class _Relaying(RpcHttpClient):  # type: ignore[misc]
        async def request(
            self, address: str, http_method: Any, params: Any = None, payload: Any = None
        ) -> Any:
            return await relay(payload)

    client = FullNodeClient(node_url=rpc_url)
    client._client = _Relaying(rpc_url)
    client._client._is_spec_version_verified = True  # of each node by itself
    return client
