"""``python -m renderchain COMMAND …``: the sides of artist, worker, provider and network owner.

A provider's and a network owner's commands, and checking a receipt, need no bpy module; what opens a scene
or renders does.
"""

from __future__ import annotations

import os
import sys

from .blender.command_line import output_for_report
from .blender.network.commands import NETWORK_COMMANDS
from .blender.provider.table import PROVIDER_COMMANDS
from .blender.receipt_command import OFFLINE_COMMANDS


def main() -> int:
    """Run the named command."""
    _open_what_is_closed()
    name, *rest = sys.argv[1:] or [""]
    name = name.replace("-", "_")
    without_bpy = {**PROVIDER_COMMANDS, **NETWORK_COMMANDS, **OFFLINE_COMMANDS}
    if name in without_bpy:
        return without_bpy[name](rest)
    with output_for_report():  # Blender says as it starts where it has its colours from
        from .blender.commands import COMMANDS

    if name not in COMMANDS:
        print(f"usage: python -m renderchain {{{','.join(COMMANDS)}}} …", file=sys.stderr)
        return 2
    from .blender.leaving import leave

    leave(COMMANDS[name](rest))  # the bpy module's own way out may hang where a file was open


def _open_what_is_closed() -> None:
    """Have standard streams be there: a file that got the number of one would get what is printed."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)


if __name__ == "__main__":
    sys.exit(main())
