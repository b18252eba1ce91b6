"""Runs in Blender with a window: submits a still by the panel's operator, follows it, takes a picture.

Arguments behind "--": the artist's settings and a folder; what the panel said goes to said.txt there.
"""

import importlib
import sys
import time
from pathlib import Path

import bpy

ADDON = "bl_ext.user_default.renderchain"
TIMEOUT_S = 300  # on a machine where other tests run
LEASE = 1 << 40 | 1  # the worker's first, which is settled by then
config, folder = sys.argv[sys.argv.index("--") + 1 :]
folder = Path(folder)
started_s = time.monotonic()
steps = []
said = []


def show_panel():
    area = max(bpy.context.screen.areas, key=lambda one: one.width * one.height)
    area.type = "PROPERTIES"
    area.spaces.active.context = "RENDER"
    area.spaces.active.search_filter = "Render on Network"


def ask():
    preferences = bpy.context.preferences.addons[ADDON].preferences
    preferences.config = config
    bpy.context.scene.renderchain.output = str(folder / "window")
    show_panel()
    assert bpy.ops.renderchain.submit_still("INVOKE_DEFAULT") == {"FINISHED"}
    assert not bpy.ops.renderchain.submit_still.poll(), "two submissions at once"


def submit():
    assert importlib.import_module(f"{ADDON}.ui.confirm")._asked, "no dialog"
    take_picture("dialog.png")
    assert bpy.ops.renderchain.submit_still() == {"FINISHED"}
    assert not bpy.ops.renderchain.submit_still.poll(), "two submissions at once"


def followed():
    """Nobody pressed anything: the job is in the list, fetched, checked and paid.

    So is the one that a shell submitted before.
    """
    rows = following().jobs.rows
    if list(rows) != [2, 1] or rows[2].task or rows[2].overview.state != "completed":
        return False
    for row in rows.values():
        one = row.overview
        said.append(f"{one.number} {one.entry.name}: {one.state}, {len(one.kept)} kept")
    return True


def load_the_file_again():
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)


def still_there():
    """Loading a file drops neither the list nor what reads it."""
    show_panel()
    assert [one.number for one in bpy.context.window_manager.renderchain_jobs] == [2, 1]
    assert bpy.app.timers.is_registered(importlib.import_module(f"{ADDON}.ui.registration")._look)
    following().jobs.refresh(told=True)


def look():
    assert bpy.ops.renderchain.view_frame("INVOKE_DEFAULT", number=2, frame=1) == {"FINISHED"}
    assert bpy.data.images["Job 2"].size[:] == (200, 120)


def challenge():
    assert bpy.ops.renderchain.challenge("INVOKE_DEFAULT", number=2, lease_id=str(LEASE)) == {"FINISHED"}


def refused():
    """The lease is settled: it is said before a dialog asks to pay."""
    message = messages().told(messages().Place.JOBS)
    return bool(message and "was refused by the contract" in message.text)


def take_picture(name="panel.png"):
    for area in bpy.context.screen.areas:
        area.tag_redraw()
    bpy.ops.wm.redraw_timer(type="DRAW_WIN_SWAP", iterations=2)
    time.sleep(1)
    save_framebuffer(folder / "Xvfb_screen0", folder / name)


def save_framebuffer(dump, path):
    """Turn Xvfb's picture of its screen, an X window dump with 32 bits a pixel, into a PNG."""
    import numpy as np

    raw = dump.read_bytes()
    header = np.frombuffer(raw, ">u4", 25)
    offset, width, height, line = int(header[0] + 12 * header[19]), *(int(header[at]) for at in (4, 5, 12))
    pixels = np.frombuffer(raw, np.uint8, line * height, offset).reshape(height, line // 4, 4)[:, :width]
    image = bpy.data.images.new("screen", width, height)
    rgba = np.ones((height, width, 4), np.float32)
    rgba[..., :3] = pixels[::-1, :, 2::-1] / 255
    image.pixels.foreach_set(rgba.ravel())
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)


def state():
    return importlib.import_module(f"{ADDON}.ui.state").state


def following():
    return importlib.import_module(f"{ADDON}.ui.following")


def messages():
    return importlib.import_module(f"{ADDON}.ui.messages")


def tick():
    try:
        if time.monotonic() - started_s > TIMEOUT_S:
            raise TimeoutError(f"still {state().message!r}")
        if state().busy or importlib.import_module(f"{ADDON}.ui.submitting").submitting.phase:
            return 0.2
        for place in messages().Place:
            if (message := messages().told(place)) and message.text not in said:
                said.append(message.text)
        (folder / "said.txt").write_text("\n".join(said))
        if steps:
            if steps[0]() is not False:
                steps.pop(0)
            return 0.5
    except BaseException as error:  # Blender would print it and go on
        (folder / "said.txt").write_text("\n".join([*said, repr(error)]))
        import os

        os._exit(1)
    bpy.ops.wm.quit_blender()
    return None


steps += [ask, submit, followed, load_the_file_again, still_there, look, take_picture, challenge, refused]
bpy.app.timers.register(tick, first_interval=1.0, persistent=True)
