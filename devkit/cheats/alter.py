"""Alter a scene as a cheat would, in a process of its own: python alter.py BLEND CHEAT."""

import sys

import bpy

blend, cheat = sys.argv[-2:]
bpy.ops.wm.open_mainfile(filepath=blend, load_ui=False, use_scripts=False)
for scene in bpy.data.scenes:
    cycles = scene.cycles  # type: ignore[attr-defined]
    if cheat == "fewer samples":
        cycles.samples = max(1, cycles.samples * 3 // 4)
    elif cheat == "quarter of the samples":
        cycles.samples = max(1, cycles.samples // 4)
    elif cheat == "other seed":
        cycles.seed += 1
    elif cheat == "fewer bounces":
        cycles.max_bounces = 2
    elif cheat == "clamped light":
        cycles.sample_clamp_indirect = 1.0
    else:
        sys.exit(f"There is no cheat {cheat!r} that alters scenes.")
bpy.ops.wm.save_as_mainfile(filepath=blend, check_existing=False, relative_remap=False)
