"""An account that several people sign for: a wallet's, Argent's multisig 0.2.0, whose class devnet brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from poseidon_py.poseidon_hash import poseidon_hash
from renderchain.adapters.starknet.signer import sign
from starknet_py.hash.selector import get_selector_from_name
from starknet_py.hash.utils import private_to_stark_key
from starknet_py.net.account.account import Account
from starknet_py.net.client_models import Call
from starknet_py.net.models import StarknetChainId
from starknet_py.net.signer.base_signer import BaseSigner
from starknet_py.net.udc_deployer.deployer import Deployer

MULTISIG = 0x7AECA3456816E3B833506D7CC5C1313D371FBDB0AE95EE70AF72A4DDBF42594
STARK_KEY = 0  # which of the kinds of signers
KIND = int.from_bytes(b"Starknet Signer", "big")


@dataclass(frozen=True)
class SharedAccount:
    """Its address, and the keys of those who sign for it; all of them must."""

    address: int
    keys: tuple[int, ...]

    async def send(self, client: Any, calls: Sequence[dict[str, Any]], keys: Sequence[int]) -> None:
        """Send calls, as wallets take them, signed with these keys; raises ClientError where that fails."""
        account = Account(address=self.address, client=client, signer=_Signers(keys))
        made = [
            Call(
                int(one["contract_address"], 16),
                get_selector_from_name(one["entry_point"]),
                [int(felt, 16) for felt in one["calldata"]],
            )
            for one in calls
        ]
        sent = await account.execute_v3(made, auto_estimate=True)
        await client.wait_for_tx(sent.transaction_hash, check_interval=0.1)


async def deploy_shared(deployer: Account, keys: tuple[int, ...]) -> SharedAccount:
    """One that all of these keys must sign for."""
    signers = [part for key in keys for part in (STARK_KEY, private_to_stark_key(key))]
    made = Deployer().create_contract_deployment_raw(MULTISIG, raw_calldata=[len(keys), len(keys), *signers])
    sent = await deployer.execute_v3(made.call, auto_estimate=True)
    await deployer.client.wait_for_tx(sent.transaction_hash, check_interval=0.1)
    return SharedAccount(made.address, keys)


class _Signers(BaseSigner):  # type: ignore[misc]
    """Each signs for itself; the account takes the signatures in the order of what it knows signers by."""

    def __init__(self, keys: Sequence[int]) -> None:
        self._keys = sorted(keys, key=lambda one: poseidon_hash(KIND, private_to_stark_key(one)))

    @property
    def public_key(self) -> int:
        raise NotImplementedError

    def sign_transaction(self, transaction: Any) -> list[int]:
        found = transaction.calculate_hash(StarknetChainId.SEPOLIA)
        signed = [(STARK_KEY, private_to_stark_key(one), *sign(found, one)) for one in self._keys]
        return [len(signed), *(part for one in signed for part in one)]

    def sign_message(self, typed_data: Any, account_address: int) -> list[int]:
        raise NotImplementedError
