"""Tells the service manager that started this process how it is, by sd_notify(3)'s protocol."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class ServiceManager:
    """Who listens at ``address``: a path, or a name of the abstract namespace behind an ``@``; "": nobody.

    Nothing is ever waited for: a manager that does not read loses what it was told.
    """

    def __init__(self, address: str) -> None:
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    @classmethod
    def of_this_process(cls) -> ServiceManager:
        """Out of the environment, where the processes that this one starts won't find it."""
        address, *_ = [os.environ.pop(name, "") for name in VARIABLES]
        return cls(address)

    def tell(self, values: Mapping[str, str]) -> None:
        """Send assignments such as ``STATUS``; a line end in a value is a space."""
        if not self._address:
            return
        lines = "\n".join(f"{name}={' '.join(value.split())}" for name, value in values.items())
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(lines.encode(errors="backslashreplace"), self._address)
