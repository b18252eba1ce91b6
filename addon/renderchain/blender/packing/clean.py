"""Taking out of the open file what no rendering needs: whose it is, where it lay, what it is for.

Done in the clean Blender that packs (repack.py). What no setting reaches is blanked in the saved file
(blanking.py).
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from typing import Any

import bpy

from ..cycles.compositor import FILE_OUTPUT
from .reference import is_in_file

OURS = "renderchain"
PACKED = "//packed"  # where packed data would lie, if it were not packed
ABSOLUTE = re.compile(r"(/|\\\\|[A-Za-z]:[\\/]|~|file:)")


def clean(linked_texts: Collection[str] = ()) -> None:
    """Change all data-blocks that are in the open file; what it links is another file's.

    ``linked_texts`` are those that another file links, by name.
    """
    for scene in _own(bpy.data.scenes):
        _clean_scene(scene)
    for tree in _trees():
        _clean_tree(tree)
    for block in _all_own():
        _clean_block(block)
    _clean_packed()
    _clean_texts(linked_texts)
    for clip in _own(bpy.data.movieclips):
        clip.proxy.directory = ""
    for item in _own(bpy.data.objects):
        _clean_object(item)
    for collection in (*_own(bpy.data.collections), *(one.collection for one in _own(bpy.data.scenes))):
        for exporter in collection.exporters:
            exporter.filepath = ""


def _own(blocks: Any) -> Iterator[Any]:
    return (block for block in list(blocks) if is_in_file(block))


def _all_own() -> Iterator[Any]:
    for field in bpy.data.bl_rna.properties:
        if field.type == "COLLECTION":
            yield from _own(getattr(bpy.data, field.identifier))


def _trees() -> Iterator[Any]:
    yield from _own(bpy.data.node_groups)
    for block in _all_own():
        tree = getattr(block, "node_tree", None)
        if tree is not None and tree.is_embedded_data:
            yield tree


def _clean_scene(scene: Any) -> None:
    render = scene.render
    render.filepath = render.bake.filepath = ""
    if not render.use_stamp_note:
        render.stamp_note_text = ""
    if scene.sequence_editor:
        scene.sequence_editor_clear()  # what it would show is refused before


def _clean_tree(tree: Any) -> None:
    for node in list(tree.nodes):
        if node.bl_idname == FILE_OUTPUT:
            tree.nodes.remove(node)  # one that writes was refused before
        elif node.bl_idname == "NodeFrame":
            node.text = None  # notes


def _clean_block(block: Any) -> None:
    if block.asset_data:
        is_kept = block.use_fake_user
        block.asset_clear()
        block.use_fake_user = is_kept  # what nothing in a library uses, a film that links it does
    system = getattr(block, "bl_system_properties_get", None)  # Blender 5
    for group in (block, system() if system else None, *_parts(block)):
        if group is not None:
            _clean_properties(group)


def _parts(block: Any) -> Iterator[Any]:
    """What else of a data-block has custom properties."""
    pose, tree = getattr(block, "pose", None), getattr(block, "node_tree", block)
    for parts in (
        pose.bones if pose else (),
        getattr(block, "bones", ()),
        getattr(block, "view_layers", ()),
        getattr(tree, "nodes", ()),
    ):
        yield from parts


def _clean_properties(group: Any) -> None:
    """Custom properties: our own go; text that is a path on the artist's machine is emptied."""
    for name in list(group.keys()):
        value = group[name]
        if name.startswith(OURS):
            del group[name]
        elif isinstance(value, str) and ABSOLUTE.match(value):
            group[name] = ""
        elif hasattr(value, "keys") and not isinstance(value, bpy.types.ID):  # which is cleaned itself
            _clean_properties(value)


def _clean_packed() -> None:
    """Packed data keeps only the ending of the name that its file had."""
    for image in _own(bpy.data.images):
        if image.source in ("GENERATED", "VIEWER"):
            image.filepath_raw = ""
        elif image.packed_files:
            if image.source != "TILED":  # whose files are read, where there are some
                image.filepath_raw = _neutral(image.filepath_raw)
            for packed in image.packed_files:
                packed.filepath = _neutral(packed.filepath)
    for blocks in (bpy.data.fonts, bpy.data.sounds):  # packed volumes are not read, so they are files
        for block in _own(blocks):
            if block.packed_file:
                block.filepath = _neutral(block.filepath)


def _neutral(path: str) -> str:
    return f"{PACKED}{os.path.splitext(path)[1]}" if path else ""


def _clean_texts(linked: Collection[str]) -> None:
    """Those that nothing reads go: notes, and scripts, which never run; others go without their files."""
    texts = [*_own(bpy.data.texts)]
    users = bpy.data.user_map(subset=texts) if texts else {}
    for text in texts:
        if users[text] or text.name in linked:
            text.filepath = ""
        else:
            bpy.data.texts.remove(text)


def _clean_object(item: Any) -> None:
    for modifier in item.modifiers:
        canvas = getattr(modifier, "canvas_settings", None)
        for surface in canvas.canvas_surfaces if canvas else ():
            surface.image_output_path = ""
