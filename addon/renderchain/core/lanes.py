"""Which device the leases of a lane are rendered on: on GPUs each lane has one of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from .finding import Finding, doubt, fine

Device = TypeVar("Device")


def device_of_lane(device: str, lane: int, lanes: int) -> str:
    """What a render process of that lane (from 1) is told: a backend, and which of its devices (from 0).

    The CPU is shared, and a single lane has all devices of the backend.
    """
    return device if device == "CPU" or lanes == 1 else f"{device}:{lane - 1}"


def backend_of(device: str) -> str:
    """The backend that it names."""
    return device.partition(":")[0]


def those_of(device: str, found: Sequence[Device]) -> list[Device]:
    """Of the backend's devices those that it means; where there are more lanes they are shared in turn."""
    _, _, number = device.partition(":")
    return [found[int(number) % len(found)]] if number and found else list(found)


def look_at_lanes(device: str, count: int, lanes: int) -> Finding:
    """Whether so many lanes suit a machine with so many devices of that kind."""
    many = f"lanes = {lanes}"
    if device == "CPU":
        text = "the CPU is shared by all lanes"
        return (
            fine("lanes", f"{many}; {text}") if lanes == 1 else doubt("lanes", f"{many}, but {text}: set 1")
        )
    text = f"{count} {device} device{'s' if count > 1 else ''} here"
    if lanes > count:
        return doubt("lanes", f"{many}, but there is one for each of {text}: some are shared")
    if lanes < count:
        return doubt("lanes", f"{many}, and {text}: set lanes = {count} to render a lease on each")
    return fine("lanes", f"{many}, {text}")
