"""The filter on system calls in the sandbox: what rendering never needs, and what reaches into the kernel.

A list of what is refused, not of what is allowed: graphics drivers need calls that nobody can list. What is
refused fails with EPERM, as if the user might not; calls of another processor's numbering end the process,
since their numbers mean other calls. New processes are refused too, threads are not.
"""

from __future__ import annotations

import platform
import struct
from collections.abc import Sequence

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # places in struct seccomp_data
ALLOW, REFUSE, UNKNOWN, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000  # EPERM, ENOSYS
X32 = 0x40000000
CLONE_THREAD = 0x00010000
AF_UNIX = 1
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
PERSONALITY_AS_IT_IS = 0xFFFFFFFF
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# name: (number on x86_64, number on aarch64); None where there is no such call.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "fork": (57, None),
    "vfork": (58, None),
    # keys
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # large parts of the kernel that rendering has no use for
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "fanotify_init": (300, 262),
    "lookup_dcookie": (212, 18),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "memfd_secret": (447, 447),
    "modify_ldt": (154, None),
    "vmsplice": (278, 75),
    "uselib": (134, None),
    "sysfs": (139, None),
    "ustat": (136, None),
    # file systems and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "unshare": (272, 97),
    "setns": (308, 268),
    # the machine
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "syslog": (103, 116),
    "iopl": (172, None),
    "ioperm": (173, None),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "vhangup": (153, 58),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
}
# Memory that no process has mapped, and so nobody counts; graphics drivers use it.
REFUSED_ON_CPU: dict[str, tuple[int | None, int | None]] = {"memfd_create": (319, 279), "shmget": (29, 194)}
CLONE, CLONE3 = (56, 220), (435, 435)
IOCTL, SOCKET, PERSONALITY = (16, 29), (41, 198), (135, 92)


def filter_program(*, on_cpu: bool, machine: str = "") -> bytes:
    """The filter as bubblewrap takes it, for this machine or another; nothing where we have none for it."""
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        return b""
    at = list(ARCHITECTURES).index(machine)
    lines = [_line(LOAD, ARCHITECTURE), _line(EQUAL, ARCHITECTURES[machine], 1, 0), _line(RETURN, KILL)]
    lines.append(_line(LOAD, NUMBER))
    if machine == "x86_64":
        lines += [_line(AT_LEAST, X32, 0, 1), _line(RETURN, KILL)]
    refused = REFUSED | (REFUSED_ON_CPU if on_cpu else {})
    for numbers in refused.values():
        if (number := numbers[at]) is not None:
            lines += _where(number, [_line(RETURN, REFUSE)])
    # glibc asks for clone instead where there is no clone3, whose arguments a filter can't see.
    lines += _where(CLONE3[at], [_line(RETURN, UNKNOWN)])
    either = [_line(RETURN, REFUSE), _line(RETURN, ALLOW)]
    lines += _where(CLONE[at], [_argument(0), _line(ANY_BIT, CLONE_THREAD, 1, 0), *either])
    lines += _where(SOCKET[at], [_argument(0), _line(EQUAL, AF_UNIX, 1, 0), *either])
    may_have = [_line(EQUAL, 0, 2, 0), _line(EQUAL, PERSONALITY_AS_IT_IS, 1, 0)]
    lines += _where(PERSONALITY[at], [_argument(0), *may_have, *either])
    typing = [_line(EQUAL, TIOCSTI, 1, 0), _line(EQUAL, TIOCLINUX, 0, 1)]
    lines += _where(IOCTL[at], [_argument(1), *typing, *either])
    return b"".join([*lines, _line(RETURN, ALLOW)])


def _line(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    """An instruction; a test skips so many lines."""
    return struct.pack("<HBBI", code, if_so, if_not, value)


def _argument(index: int) -> bytes:
    return _line(LOAD, FIRST_ARGUMENT + 8 * index)  # its lower half; all of ours are numbers of 32 bits


def _where(number: int, lines: Sequence[bytes]) -> list[bytes]:
    """Lines for one system call, each way through which ends with an answer."""
    return [_line(EQUAL, number, 0, len(lines)), *lines]
