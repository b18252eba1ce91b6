"""Moving scenes about view layers, visibility, passes and the compositor."""

from __future__ import annotations

from typing import Any

from . import settings
from .base import bpy, objects, put, shader
from .moving import FIRST, LAST, Kind, drive, key, turned


def second_layer(scene: Any) -> Any:
    """A collection with the boxes, and a second layer without it; returns the collection."""
    group = bpy.data.collections.new("boxes")
    scene.collection.children.link(group)
    for at in range(5):
        box = objects()[f"box{at}"]
        group.objects.link(box)
        scene.collection.objects.unlink(box)
    layer = scene.view_layers.new("second")
    layer.layer_collection.children["boxes"].exclude = True
    return group


def many_layers(scene: Any) -> None:
    """Two layers with other things in each."""
    second_layer(scene)
    turned(objects()["monkey"])


def layer_samples(scene: Any) -> None:
    """Layers with samples, a material and a world of their own."""
    second_layer(scene)
    put(scene.view_layers["second"], samples=5, material_override=bpy.data.materials["box1"])


def layer_use(scene: Any) -> None:
    """Whether a layer is rendered is a key."""
    second_layer(scene)
    key(scene.view_layers["second"], "use", {FIRST: True, 4: False})


def hidden_by_driver(scene: Any) -> None:
    """Drivers hide boxes by turns, in one of two layers."""
    second_layer(scene)
    for at in range(5):
        drive(objects()[f"box{at}"], "hide_render", f"frame % 3 == {at % 3}")


def held_out(scene: Any) -> None:
    """Objects that cut holes and catch shadows by keys, on a transparent film."""
    scene.render.film_transparent = True
    key(objects()["ball"], "is_holdout", {FIRST: False, 4: True})
    key(objects()["floor"], "is_shadow_catcher", {FIRST: False, 3: True})


def ray_visibility(scene: Any) -> None:
    """What sees an object is keyed: camera, mirrors, shadows, diffuse light."""
    names = ("camera", "glossy", "shadow", "diffuse")
    for at, name in enumerate(names):
        key(objects()[f"box{at}"], f"visible_{name}", {FIRST: True, 2 + at % 3: False, LAST: True})


def mattes(scene: Any) -> None:
    """Cryptomatte, passes of the pass index and a pass of our own, beside Combined."""
    layer = scene.view_layers[0]
    put(layer, use_pass_cryptomatte_object=True, use_pass_object_index=True, use_pass_vector=True)
    put(layer, use_pass_mist=True, use_pass_z=True)
    layer.aovs.add().name = "own"
    tree = bpy.data.materials["monkey"].node_tree
    out = tree.nodes.new("ShaderNodeOutputAOV")
    if hasattr(out, "aov_name"):
        out.aov_name = "own"
    else:
        out.name = "own"
    turned(objects()["monkey"])


def compositor_time(scene: Any) -> None:
    """A compositor whose blur is keyed; the noisy pass must not see it."""
    settings.compositor(scene)
    tree = getattr(scene, "compositing_node_group", None) or scene.node_tree
    blur = next(node for node in tree.nodes if node.bl_idname == "CompositorNodeBlur")
    if hasattr(blur, "size_x"):
        key(blur, "size_x", {FIRST: 0, LAST: 30})
    else:
        key(blur.inputs["Size"], "default_value", {FIRST: 0.0, LAST: 30.0}, 0)


def culled(scene: Any) -> None:
    """Camera culling and its margin, while the camera turns away and back."""
    settings.culling(scene)
    key(scene.camera, "rotation_euler", {FIRST: 0.0, 4: 0.9, LAST: -0.5}, 2)


def background_moves(scene: Any) -> None:
    """Another scene with things that move is the background of ours."""
    other = bpy.data.scenes.new("behind")
    scene.background_set = other
    scene.collection.objects.unlink(objects()["monkey"])
    other.collection.objects.link(objects()["monkey"])
    turned(objects()["monkey"])
    key(shader("monkey").inputs["Roughness"], "default_value", {FIRST: 0.0, LAST: 1.0})


def denoised(scene: Any) -> None:
    """The denoiser is on; what is compared lies before it."""
    put(scene.cycles, use_denoising=True, denoiser="OPENIMAGEDENOISE")
    turned(objects()["monkey"])


KINDS = (
    Kind("two view layers", many_layers),
    Kind("layers with samples and material of their own", layer_samples),
    Kind("use of a layer keyed", layer_use),
    Kind("objects hidden by drivers", hidden_by_driver),
    Kind("holdout and shadow catcher keyed", held_out),
    Kind("ray visibility keyed", ray_visibility),
    Kind("cryptomatte, own passes, pass index", mattes),
    Kind("compositor, keyed", compositor_time),
    Kind("camera culling, camera turns", culled),
    Kind("background set that moves", background_moves),
    Kind("denoiser, moving", denoised),
)
