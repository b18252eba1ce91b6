"""The one place where starknet-py's failures become ours."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import TypeVar

from ...core.addresses import with_shown_addresses
from ...core.contract_errors import contract_error
from ...core.errors import ChainError, InsufficientFunds, NoAllowance, NodeAway, RemoteError

_REASON = re.compile(r"RC: [a-z0-9 -]+")
_NO_FUNDS = re.compile(r"insufficient balance|balance is smaller|exceed(s)? balance|u256_sub Overflow", re.I)
_NO_ALLOWANCE = re.compile(r"insufficient allowance|exceeds allowance", re.I)
Answer = TypeVar("Answer")

# Codes of the node's answers to a transaction.
NO_FUNDS_FOR_FEE = "54"
DUPLICATE = "59"
NOT_FOUND = "29"
NOT_FOUND_CONTRACT = "20"


class NonceRefused(ChainError):
    """The node wants another nonce; the account was used elsewhere, or a transaction came late."""


class FeeTooLow(ChainError):
    """Prices rose over the transaction's bounds."""


async def said(action: str, call: Awaitable[Answer]) -> Answer:
    """Await a call of the library.

    Raises ContractError with the contract's reason, InsufficientFunds, NoAllowance, or a ChainError.
    """
    from aiohttp import ClientError as HttpError

    from .library import ClientError, TransactionFailedError

    try:
        return await call
    except (ClientError, TransactionFailedError) as error:
        code = str(getattr(error, "code", ""))
        if re.fullmatch("[45][0-9][0-9]", code):  # the status of the answer, not of the question
            answer = with_shown_addresses(str(error))[:500]
            raise NodeAway(
                f"{action} failed: the node answers {answer}. Wait or use another node."
            ) from error
        raise refusal(action, f"{error} {getattr(error, 'data', '')}", code) from error
    except (HttpError, OSError, TimeoutError) as error:
        what = with_shown_addresses(str(error)) or type(error).__name__
        raise NodeAway(
            f"{action} failed: the node can't be reached ({what}). Check its address and your connection."
        ) from error
    except (ValueError, KeyError, TypeError) as error:  # also of the library's schemas and of json
        what = with_shown_addresses(str(error))[:200]
        raise NodeAway(
            f"{action} failed: the node answered nonsense ({what}). Check its address or use another node."
        ) from error


def refusal(action: str, text: str, code: str = "") -> RemoteError:
    """Our exception for what a node or a contract said."""
    reason = _REASON.search(text)
    if reason is not None:
        return contract_error(action, reason[0].strip())
    if _NO_ALLOWANCE.search(text):
        return NoAllowance(
            f"{action} was refused: the account has not allowed the contract to take the STRK that it costs. "
            "None was taken; approve the amount in the same transaction, then send it again."
        )
    if code == NO_FUNDS_FOR_FEE or _NO_FUNDS.search(text):
        return InsufficientFunds(
            f"{action} was refused: the account has too little STRK for it and its fee. Nothing was paid; "
            "add funds."
        )
    if "nonce" in text.lower() or code == "52":
        return NonceRefused(f"{action} was refused for its nonce: {text.strip()[:300]}")
    if code == "53":
        return FeeTooLow(f"{action} was refused: fees rose over its bounds. Try again.")
    what = with_shown_addresses(text).strip()[:500]
    return ChainError(f"{action} failed: {what}. Check the node and the account's funds.")
