"""How our scripts leave Blender: at once, because its own way out may hang.

Also read by packing/repack.py in a Blender that knows nothing else of us: only bpy and the standard library.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from typing import NoReturn

import bpy


def leave(code: int) -> NoReturn:
    """End with this exit code; Blender's temporary folder goes, as it would with Blender itself."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):  # nobody reads it any more
                stream.flush()
    shutil.rmtree(bpy.app.tempdir, ignore_errors=True)
    os._exit(code)
