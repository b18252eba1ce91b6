"""The table of kinds: every property in which Blender keeps the path of something that it reads.

``TABLE`` has those that a rendering may need, ``IRRELEVANT`` the others, each with its reason. Together
they are all that RNA marks as paths: a test walks the running Blender's and fails for one in neither.
docs/packing.md has a row for each kind.
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from . import blocks, caches, nodes
from .reference import Kind, Reference

TABLE = (
    Kind("library", ("Library.filepath",), lambda: iter(())),  # written and rewritten by themselves
    Kind("image", ("Image.filepath", "Image.filepath_raw"), blocks.images),
    Kind("movie clip", ("MovieClip.filepath",), blocks.clips),
    Kind("font", ("VectorFont.filepath",), blocks.fonts),
    Kind("sound", ("Sound.filepath",), blocks.sounds),
    Kind("volume", ("Volume.filepath",), blocks.volumes),
    Kind("Alembic or USD", ("CacheFile.filepath", "CacheFileLayer.filepath"), blocks.cache_files),
    Kind("text", ("Text.filepath",), blocks.texts),
    Kind("camera shader", ("Camera.custom_filepath",), blocks.cameras),
    Kind(
        "strip",
        ("ImageStrip.directory", "StripElement.filename", "MovieStrip.filepath"),
        blocks.strips,
    ),
    Kind("IES light", ("ShaderNodeTexIES.filepath",), nodes.ies_lights),
    Kind("OSL shader", ("ShaderNodeScript.filepath",), nodes.shader_scripts),
    Kind(
        "import node",
        ("NodeSocketStringFilePath.default_value", "NodeTreeInterfaceSocketStringFilePath.default_value"),
        nodes.file_sockets,
    ),
    Kind("mesh cache", ("MeshCacheModifier.filepath",), caches.mesh_caches),
    Kind("multiresolution", ("MultiresModifier.filepath",), caches.multires),
    Kind("ocean", ("OceanModifier.filepath",), caches.oceans),
    Kind("fluid", ("FluidDomainSettings.cache_directory",), caches.fluids),
    Kind("point cache", ("PointCache.filepath",), caches.point_caches),
    Kind(
        "geometry nodes bake",
        ("NodesModifier.bake_directory", "NodesModifierBake.directory"),
        caches.node_bakes,
    ),
)

_PREFERENCES = "a setting of the artist's Blender, not of the file"
_INTERFACE = "what a window shows, read by no rendering"
_OUTPUT = "written to, never read"
IRRELEVANT = {
    "AssetRepresentation.full_library_path": _INTERFACE,
    "AssetRepresentation.full_path": _INTERFACE,
    "AssetRepresentation.name": _INTERFACE,
    "BakeSettings.filepath": _OUTPUT,
    "BlendData.filepath": "the file itself",
    "BlendImportContextLibrary.filepath": "what an operator links at the moment",
    "Brush.icon_filepath": _INTERFACE,
    "CollectionExport.filepath": _OUTPUT,
    "CompositorNodeOutputFile.base_path": _OUTPUT,
    "CompositorNodeOutputFile.directory": _OUTPUT,
    "CompositorNodeOutputFile.file_name": _OUTPUT,
    "DynamicPaintSurface.image_output_path": _OUTPUT,
    "FileBrowserFSMenuEntry.name": _INTERFACE,
    "FileBrowserFSMenuEntry.path": _INTERFACE,
    "FileSelectEntry.name": _INTERFACE,
    "FileSelectEntry.relative_path": _INTERFACE,
    "FileSelectParams.filename": _INTERFACE,
    "ImagePackedFile.filepath": "where packed data came from; it is read from the .blend",
    "LibraryWeakReference.filepath": "where appended data came from; it is read from the .blend",
    "LibraryWeakReference.id_name": "where appended data came from; it is read from the .blend",
    "MovieClipProxy.directory": "smaller copies for the interface; renderings read the clip",
    "PathCompare.path": _PREFERENCES,
    "PointCacheItem.filepath": "of the active one it is PointCache.filepath, the others are not evaluated",
    "PreferencesKeymap.active_keyconfig": _PREFERENCES,
    "PreferencesView.font_path_ui": _PREFERENCES,
    "PreferencesView.font_path_ui_mono": _PREFERENCES,
    "RenderSettings.filepath": _OUTPUT,
    "ScriptDirectory.directory": _PREFERENCES,
    "SequenceEditor.proxy_dir": "smaller copies for the interface; a scene that shows strips is refused",
    "StripProxy.directory": "smaller copies for the interface; a scene that shows strips is refused",
    "StripProxy.filepath": "smaller copies for the interface; a scene that shows strips is refused",
    "StudioLight.path": _INTERFACE,
    "Theme.filepath": _PREFERENCES,
    "UserAssetLibrary.path": _PREFERENCES,
    "UserExtensionRepo.custom_directory": _PREFERENCES,
    "UserExtensionRepo.directory": _PREFERENCES,
    "VolumeGrids.frame_filepath": "computed out of Volume.filepath",
    **{
        f"PreferencesFilePaths.{name}": _PREFERENCES
        for name in (
            "animation_player",
            "font_directory",
            "i18n_branches_directory",
            "image_editor",
            "render_cache_directory",
            "render_output_directory",
            "sound_directory",
            "temporary_directory",
            "text_editor",
            "texture_cache_directory",
            "texture_directory",
        )
    },
}
# RNA says of these that they are plain text.
UNMARKED = frozenset({"Text.filepath"})


def references() -> Iterator[Reference]:
    """Every reference of the open file, linked data-blocks' too, libraries apart."""
    for kind in TABLE:
        yield from kind.find()


def marked_paths() -> frozenset[str]:
    """All properties that the running Blender's RNA marks as paths, each where it is defined first."""
    found = set()
    for name in dir(bpy.types):
        rna = getattr(getattr(bpy.types, name), "bl_rna", None)
        if rna is not None:
            inherited = {one.identifier for one in rna.base.properties} if rna.base else set()
            found |= {
                f"{name}.{one.identifier}"
                for one in rna.properties
                if one.type == "STRING"
                and one.subtype in ("FILE_PATH", "DIR_PATH", "FILE_NAME")
                and one.identifier not in inherited
            }
    return frozenset(found)
