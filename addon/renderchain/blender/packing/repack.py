"""Run in a clean Blender: write .blend files with rewritten paths, then look for gaps.

A script for ``--python``; the order is a JSON file behind "--". A .blend whose paths all stay as
they are is copied byte by byte, so that it keeps its content identifier.
"""

import json
import os
import shutil
import sys
import traceback
from pathlib import Path

import bpy

_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE), str(_HERE.parent)]
from dependencies import find_references  # noqa: E402 - the path comes first
from leaving import leave  # noqa: E402

del sys.path[:2]  # else our folder cycles would stand before Blender's

KINDS = ("images", "libraries", "sounds", "fonts", "movieclips", "volumes", "cache_files")


def main(order):
    folder = Path(order["folder"])
    for blend in order["blends"]:
        target = folder / blend["target"]
        target.parent.mkdir(parents=True, exist_ok=True)
        rewrite(blend, target, order["places"], folder)
    bpy.ops.wm.open_mainfile(filepath=str(folder / order["main"]), load_ui=False, use_scripts=False)
    Path(order["answer"]).write_text(json.dumps({"gaps": gaps(folder)}))


def rewrite(blend, target, places, folder):
    bpy.ops.wm.open_mainfile(filepath=blend["source"], load_ui=False, use_scripts=False)
    here = os.path.dirname(os.path.normpath(target))
    changed = False
    for kind in KINDS:
        for block in getattr(bpy.data, kind):
            if block.library is not None or not block.filepath or getattr(block, "packed_file", None):
                continue
            source = os.path.normpath(bpy.path.abspath(block.filepath))
            place = place_of(source, places)
            if place is None:
                continue  # a gap, which the check names, or nothing that is rendered
            path = "//" + os.path.relpath(folder / place, here).replace(os.sep, "/")
            if path != block.filepath.replace("\\", "/"):
                block.filepath = path
                changed = True
    if changed:
        bpy.ops.wm.save_as_mainfile(filepath=str(target), copy=True, relative_remap=False, compress=False)
    else:
        shutil.copyfile(blend["source"], target)


def place_of(source, places):
    if source in places:
        return places[source]
    # A UDIM or a sequence: its files lie together, so any of them tells the folder.
    folder, name = os.path.split(source)
    for known, place in places.items():
        if os.path.dirname(known) == folder and ("<UDIM>" in name or not os.path.exists(source)):
            return os.path.join(os.path.dirname(place), name).replace(os.sep, "/")
    return None


def gaps(folder):
    found = []
    for one in find_references():
        absolute = Path(one.absolute)
        there = absolute.exists() or "<UDIM>" in absolute.name
        if not there or not absolute.is_relative_to(os.path.normpath(folder)):
            found.append(f"{one.owner_name}: {one.path}")
    return sorted(found)


try:
    main(json.loads(Path(sys.argv[sys.argv.index("--") + 1]).read_text()))
except BaseException:  # noqa: BLE001 - Blender must end, whatever it was
    traceback.print_exc()
    leave(1)
leave(0)  # where Blender refused drivers in Python, its own way out may hang
