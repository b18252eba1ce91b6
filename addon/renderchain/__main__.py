"""``python -m renderchain COMMAND …``: the artist's and the worker's side with the bpy module."""

from __future__ import annotations

import sys

from .blender.commands import COMMANDS


def main() -> int:
    """Run the named command."""
    name, *rest = sys.argv[1:] or [""]
    if name not in COMMANDS:
        print(f"usage: python -m renderchain {{{','.join(COMMANDS)}}} …", file=sys.stderr)
        return 2
    return COMMANDS[name](rest)


if __name__ == "__main__":
    sys.exit(main())
