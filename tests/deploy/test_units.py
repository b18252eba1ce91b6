"""The systemd units: valid, and in step with what the worker does."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from renderchain.core.exit_codes import unchanging
from renderchain.core.worker_unit import unit_text

from tests.unit.docs.pages import REPO

HEADLESS = REPO / "worker_headless"
SYSTEM, USER = HEADLESS / "renderchain-worker.service", HEADLESS / "user" / "renderchain-worker.service"
# The command, and the password: where the provider's own user has both, nobody needs to hand it over.
ELSEWHERE = ("ExecStart=", "LoadCredential=", "Environment=")
UNITS = pytest.mark.parametrize("unit", [SYSTEM, USER], ids=["system", "user"])
# Each covers a part of /proc, where bubblewrap then can mount none, or takes away namespaces or GPUs.
BREAKS_RENDERING = re.compile(
    r"^(ProtectKernelTunables|ProtectKernelLogs|ProtectProc|ProcSubset|ProtectHostname|RestrictNamespaces"
    r"|ProtectClock|PrivateDevices|PrivateUsers|MemoryDenyWriteExecute|SystemCallFilter)=",
    re.M,
)


def service_of(unit: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit.read_text())
    return parser["Service"]


@UNITS
def test_systemd_takes_it_without_a_word(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("There is no systemd here to verify units with.")
    # Blender's place differs; verifying wants a program that is there.
    text = unit.read_text().replace("/usr/bin/blender", sys.executable)
    (tmp_path / unit.name).write_text(text)
    (tmp_path / "run").mkdir(mode=0o700)
    where = ["--user"] if unit == USER else ["--system"]
    done = subprocess.run(
        ["systemd-analyze", *where, "--man=no", "verify", str(tmp_path / unit.name)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path / "run")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if unit.stem in line]
    assert done.returncode == 0 and ours == [], done.stderr


def test_what_setup_writes_for_a_provider_does_all_that_the_unit_of_an_own_user_does() -> None:
    def settings_in(text: str) -> set[str]:
        lines = (line for line in text.splitlines() if re.match(r"[A-Z]\w+=", line))
        return {line for line in lines if not line.startswith(ELSEWHERE)}

    assert settings_in(unit_text(["/usr/bin/true"])) == settings_in(USER.read_text())


@UNITS
def test_it_is_not_started_again_after_what_needs_a_hand(unit: Path) -> None:
    service = service_of(unit)
    assert service["Restart"] == "on-failure"
    assert set(map(int, service["RestartPreventExitStatus"].split())) == set(unchanging())


@UNITS
def test_the_worker_itself_is_told_to_end_and_its_render_processes_are_left_to_it(unit: Path) -> None:
    assert service_of(unit)["KillMode"] == "mixed"


@UNITS
def test_the_password_is_handed_over_and_nowhere_in_the_environment(unit: Path) -> None:
    service = service_of(unit)
    name = service["LoadCredential"].split(":")[0]
    assert f"RENDERCHAIN_PASSWORD_FILE=%d/{name}" in unit.read_text()
    assert "PASSWORD=" not in unit.read_text()


@UNITS
def test_nothing_in_it_keeps_the_sandbox_from_working(unit: Path) -> None:
    assert not BREAKS_RENDERING.search(unit.read_text())
