"""A worker as a unit of systemd for one user."""

from __future__ import annotations

from collections.abc import Sequence

UNIT_NAME = "renderchain-worker.service"
TEXT = """\
# Written by `renderchain setup provider`. To start the worker now and whenever this user's systemd starts:
#   systemctl --user daemon-reload && systemctl --user enable --now {name}
# and, so that it runs while nobody is logged in: loginctl enable-linger
[Unit]
Description=RenderChain worker
Wants=network-online.target
After=network-online.target

[Service]
ExecStart={command}
Restart=on-failure
RestartSec=30
# SIGTERM has it finish, submit what it has and give back the rest.
KillMode=mixed
TimeoutStopSec=30min
UMask=0077
Nice=10

[Install]
WantedBy=default.target
"""


def unit_text(command: Sequence[str]) -> str:
    """The unit's file; raises ValueError for a word that no unit can hold."""
    return TEXT.format(name=UNIT_NAME, command=" ".join(map(_quoted, command)))


def _quoted(word: str) -> str:
    if not word.isprintable():
        raise ValueError(f"{word!r} can't stand in a unit")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
