"""Make a hostile scene, with Blender or the bpy module: SCRIPT -- FILE KIND; its files go beside FILE."""

import os
import sys

import bpy

FILE, KIND = sys.argv[sys.argv.index("--") + 1 :]
FOLDER = os.path.dirname(FILE)
MARK = "open('/output/ran', 'w').close()\n"


def text(name, body, register=False):
    made = bpy.data.texts.new(name)
    made.write(body)
    made.use_module = register
    return made


def style_module(scene, mode="SCRIPT"):
    scene.render.use_freestyle = True
    settings = scene.view_layers[0].freestyle_settings
    settings.mode = mode
    settings.modules.new().script = text("style.py", MARK)
    return settings


def key(owner, path, values):
    for frame, value in values:
        setattr(owner, path, value)
        owner.keyframe_insert(path, frame=frame)


def nodes_of(scene):
    if hasattr(scene, "compositing_node_group"):
        scene.compositing_node_group = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
        return scene.compositing_node_group.nodes
    scene.use_nodes = True
    return scene.node_tree.nodes


def freestyle(scene):
    style_module(scene)


def keyed_freestyle(scene):
    settings, layer = style_module(scene), scene.view_layers[0].name
    for frame, mode in ((0, "EDITOR"), (1, "SCRIPT"), (2, "EDITOR")):
        settings.mode = mode
        scene.keyframe_insert(f'view_layers["{layer}"].freestyle_settings.mode', frame=frame)


def kept_freestyle(scene):
    style_module(scene, "EDITOR")


def osl(scene):
    scene.cycles.shading_system = True
    material = bpy.data.materials.new("endless")
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeScript")
    node.script = text("endless.osl", "shader endless(output color Out = 0) { while (1) Out += 1; }")
    bpy.data.objects["Cube"].data.materials[0] = material


def keyed_osl(scene):
    key(scene.cycles, "shading_system", [(0, False), (1, True)])


def osl_camera(scene):
    bpy.data.cameras[0].type = "CUSTOM"


def workbench(scene):
    scene.render.engine = "BLENDER_WORKBENCH"


def composited_workbench(scene):
    other = bpy.data.scenes.new("Other")
    other.render.engine = "BLENDER_WORKBENCH"
    nodes_of(scene).new("CompositorNodeRLayers").scene = other


def edited_workbench(scene):
    other = bpy.data.scenes.new("Other")
    other.render.engine = "BLENDER_WORKBENCH"
    scene.render.use_sequencer = True
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    strips.new_scene("Other", other, 1, 1)


def registered_text(scene):
    text(
        "register.py",
        f"import bpy\n{MARK}bpy.app.handlers.load_post.append(lambda *_: None)\n",
        register=True,
    )


def python_driver(scene):
    driver = bpy.data.objects["Cube"].driver_add("location", 0).driver
    driver.type = "SCRIPTED"
    driver.expression = "(open('/output/ran', 'w').close(), 1.0)[1]"


def namespace_driver(scene):
    driver = bpy.data.objects["Cube"].driver_add("location", 0).driver
    driver.expression = "__import__('os').system('touch /output/ran') * 1.0"


def subdivision(scene):
    for _ in range(4):
        modifier = bpy.data.objects["Cube"].modifiers.new("more", "SUBSURF")
        modifier.subdivision_type, modifier.render_levels, modifier.levels = "SIMPLE", 6, 0


def arrays(scene):
    for number in range(5):
        modifier = bpy.data.objects["Cube"].modifiers.new(str(number), "ARRAY")
        modifier.show_viewport, modifier.count = False, 1000


def repeat_zone(scene):
    group = bpy.data.node_groups.new("again", "GeometryNodeTree")
    group.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    nodes, links = group.nodes, group.links
    start, end = nodes.new("GeometryNodeRepeatInput"), nodes.new("GeometryNodeRepeatOutput")
    start.pair_with_output(end)
    start.inputs[0].default_value = 2**30
    more = nodes.new("GeometryNodeSubdivideMesh")
    links.new(nodes.new("NodeGroupInput").outputs[0], start.inputs[1])
    links.new(start.outputs[1 if len(start.outputs) > 2 else 0], more.inputs[0])
    links.new(more.outputs[0], end.inputs[0])
    links.new(end.outputs[0], nodes.new("NodeGroupOutput").inputs[0])
    modifier = bpy.data.objects["Cube"].modifiers.new("again", "NODES")
    modifier.show_viewport, modifier.node_group = False, group  # else it goes round here already


def samples(scene):
    scene.cycles.samples, scene.cycles.use_adaptive_sampling = 2**20, False


def file_outputs(scene):
    nodes = nodes_of(scene)
    scene.render.resolution_x = scene.render.resolution_y = 1024
    layers = nodes.new("CompositorNodeRLayers")
    tree = layers.id_data
    for number in range(60):
        node = nodes.new("CompositorNodeOutputFile")
        if hasattr(node, "base_path"):
            node.base_path = f"/output/many{number}"
            node.format.file_format, node.format.color_depth = "OPEN_EXR", "32"
            node.format.exr_codec = "NONE"
        else:  # Blender 5
            node.directory, node.file_name = f"/output/many{number}", "a"
            node.format.media_type = "IMAGE"
            node.format.file_format, node.format.color_depth = "OPEN_EXR", "32"
            node.format.exr_codec = "NONE"
            node.file_output_items.new("RGBA", "Image")
        tree.links.new(layers.outputs[0], node.inputs[0])


def device_image(scene, path="/dev/zero"):
    image = bpy.data.images.new("zero", 4, 4)
    image.source, image.filepath = "FILE", path
    material = bpy.data.materials.new("zero")
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    links = material.node_tree.links
    links.new(node.outputs[0], material.node_tree.nodes["Principled BSDF"].inputs["Base Color"])
    bpy.data.objects["Cube"].data.materials[0] = material


def keys_as_image(scene):
    device_image(scene, "/etc/shadow")


def huge_frame(scene):
    scene.render.resolution_x = scene.render.resolution_y = 65536


bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
main = bpy.context.scene
main.render.engine, main.cycles.samples, main.cycles.device = "CYCLES", 1, "CPU"
main.cycles.use_denoising = False
main.render.resolution_x = main.render.resolution_y = 64
globals()[KIND](main)
bpy.ops.wm.save_as_mainfile(filepath=FILE)
sys.stdout.flush()
os._exit(0)
