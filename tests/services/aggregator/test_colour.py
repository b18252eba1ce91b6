"""Pictures of frames equal what Blender itself makes of them, and a file that lies is refused."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenImageIO
import pytest
from PIL import Image
from renderchain.composition.images import ImageChild
from renderchain.core.errors import ContentError
from renderchain.core.flags import FlagKind, flags_of
from renderchain.core.manifest import Manifest, PackedFile, parse_manifest

from devkit.fakes.package import manifest_of
from services.aggregator.colour_settings import Colour, colour_of
from services.aggregator.command import bpy_config
from services.aggregator.gallery import Gallery
from services.aggregator.pictures import Picture, Pictures

WIDTH, HEIGHT = 77, 50
COLOURS = {
    "standard": Colour(view="Standard"),
    "agx": Colour(view="AgX"),
    "filmic": Colour(view="Filmic"),
    "neutral": Colour(view="Khronos PBR Neutral"),
    "raw": Colour(view="Raw"),
    "agx look": Colour(view="AgX", look="AgX - High Contrast"),
    "exposed": Colour(view="AgX", exposure=1.5),
    "exposed look": Colour(view="AgX", look="AgX - Punchy", exposure=-0.7),
    "filmic look": Colour(view="Filmic", look="Very Low Contrast"),
    "filmic log look": Colour(view="Filmic Log", look="Very High Contrast"),
    "false color": Colour(view="False Color", look="False Color - High Contrast"),
    "wide": Colour(display="Display P3", view="AgX", look="AgX - High Contrast"),
    "television": Colour(display="Rec.1886", view="Standard"),
    "wider": Colour(display="Rec.2020", view="AgX"),
}
NEARLY = {
    "grey": Colour(view="AgX", look="AgX - Greyscale"),
    "base": Colour(display="Rec.1886", view="AgX", look="AgX - Base Contrast"),
    "gamma": Colour(view="Standard", exposure=-0.7, gamma=1.8),
}
SAVE = """
import bpy, json, sys
import numpy as np
from renderchain.blender.scene_reader import read_scene
folder, width, height, colours = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])
scene = bpy.context.scene
scene.render.dither_intensity = 0
pixels = np.exp(np.random.default_rng(1).normal(-1, 2, (height, width, 4))).astype(np.float32)
pixels[..., 3] = 1
image = bpy.data.images.new("image", width, height, float_buffer=True)
image.colorspace_settings.name = "Linear Rec.709"
image.pixels.foreach_set(pixels.ravel())
settings = scene.render.image_settings
settings.color_mode = "RGB"
settings.file_format, settings.color_depth = "OPEN_EXR", "32"
image.save_render(folder + "/frame.exr", scene=scene)
settings.file_format, settings.color_depth = "PNG", "8"
for name, one in colours.items():
    scene.display_settings.display_device = one["display"]
    view = scene.view_settings
    view.view_transform, view.look = one["view"], one["look"] or "None"
    view.exposure, view.gamma = one["exposure"], one["gamma"]
    image.save_render(f"{folder}/{name}.png", scene=scene)
    facts = read_scene(scene)
    named = ("display", "view_transform", "look", "exposure", "gamma")
    with open(f"{folder}/{name}.json", "w") as file:
        json.dump({one: getattr(facts, one) for one in named}, file)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A linear frame, and Blender's own PNG of it in each colour management."""
    folder = tmp_path_factory.mktemp("made")
    colours = {name: vars(one) for name, one in {**COLOURS, **NEARLY}.items()}
    command = [sys.executable, "-c", SAVE, str(folder), str(WIDTH), str(HEIGHT), json.dumps(colours)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


def settings(file_format: str = "OPEN_EXR") -> Manifest:
    return replace(manifest_of([1]), width=WIDTH, height=HEIGHT, file_format=file_format)


def shown(frame: Path, colour: Colour, file_format: str = "OPEN_EXR") -> Picture:
    pictures = Pictures(ImageChild(allow_unsandboxed=False), bpy_config(), colour)
    return pictures.of(frame, settings(file_format))[1]


def packed(made: Path, name: str) -> Manifest:
    """What a package says of a scene with that color management, as whoever gets it reads it."""
    facts = json.loads((made / f"{name}.json").read_text())
    file = PackedFile(settings().main_blend, "0" * 64, 1)
    return parse_manifest(replace(settings(), files=(file,), **facts).to_bytes())


def png(path: Path) -> Picture:
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.mark.parametrize("name", COLOURS)
def test_a_picture_by_what_the_package_says_equals_blenders_own_png(made: Path, name: str) -> None:
    """Look, exposure and gamma had to be said beside, for all scenes alike."""
    colour = colour_of(packed(made, name))
    assert np.array_equal(shown(made / "frame.exr", colour), png(made / f"{name}.png"))
    wanted = COLOURS[name]
    assert replace(colour, exposure=wanted.exposure) == wanted
    assert colour.exposure == pytest.approx(wanted.exposure, abs=1e-6)


@pytest.mark.parametrize("name", NEARLY)
def test_with_a_gamma_or_a_look_that_changes_little_it_is_off_by_one_step_at_most_and_seldom(
    made: Path, name: str
) -> None:
    colour = colour_of(packed(made, name))
    apart = np.abs(shown(made / "frame.exr", colour).astype(int) - png(made / f"{name}.png"))
    print(f"{name}: {(apart > 0).mean():.5f} of the values, by {apart.max()}")
    assert apart.max() <= 1 and (apart > 0).mean() < 0.01


def test_what_is_stored_as_it_is_shown_stays_as_it_is(made: Path) -> None:
    assert np.array_equal(shown(made / "agx.png", COLOURS["filmic"], "PNG"), png(made / "agx.png"))


def test_a_file_that_is_no_image_of_the_jobs_size_is_refused(made: Path, tmp_path: Path) -> None:
    (tmp_path / "frame.exr").write_bytes((made / "frame.exr").read_bytes()[:900])
    (tmp_path / "text.exr").write_text("no image")
    for name in ("frame.exr", "text.exr"):
        with pytest.raises(ContentError):
            shown(tmp_path / name, Colour())
    pictures = Pictures(ImageChild(allow_unsandboxed=False), bpy_config(), Colour())
    with pytest.raises(ContentError, match="has 77x50 pixels, not 64x50"):
        pictures.of(made / "frame.exr", replace(settings(), width=64))


@pytest.mark.parametrize(
    "colour", [Colour(view="ACES 2.0"), Colour(display="Rec.2100-PQ"), Colour(look="No such look")]
)
def test_what_the_configuration_lacks_is_shown_with_standard_and_said_once(
    made: Path, caplog: pytest.LogCaptureFixture, colour: Colour
) -> None:
    """Such frames had no flags either, so that a black one of Blender 5's colours was none."""
    pictures = Pictures(ImageChild(allow_unsandboxed=False), bpy_config(), colour)
    for _ in range(2):
        light, picture = pictures.of(made / "frame.exr", settings())
        assert light.mean > 0.1 and np.array_equal(picture, png(made / "standard.png"))
    assert caplog.text.count("It is shown with the view Standard.") == 1


def test_one_pixel_beyond_all_light_hides_nothing_of_a_frame(made: Path, tmp_path: Path) -> None:
    """Its frame could not be looked at, whatever else was in it."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    pixels[:9, :9] = np.nan
    pixels[20, 30] = 3e38
    pixels[40, 50] = -3e38
    image = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(WIDTH, HEIGHT, 3, OpenImageIO.FLOAT))
    image.set_pixels(OpenImageIO.ROI(), pixels)
    assert image.write(str(tmp_path / "0001.exr"))
    pictures = Pictures(ImageChild(allow_unsandboxed=False), bpy_config(), Colour())
    light, _ = pictures.of(tmp_path / "0001.exr", settings())
    assert (light.broken_count, light.mean) == (83, 0.0)
    (flag,) = flags_of((1,), {1: light})
    assert flag.kind is FlagKind.BROKEN


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_altered_in_a_file_it_is_shown_or_refused_with_a_reason(
    made: Path, tmp_path: Path, seed: int
) -> None:
    print("seed", seed)
    chance = random.Random(seed)
    image = Image.fromarray(png(made / "agx.png"))
    for name in ("frame.tif", "frame.jpg", "frame.webp"):
        image.save(tmp_path / name)
    shutil.copyfile(made / "frame.exr", tmp_path / "frame.exr")
    for name, file_format in {"exr": "OPEN_EXR", "tif": "TIFF", "jpg": "JPEG", "webp": "WEBP"}.items():
        raw = bytearray((tmp_path / f"frame.{name}").read_bytes())
        for _ in range(chance.choice((1, 4, 16))):
            raw[chance.randrange(min(len(raw), chance.choice((64, 600, len(raw)))))] = chance.randrange(256)
        altered = tmp_path / f"altered.{name}"
        altered.write_bytes(raw[: chance.choice((len(raw), chance.randrange(len(raw))))])
        try:
            assert shown(altered, COLOURS["agx"], file_format).shape == (HEIGHT, WIDTH, 3)
        except ContentError as error:
            print(error)
            assert altered.name in str(error) and "()" not in str(error)


def test_of_a_file_of_a_format_that_is_not_known_here_nothing_is_said(tmp_path: Path) -> None:
    """JPEG 2000, as far as the library can't open it, and whatever else comes."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (200, 100, 50))
    image.save(tmp_path / "0001.jp2")
    (tmp_path / "0002.exr").write_bytes(b"\x76\x2f\x31\x01" + b"\0" * 100)
    image.save(tmp_path / "0003.png")
    frames = {number: next(tmp_path.glob(f"{number:04d}.*")) for number in (1, 2, 3)}
    pictures = Pictures(ImageChild(allow_unsandboxed=False), bpy_config(), Colour())
    gallery = Gallery(pictures, settings("JPEG2000"), tmp_path, 0)
    assert gallery.flags((1, 2, 3), frames) == []
    assert gallery.unread.keys() >= {2} and 3 not in gallery.unread
    shown = {number for number in frames if gallery.picture(number).is_file()}
    assert shown == {1, 2, 3} - gallery.unread.keys()
