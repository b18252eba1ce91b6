"""The one place where starknet-py's failures become ours."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import TypeVar

from ...core.contract_errors import contract_error
from ...core.errors import ChainError

_REASON = re.compile(r"RC: [a-z ]+")
Answer = TypeVar("Answer")


async def said(action: str, call: Awaitable[Answer]) -> Answer:
    """Await a call of the library; raises ContractError with the contract's reason, or ChainError."""
    from aiohttp import ClientError as HttpError
    from starknet_py.net.client_errors import ClientError
    from starknet_py.transaction_errors import TransactionFailedError

    try:
        return await call
    except (ClientError, TransactionFailedError) as error:
        reason = _REASON.search(f"{error} {getattr(error, 'data', '')}")
        if reason is None:
            raise ChainError(f"{action} failed: {error}. Check the node and the account's funds.") from error
        raise contract_error(action, reason[0].strip()) from error
    except (HttpError, OSError) as error:
        raise ChainError(
            f"{action} failed: the node can't be reached ({error}). Check its address."
        ) from error
