"""New accounts: their keys, their addresses, and bringing them onto a chain.

The class is OpenZeppelin's account for the Stark curve, in the version that Starknet Foundry deploys too. An
account's address follows from its class and its public key, so it is known, and can be given STRK, before
the account is deployed.
"""

from __future__ import annotations

import secrets
from typing import Any

from ...core.errors import ChainError, ChangeRefused, FeeTooHigh, InsufficientFunds
from ...core.money import Fee, format_strk
from ...core.provider import Receipt
from .errors import said
from .fees import GAS_MARGIN, PRICE_MARGIN
from .signer import ORDER
from .signing import is_deployed

ACCOUNT_CLASS = 0x05B4B537EAA2399E3AA99C4E2E0208EBD6C71BC1467938CD52C798C601E43564
NOT_DECLARED = "28"
WAIT_S = 120.0


def new_key() -> int:
    """A private key, from the system's source of chance."""
    return secrets.randbelow(ORDER - 1) + 1


def address_of(private_key: int, class_hash: int = ACCOUNT_CLASS) -> int:
    """Where the account of that key is once it is deployed."""
    from .library import compute_address

    public = public_key_of(private_key)
    return int(compute_address(class_hash=class_hash, constructor_calldata=[public], salt=public))


def public_key_of(private_key: int) -> int:
    """By which others check what that key signs."""
    from .library import KeyPair

    return int(KeyPair.from_private_key(private_key).public_key)


class Deployment:
    """Bringing one account onto its chain; ``account`` is a starknet-py account with its own key."""

    def __init__(self, account: Any, private_key: int, class_hash: int = ACCOUNT_CLASS) -> None:
        self._account = account
        self._public = public_key_of(private_key)
        self._class_hash = class_hash
        if address_of(private_key, class_hash) != int(account.address):
            raise ChangeRefused(
                f"The account {int(account.address):#x} does not follow from its key and the class "
                f"{class_hash:#x}, so it can't be deployed from here. Deploy it with the wallet that made it."
            )

    async def is_done(self) -> bool:
        """Whether the account is there already."""
        return await is_deployed(self._account.client, int(self._account.address))

    async def fee(self, limit_fri: int) -> Fee:
        """What deploying costs now. Raises ChangeRefused, FeeTooHigh or ChainError."""
        found = await self._estimate()
        fee = Fee(int(found.overall_fee), int(found.overall_fee * GAS_MARGIN * PRICE_MARGIN))
        if fee.highest_fri > limit_fri:
            raise FeeTooHigh(
                f"Deploying the account may cost up to {format_strk(fee.highest_fri)} STRK, over your limit "
                f"of {format_strk(limit_fri)}. Nothing was sent; wait for lower prices or raise "
                "fee_limit_fri."
            )
        return fee

    async def send(self, balance_fri: int, fee: Fee) -> Receipt:
        """Deploy it and wait until it is in a block; sent twice it still happens once, for its nonce is 0.

        Raises InsufficientFunds or ChainError.
        """
        if balance_fri < fee.highest_fri:
            raise InsufficientFunds(
                f"The account {int(self._account.address):#x} has {format_strk(balance_fri)} STRK, and "
                f"deploying it may cost up to {format_strk(fee.highest_fri)}. Nothing was sent; send STRK to "
                "it first."
            )
        bounds = (await self._estimate()).to_resource_bounds(
            amount_multiplier=GAS_MARGIN, unit_price_multiplier=PRICE_MARGIN
        )
        signed = await said("Deploying the account", self._signed(bounds))
        client = self._account.client
        sent = await said("Deploying the account", client.deploy_account(signed))
        wait = client.wait_for_tx(sent.transaction_hash, check_interval=0.5, retries=int(WAIT_S / 0.5))
        receipt = await said("Deploying the account", wait)
        if receipt.revert_reason is not None:
            raise ChainError(f"Deploying the account failed: {receipt.revert_reason[:300]}. Try again.")
        return Receipt(
            int(receipt.transaction_hash), int(receipt.block_number or 0), int(receipt.actual_fee.amount)
        )

    async def _estimate(self) -> Any:
        from .library import ResourceBoundsMapping

        draft = await said("Deploying the account", self._signed(ResourceBoundsMapping.init_with_zeros()))
        try:
            return await said("Deploying the account", self._account.estimate_fee(draft))
        except ChainError as error:
            if str(getattr(error.__cause__, "code", "")) == NOT_DECLARED or "is not declared" in str(error):
                raise ChangeRefused(
                    f"This chain does not know the account class {self._class_hash:#x}; nothing was sent. "
                    "Make the account with a wallet of this chain and use `account import`."
                ) from error
            raise

    async def _signed(self, bounds: Any) -> Any:
        return await self._account.sign_deploy_account_v3(
            self._class_hash,
            self._public,
            constructor_calldata=[self._public],
            nonce=0,
            resource_bounds=bounds,
            tip=0,
        )
