"""What scenes for the reader are built of."""

import bpy

FRAMES = tuple(range(1, 9))


def cube():
    return bpy.data.objects["cube"]


def ball():
    return bpy.data.objects["ball"]


def key(owner, path, values):
    for frame, value in values.items():
        setattr(owner, path, value)
        assert owner.keyframe_insert(path, frame=frame)
    setattr(owner, path, next(iter(values.values())))


def drive(owner, path, reads, index=0, expression="x + 0.1"):
    """A driver with one variable ``x``: an object's transform, or a property where a path is given."""
    curve = owner.driver_add(path, index) if index >= 0 else owner.driver_add(path)
    target, read = reads
    variable = curve.driver.variables.new()
    variable.name = "x"
    if read == "LOC_X":
        variable.type = "TRANSFORMS"
        variable.targets[0].transform_type = read
    variable.targets[0].id = target
    if read != "LOC_X":
        variable.targets[0].data_path = read
    curve.driver.expression = expression
    return curve


def tree_on(owner, name="nodes"):
    """A geometry node tree on an object, its input linked to its output through what is put between."""
    tree = bpy.data.node_groups.new(name, "GeometryNodeTree")
    for direction in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    first, last = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    tree.links.new(first.outputs[0], last.inputs[0])
    if owner:
        owner.modifiers.new(name, "NODES").node_group = tree
    return tree, first, last


def composed(scene):
    """An empty compositor: its tree, the scene's layers and the output."""
    if hasattr(scene, "compositing_node_group"):  # Blender 5
        tree = bpy.data.node_groups.new("compositing", "CompositorNodeTree")
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        scene.compositing_node_group, output = tree, tree.nodes.new("NodeGroupOutput")
    else:
        scene.use_nodes = True
        tree = scene.node_tree
        tree.nodes.clear()
        output = tree.nodes.new("CompositorNodeComposite")
    return tree, tree.nodes.new("CompositorNodeRLayers"), output


def geometry(sockets):
    return next(socket for socket in sockets if socket.name == "Geometry")


def simulation_on(owner, name="zone"):
    tree, first, last = tree_on(owner, name)
    start, end = tree.nodes.new("GeometryNodeSimulationInput"), tree.nodes.new("GeometryNodeSimulationOutput")
    start.pair_with_output(end)
    move = tree.nodes.new("GeometryNodeTransform")
    move.inputs["Translation"].default_value = (0, 0, 0.1)
    for one, other in ((first, start), (start, move), (move, end), (end, last)):
        tree.links.new(geometry(one.outputs), geometry(other.inputs))
    return tree


def cloth_on(owner, end=FRAMES[-1]):
    modifier = owner.modifiers.new("cloth", "CLOTH")
    modifier.point_cache.frame_start, modifier.point_cache.frame_end = 1, end
    return modifier


def bake_points(cache, until=None):
    """Bake a cache; only until a frame if one is given."""
    if until is None:
        bpy.ops.ptcache.bake_all(bake=True)
        return
    for frame in range(1, until + 1):
        bpy.context.scene.frame_set(frame)
    with bpy.context.temp_override(point_cache=cache()):
        bpy.ops.ptcache.bake_from_cache()
    bpy.context.scene.frame_set(1)


def bake_zone(owner, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    (modifier,) = owner.modifiers
    with bpy.context.temp_override(object=owner, active_object=owner, selected_objects=[owner]):
        bpy.ops.object.geometry_node_bake_single(
            session_uid=owner.session_uid, modifier_name=modifier.name, bake_id=modifier.bakes[0].bake_id
        )


def body_in(scene, owner):
    with bpy.context.temp_override(scene=scene):
        bpy.ops.rigidbody.world_add()
    world = scene.rigidbody_world
    world.collection = bpy.data.collections.new("bodies")
    world.collection.objects.link(owner)
    world.point_cache.frame_start, world.point_cache.frame_end = FRAMES[0], FRAMES[-1]
