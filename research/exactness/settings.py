"""A small scene for each Cycles feature that might make a tile differ from its frame: how it is rendered."""

from __future__ import annotations

from typing import Any

from .base import Case, bpy, need_built_in, objects, put, replace_surface


def plain(scene: Any) -> None:
    """The base scene as it is."""


def adaptive(**values: Any) -> Any:
    """A noisy scene (glass, strong adaptive settings) with these Cycles settings."""

    def build(scene: Any) -> None:
        replace_surface("ball", "ShaderNodeBsdfGlass")
        put(scene.cycles, **values)

    return build


def cycles(**values: Any) -> Any:
    """These Cycles settings."""
    return lambda scene: put(scene.cycles, **values)


def render(**values: Any) -> Any:
    """These render settings."""
    return lambda scene: put(scene.render, **values)


def camera(kind: str, **values: Any) -> Any:
    """Another camera; ``values`` are the panorama's settings."""

    def build(scene: Any) -> None:
        data = scene.camera.data
        put(data, type=kind)
        put(data if hasattr(data, "panorama_type") else data.cycles, **values)

    return build


def stereo(scene: Any) -> None:
    """Two eyes; the left one is compared."""
    put(scene.render, use_multiview=True)


def view_layers(scene: Any) -> None:
    """A second view layer with a holdout and a material of its own."""
    layer = scene.view_layers.new("a second one")
    hidden = bpy.data.collections.new("hidden")
    scene.collection.children.link(hidden)
    hidden.objects.link(objects()["box1"])
    layer.layer_collection.children["hidden"].holdout = True
    layer.material_override = bpy.data.materials["floor"]


def compositor(scene: Any) -> None:
    """A blur in the compositor, on the CPU: the application here has no graphics."""
    if hasattr(scene.render, "compositor_device"):
        scene.render.compositor_device = "CPU"
    if hasattr(scene, "compositing_node_group"):
        tree: Any = bpy.data.node_groups.new("blur", "CompositorNodeTree")
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        scene.compositing_node_group = tree
        output = tree.nodes.new("NodeGroupOutput")
    else:
        scene.use_nodes = True
        tree = scene.node_tree
        tree.nodes.clear()
        output = tree.nodes.new("CompositorNodeComposite")
    layers, blur = tree.nodes.new("CompositorNodeRLayers"), tree.nodes.new("CompositorNodeBlur")
    tree.links.new(layers.outputs["Image"], blur.inputs[0])
    tree.links.new(blur.outputs[0], output.inputs[0])


def shadow_catcher(scene: Any) -> None:
    """A transparent film with a floor that only catches shadows."""
    scene.render.film_transparent = True
    objects()["floor"].is_shadow_catcher = True


def freestyle(scene: Any) -> None:
    """Drawn lines over the rendering."""
    put(scene.render, use_freestyle=True)
    scene.view_layers[0].use_freestyle = True
    if not scene.view_layers[0].freestyle_settings.linesets:
        bpy.ops.scene.freestyle_lineset_add()
    scene.view_layers[0].freestyle_settings.linesets[0].linestyle = bpy.data.linestyles.new("line")


def culling(scene: Any) -> None:
    """What the camera doesn't see is left out, but lights and shadows come from it."""
    put(scene.render, use_simplify=True)
    put(scene.cycles, use_camera_cull=True, camera_cull_margin=0.0)
    for owner in scene.objects:
        put(owner.cycles, use_camera_cull=True)


def simplify(scene: Any) -> None:
    """Subdivision, texture and bounce limits."""
    objects()["monkey"].modifiers.new("subdivide", "SUBSURF").render_levels = 3
    put(scene.render, use_simplify=True, simplify_subdivision_render=1)
    put(scene.cycles, texture_limit_render="128")


def fast_gi(scene: Any) -> None:
    """Ambient occlusion instead of the last bounces."""
    put(scene.cycles, use_fast_gi=True, fast_gi_method="REPLACE")


def guiding(deterministic: bool) -> Any:
    """Path guiding, which learns from all pixels."""

    def build(scene: Any) -> None:
        replace_surface("ball", "ShaderNodeBsdfGlass")
        need_built_in("path_guiding")
        put(
            scene.cycles,
            use_guiding=True,
            use_deterministic_guiding=deterministic,
            guiding_training_samples=32,
        )

    return build


def own_percentage(scene: Any) -> None:
    """An odd size at 37 per cent."""
    put(scene.render, resolution_x=353, resolution_y=221, resolution_percentage=37, pixel_aspect_x=1.5)


def small_cycles_tiles(scene: Any) -> None:
    """Cycles cuts the frame into tiles of its own, as it does with frames over its tile size."""
    put(scene.cycles, tile_size=64)
    if hasattr(scene.cycles, "use_auto_tile"):
        scene.cycles.use_auto_tile = True


CASES = (
    Case("nothing special", plain),
    Case("odd size, percentage, pixel aspect", own_percentage),
    Case("adaptive sampling, loose threshold", adaptive(adaptive_threshold=0.5), depth=True),
    Case("adaptive sampling, tight threshold", adaptive(adaptive_threshold=0.1, samples=256), depth=True),
    Case(
        "adaptive sampling, least 1 sample",
        adaptive(adaptive_threshold=0.1, adaptive_min_samples=1),
        depth=True,
    ),
    Case(
        "adaptive sampling, 512 samples",
        adaptive(adaptive_threshold=0.15, adaptive_min_samples=16, samples=512),
        depth=True,
    ),
    Case("adaptive sampling, automatic threshold", adaptive(adaptive_threshold=0.0, samples=128), depth=True),
    Case(
        "pixel filter Gaussian, 10 px wide",
        adaptive(pixel_filter_type="GAUSSIAN", filter_width=10.0),
        depth=True,
    ),
    Case(
        "pixel filter Blackman-Harris, 10 px",
        adaptive(pixel_filter_type="BLACKMAN_HARRIS", filter_width=10.0),
        depth=True,
    ),
    Case("pixel filter box", adaptive(pixel_filter_type="BOX"), depth=True),
    Case("Cycles tiles smaller than the frame", small_cycles_tiles, depth=True, as_it_is=True),
    Case("Cycles tiles, as our render process sets them", small_cycles_tiles, depth=True),
    Case("denoiser", cycles(use_denoising=True, denoiser="OPENIMAGEDENOISE")),
    Case("compositor", compositor),
    Case("transparent film", render(film_transparent=True)),
    Case("shadow catcher", shadow_catcher),
    Case("Freestyle", freestyle),
    Case("camera: orthographic", camera("ORTHO")),
    Case("camera: equirectangular", camera("PANO", panorama_type="EQUIRECTANGULAR")),
    Case("camera: fisheye", camera("PANO", panorama_type="FISHEYE_EQUISOLID")),
    Case("camera: stereoscopy", stereo),
    Case("view layers", view_layers),
    Case("scrambling distance 0.5", cycles(scrambling_distance=0.5)),
    Case("scrambling distance automatic", cycles(auto_scrambling_distance=True)),
    Case("sampling pattern Sobol-Burley", cycles(sampling_pattern="SOBOL_BURLEY")),
    Case("sampling pattern tabulated Sobol", cycles(sampling_pattern="TABULATED_SOBOL")),
    Case("sampling pattern blue noise", cycles(sampling_pattern="BLUE_NOISE")),
    Case("sample offset", cycles(sample_offset=17)),
    Case("sample subset", cycles(use_sample_subset=True, sample_offset=2, sample_subset_length=4)),
    Case("animated seed", cycles(use_animated_seed=True, seed=5), frame=3),
    Case("fast global illumination", fast_gi),
    Case("path guiding, deterministic", guiding(True)),
    Case("path guiding, not deterministic", guiding(False)),
    Case("simplify: limits", simplify),
    Case("simplify: camera culling", culling),
    Case("time limit", cycles(time_limit=0.3, samples=8192), as_it_is=True),
)
