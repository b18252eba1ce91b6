"""Moving scenes about images: sequences, movies, tiled images, and where they are put."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .base import bpy, objects, put, shader
from .moving import FIRST, LAST, Kind, beside, key, tree_of

SIDE = 32


def picture(name: str, seed: int, file_format: str = "PNG") -> str:
    """Write an image of coloured squares beside the .blend; returns its path."""
    path = str(beside(name))
    image: Any = bpy.data.images.new(name, 2 * SIDE, SIDE, float_buffer=file_format != "PNG")
    pixels = np.ones((SIDE, 2 * SIDE, 4), np.float32)
    squares = np.random.default_rng(seed).random((4, 8, 3), np.float32)
    pixels[..., :3] = np.kron(squares, np.ones((8, 8, 1), np.float32))
    image.pixels.foreach_set(pixels.ravel())
    image.filepath_raw, image.file_format = path, file_format
    image.save()
    bpy.data.images.remove(image)
    return path


def sequence(name: str, length: int = LAST) -> Any:
    """An image sequence of so many frames."""
    paths = [picture(f"{name}/{name}{frame:03d}.png", frame) for frame in range(FIRST, length + 1)]
    image: Any = bpy.data.images.load(paths[0])
    image.source = "SEQUENCE"
    return image


def shown(image: Any, material: str = "floor", **user: Any) -> Any:
    """Put an image on a material; ``user`` says which frame of it. Returns its node."""
    tree = tree_of(material)
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    for name, value in {"frame_duration": LAST, "frame_start": FIRST, **user}.items():
        setattr(node.image_user, name, value)
    tree.links.new(node.outputs[0], shader(material).inputs["Base Color"])
    return node


def plain_sequence(scene: Any, refresh: bool) -> None:
    """A frame of a sequence for each of ours."""
    shown(sequence("water"), use_auto_refresh=refresh)


def short_sequence(scene: Any) -> None:
    """A sequence of three that goes round."""
    shown(sequence("fire", 3), frame_duration=3, use_cyclic=True, use_auto_refresh=True)


def keyed_offset(scene: Any) -> None:
    """A sequence whose offset is keyed, so that it runs backwards."""
    node = shown(sequence("back"), use_auto_refresh=True)
    key(node.image_user, "frame_offset", {FIRST: 5, 3: 1, LAST: -4})


def one_sequence_twice(scene: Any) -> None:
    """Two materials show two frames of one image."""
    image = sequence("both")
    shown(image, use_auto_refresh=True)
    shown(image, "monkey", use_auto_refresh=True, frame_offset=2)


def world_sequence(scene: Any) -> None:
    """A sequence all around."""
    tree = scene.world.node_tree
    node = tree.nodes.new("ShaderNodeTexEnvironment")
    node.image = sequence("sky")
    put(node.image_user, frame_duration=LAST, frame_start=FIRST, use_auto_refresh=True)
    put(scene.world.cycles, sampling_method="MANUAL", sample_map_resolution=64)
    tree.links.new(node.outputs[0], tree.nodes["Background"].inputs["Color"])


def turning_world(scene: Any) -> None:
    """A float image all around that turns, drawn from by its light."""
    tree = scene.world.node_tree
    place, mapping = tree.nodes.new("ShaderNodeTexCoord"), tree.nodes.new("ShaderNodeMapping")
    node = tree.nodes.new("ShaderNodeTexEnvironment")
    node.image = bpy.data.images.load(picture("world.exr", 7, "OPEN_EXR"))
    tree.links.new(place.outputs["Generated"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs[0], node.inputs[0])
    tree.links.new(node.outputs[0], tree.nodes["Background"].inputs["Color"])
    key(mapping.inputs["Rotation"], "default_value", {FIRST: 0.0, LAST: 2.0}, 2)
    put(scene.world.cycles, sampling_method="MANUAL", sample_map_resolution=64)


def tiled_image(scene: Any) -> None:
    """A UDIM of two tiles over which a floor's coordinates move."""
    for tile in (1001, 1002):
        picture(f"wall.{tile}.png", tile)
    image: Any = bpy.data.images.load(str(beside("wall.1001.png")))
    image.source, image.filepath = "TILED", str(beside("wall.<UDIM>.png"))
    node = shown(image)
    tree = tree_of("floor")
    place, mapping = tree.nodes.new("ShaderNodeTexCoord"), tree.nodes.new("ShaderNodeMapping")
    mapping.inputs["Scale"].default_value = (2, 1, 1)
    tree.links.new(place.outputs["UV"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs[0], node.inputs[0])
    key(mapping.inputs["Location"], "default_value", {FIRST: 0.0, LAST: 0.9}, 0)


def placed_by_object(scene: Any) -> None:
    """An image whose coordinates are those of an object that moves, projected on all sides."""
    node = shown(bpy.data.images.load(picture("grid.png", 3)))
    node.projection, node.projection_blend, node.interpolation = "BOX", 0.3, "Cubic"
    tree = tree_of("floor")
    place = tree.nodes.new("ShaderNodeTexCoord")
    place.object = objects()["ball"]
    tree.links.new(place.outputs["Object"], node.inputs[0])


def movie(scene: Any) -> None:
    """A movie of our own frames as a texture."""
    path, render = beside("movie.mkv"), scene.render
    before = (render.resolution_x, render.resolution_y, scene.cycles.samples)
    settings = render.image_settings
    render.resolution_x, render.resolution_y, scene.cycles.samples = 64, 32, 1
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    put(settings, file_format="FFMPEG")
    put(render.ffmpeg, format="MKV", codec="FFV1")
    render.filepath, render.use_file_extension = str(path), False
    bpy.ops.render.render(animation=True)
    render.resolution_x, render.resolution_y, scene.cycles.samples = before
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = "PNG"
    shown(bpy.data.images.load(str(path)), use_auto_refresh=True)


def packed_images(scene: Any) -> None:
    """Images inside of the .blend, mixed by a key."""
    tree = tree_of("floor")
    mix = tree.nodes.new("ShaderNodeMix")
    mix.data_type = "RGBA"
    for at, socket in enumerate(("A", "B")):
        image: Any = bpy.data.images.load(picture(f"packed{at}.png", at))
        image.pack()
        node = shown(image)
        tree.links.new(node.outputs[0], mix.inputs[socket])
    tree.links.new(mix.outputs["Result"], shader("floor").inputs["Base Color"])
    key(mix.inputs["Factor"], "default_value", {FIRST: 0.0, LAST: 1.0})


KINDS = (
    Kind("image sequence, auto refresh", partial(plain_sequence, refresh=True)),
    Kind("image sequence, no auto refresh", partial(plain_sequence, refresh=False)),
    Kind("image sequence, cyclic", short_sequence),
    Kind("image sequence, offset keyed", keyed_offset),
    Kind("one image sequence, two frames of it", one_sequence_twice),
    Kind("image sequence as world", world_sequence),
    Kind("world image that turns", turning_world),
    Kind("UDIM, coordinates keyed", tiled_image),
    Kind("texture coordinates from an object", placed_by_object),
    Kind("movie texture", movie),
    Kind("packed images, mix keyed", packed_images),
)
