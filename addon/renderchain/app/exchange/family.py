"""Whether the Blender that runs here makes what a family's machines make: only its own leaves are honest."""

from __future__ import annotations

from ...core.errors import PackageTooMuch
from ...core.job import family_name
from ...core.messages import Loaded


def check_family(loaded: Loaded, family: int) -> None:
    """Raise PackageTooMuch where another Blender or device was opened than that of the family.

    After an update, or with another device in the settings, leases and seats of before are still held.
    """
    version = ".".join(loaded.blender_version.split(".")[:2])
    mine, wanted = f"{version}/cycles/{loaded.device.lower()}", family_name(family)
    if mine != wanted:
        raise PackageTooMuch(
            f"This machine renders as {mine[:64]} now, and the job is of {wanted}: it would differ. "
            "Start the Blender and device of that family to go on with what they hold."
        )
