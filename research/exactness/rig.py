"""Moving scenes about what moves things: bones, constraints, drivers, strips, time itself."""

from __future__ import annotations

from functools import partial
from typing import Any

from .base import bpy, objects, put
from .moving import FIRST, LAST, Kind, add, drive, key, turned

BONES = ("Bone", "upper", "middle", "tip")


def chain(scene: Any) -> Any:
    """An armature of four bones in a row; a cube follows each. Returns the armature's object."""
    bpy.ops.object.armature_add(location=(0.2, -1.8, 0))
    armature: Any = bpy.context.object
    bpy.ops.object.mode_set(mode="EDIT")
    bones = armature.data.edit_bones
    bones[0].tail = (0, 0, 0.5)
    for name in BONES[1:]:
        bone = bones.new(name)
        bone.parent, bone.use_connect = bones[-2], True
        bone.head = bones[-2].tail
        bone.tail = (0.05, 0.05, bone.head[2] + 0.5)
    bpy.ops.object.mode_set(mode="OBJECT")
    for name in BONES:
        cube = add("cube", 0, 0, 0, size=0.3)
        follow = cube.constraints.new("COPY_TRANSFORMS")
        follow.target, follow.subtarget = armature, name
    return armature


def reach(scene: Any, solver: str, is_simulated: bool = False) -> None:
    """The chain's tip follows an object."""
    armature = chain(scene)
    goal: Any = bpy.data.objects.new("goal", None)
    scene.collection.objects.link(goal)
    goal.location = (1.0, -1.8, 1.0)
    key(goal, "location", {FIRST: -1.2, 4: 1.6, LAST: 0.2}, 0)
    armature.pose.ik_solver = solver
    if is_simulated:
        armature.pose.ik_param.mode = "SIMULATION"
    constraint = armature.pose.bones["tip"].constraints.new("IK")
    constraint.target, constraint.chain_count = goal, 4


def keyed_bones(scene: Any) -> Any:
    """The chain bends by keys; returns its object."""
    armature = chain(scene)
    for bone in armature.pose.bones:
        bone.rotation_mode = "XYZ"
        key(bone, "rotation_euler", {FIRST: 0.0, 4: 0.7, LAST: -0.4}, 0)
    return armature


def driven_bones(scene: Any) -> None:
    """Bones that are driven by the ball's place and by each other."""
    armature = chain(scene)
    for name in BONES:
        armature.pose.bones[name].rotation_mode = "XYZ"
    ball = objects()["ball"]
    drive(armature.pose.bones["Bone"], "rotation_euler", "x * 0.3", 0, x=(ball, "location.x"))
    path = 'pose.bones["Bone"].rotation_euler[0]'
    drive(armature.pose.bones["tip"], "rotation_euler", "-2 * a", 0, a=(armature, path))


def skinned(scene: Any) -> None:
    """A bent skin with smooth bones, corrected smoothing and a driven shape key."""
    armature = keyed_bones(scene)
    armature.data.bones["upper"].bbone_segments = 6
    skin = add("cylinder", 0.2, -1.8, 1.0, radius=0.3, depth=2.0)
    skin.modifiers.new("dense", "SUBSURF").render_levels = 2
    bpy.ops.object.select_all(action="DESELECT")
    skin.select_set(True)
    armature.select_set(True)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.parent_set(type="ARMATURE_AUTO")
    skin.shape_key_add(name="Basis")
    fat = skin.shape_key_add(name="fat")
    for point in fat.data:
        point.co[0] *= 1.6
    path = 'pose.bones["upper"].rotation_euler[0]'
    drive(fat, "value", "abs(a)", a=(armature, path))


def strips(scene: Any) -> None:
    """Actions as strips that overlap, are stretched and go backwards."""
    monkey = objects()["monkey"]
    turned(monkey, 3.0)
    action = monkey.animation_data.action
    slot = getattr(monkey.animation_data, "action_slot", None)
    monkey.animation_data.action = None
    for at, start in enumerate((1, 3)):
        track = monkey.animation_data.nla_tracks.new()
        strip = track.strips.new(f"turn{at}", start, action)
        if slot:
            strip.action_slot = slot
        put(strip, blend_type="ADD" if at else "REPLACE", use_reverse=bool(at), extrapolation="HOLD")
        strip.frame_end = start + 3.5


def action_layers(scene: Any) -> None:
    """One action that moves several objects, each by a slot of its own."""
    turned(objects()["monkey"])
    action = objects()["monkey"].animation_data.action
    if not hasattr(action, "slots"):
        put(action, slots=None)
    for name in ("box1", "box3"):
        owner = objects()[name]
        owner.animation_data_create()
        owner.animation_data.action = action
        owner.animation_data.action_slot = action.slots.new("OBJECT", name)
        key(owner, "location", {FIRST: 0.3, LAST: 2.0}, 2)


def circle(scene: Any) -> None:
    """Two objects whose places are driven by each other's."""
    ball, monkey = objects()["ball"], objects()["monkey"]
    ball.animation_data_clear()
    for one, other in ((ball, monkey), (monkey, ball)):
        drive(one, "location", "x + 0.3 if frame % 2 else x - 0.2", 0, x=(other, "location.x"))


def itself(scene: Any) -> None:
    """A driver that reads what it drives."""
    box = objects()["box2"]
    drive(box, "location", "z + 0.2", 2, z=(box, "location.z"))


def by_frame(scene: Any) -> None:
    """Drivers of the frame, on objects, lamps and materials."""
    drive(objects()["monkey"], "rotation_euler", "sin(frame / 2) + frame * 0.3", 2)
    drive(objects()["Area"].data, "energy", "250 + 40 * frame")
    tree = bpy.data.materials["box2"].node_tree
    drive(tree.nodes["Principled BSDF"].inputs["Roughness"], "default_value", "fmod(frame, 3) / 3")


def python_driver(scene: Any) -> None:
    """A driver that no simple expression can say, which scripts that are off leave alone."""
    drive(objects()["monkey"], "rotation_euler", "[frame * i for i in (0.1, 0.3)][1]", 2)


def constrained(scene: Any) -> None:
    """Constraints whose influence is keyed: child of, track, limit, floor, action."""
    box = objects()["box1"]
    child = box.constraints.new("CHILD_OF")
    child.target = objects()["ball"]
    key(child, "influence", {FIRST: 0.0, 3: 1.0, LAST: 0.5})
    track = objects()["monkey"].constraints.new("DAMPED_TRACK")
    track.target, track.track_axis = objects()["ball"], "TRACK_NEGATIVE_Y"
    shrink = objects()["box3"].constraints.new("SHRINKWRAP")
    shrink.target = objects()["monkey"]
    key(shrink, "distance", {FIRST: 0.0, LAST: 1.0})


def spline(scene: Any) -> None:
    """The chain lies along a curve whose points are hooked to the ball."""
    armature = chain(scene)
    bpy.ops.curve.primitive_bezier_curve_add(location=(0, -1.8, 0.6))
    curve: Any = bpy.context.object
    hook = curve.modifiers.new("hook", "HOOK")
    hook.object = objects()["ball"]
    hook.vertex_indices_set([3, 4, 5])
    constraint = armature.pose.bones["tip"].constraints.new("SPLINE_IK")
    constraint.target, constraint.chain_count = curve, 4


def follow(scene: Any) -> None:
    """The monkey goes along a curve by its time."""
    bpy.ops.curve.primitive_nurbs_path_add(location=(0, -0.5, 1))
    curve: Any = bpy.context.object
    curve.data.use_path, curve.data.path_duration = True, LAST
    key(curve.data, "eval_time", {FIRST: 0.0, LAST: float(LAST)})
    constraint = objects()["monkey"].constraints.new("FOLLOW_PATH")
    constraint.target, constraint.use_curve_follow = curve, True
    objects()["monkey"].location = (0, 0, 0)


def remapped(scene: Any) -> None:
    """Ten old frames for each of ours, and a fraction of one."""
    turned(objects()["monkey"])
    put(scene.render, frame_map_old=3, frame_map_new=2)


def noisy_curves(scene: Any) -> None:
    """Curves of keys with noise, cycles and steps on them."""
    monkey = objects()["monkey"]
    turned(monkey)
    data = monkey.animation_data
    if hasattr(data.action, "fcurves"):
        curves = data.action.fcurves
    else:
        curves = data.action.layers[0].strips[0].channelbag(data.action_slot).fcurves
    for kind in ("NOISE", "CYCLES", "STEPPED"):
        curves[0].modifiers.new(kind)
    curves[0].modifiers[0].strength = 1.0


def shapes(scene: Any) -> None:
    """Shape keys, absolute and by values."""
    monkey = objects()["monkey"]
    monkey.shape_key_add(name="Basis")
    for at, factor in enumerate((1.6, 0.4)):
        shape = monkey.shape_key_add(name=f"shape{at}")
        for point in shape.data:
            point.co[at] *= factor
    monkey.data.shape_keys.use_relative = False
    key(monkey.data.shape_keys, "eval_time", {FIRST: 0.0, LAST: 25.0})


def custom_properties(scene: Any) -> None:
    """A driver of a property of one's own, which is keyed on the scene."""
    scene["lift"] = 0.0
    scene.keyframe_insert('["lift"]', frame=FIRST)
    scene["lift"] = 1.5
    scene.keyframe_insert('["lift"]', frame=LAST)
    curve = objects()["monkey"].driver_add("location", 2)
    variable = curve.driver.variables.new()
    variable.name = "lift"
    variable.targets[0].id_type, variable.targets[0].id = "SCENE", scene
    variable.targets[0].data_path = '["lift"]'
    curve.driver.expression = "1 + lift"


KINDS = (
    Kind("bones, keyed", keyed_bones),
    Kind("bones, driven", driven_bones),
    Kind("skin: smooth bones, driven shape key", skinned),
    Kind("IK", partial(reach, solver="LEGACY")),
    Kind("iTaSC, animation", partial(reach, solver="ITASC")),
    Kind("iTaSC, simulation", partial(reach, solver="ITASC", is_simulated=True)),
    Kind("spline IK, hooks", spline),
    Kind("strips of actions", strips),
    Kind("one action with slots for several objects", action_layers),
    Kind("drivers in a circle", circle),
    Kind("driver that reads itself", itself),
    Kind("drivers by the frame", by_frame),
    Kind("driver that needs Python", python_driver),
    Kind("driver of a custom property", custom_properties),
    Kind("constraints, influence keyed", constrained),
    Kind("follow path", follow),
    Kind("time remapped", remapped),
    Kind("modifiers on curves of keys", noisy_curves),
    Kind("shape keys, absolute", shapes),
)
