"""What can't be packed, or would look otherwise on another machine, whatever files there are."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from ...core.scene_finding import SceneFinding, Severity
from ..cycles.reading.reach import Reach
from .colours import colour_findings
from .nodes import computed_paths, torn_paths
from .reference import is_archive

REC709 = "Linear Rec.709"  # what Blender takes a file's colors for that says nothing of them


def refusals(shown: Reach) -> Iterator[SceneFinding]:
    """All of it that a frame may show."""
    yield from colour_findings()
    for image in bpy.data.images:
        if image in shown and image.use_multiview and image.views_format == "INDIVIDUAL":
            yield _refused(
                "stereo image",
                image,
                "has a file for each eye, and workers render one view.",
                "Turn off Use Multi-View of the image.",
            )
    yield from _converted_again(shown)
    for owner, node in computed_paths():
        if owner in shown:
            yield _refused(
                "computed path",
                owner,
                f"has the node {node.name!r}, which reads a file whose path other nodes compute.",
                "Type the path into the node, or bake the geometry.",
            )

    for owner, holder in torn_paths():
        if owner in shown:
            yield _refused(
                "torn path",
                owner,
                f"says in {holder!r} a path that nodes of several .blend files read, each from its folder.",
                "Make the groups local, or give each a path of its own.",
            )


def _converted_again(shown: Reach) -> Iterator[SceneFinding]:
    """Packed links in another working space: Blender 5.2 takes their colors for Rec.709 at each opening."""
    space = getattr(getattr(bpy.data, "colorspace", None), "working_space", REC709)
    for library in bpy.data.libraries:
        if space != REC709 and is_archive(library) and any(block in shown for block in library.users_id):
            yield _refused(
                "packed link's colors",
                library,
                f"is packed into a file with the working space {space}, and Blender converts its colors anew "
                "each time that the file is opened.",
                "Link it without packing it, or make what you use of it local.",
            )


def in_packed_library(owner: bpy.types.ID, path: str, library: bpy.types.Library) -> SceneFinding:
    """A file to which something in a packed .blend leads, where no path can be rewritten."""
    return _refused(
        "packed library",
        owner,
        f"refers to {path} from the packed library {library.name!r}, where no path can be changed.",
        "Unpack the library, or pack the file in it.",
    )


def _refused(kind: str, owner: bpy.types.ID, what: str, fix: str) -> SceneFinding:
    block = f"{owner.bl_rna.name} {owner.name!r}"
    return SceneFinding(kind, Severity.ERROR, f"{block} {what}", block, fix)
