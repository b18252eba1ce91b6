"""The table of kinds is whole: no property of the running Blender that holds a path is in neither list."""

import re
from pathlib import Path

import bpy


def test_every_path_that_rna_marks_is_handled_or_listed_with_its_reason(part):
    kinds = part("blender.packing.kinds")
    handled = {name for kind in kinds.TABLE for name in kind.properties}
    marked = kinds.marked_paths()
    assert len(marked) > 50, sorted(marked)
    assert not marked - handled - kinds.IRRELEVANT.keys()
    assert not handled & kinds.IRRELEVANT.keys()
    assert all(reason for reason in kinds.IRRELEVANT.values())


def test_the_table_names_only_properties_that_some_blender_has(part):
    kinds = part("blender.packing.kinds")
    handled = {name for kind in kinds.TABLE for name in kind.properties}
    only_before_5 = {"Brush.icon_filepath", "CompositorNodeOutputFile.base_path"}
    only_since_5 = {
        "CompositorNodeOutputFile.directory",
        "CompositorNodeOutputFile.file_name",
        "PreferencesFilePaths.texture_cache_directory",
    }
    others = only_before_5 if bpy.app.version >= (5, 0) else only_since_5
    assert (handled | kinds.IRRELEVANT.keys()) - kinds.marked_paths() == kinds.UNMARKED | others


def test_a_new_property_with_a_path_would_be_found(part):
    """The walk itself is tried on a property that is not there yet."""
    kinds = part("blender.packing.kinds")
    before = kinds.marked_paths()

    bpy.types.Object.planted = bpy.props.StringProperty(subtype="FILE_PATH")
    try:
        assert kinds.marked_paths() - before == {"Object.planted"}
    finally:
        del bpy.types.Object.planted


def test_each_kind_has_its_row_in_the_documentation(part):
    page = Path(__file__).parents[3] / "docs" / "packing.md"
    rows = re.findall(r"^\| ([^|]+?) \|", page.read_text(), re.MULTILINE)
    names = [kind.name for kind in part("blender.packing.kinds").TABLE]
    assert [row for row in rows if row in names] == names
