"""The artist of the demo: opens the scene in Blender and presses the add-on's own buttons."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import bpy


def main(blend: Path, output: Path, config: Path, reward: str, longest_lease: int) -> int:
    """Submit the animation, then follow it to its last frame; returns the exit code."""
    import addon_utils  # there once bpy is

    addon_utils.enable("renderchain", default_set=True)
    os.environ["RENDERCHAIN_CONFIG"] = str(
        config
    )  # the preferences' own settings are nobody's but the user's
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    offer = bpy.context.scene.renderchain
    offer.reward, offer.longest_lease, offer.output = reward, longest_lease, str(output)
    if bpy.ops.renderchain.submit_animation() != {"FINISHED"}:
        return 1
    from renderchain.ui.state import state
    from renderchain.ui.work import refresh_jobs

    refresh_jobs()
    return 0 if bpy.ops.renderchain.download(job_id=state.jobs[0].job_id) == {"FINISHED"} else 1


if __name__ == "__main__":
    blend, output, config, reward, longest_lease = sys.argv[1:6]
    sys.exit(main(Path(blend), Path(output), Path(config), reward, int(longest_lease)))
