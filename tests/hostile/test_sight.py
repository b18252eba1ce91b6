"""What a child sees of the machine that it runs on."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.children import Attack

LOOK = """
def listed(path):
    return tried(lambda: None) and sorted(os.listdir(path)) if os.path.exists(path) else []
def text(path):
    try:
        return open(path, errors="replace").read(300)
    except OSError as error:
        return errno.errorcode[error.errno]
found = {
    "top": listed("/"), "etc": listed("/etc"), "sys": listed("/sys"), "devices": listed("/dev"),
    "numbers": [n for n in listed("/proc") if n.isdigit()], "host": socket.gethostname(), "user": os.getuid(),
    "environment": sorted(os.environ), "open": sorted(os.listdir("/proc/self/fd"), key=int),
    "links": [os.readlink(f"/proc/self/fd/{n}") for n in (0, 1, 2)], "usr": listed("/usr"),
    "texts": {path: text(path) for path in PATHS},
    "open to writing": [
        path
        for top in listed("/proc") if not top.isdigit() and not os.path.islink("/proc/" + top)
        for folder, _, names in os.walk("/proc/" + top) or ()
        for path in [os.path.join(folder, name) for name in names] if os.access(path, os.W_OK)
    ] + [name for name in listed("/proc") if not name.isdigit() and os.path.isfile("/proc/" + name)
         and os.access("/proc/" + name, os.W_OK)],
    "written": [path for path in PLACES if tried(lambda: open(path, "a").close()).startswith("got")],
}
json.dump(found, open("/output/found.json", "w"))
fail("looked")
"""
PATHS = [
    *("/etc/passwd", "/etc/shadow", "/etc/machine-id", "/etc/hostname", "/etc/resolv.conf", "/root", "/home"),
    *("/proc/cmdline", "/proc/keys", "/proc/version", "/proc/modules", "/proc/kcore", "/proc/1/environ"),
    *("/sys/class/dmi/id/product_uuid", "/sys/class/net/eth0/address", "/run/systemd/private", "/var/log"),
    *("/proc/1/root/etc/passwd", "/proc/self/cwd/../etc/passwd", "/package/../etc/shadow", str(Path.home())),
]
PLACES = [
    *(
        "/package/a",
        "/usr/a",
        "/usr/bin/a",
        "/a",
        "/dev/a",
        "/etc/a",
        "/proc/sys/kernel/core_pattern",
        "/bin/a",
    ),
    *(
        "/sys/a",
        "/proc/sysrq-trigger",
        "/proc/self/oom_score_adj_",
        "/root/a",
        "/var/a",
        "/run/a",
        "/dev/kmsg",
    ),
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("sight")
    os.environ["RENDERCHAIN_TEST_SECRET"] = "secret"
    try:
        attack = Attack(folder, f"PATHS = {PATHS}\nPLACES = {PLACES}\n{LOOK}")
        said = attack.run()
    finally:
        del os.environ["RENDERCHAIN_TEST_SECRET"]
    assert "looked" in said and attack.is_over(), said
    found: dict[str, Any] = json.loads((attack.output / "found.json").read_text())
    return found


def test_it_sees_no_file_of_the_providers(seen: dict[str, Any]) -> None:
    known = {
        "bin",
        "dev",
        "etc",
        "lib",
        "lib32",
        "lib64",
        "libx32",
        "output",
        "package",
        "proc",
        "sbin",
        "sys",
    }
    known |= {"tmp", "usr", *(Path(os.sys.prefix).parts[1:2]), *(Path(os.sys.base_prefix).parts[1:2])}  # type: ignore[attr-defined]
    assert set(seen["top"]) <= known
    assert set(seen["etc"]) <= {"ld.so.cache", "fonts", "alternatives"}
    assert set(seen["usr"]).isdisjoint({"local", "src", "include", "games"})
    empty = {"", "ENOENT", "EACCES", "EPERM", "EISDIR"}
    shown = {
        path: text for path, text in seen["texts"].items() if text not in empty and path != "/proc/1/environ"
    }
    assert shown == {}
    assert "secret" not in json.dumps(seen)


def test_it_sees_no_other_process_and_no_name(seen: dict[str, Any]) -> None:
    assert len(seen["numbers"]) <= 2 and seen["host"] == "render" != socket.gethostname()
    assert seen["user"] == 1000
    assert set(seen["environment"]) <= {"HOME", "LANG", "LC_CTYPE", "PATH", "PWD"}


def test_it_has_three_pipes_and_no_terminal(seen: dict[str, Any]) -> None:
    assert seen["open"][:3] == ["0", "1", "2"] and len(seen["open"]) <= 4
    assert all(link.startswith(("pipe:", "socket:")) for link in seen["links"])


def test_it_sees_processors_and_no_other_device(seen: dict[str, Any]) -> None:
    assert seen["sys"] == ["devices"]
    plain = {
        "console",
        "core",
        "fd",
        "full",
        "null",
        "ptmx",
        "pts",
        "random",
        "shm",
        "stderr",
        "stdin",
        "stdout",
    }
    assert set(seen["devices"]) <= plain | {"tty", "urandom", "zero"}


def test_it_writes_nowhere_else(seen: dict[str, Any]) -> None:
    assert seen["written"] == [] and seen["open to writing"] == []
