"""A first run in the bpy module, for test_first_run: python -m tests.chain.first_run RPC DIRECTORY KUBO"""

from __future__ import annotations

import sys
import time
from typing import Any

import bpy
from renderchain.core.money import FRI_PER_STRK
from renderchain.ui.checkup import status
from renderchain.ui.chosen import chosen

from devkit.network.devnet import tell

PASSPHRASE = "opens it"


def rows() -> str:
    """What a check finds, a letter each: ok, warning, fault."""
    assert OPS.check_up() == {"FINISHED"}
    return "".join(one.health[0] for one in status.findings)


def main(rpc_url: str, directory: str, kubo: str) -> None:
    """From nothing to all green, and what the rows said on the way."""
    import addon_utils  # there once bpy is

    addon_utils.enable("renderchain", default_set=True)
    context: Any = bpy.context
    preferences = context.preferences.addons["renderchain"].preferences
    print("NOTHING", rows())
    started_s = time.monotonic()
    preferences.network = "devnet"
    preferences.rpc_url, preferences.ws_url, preferences.directory = rpc_url, "", directory
    preferences.ipfs_way, preferences.ipfs_program = "OWN", kubo
    print("NETWORK", rows())
    assert OPS.account_make(passphrase=PASSPHRASE, again=PASSPHRASE) == {"FINISHED"}
    print("ACCOUNT", rows())
    try:
        OPS.account_deploy()
    except RuntimeError as error:
        print("POOR", " ".join(str(error).split()))
    tell(rpc_url, "mint", address=chosen.text("account"), amount=10 * FRI_PER_STRK, unit="FRI")
    print("FUNDED", rows())
    assert OPS.account_deploy() == {"FINISHED"}
    print("READY", rows())
    for one in status.findings:
        print("ROW", one.line)
    print("SECONDS", f"{time.monotonic() - started_s:.1f}")
    addon_utils.disable("renderchain")


BLENDERS: Any = bpy.ops
OPS = BLENDERS.renderchain
if __name__ == "__main__":
    main(*sys.argv[1:])
