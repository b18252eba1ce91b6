"""What a worker says of its Blenders and of what they render on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from . import Level, Notice


@dataclass(frozen=True)
class BlenderUnfit(Notice):
    """A Blender of the settings can't be used; the others' families are rendered all the same."""

    level: ClassVar[Level] = Level.WARNING
    blender: str  # "": the one that runs the worker
    reason: str

    @property
    def sentence(self) -> str:
        return f"{self.blender or 'The Blender that runs the worker'} is left out: {self.reason}"


@dataclass(frozen=True)
class KnownTileKept(Notice):
    """A Blender made the known tile on a device for the first time, and the CPU's picture."""

    family: str
    device_name: str
    render_s: float

    @property
    def sentence(self) -> str:
        return (
            f"The known tile of {self.family} was made on {self.device_name} for the first time, in "
            f"{self.render_s:.2f} s, and is what later ones are compared with"
        )


@dataclass(frozen=True)
class KnownTileRight(Notice):
    """The device still makes the known tile as it did."""

    family: str
    render_s: float

    @property
    def sentence(self) -> str:
        return f"The known tile of {self.family} came out as before, in {self.render_s:.2f} s"


@dataclass(frozen=True)
class FamilyOutOfService(Notice):
    """What renders a family makes other pixels than it should: nothing of it is taken or voted on."""

    level: ClassVar[Level] = Level.WARNING
    family: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"Nothing of {self.family} is rendered any more: {self.reason}"
