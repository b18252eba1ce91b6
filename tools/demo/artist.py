"""The artist of the demo: opens the scene in Blender and presses the add-on's own buttons."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import bpy


def main(blend: Path, output: Path, config: Path, reward: str, longest_lease: int) -> int:
    """Submit the animation, then follow it to its last frame; returns the exit code."""
    import addon_utils  # there once bpy is

    addon_utils.enable("renderchain", default_set=True)
    # The preferences' own settings are nobody's but the user's.
    os.environ["RENDERCHAIN_CONFIG"] = str(config)
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    offer = bpy.context.scene.renderchain
    offer.price, offer.amount = "FRAME", reward
    offer.longest_lease, offer.output = longest_lease, str(output)
    if bpy.ops.renderchain.submit_animation() != {"FINISHED"}:
        return 1
    return 0 if bpy.ops.renderchain.download(job_id=str(newest_job())) == {"FINISHED"} else 1


def newest_job() -> int:
    """The job that was submitted last, as the artist's list has it."""
    from renderchain.blender.console import ConsoleReporter
    from renderchain.composition.requester import make_requester
    from renderchain.ui.preferences import read_settings

    newest, *_ = asyncio.run(make_requester(read_settings(), ConsoleReporter()).overview())
    assert newest.entry.job_id
    return newest.entry.job_id


if __name__ == "__main__":
    blend, output, config, reward, longest_lease = sys.argv[1:6]
    sys.exit(main(Path(blend), Path(output), Path(config), reward, int(longest_lease)))
