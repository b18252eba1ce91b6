"""What objects read from disk: mesh caches, sculpted detail, oceans, fluids, physics, bakes of nodes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import bpy

from .expansion import Files, Folders, one_file, tree
from .reference import Reference

BESIDE = "blendcache_"
_DIGITS = 16  # of the digest that a cache of the artist's naming is called by
# What Blender writes, where it writes it: what else lies there has names of the artist's.
_OCEAN = r"(disp|foam|normal|spray|spray_inverse)_\d+\.exr"
_BAKE = r"(meta|blobs)/[^/]+\.(json|blob|vdb)"
_BAKES = rf"\d+/{_BAKE}"
_POINTS = r"_(\d{6}|-\d{5})"  # a simulation may begin before frame 0
_FLUID = r"(config|data|guiding|mesh|noise|particles)/[A-Za-z_]+_-?\d+\.[a-z.]+"


def mesh_caches() -> Iterator[Reference]:
    """MDD and PC2."""
    for owner, modifier in _modifiers("MESH_CACHE"):
        if modifier.filepath:
            yield Reference(owner, modifier, "filepath", modifier.filepath, one_file)


def multires() -> Iterator[Reference]:
    """Sculpted detail in a file of its own, whose path the mesh has, wherever the object is."""
    for owner, modifier in _modifiers("MULTIRES"):
        if modifier.filepath and modifier.is_external:
            yield Reference(owner.data, modifier, "filepath", modifier.filepath, one_file, is_opened=True)


def oceans() -> Iterator[Reference]:
    """Baked oceans; an unbaked one is computed anew, the same everywhere."""
    for owner, modifier in _modifiers("OCEAN"):
        if modifier.filepath:
            expand = partial(_tree, _OCEAN) if modifier.is_cached else None
            yield Reference(owner, modifier, "filepath", modifier.filepath, expand)


def fluids() -> Iterator[Reference]:
    """The caches of baked fluid domains."""
    for owner, modifier in _modifiers("FLUID"):
        domain = modifier.domain_settings if modifier.fluid_type == "DOMAIN" else None
        if domain and domain.cache_directory:
            expand = partial(_tree, _FLUID) if domain.has_cache_baked_any else None
            yield Reference(owner, domain, "cache_directory", domain.cache_directory, expand)


def node_bakes() -> Iterator[Reference]:
    """Bakes of geometry nodes on disk; a folder that is not there is no bake."""
    for owner, modifier in _modifiers("NODES"):
        if modifier.bake_directory:
            path = modifier.bake_directory
            yield Reference(owner, modifier, "bake_directory", path, partial(_bake, _BAKES))
        for bake in modifier.bakes:
            if bake.use_custom_path and bake.directory:
                yield Reference(owner, bake, "directory", bake.directory, partial(_bake, _BAKE))


def point_caches() -> Iterator[Reference]:
    """Cloth, soft bodies, particles, dynamic paint and rigid bodies on disk."""
    for scene in bpy.data.scenes:
        if scene.rigidbody_world and scene.rigidbody_world.point_cache:
            yield from _of_point_cache(scene, scene.rigidbody_world.point_cache)
    for owner in bpy.data.objects:
        for system in owner.particle_systems:
            yield from _of_point_cache(owner, system.point_cache)
        for modifier in owner.modifiers:
            if modifier.type in ("CLOTH", "SOFT_BODY"):
                yield from _of_point_cache(owner, modifier.point_cache)
            elif modifier.type == "DYNAMIC_PAINT" and modifier.canvas_settings:
                for surface in modifier.canvas_settings.canvas_surfaces:
                    yield from _of_point_cache(owner, surface.point_cache)


def _of_point_cache(owner: Any, cache: Any) -> Iterator[Reference]:
    """In a folder that the cache names, or beside the .blend; named as the cache is, or the data-block."""
    called = _digest(cache.name) if cache.name else ""
    names = (cache.name or os.fsencode(owner.name).hex().upper(), called)
    new: dict[str, Any] = {"is_opened": bool(called), "called": called}
    if cache.use_external:
        expand = partial(_frames, _POINTS + r"(_\d\d)?\.bphys", *names)
        new["is_of_film"] = not cache.use_library_path
        yield Reference(owner, cache, "filepath", cache.filepath, expand, **new)
    elif cache.use_disk_cache and cache.is_baked:
        blend = owner.library.filepath if owner.library and cache.use_library_path else ""
        expand = partial(_frames, _POINTS + r"_\d\d\.bphys", *names)
        yield Reference(owner, cache, "", blend, expand, is_beside=True, **new)


def _digest(name: str) -> str:
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:_DIGITS]


def _frames(pattern: str, name: str, called: str, path: str, folders: Folders) -> Files:
    """The frames of a cache, called as it is in the package; Blender looks into no folder there."""
    found = sorted(one for one in folders.names(path) if re.fullmatch(re.escape(name) + pattern, one))
    members = tuple((os.path.join(path, one), (called or name) + one[len(name) :]) for one in found)
    return Files(members, "", () if members else (path,))


def _tree(pattern: str, path: str, folders: Folders) -> Files:
    return tree(path, pattern)


def _bake(pattern: str, path: str, folders: Folders) -> Files:
    return tree(path, pattern) if os.path.isdir(path) else Files((), "")


def _modifiers(kind: str) -> Iterator[tuple[Any, Any]]:
    for owner in bpy.data.objects:
        for modifier in owner.modifiers:
            if modifier.type == kind:
                yield owner, modifier
