"""Moving scenes that read caches of other programs: Alembic, USD, OpenVDB, linked .blend files."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import Unavailable, bpy, objects, put
from .moving import FIRST, LAST, Kind, beside, foggy, key, turned
from .simulations import smoke


def bent(name: str) -> Any:
    """An object alone that bends, chosen for an exporter."""
    owner = objects()[name]
    key(owner.modifiers.new("bend", "SIMPLE_DEFORM"), "angle", {FIRST: 0.0, LAST: 2.0})
    turned(owner)
    bpy.ops.object.select_all(action="DESELECT")
    owner.select_set(True)
    return owner


def alembic(scene: Any) -> None:
    """A monkey out of an Alembic file."""
    owner = bent("monkey")
    path = str(beside("monkey.abc"))
    if "alembic_export" not in dir(bpy.ops.wm):
        raise Unavailable("built without Alembic")
    bpy.ops.wm.alembic_export(filepath=path, start=FIRST, end=LAST, selected=True, as_background_job=False)
    bpy.data.objects.remove(owner)
    bpy.ops.wm.alembic_import(filepath=path, as_background_job=False)


def usd(scene: Any) -> None:
    """A monkey out of a USD file."""
    owner = bent("monkey")
    path = str(beside("monkey.usdc"))
    if "usd_export" not in dir(bpy.ops.wm):
        raise Unavailable("built without USD")
    bpy.ops.wm.usd_export(filepath=path, selected_objects_only=True, export_animation=True)
    bpy.data.objects.remove(owner)
    bpy.ops.wm.usd_import(filepath=path, set_frame_range=False)


def vdb(scene: Any) -> None:
    """A sequence of OpenVDB files: the smoke that Blender itself bakes, since it has no other writer."""
    box = smoke(scene)
    paths = sorted(beside("smoke").glob("data/*.vdb"))
    if not paths:
        raise Unavailable("built without OpenVDB")
    bpy.data.objects.remove(box)
    objects()["monkey"].modifiers.clear()
    volume: Any = bpy.data.volumes.new("cloud")
    put(volume, filepath=str(paths[0]), is_sequence=True, frame_duration=len(paths))
    owner: Any = bpy.data.objects.new("cloud", volume)
    scene.collection.objects.link(owner)
    owner.scale = (0.06, 0.06, 0.06)
    foggy(owner, 3.0)


def linked(scene: Any) -> None:
    """A collection linked out of another .blend, whose things move; one of them is overridden."""
    group: Any = bpy.data.collections.new("linked")
    for name in ("monkey", "box2"):
        turned(objects()[name])
        group.objects.link(objects()[name])
    path = str(beside("library.blend"))
    bpy.data.libraries.write(path, {group}, fake_user=True)
    for name in ("monkey", "box2"):
        bpy.data.objects.remove(objects()[name])
    bpy.data.collections.remove(group)
    with bpy.data.libraries.load(path, link=True) as (source, target):
        target.collections = list(source.collections)
    bpy.ops.object.collection_instance_add(collection="linked")


def points_cache(scene: Any) -> None:
    """A mesh cache in the form of an MDD file, written by hand."""
    monkey = objects()["monkey"]
    count = len(monkey.data.vertices)
    places = np.empty(3 * count, np.float32)
    monkey.data.vertices.foreach_get("co", places)
    frames = [places * (1 + 0.1 * at) for at in range(LAST)]
    head = np.array([LAST, count], ">i4").tobytes() + (np.arange(LAST) / 24).astype(">f4").tobytes()
    beside("monkey.mdd").write_bytes(head + b"".join(one.astype(">f4").tobytes() for one in frames))
    cache = monkey.modifiers.new("cache", "MESH_CACHE")
    put(cache, cache_format="MDD", filepath=str(beside("monkey.mdd")), frame_start=float(FIRST))


KINDS = (
    Kind("Alembic", alembic),
    Kind("USD", usd),
    Kind("OpenVDB sequence", vdb),
    Kind("linked collection", linked),
    Kind("mesh cache (MDD)", points_cache),
)
