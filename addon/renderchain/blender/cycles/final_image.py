"""Making a frame's final image again out of its noisy pass: denoised, composited, in the artist's format.

Blender can't put pixels into a rendering, but a render engine can: ``Replay`` hands over a file's passes
where Cycles would render, and Blender composites and writes them as always. The denoiser's guides and the
other passes that the compositor reads are rendered here, with few samples where that does: they hold no
light. So the only thing taken from the worker is the noisy pass, which audits vouch for.
"""

from __future__ import annotations

import contextlib
import importlib
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ...core.errors import RenderFailed
from ...core.finals import Difference, as_shown, difference_of
from ...core.pixel_prints import Pixels
from .compositor import compositor_of, nodes_of
from .final_file import MULTILAYER, format_of, passes_of, render_final, stamped_of_machine
from .passes import COMBINED, NOISY, noisy_layers, read_passes, save_all_passes
from .samples import at_most, sampling_of
from .tile_render import changed, frame_size

GUIDE_SAMPLES = 16
IMAGE_SOCKETS = {"Image", "Alpha", COMBINED, NOISY}
# What few samples tell as well as many; of all else, which is light, the client renders all samples.
DATA_SOCKETS = {"Depth", "Mist", "Normal", "Position", "Vector", "UV", "Object Index", "Material Index"}
DATA_SOCKETS |= {"IndexOB", "IndexMA"}  # as Blender 4.5 says
DATA_SOCKETS |= {"Denoising Albedo", "Denoising Normal", "Denoising Depth"}
MOTION = "XYZW"


class Replay(bpy.types.RenderEngine):
    """Renders nothing, but has Cycles' passes."""

    bl_idname = "RENDERCHAIN_REPLAY"
    bl_label = "RenderChain Replay"
    bl_use_postprocess = True
    bl_use_exclude_layers = True
    source = Path()

    def render(self, depsgraph: Any) -> None:  # type: ignore[override]
        """Hand over the file's layer."""
        size = frame_size(depsgraph.scene)
        result = self.begin_result(0, 0, *size, layer=depsgraph.view_layer.name)
        result.load_from_file(str(Replay.source))
        self.end_result(result)

    def update_render_passes(self, scene: Any, layer: Any) -> None:  # type: ignore[override]
        """As Cycles has them, so that compositor nodes keep their sockets."""
        importlib.import_module("cycles.engine").register_passes(self, scene, layer)


def why_not(scene: Any) -> str:
    """What keeps this scene's final image from being made again, or ""."""
    reasons = {
        "metadata of its rendering is burned into it": bool(stamped_of_machine(scene)),
        "Freestyle draws its lines into the rendering": scene.render.use_freestyle,
        f"its denoiser is {scene.cycles.denoiser or 'missing'}": scene.cycles.use_denoising
        and scene.cycles.denoiser != "OPENIMAGEDENOISE",
        "the compositor renders another scene as well": any(
            getattr(node, "scene", None) not in (None, scene) for node in nodes_of(compositor_of(scene))
        ),
    }
    return next((reason for reason, there in reasons.items() if there), "")


def make_again(scene: Any, noisy: Path, target: Path, scratch: Path) -> None:
    """Write the current frame's final image as its noisy pass makes it; raises RenderFailed."""
    passes: dict[str, Any] = {}
    header: dict[str, Any] = {}
    samples = guide_samples(scene)
    if samples:
        header, passes = _render_guides(scene, samples, scratch / "guides.exr")
    for layer, pixels in _read_noisy(scene, noisy).items():
        for wanted in (COMBINED, NOISY):
            if wanted == COMBINED or f"{layer}.{NOISY}.R" in passes:
                passes |= {f"{layer}.{wanted}.{part}": pixels[..., at] for at, part in enumerate("RGBA")}
        if f"{layer}.{NOISY}.R" in passes:  # the denoiser of files insists on motion, and uses none
            none = np.zeros(pixels.shape[:2], np.float32)
            passes = {f"{layer}.Vector.{part}": none for part in MOTION} | passes
    if any(name.endswith(f".{NOISY}.R") for name in passes):
        header, passes = {}, _denoise(scene, header, passes, scratch)
    Replay.source = scratch / "passes.exr"
    _write(Replay.source, header, passes)
    bpy.utils.register_class(Replay)
    try:
        with changed(scene.render, engine=Replay.bl_idname):
            render_final(scene, target)
    finally:
        bpy.utils.unregister_class(Replay)


def guide_samples(scene: Any) -> int:
    """How many samples the guides need that the client renders; 0 if the noisy pass is all there is to it."""
    used: set[str] = set()
    for node in nodes_of(compositor_of(scene)):
        if node.bl_idname == "CompositorNodeRLayers":
            used |= {socket.name for socket in node.outputs if socket.is_linked}
        elif node.bl_idname.startswith("CompositorNodeCryptomatte"):
            used.add("Depth")  # a mask, as sharp as depth is
    if format_of(scene.render.image_settings) == MULTILAYER:
        used |= {"Depth" if name.startswith("Crypto") else name for name, _ in passes_of(scene)}
    used -= IMAGE_SOCKETS
    if not used and not scene.cycles.use_denoising:
        return 0
    samples = sampling_of(scene).count
    return min(GUIDE_SAMPLES, samples) if used <= DATA_SOCKETS else samples


def pixels_of(path: Path, file_format: str) -> Pixels:
    """What a final image is compared by; raises RenderFailed."""
    return _load_combined(path) if file_format == MULTILAYER else _load(path)


def compare(mine: Path, theirs: Path, file_format: str) -> Difference:
    """How an image file differs from the pixels of another, which are numbers."""
    pixels = np.load(theirs, allow_pickle=False)
    return difference_of(as_shown(pixels_of(mine, file_format), file_format), as_shown(pixels, file_format))


def _render_guides(scene: Any, samples: int, path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What Cycles knows of the frame besides its light, as an EXR's header and channels."""
    without = {"use_compositing": False, "use_sequencer": False}
    with contextlib.ExitStack() as settings:
        settings.enter_context(changed(scene.render, **without))
        settings.enter_context(at_most(scene, samples))
        for layer in scene.view_layers:  # the denoiser's guides, which a rendering keeps to itself
            settings.enter_context(changed(layer.cycles, denoising_store_passes=True))
        bpy.ops.render.render(animation=False, write_still=False, scene=scene.name)
        save_all_passes(scene, path)
    header, channels = read_passes(path)
    return {name: value for name, value in header.items() if name.startswith("cycles.")}, channels


def _read_noisy(scene: Any, path: Path) -> dict[str, Pixels]:
    layers, (width, height) = noisy_layers(scene), frame_size(scene)
    pixels = np.load(path, allow_pickle=False)
    if pixels.shape != (height, width, 4 * len(layers)):
        raise RenderFailed(f"The noisy pass {path.name} has another size or other layers than the scene.")
    return {layer: pixels[..., 4 * at : 4 * at + 4] for at, layer in enumerate(layers)}


def _write(path: Path, header: dict[str, Any], passes: dict[str, Any]) -> None:
    import OpenEXR

    marks = {"BlenderMultiChannel": "Blender V2.55.1 and newer"}
    settings = {"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}
    channels = {name: np.ascontiguousarray(plane) for name, plane in passes.items()}
    OpenEXR.File({**header, **marks, **settings}, channels).write(str(path))


def _denoise(scene: Any, header: dict[str, Any], passes: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Denoise all layers as the scene says, with Cycles' own denoiser for files.

    Upside down, since a rendering's rows begin at the bottom and a file's at the top: the denoiser is a
    neural network, whose answer for a picture that stands on its head is another one.
    """
    source, target = scratch / "noisy.exr", scratch / "denoised.exr"
    _write(source, header, _upside_down(passes))
    layer = next(one for one in scene.view_layers if one.use)
    places = (bpy.context.preferences.as_pointer(), scene.as_pointer(), layer.as_pointer())
    importlib.import_module("_cycles").denoise(*places, input=[str(source)], output=[str(target)])
    return _upside_down(read_passes(target)[1])


def _upside_down(passes: dict[str, Any]) -> dict[str, Any]:
    return {name: plane[::-1] for name, plane in passes.items()}


def _load_combined(path: Path) -> Pixels:
    """What a file of all passes has of the images themselves: its layers' and the compositor's."""
    channels = read_passes(path)[1]
    names = sorted(name for name in channels if name.rpartition(".")[0].endswith(f".{COMBINED}"))
    if not names:
        raise RenderFailed(f"The image {path.name} has no Combined pass.")
    return np.stack([np.asarray(channels[name], np.float32) for name in names], axis=-1)


def _load(path: Path) -> Pixels:
    image = bpy.data.images.load(str(path), check_existing=False)
    try:
        image.colorspace_settings.is_data = True  # whatever the configuration calls that
        pixels = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(pixels)
        width, height = image.size
        if not width or not height:
            raise RenderFailed(f"The image {path.name} can't be read.")
        return pixels.reshape(height, width, -1)
    finally:
        bpy.data.images.remove(image)
