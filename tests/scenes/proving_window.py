"""Runs in Blender with a window: the proof's other session, while the window goes on; behind "--": a folder.

What was said goes to said.json there, with how often the window ticked meanwhile.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path

import bpy

ADDON = "bl_ext.user_default.renderchain"
TICK_S, TIMEOUT_S = 0.02, 150
folder = Path(sys.argv[sys.argv.index("--") + 1])
told = {"said": [], "ticks": 0, "end": ""}
started_s = time.monotonic()


def part(name):
    return importlib.import_module(f"{ADDON}.{name}")


class Listener:
    def say(self, text):
        told["said"].append(text)

    def tell(self, notice):
        self.say(notice.sentence)

    def progress(self, what, done, total):
        pass


class Requester:
    async def submit(self, package, manifest, offer, **more):
        return 7


def end(text):
    (folder / "said.json").write_text(json.dumps({**told, "end": text}))
    os._exit(0)


def start():
    scene = bpy.context.scene
    submission = part("blender.submission").Submission(scene, (1, 2), own_seed=False)
    running = part("blender.background").Background(lambda: None)
    running.start()
    running.run(
        submission.send(Requester(), None, folder, Listener()),
        lambda job, failure: end(str(failure or f"job {job}")),
    )
    bpy.app.timers.register(tick)


def tick():
    told["ticks"] += 1
    if time.monotonic() - started_s > TIMEOUT_S:
        end("too long")
    return TICK_S


bpy.app.timers.register(start, first_interval=1.0)
