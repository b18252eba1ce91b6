"""Starknet's signatures: of transactions and of receipts, made and checked without a node."""

from __future__ import annotations

from ...core.receipt.signed_call import SignedCall
from .accounts import public_key_of
from .signer import LIMIT, ORDER, sign

VERSION = 3


class StarkSigning:
    """Starknet's own signatures, as a receipt is checked with."""

    def call_hash(self, chain_id: int, call: SignedCall) -> int:
        """What the sender of a transaction signs."""
        from .library import (
            CommonTransactionV3Fields,
            DAMode,
            ResourceBounds,
            ResourceBoundsMapping,
            TransactionHashPrefix,
            compute_invoke_v3_transaction_hash,
        )

        pairs = zip(call.bounds[::2], call.bounds[1::2], strict=True)
        l1_gas, l2_gas, l1_data_gas = (ResourceBounds(*pair) for pair in pairs)
        common = CommonTransactionV3Fields(
            tx_prefix=TransactionHashPrefix.INVOKE,
            version=VERSION,
            address=call.sender,
            tip=call.tip,
            resource_bounds=ResourceBoundsMapping(l1_gas=l1_gas, l2_gas=l2_gas, l1_data_gas=l1_data_gas),
            paymaster_data=list(call.paymaster_data),
            chain_id=chain_id,
            nonce=call.nonce,
            nonce_data_availability_mode=DAMode(call.modes[0] & 1),
            fee_data_availability_mode=DAMode(call.modes[1] & 1),
        )
        return int(
            compute_invoke_v3_transaction_hash(
                account_deployment_data=list(call.deployment_data),
                calldata=list(call.calldata),
                common_fields=common,
                proof_facts=list(call.proof_facts) or None,
            )
        )

    def is_signed(self, public_key: int, message: int, signature: tuple[int, ...]) -> bool:
        """Whether that key signed that."""
        from .library import verify_message_signature

        if len(signature) != 2 or not 0 < signature[0] < LIMIT or not 0 < signature[1] < ORDER:
            return False
        if not 0 <= message < LIMIT:
            return False
        try:
            return bool(verify_message_signature(message, list(signature), public_key))
        except (ValueError, AssertionError):
            return False

    def address_of(self, class_hash: int, public_key: int) -> int:
        """Where the account of a key is that was made in the usual way: its key alone, and as its salt."""
        from .library import compute_address

        made = compute_address(class_hash=class_hash, constructor_calldata=[public_key], salt=public_key)
        return int(made)


class KeySigner:
    """Signs receipts with an account's private key."""

    def __init__(self, private_key: int) -> None:
        self._private_key = private_key
        self.public_key = public_key_of(private_key)

    def sign(self, message: int) -> tuple[int, int]:
        """The signature of a message."""
        return sign(message, self._private_key)
