"""Make hostile scenes, with Blender or the bpy module: SCRIPT -- FOLDER NAME …

A name is a kind, or a kind and a seed as in mutated-3. Each scene has a folder of its name below FOLDER, with
main.blend and its other files.
"""

import os
import random
import shutil
import struct
import sys
import zlib

import bpy

BELOW, *NAMES = sys.argv[sys.argv.index("--") + 1 :]
FOLDER = BELOW  # of the scene that is made
FONT = os.path.join(bpy.utils.system_resource("DATAFILES"), "fonts", "Inter.woff2")
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


def device_font(scene):
    curve = bpy.data.curves.new("zero", "FONT")
    font = bpy.data.fonts.load(FONT)
    font.filepath = "/dev/zero"
    curve.body, curve.font = "zero", font
    scene.collection.objects.link(bpy.data.objects.new("zero", curve))


def device_volume(scene):
    volume = bpy.data.volumes.new("zero")
    volume.filepath = "/dev/zero"
    scene.collection.objects.link(bpy.data.objects.new("zero", volume))


def device_cache(scene):
    modifier = bpy.data.objects["Cube"].modifiers.new("zero", "MESH_SEQUENCE_CACHE")
    cache = bpy.data.cache_files.new("zero") if hasattr(bpy.data.cache_files, "new") else None
    if cache is None:
        bpy.ops.cachefile.open(filepath="/dev/zero")
        cache = bpy.data.cache_files[0]
    cache.filepath, modifier.cache_file = "/dev/zero", cache


def device_sequence(scene):
    """Strips of a sound and of a film, from where there is no end of either."""
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    picture = os.path.join(FOLDER, "a.png")
    image = bpy.data.images.new("a", 4, 4)
    image.filepath_raw, image.file_format = picture, "PNG"
    image.save()
    strip = strips.new_image("zero", picture, 1, 1)
    strip.directory, strip.elements[0].filename = "/dev/", "zero"
    scene.render.use_sequencer = True


def keys_as_library(scene):
    other = os.path.join(FOLDER, "other.blend")
    bpy.data.libraries.write(other, {bpy.data.objects["Cube"]})
    with bpy.data.libraries.load(other, link=True) as (_, wanted):
        wanted.objects = ["Cube"]
    scene.collection.objects.link(wanted.objects[0])
    bpy.data.libraries[0].filepath = "/etc/shadow"


def picture_bomb(scene):
    """A PNG of 300 KB that says it has 60,000 x 60,000 pixels of 16 bits, and has the first of them."""
    device_image(scene, "//bomb.png")

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 16, 6, 0, 0, 0)
    pixels = zlib.compress(bytes(2**28), 1)
    with open(os.path.join(FOLDER, "bomb.png"), "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header))
        file.write(chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def hair(scene):
    cube = bpy.data.objects["Cube"]
    cube.modifiers.new("hair", "PARTICLE_SYSTEM").show_viewport = False
    settings = cube.particle_systems[0].settings
    settings.type, settings.count, settings.child_type = "HAIR", 10_000, "SIMPLE"
    settings.rendered_child_count, settings.render_step, settings.child_percent = 100_000, 7, 0


def instances(scene):
    """Ten of ten of ten, and so on: 10^8 cubes."""
    inner = bpy.data.collections.new("0")
    inner.objects.link(bpy.data.objects["Cube"])
    for level in range(1, 9):
        outer = bpy.data.collections.new(str(level))
        for number in range(10):
            one = bpy.data.objects.new(f"{level}.{number}", None)
            one.instance_type, one.instance_collection = "COLLECTION", inner
            one.location.x = 3.0 * number * 10.0 ** (level - 1)
            outer.objects.link(one)
        inner = outer
    scene.collection.children.link(inner)


def nested_groups(scene):
    """A group in a group, 300 deep."""
    inner = None
    for number in range(300):
        group = bpy.data.node_groups.new(str(number), "ShaderNodeTree")
        if inner:
            group.nodes.new("ShaderNodeGroup").node_tree = inner
        inner = group
    material = bpy.data.materials.new("deep")
    material.use_nodes = True
    material.node_tree.nodes.new("ShaderNodeGroup").node_tree = inner
    bpy.data.objects["Cube"].data.materials[0] = material


def parents(scene):
    """Each the child of the one before, 2,000 deep."""
    above = bpy.data.objects["Cube"]
    for number in range(2000):
        one = bpy.data.objects.new(str(number), None)
        one.parent = above
        scene.collection.objects.link(one)
        above = one


def thin_steps(scene):
    """Smoke that a ray crosses in steps of a thousandth of a millimetre."""
    material = bpy.data.materials.new("smoke")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    smoke, noise = nodes.new("ShaderNodeVolumePrincipled"), nodes.new("ShaderNodeTexNoise")
    links.new(noise.outputs[0], smoke.inputs["Density"])
    out = next(one for one in nodes if one.type == "OUTPUT_MATERIAL")
    links.new(smoke.outputs[0], out.inputs["Volume"])
    bpy.data.objects["Cube"].data.materials[0] = material
    bpy.data.objects["Cube"].scale = (1000, 1000, 1000)
    scene.cycles.volume_step_rate, scene.cycles.volume_max_steps = 0.01, 65536
    scene.cycles.samples, scene.cycles.volume_bounces = 4096, 1024


def fine_dicing(scene):
    if hasattr(scene.cycles, "feature_set"):  # until Blender 5
        scene.cycles.feature_set = "EXPERIMENTAL"
    cube = bpy.data.objects["Cube"]
    modifier = cube.modifiers.new("fine", "SUBSURF")
    for owner, name in ((cube.cycles, "use_adaptive_subdivision"), (modifier, "use_adaptive_subdivision")):
        if hasattr(owner, name):
            setattr(owner, name, True)
    scene.cycles.dicing_rate = 0.5
    cube.scale = (1000, 1000, 1000)
    scene.render.resolution_x = scene.render.resolution_y = 4096
    scene.cycles.max_subdivisions = 16


def huge_canvas(scene):
    """The compositor makes the frame a thousand times as wide and as high."""
    nodes = nodes_of(scene)
    layers, scale = nodes.new("CompositorNodeRLayers"), nodes.new("CompositorNodeScale")
    blur, links = nodes.new("CompositorNodeBlur"), layers.id_data.links
    for name in ("X", "Y"):
        scale.inputs[name].default_value = 1000
    links.new(layers.outputs[0], scale.inputs[0])
    links.new(scale.outputs[0], blur.inputs[0])
    if hasattr(scene, "compositing_node_group"):
        layers.id_data.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        out = nodes.new("NodeGroupOutput")
    else:
        out = nodes.new("CompositorNodeComposite")
    links.new(blur.outputs[0], out.inputs[0])


def outputs_elsewhere(scene):
    """The compositor writes wherever it may: beside the package, over it, into the system."""
    nodes = nodes_of(scene)
    layers = nodes.new("CompositorNodeRLayers")
    for place in ("/package", "/", "/etc", "/usr/bin", "//", "//../..", "/proc/self", "/dev/shm", "/tmp"):
        node = nodes.new("CompositorNodeOutputFile")
        if hasattr(node, "base_path"):
            node.base_path = place
        else:  # Blender 5
            node.directory, node.file_name = place, "a"
            node.file_output_items.new("RGBA", "Image")
        layers.id_data.links.new(layers.outputs[0], node.inputs[0])


def half(scene):
    """Cut off in the middle, once it is saved."""


def mutated(scene):
    """Some of its bytes are others, once it is saved."""


def spoil(path, kind, seed):
    """What can only be done to the file."""
    if kind == "half":
        os.truncate(path, os.path.getsize(path) // 2)
    elif kind == "mutated":
        with open(path, "r+b") as file:
            content, chance = bytearray(file.read()), random.Random(seed)
            after_header = range(32, len(content))  # which says that it is a .blend
            for at in chance.sample(after_header, 200):
                content[at] = chance.randrange(256)
            file.seek(0)
            file.write(content)


for name in NAMES:
    kind, _, seed = name.partition("-")
    FOLDER = os.path.join(BELOW, name)
    os.mkdir(FOLDER)
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
    main = bpy.context.scene
    main.render.engine, main.cycles.samples, main.cycles.device = "CYCLES", 1, "CPU"
    main.cycles.use_denoising = False
    main.render.resolution_x = main.render.resolution_y = 64
    globals()[kind](main)
    path = os.path.join(FOLDER, "main.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path, compress=False)
    spoil(path, kind, int(seed or 0))
sys.stdout.flush()
shutil.rmtree(bpy.app.tempdir, ignore_errors=True)
os._exit(0)
