"""What the service manager hears, at both kinds of addresses, and that nobody waits for it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from renderchain.adapters.systemd import VARIABLES, ServiceManager


@pytest.mark.parametrize("is_abstract", [False, True])
def test_it_hears_assignments_one_a_line(tmp_path: Path, is_abstract: bool) -> None:
    address = f"@renderchain-test-{os.getpid()}" if is_abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{address[1:]}" if is_abstract else address)
        manager.settimeout(10)
        ServiceManager(address).tell({"READY": "1", "STATUS": "One\nREADY=0 \udcff ü"})
        assert manager.recv(4096).decode() == "READY=1\nSTATUS=One READY=0 \\udcff ü"


def test_what_does_not_listen_or_read_costs_nothing(tmp_path: Path) -> None:
    ServiceManager("").tell({"READY": "1"})
    ServiceManager(str(tmp_path / "nobody")).tell({"READY": "1"})
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "deaf"))
        for _ in range(5_000):  # far more than a socket keeps
            ServiceManager(str(tmp_path / "deaf")).tell({"WATCHDOG": "1"})


def test_children_do_not_speak_for_us(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        found = ServiceManager.of_this_process()
        assert not set(VARIABLES) & set(os.environ)
        found.tell({"READY": "1"})
        assert manager.recv(4096) == b"READY=1"
