"""The one way to starknet-py: each part is imported at its first use, and Python keeps its own guard."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ...core.nesting import guard_kept

NAMES = {
    "": ("contract",),
    "abi.v2": ("parser_transformer",),
    "common": ("create_casm_class", "create_sierra_compiled_contract"),
    "constants": ("DEFAULT_DEPLOYER_ADDRESS",),
    "contract": ("Contract",),
    "hash.address": ("compute_address",),
    "hash.casm_class_hash": ("compute_casm_class_hash", "get_casm_hash_method_for_starknet_version"),
    "hash.selector": ("get_selector_from_name",),
    "hash.sierra_class_hash": ("compute_sierra_class_hash",),
    "hash.transaction": (
        "CommonTransactionV3Fields",
        "TransactionHashPrefix",
        "compute_invoke_v3_transaction_hash",
    ),
    "hash.utils": ("verify_message_signature",),
    "net.account.account": ("Account",),
    "net.client_errors": ("ClientError", "ContractNotFoundError"),
    "net.client_models": (
        "Call",
        "DAMode",
        "InvokeTransactionV3",
        "ResourceBounds",
        "ResourceBoundsMapping",
    ),
    "net.full_node_client": ("FullNodeClient",),
    "net.http_client": ("HttpMethod", "IncompatibleRPCVersionWarning", "RpcHttpClient"),
    "net.models.transaction": ("InvokeV3",),
    "net.signer.key_pair": ("KeyPair",),
    "net.signer.stark_curve_signer": ("StarkCurveSigner",),
    "net.udc_deployer.deployer": ("Deployer",),
    "transaction_errors": ("TransactionFailedError",),
    "utils.constructor_args_translator": ("translate_constructor_args",),
    "utils.typed_data": ("TypedData",),
}
MODULES = {name: f"starknet_py.{place}".rstrip(".") for place, names in NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in MODULES:
        raise AttributeError(f"Nothing of starknet-py is called {name} here.")
    with guard_kept():
        module = import_module(MODULES[name])
        found = getattr(module, name, None) or import_module(f"{module.__name__}.{name}")
    globals()[name] = found
    return found
