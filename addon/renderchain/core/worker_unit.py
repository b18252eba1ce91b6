"""A worker as a unit of systemd for one user."""

from __future__ import annotations

from collections.abc import Sequence

from .exit_codes import unchanging

UNIT_NAME = "renderchain-worker.service"
TEXT = """\
# Written by `renderchain setup provider`. To start the worker now and whenever this user's systemd starts:
#   systemctl --user daemon-reload && systemctl --user enable --now {name}
# and, so that it runs while nobody is logged in: loginctl enable-linger
[Unit]
Description=RenderChain worker
# Ten failures in an hour are no bad luck.
StartLimitIntervalSec=1h
StartLimitBurst=10

[Service]
Type=notify
ExecStart={command}

# The codes are those after which a restart mends nothing (docs/operations.md).
Restart=on-failure
RestartSec=30
RestartPreventExitStatus={codes}
# Told once a second by the worker's loop.
WatchdogSec=3min
TimeoutStartSec=10min
# SIGTERM has it submit the frames that it has and give the others back; its render processes live so long.
KillMode=mixed
TimeoutStopSec=30min

# Render processes are held to their limits by control groups below this one.
Delegate=cpu memory pids
OOMPolicy=continue
Nice=10

# A user's own systemd may not do more than this without namespaces, which the sandbox sets up itself.
NoNewPrivileges=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
UMask=0077

[Install]
WantedBy=default.target
"""


def unit_text(command: Sequence[str]) -> str:
    """The unit's file; raises ValueError for a word that no unit can hold."""
    codes = " ".join(map(str, sorted(unchanging())))
    return TEXT.format(name=UNIT_NAME, command=" ".join(map(_quoted, command)), codes=codes)


def _quoted(word: str) -> str:
    if not word.isprintable():
        raise ValueError(f"{word!r} can't stand in a unit")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
