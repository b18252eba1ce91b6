"""Data-blocks that are files: images, clips, fonts, sounds, volumes, caches, texts, cameras; and strips."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import bpy

from .expansion import Files, Folders, frame_sequence, image_sequence, one_file, tiles
from .reference import Expand, Reference
from .usd import is_usd, usd_files


def images() -> Iterator[Reference]:
    """Files, sequences, films and UDIM sets; of these, only a packed file is read from the .blend alone."""
    for image in bpy.data.images:
        is_in_blend = image.source == "FILE" and image.packed_files
        if image.filepath_raw and not is_in_blend:
            yield Reference(image, image, "filepath_raw", image.filepath_raw, _of_image(image))


def _of_image(image: Any) -> Expand | None:
    if image.source == "SEQUENCE":
        return image_sequence
    if image.source == "MOVIE":
        return one_file
    if image.source == "TILED":
        numbers = tuple(tile.number for tile in image.tiles)
        return partial(_tiles, numbers, {one.tile_number for one in image.packed_files})
    return one_file if image.source == "FILE" else None


def _tiles(numbers: tuple[int, ...], packed: set[int], path: str, folders: Folders) -> Files:
    return tiles(path, numbers, folders, packed)


def clips() -> Iterator[Reference]:
    """Movie clips, which count a sequence from the frame that their path says."""
    for clip in bpy.data.movieclips:
        if clip.filepath:
            expand = image_sequence if clip.source == "SEQUENCE" else one_file
            yield Reference(clip, clip, "filepath", clip.filepath, expand, is_opened=True)


def fonts() -> Iterator[Reference]:
    """Fonts but Blender's own."""
    for font in bpy.data.fonts:
        if font.filepath and font.filepath != "<builtin>" and not font.packed_file:
            yield Reference(font, font, "filepath", font.filepath, one_file)


def sounds() -> Iterator[Reference]:
    """Sounds, which a frame shows only where geometry nodes sample them (Blender 5)."""
    users = bpy.data.user_map(subset=set(bpy.data.sounds)) if bpy.data.sounds else {}
    for sound in bpy.data.sounds:
        if sound.filepath and not sound.packed_file:
            is_seen = any(one.id_type not in ("SCENE", "SPEAKER") for one in users[sound])
            yield Reference(sound, sound, "filepath", sound.filepath, one_file, is_seen=is_seen)


def volumes() -> Iterator[Reference]:
    """OpenVDB files, packed or not: Blender keeps packed ones without reading them."""
    for volume in bpy.data.volumes:
        if volume.filepath:
            expand = frame_sequence if volume.is_sequence else one_file
            yield Reference(volume, volume, "filepath", volume.filepath, expand)


def cache_files() -> Iterator[Reference]:
    """Alembic and USD, and the layers above them."""
    for cache in bpy.data.cache_files:
        for holder in (cache, *cache.layers):
            if holder.filepath:
                expand = _of_cache(cache, holder.filepath)
                is_films = holder != cache  # a layer's path starts at the film, whoever has it
                yield Reference(cache, holder, "filepath", holder.filepath, expand, is_of_film=is_films)


def _of_cache(cache: Any, path: str) -> Expand:
    if cache.is_sequence:
        return frame_sequence
    return usd_files if is_usd(os.path.basename(path)) else one_file


def texts() -> Iterator[Reference]:
    """Texts are in the .blend whole, also those that came from a file."""
    for text in bpy.data.texts:
        if text.filepath:
            yield Reference(text, text, "filepath", text.filepath, None, is_seen=False)


def cameras() -> Iterator[Reference]:
    """Cameras that are written in OSL."""
    for camera in bpy.data.cameras:
        if camera.custom_filepath:
            is_read = camera.type == "CUSTOM" and camera.custom_mode == "EXTERNAL"
            expand = one_file if is_read else None
            path = camera.custom_filepath
            yield Reference(camera, camera, "custom_filepath", path, expand, is_plain=True)


def strips() -> Iterator[Reference]:
    """Films and images in the sequencer; a scene that shows them is refused before, so nothing reads them."""
    for scene in bpy.data.scenes:
        editor = scene.sequence_editor
        for strip in editor.strips_all if editor else ():
            if strip.type == "MOVIE":
                yield Reference(scene, strip, "filepath", strip.filepath, None, is_seen=False)
            elif strip.type == "IMAGE":
                yield Reference(scene, strip, "directory", strip.directory, None, is_seen=False)
                for number, element in enumerate(strip.elements):
                    name = element.filename
                    yield Reference(scene, strip.elements[number], "filename", name, None, is_seen=False)
