"""What a child asks of the kernel, and what it can see and reach of the machine."""

from __future__ import annotations

import os
import platform
import socket
from pathlib import Path

import pytest
from renderchain.adapters.blender_process import seccomp

from tests.hostile.children import Attack

AT = (
    list(seccomp.ARCHITECTURES).index(platform.machine())
    if platform.machine() in seccomp.ARCHITECTURES
    else 0
)
CALLS = {
    name: numbers[AT]
    for name, numbers in (seccomp.REFUSED | seccomp.REFUSED_ON_CPU).items()
    if numbers[AT] is not None
}
NEEDED = """
import tempfile
threads = [threading.Thread(target=time.sleep, args=(0.01,)) for _ in range(8)]
[one.start() for one in threads]; [one.join() for one in threads]
pair = socket.socketpair(); pair[0].send(b"x")
mmap.mmap(-1, 2**20)[:4] = b"rend"
tempfile.TemporaryFile().write(b"x")
os.sched_getaffinity(0); os.cpu_count(); fcntl.flock(os.open("/output/lock", os.O_CREAT), fcntl.LOCK_EX)
fail("all had")
"""


@pytest.mark.skipif(not seccomp.filter_program(on_cpu=True), reason="no filter for this processor")
def test_calls_that_rendering_never_needs_are_refused(tmp_path: Path) -> None:
    script = f"""
calls = {CALLS}
found = {{name: called(number, 0, 0, 0, 0, 0) for name, number in calls.items()}}
clone, clone3 = {seccomp.CLONE[AT]}, {seccomp.CLONE3[AT]}
found["clone3"] = "EPERM" if called(clone3, 0, 0) == "ENOSYS" else "done"
found["clone"] = called(clone, 17, 0, 0, 0, 0)
found["fork"] = tried(os.fork)
for family in (2, 10, 16, 17, 38, 40):
    found[f"socket of family {{family}}"] = tried(lambda: socket.socket(family, socket.SOCK_DGRAM))
found["raw socket"] = tried(lambda: socket.socket(2, socket.SOCK_RAW, 1))
found["typing into a terminal"] = tried(lambda: fcntl.ioctl(0, 0x5412, b"x"))
found["personality"] = called({seccomp.PERSONALITY[AT]}, 0x40000)
fail(sorted(name for name, answer in found.items() if answer != "EPERM") or "none was had")
"""
    attack = Attack(tmp_path, script)
    assert "none was had" in attack.run() and attack.is_over()


def test_what_rendering_needs_is_had(tmp_path: Path) -> None:
    attack = Attack(tmp_path, NEEDED)
    assert "all had" in attack.run() and attack.is_over()


@pytest.mark.skipif(platform.machine() != "x86_64", reason="calls of 32 bits are an x86's")
def test_calls_of_another_numbering_end_the_process(tmp_path: Path) -> None:
    x32 = Attack(tmp_path / "x32", f"called({seccomp.X32} + 39); fail('lives')")
    assert "ended by itself" in x32.run() and x32.is_over()
    # mov eax, 20 (getpid of 32 bits); int 0x80; ret
    code = (
        "page = mmap.mmap(-1, 4096, prot=7); page.write(bytes.fromhex('b814000000cd80c3'))\n"
        "at = ctypes.addressof(ctypes.c_char.from_buffer(page))\n"
        "ctypes.CFUNCTYPE(ctypes.c_int)(at)(); fail('lives')"
    )
    i386 = Attack(tmp_path / "i386", code)
    assert "ended by itself" in i386.run() and i386.is_over()


def test_the_filter_is_there_for_both_processors_and_no_other() -> None:
    for machine in seccomp.ARCHITECTURES:
        with_graphics, without = (
            seccomp.filter_program(on_cpu=on_cpu, machine=machine) for on_cpu in (False, True)
        )
        assert len(with_graphics) % 8 == 0 and len(with_graphics) < len(without) < 8 * 4096
    assert seccomp.filter_program(on_cpu=True, machine="riscv64") == b""


def test_no_network_is_reached(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script = f"fail(tried(lambda: socket.create_connection(('127.0.0.1', {port}), 2)))"
        attack = Attack(tmp_path, script)
        assert "EPERM" in attack.run() and attack.is_over()
        unfiltered = Attack(tmp_path / "unfiltered", script, is_filtered=False)
        assert "ECONNREFUSED" in unfiltered.run(), "its network is its own"


def test_abstract_sockets_of_the_machine_are_not_reached(tmp_path: Path) -> None:
    name = f"\0renderchain-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        script = f"one = socket.socket(socket.AF_UNIX); fail(tried(lambda: one.connect({name!r})))"
        attack = Attack(tmp_path, script)
        assert "ECONNREFUSED" in attack.run() and attack.is_over()
