"""Pictures that are no plain texture of a surface: composed, displacing, filmed, shining, behind all."""

import bpy
import pytest
from building import composed, tree_on
from picturing import BLUE, GREEN, RED, Kinds, glowing, loaded, plane, png, save, stage, textured

kind = Kinds()
IS_NEW = bpy.app.version >= (5, 0)


def composed_here():
    scene = bpy.context.scene
    if hasattr(scene.render, "compositor_device"):
        scene.render.compositor_device = "CPU"  # there may be no graphics
    return composed(scene)


def group_with(name, make):
    """A group of the compositor around a node."""
    group = bpy.data.node_groups.new(name, "CompositorNodeTree")
    group.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    node = make(group)
    group.links.new(node.outputs[0], group.nodes.new("NodeGroupOutput").inputs[0])
    return group


def nested(name, inner):
    def make(group):
        node = group.nodes.new("CompositorNodeGroup")
        node.node_tree = inner
        return node

    return group_with(name, make)


def added(tree, layers, output, source):
    """The layers and another image, one on top of the other."""
    shift = tree.nodes.new("CompositorNodeTranslate")
    over = tree.nodes.new("CompositorNodeAlphaOver")
    colors = [one for one in over.inputs if one.type == "RGBA"]
    shift.inputs["X"].default_value = 6
    tree.links.new(source.outputs[0], shift.inputs[0])
    tree.links.new(layers.outputs["Image"], colors[0])
    tree.links.new(shift.outputs[0], colors[1])
    tree.links.new(over.outputs[0], output.inputs[0])


@kind(1, 3)
def sequence_in_a_group_in_a_group_of_the_compositor(project, elsewhere):
    for number in range(1, 5):
        png(elsewhere / "seq" / f"w{number:03d}.png", (50 * number, 20, 90))
    image = loaded(elsewhere / "seq" / "w001.png", source="SEQUENCE")

    def make(group):
        node = group.nodes.new("CompositorNodeImage")
        node.image, node.frame_duration, node.frame_offset = image, 4, 1
        return node

    plane(glowing()[0], size=2)
    tree, layers, output = composed_here()
    source = tree.nodes.new("CompositorNodeGroup")
    source.node_tree = nested("outer", group_with("inner", make))
    added(tree, layers, output, source)


@kind(1, 3)
def clip_with_proxies_in_the_compositor(project, elsewhere):
    for number in range(7, 12):
        png(project / "clip" / f"take{number:04d}.png", (20 * number, 250 - 20 * number, 0))
    clip = bpy.data.movieclips.load(str(project / "clip" / "take0007.png"))
    clip.use_proxy, clip.use_proxy_custom_directory = True, True
    clip.proxy.directory = str(elsewhere / "proxies")
    clip.proxy.build_25 = True
    png(elsewhere / "proxies" / "take0007.png" / "proxy_25" / "00000007.jpg", (1, 1, 1), 2)
    plane(glowing()[0], size=2)
    tree, layers, output = composed_here()
    source = tree.nodes.new("CompositorNodeMovieClip")
    source.clip = clip
    added(tree, layers, output, source)


@kind(1, 4, option="codec_ffmpeg")
def film_as_a_texture(project, elsewhere):
    scene = bpy.context.scene
    thing = plane(glowing()[0], size=2)
    for frame, x in ((1, -2), (5, 2)):
        thing.location.x = x
        thing.keyframe_insert("location", frame=frame)
    settings = scene.render.image_settings
    if IS_NEW:
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    scene.render.ffmpeg.format, scene.render.ffmpeg.codec = "MPEG4", "MPEG4"
    scene.render.filepath = str(elsewhere / "take.mp4")
    elsewhere.mkdir(parents=True)
    bpy.ops.render.render(animation=True)
    stage()
    image = loaded(elsewhere / "take.mp4")
    assert image.source == "MOVIE"
    material, node = glowing(image)
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 5, True
    plane(material, size=4)


@kind(1, 4)
def image_that_displaces(project, elsewhere):
    for number, color in enumerate((RED, (9, 9, 9), GREEN, (250, 250, 250)), 1):
        png(project / "seq" / f"h{number:02d}.png", color)
    texture = bpy.data.textures.new("height", "IMAGE")
    texture.image = loaded(project / "seq" / "h01.png", source="SEQUENCE")
    texture.image_user.frame_duration, texture.image_user.use_auto_refresh = 4, True
    thing = plane(glowing()[0], size=2)
    modifier = thing.modifiers.new("displace", "DISPLACE")
    modifier.texture, modifier.direction, modifier.strength, modifier.mid_level = texture, "X", 2, 0


@kind()
def image_of_a_modifiers_input(project, elsewhere):
    image = loaded(png(elsewhere / "mask.png", (128, 128, 128)))
    thing = plane(glowing()[0], size=2)
    tree, first, last = tree_on(thing)
    item = tree.interface.new_socket("Mask", in_out="INPUT", socket_type="NodeSocketImage")
    read, shift = tree.nodes.new("GeometryNodeImageTexture"), tree.nodes.new("GeometryNodeSetPosition")
    tree.links.new(first.outputs["Mask"], read.inputs["Image"])
    tree.links.new(first.outputs[0], shift.inputs[0])
    tree.links.new(read.outputs["Color"], shift.inputs["Offset"])
    tree.links.new(shift.outputs[0], last.inputs[0])
    modifier = thing.modifiers[0]
    if IS_NEW:
        getattr(modifier.properties.inputs, item.identifier).value = image
    else:
        modifier[item.identifier] = image


@kind(1, 4)
def cameras_of_markers_with_a_sequence_behind(project, elsewhere):
    scene = bpy.context.scene
    for number in range(1, 6):
        png(project / "sky" / f"s{number}.png", (40 * number, 255 - 40 * number, 90))
    world = scene.world = bpy.data.worlds.new("world")
    world.use_nodes = True
    world.cycles.sampling_method = "NONE"  # quick
    tree = world.node_tree
    sky = tree.nodes.new("ShaderNodeTexEnvironment")
    sky.image = loaded(project / "sky" / "s1.png", source="SEQUENCE")
    sky.image_user.frame_duration, sky.image_user.use_auto_refresh = 5, True
    tree.links.new(sky.outputs[0], tree.nodes["Background"].inputs[0])
    textured(png(project / "wood.png", RED), size=2)
    other = scene.camera.copy()
    other.data = scene.camera.data.copy()
    other.location.x, other.data.ortho_scale = 1.5, 4
    scene.collection.objects.link(other)
    for frame, camera in ((1, scene.camera), (3, other)):
        scene.timeline_markers.new(camera.name, frame=frame).camera = camera


@kind()
def layer_that_overrides_material_and_world(project, elsewhere):
    scene, layer = bpy.context.scene, bpy.context.view_layer
    plane(glowing()[0], size=2)
    layer.material_override = glowing(loaded(png(elsewhere / "clay.png", (200, 120, 60))), name="clay")[0]
    world = bpy.data.worlds.new("other")
    world.use_nodes = True
    world.cycles.sampling_method = "NONE"  # quick
    sky = world.node_tree.nodes.new("ShaderNodeTexEnvironment")
    sky.image = loaded(png(project / "sky.png", BLUE))
    world.node_tree.links.new(sky.outputs[0], world.node_tree.nodes["Background"].inputs[0])
    if hasattr(layer, "world_override"):
        scene.world = bpy.data.worlds.new("plain")
        layer.world_override = world
    else:
        scene.world = world


@kind()
def light_with_an_image_that_is_linked_to_one_of_two(project, elsewhere):
    for name, x in (("lit", -1.5), ("dark", 1.5)):
        material = bpy.data.materials.new(name)
        material.use_nodes = True
        plane(material, at=(x, 0, 0), size=2, name=name)
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "AREA"))
    lamp.location.z, lamp.data.energy, lamp.data.size = 3, 300, 4
    lamp.data.use_nodes = True
    tree = lamp.data.node_tree
    image, at = tree.nodes.new("ShaderNodeTexImage"), tree.nodes.new("ShaderNodeTexCoord")
    image.image = loaded(png(project / "gobo.png", GREEN))
    glow = next(one for one in tree.nodes if one.bl_idname == "ShaderNodeEmission")
    tree.links.new(at.outputs["UV"], image.inputs[0])
    tree.links.new(image.outputs[0], glow.inputs["Color"])
    bpy.context.scene.collection.objects.link(lamp)
    lamp.light_linking.receiver_collection = bpy.data.collections.new("lit")
    lamp.light_linking.receiver_collection.objects.link(bpy.data.objects["lit"])


def test_a_missing_picture_to_work_by_is_a_warning_unless_something_shows_it(part, tmp_path):
    scene = stage()
    image = loaded(png(tmp_path / "plan.png", RED))
    empty = bpy.data.objects.new("plan", None)
    empty.empty_display_type, empty.data = "IMAGE", image
    scene.collection.objects.link(empty)
    scene.camera.data.background_images.new().image = image
    save(tmp_path / "film.blend")
    (tmp_path / "plan.png").unlink()
    look = part("blender.packing.survey").look_at_files

    def severities():
        return [str(one.severity) for one in look(scene)]

    assert empty.type == "EMPTY" and severities() == ["warning"]
    plane(glowing(image)[0])
    assert severities() == ["error"]


@pytest.mark.parametrize("name", kind.names)
def test_a_package_shows_what_the_artists_file_shows(part, tmp_path, name):
    kind.check(part, tmp_path, name)
