"""Code of a scene's own is found wherever what is rendered needs it."""

import bpy
import pytest
from building import composed
from picturing import linked, plane, save, stage


def test_a_librarys_scene_of_the_same_name_is_looked_at_too(part, tmp_path):
    """The compositor renders it with whatever it has on."""
    theirs = stage()
    theirs.cycles.shading_system = True
    save(tmp_path / "library.blend")
    mine = stage()
    plane()
    save(tmp_path / "film.blend")
    _, layers, _ = composed(mine)
    layers.scene = linked(tmp_path / "library.blend", "scenes", mine.name)
    assert layers.scene not in (mine, None)
    with pytest.raises(part("core.errors").RenderFailed, match="Open Shading Language"):
        part("blender.cycles.scene_code").check_code(mine, ())


@pytest.mark.skipif(bpy.app.version < (5, 0), reason="groups have no layers of a scene here")
def test_a_librarys_group_of_the_same_name_is_looked_into_too(part, tmp_path):
    other = stage()
    other.name, other.cycles.shading_system = "other", True
    group = bpy.data.node_groups.new("compositing", "CompositorNodeTree")
    group.nodes.new("CompositorNodeRLayers").scene = other
    group.use_fake_user = True
    save(tmp_path / "library.blend")
    mine = stage()
    save(tmp_path / "film.blend")
    outer, _, _ = composed(mine)
    inner = bpy.data.node_groups.new("compositing", "CompositorNodeTree")
    for tree, used in (
        (outer, inner),
        (inner, linked(tmp_path / "library.blend", "node_groups", "compositing")),
    ):
        tree.nodes.new("CompositorNodeGroup").node_tree = used
    with pytest.raises(part("core.errors").RenderFailed, match="Open Shading Language"):
        part("blender.cycles.scene_code").check_code(mine, ())
