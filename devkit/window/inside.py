"""Runs in Blender with a window, beside the add-on: answers questions, and beats so that stalls are seen.

Questions are lines of Python on a Unix socket, whose path is in RENDERCHAIN_WINDOW; each is answered on the
main thread with a line of JSON. Nothing that a test is about is done here: mouse and keyboard are for that.
"""

import contextlib
import json
import os
import socket
import sys
import threading
import time
import traceback

import bpy

BEAT_S = 0.01
SAMPLE_S = 0.002
MOST_BYTES = 2**16
MOST_NAMED = 4  # functions, from the one that runs upwards
OURS = os.sep + "renderchain" + os.sep  # in the path of every module of the add-on
MAIN = threading.main_thread().ident
server = socket.socket(socket.AF_UNIX)
server.bind(os.environ["RENDERCHAIN_WINDOW"])
server.listen(1)
server.setblocking(False)
scope = {"bpy": bpy, "sys": sys, "time": time}
links = []
asked_of = []  # the buttons on which the right mouse button was pressed, as type.property or as an operator
beats = {"count": 0, "last_s": 0.0, "longest_s": 0.0}
ours = {"longest_s": 0.0, "where": ""}


def beat():
    now_s = time.perf_counter()
    if beats["last_s"]:
        beats["longest_s"] = max(beats["longest_s"], now_s - beats["last_s"] - BEAT_S)
    beats["count"] += 1
    answer()
    beats["last_s"] = time.perf_counter()  # the questions' own time is nobody's stall
    return BEAT_S


def answer():
    """Whatever was asked meanwhile; nobody is waited for."""
    with contextlib.suppress(BlockingIOError):
        links.append(server.accept()[0])
    for link in list(links):
        with contextlib.suppress(BlockingIOError):
            asked = link.recv(MOST_BYTES, socket.MSG_DONTWAIT)
            if not asked:
                links.remove(link)
            for line in asked.splitlines():  # each waits for its answer before it asks again
                link.sendall(json.dumps(reply(json.loads(line)), default=repr).encode() + b"\n")


def reply(code):
    try:
        try:
            return {"value": eval(compile(code, "asked", "eval"), scope)}
        except SyntaxError:
            exec(compile(code, "asked", "exec"), scope)
            return {"value": None}
    except BaseException:
        return {"error": traceback.format_exc()}


def area_of(kind):
    """The biggest area of a kind in any window, behind its window."""
    found = [
        (area.width * area.height, window, area)
        for window in bpy.context.window_manager.windows
        for area in window.screen.areas
        if area.type == kind
    ]
    return max(found, key=lambda one: one[0])[1:]


def rectangle(kind, region="WINDOW"):
    """Where a region is: left, bottom, width, height in pixels of the screen, on which windows lie."""
    window, area = area_of(kind)
    (one,) = (one for one in area.regions if one.type == region)
    return [window.x + one.x, window.y + one.y, one.width, one.height]


def under_mouse(kind, region="WINDOW"):
    """What the button below the mouse does, as Blender itself says it: a call, or a property's path."""
    window, area = area_of(kind)
    (one,) = (one for one in area.regions if one.type == region)
    manager = bpy.context.window_manager
    kept, manager.clipboard = manager.clipboard, ""
    with bpy.context.temp_override(window=window, area=area, region=one):
        for ask in (
            lambda: bpy.ops.ui.copy_python_command_button(),
            lambda: bpy.ops.ui.copy_data_path_button(full_path=True),
        ):
            try:
                ask()
            except RuntimeError:  # no such button there
                continue
            if manager.clipboard:
                break
    found, manager.clipboard = manager.clipboard, kept
    return found


def note_button(menu, context):
    """Which button the menu of the right mouse button is of: only it knows those of the preferences."""
    operator, property_ = (getattr(context, name, None) for name in ("button_operator", "button_prop"))
    if operator:
        asked_of.append(type(operator).__name__)
    elif property_:
        asked_of.append(f"{type(context.button_pointer).__name__}.{property_.identifier}")


def watch():
    """See for how long the main thread stays in the add-on at a time, from a thread beside it."""
    ours.update(longest_s=0.0, where="")
    beats.update(longest_s=0.0, last_s=0.0)
    threading.Thread(target=_sample, name="sampler", daemon=True).start()


def _sample():
    """What is ours may have begun right after the look before: nobody looks while no other thread may run."""
    mine = object()
    scope["sampler"] = mine  # the one before ends
    since_s = time.perf_counter()
    while scope["sampler"] is mine:
        frame, now_s, path = sys._current_frames().get(MAIN), time.perf_counter(), []
        while frame:
            if OURS in frame.f_code.co_filename:
                path.append(f"{frame.f_code.co_filename.rpartition(OURS)[2]}:{frame.f_code.co_name}")
            frame = frame.f_back
        if not path:
            since_s = now_s
        elif now_s - since_s > ours["longest_s"]:
            ours.update(longest_s=now_s - since_s, where=" < ".join(path[:MOST_NAMED]))
        time.sleep(SAMPLE_S)


scope.update(
    area_of=area_of,
    rectangle=rectangle,
    under_mouse=under_mouse,
    watch=watch,
    beats=beats,
    ours=ours,
    asked_of=asked_of,
)
bpy.types.UI_MT_button_context_menu.append(note_button)
bpy.app.timers.register(beat, persistent=True)
watch()
