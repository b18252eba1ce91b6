"""A package as Blender can read it where it can't be written.

Blender opens the index of a geometry nodes bake, a small file for each frame, for reading and writing. Where
it may not write, as in the sandbox, there is nothing in place of what was baked, without a word. So a package
with such bakes is opened through a folder of links to it, in which these files alone are copies.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import bpy

INDEX, CONTENT = "meta", "blobs"  # of a bake: two folders side by side


def staged(blend: str) -> str:
    """Where to open a package's .blend: there, or in a folder of links in Blender's temporary one."""
    package = Path(blend).parent
    indexes = [one for one in package.rglob(INDEX) if one.is_dir() and one.with_name(CONTENT).is_dir()]
    if all(os.access(file, os.W_OK) for index in indexes for file in index.iterdir()):
        return blend
    root = Path(tempfile.mkdtemp(prefix="package-", dir=bpy.app.tempdir))
    copied = {one.relative_to(package) for one in indexes}
    _link(package, root, copied, {above for one in copied for above in one.parents})
    return str(root / Path(blend).name)


def _link(source: Path, target: Path, copied: set[Path], above: set[Path], here: Path = Path()) -> None:
    """Fill a folder with links to what lies in another, but for what is ``copied`` and ``above`` it."""
    for entry in source.iterdir():
        name = here / entry.name
        if name in copied:
            shutil.copytree(entry, target / entry.name, copy_function=shutil.copyfile)
        elif name in above:
            (target / entry.name).mkdir()
            _link(entry, target / entry.name, copied, above, name)
        else:
            (target / entry.name).symlink_to(entry)
