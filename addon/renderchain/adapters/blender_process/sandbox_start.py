"""Whether the sandbox really starts here: many systems have bubblewrap and forbid what it needs."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from ...core.errors import SandboxMissing
from .sandbox import jail, require_sandbox

TIMEOUT_S = 20


def try_sandbox() -> None:
    """Start a program that does nothing, as a render process would be; raises SandboxMissing."""
    require_sandbox(allow_unsandboxed=False)
    with tempfile.TemporaryDirectory(prefix="renderchain-") as name:
        package, output = Path(name, "package"), Path(name, "output")
        package.mkdir()
        output.mkdir()
        jailed = jail(["/bin/true"], (), package, output, environment={}, allow_unsandboxed=False)
        try:
            done = subprocess.run(
                jailed.command,
                env=jailed.environment,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _broken(type(error).__name__) from error
    if done.returncode:
        raise _broken(done.stderr.strip()[:200] or f"exit code {done.returncode}")


def _broken(reason: str) -> SandboxMissing:
    return SandboxMissing(
        f"bubblewrap is here, but its sandbox does not start ({reason}). Allow user namespaces for it "
        "(kernel.unprivileged_userns_clone, or an AppArmor profile), then look again."
    )
