"""The cheats of the benchmark: what each does to pixels, and that the page leaves none of them out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from renderchain.core.pixel_prints import Pixels

from research import verification
from research.pixels import transforms
from research.pixels.cheats import CHEATS, NAMES, STILL_CHEATS, Forged, Pictures
from research.pixels.shots import BEFORE, HONEST, LAYERS, Settings, changed, first, firsts_of, plan

HEIGHT, WIDTH, SAMPLES = 64, 128, 32


def noisy(seed: int, samples: int = SAMPLES) -> Pixels:
    """Light of about a half whose noise falls with the samples; the first samples are parts of the others."""
    each = np.random.default_rng(seed).gamma(2.0, 0.25, (samples, HEIGHT, WIDTH, 3)).mean(axis=0)
    return np.asarray(np.concatenate([each, np.ones((HEIGHT, WIDTH, 1))], axis=2), np.float32)


def pictures(scene: str = "town", layer: int = 0) -> Pictures:
    """A frame of which everything was rendered that a cheat may ask for."""
    found = {first(count): noisy(1, count) for count in firsts_of(SAMPLES)}
    found |= {HONEST: noisy(1), BEFORE: noisy(2), f"{BEFORE}, {first(2)}": noisy(2, 2)}
    return Pictures(scene, layer, SAMPLES, found, dict.fromkeys(found, 1.0))


def test_pixels_are_spread_evenly() -> None:
    for share in (0.05, 0.1, 0.4):
        chosen = transforms.evenly(64, 64, share)
        blocks = chosen.reshape(4, 16, 4, 16).mean(axis=(1, 3))
        assert np.abs(blocks - share).max() < 0.02


def test_uneven_sampling_takes_its_share_from_the_cheap_rendering() -> None:
    full, cheap = noisy(1), noisy(2)
    same = (transforms.mixed(full, cheap, 0.2) == full).all(axis=2)
    assert same.mean() == pytest.approx(0.8, abs=0.01)


def test_only_pixels_whose_first_samples_are_the_same_are_reused() -> None:
    before, now, start = noisy(1), noisy(2), noisy(3)
    changed_start = start.copy()
    changed_start[:, :32] += 0.01
    pixels, same = transforms.reused(before, now, start, changed_start)
    assert same.mean() == pytest.approx(0.75)
    assert (pixels[:, 32:] == before[:, 32:]).all() and (pixels[:, :32] == now[:, :32]).all()


def test_an_oracle_keeps_each_bit_with_the_fewest_samples() -> None:
    one = pictures()
    pixels, spent = transforms.fewest(one.honest, one.cheaper, SAMPLES)
    assert (transforms.bits_of(pixels) == transforms.bits_of(one.honest)).all()
    # Half of all bits are right by chance with one sample, half of the others with two, and so on.
    assert spent == pytest.approx((1 / 2 + 2 / 4 + 4 / 8 + 8 / 16 + 16 / 32 + 24 / 64) / SAMPLES, rel=0.2)


def test_quiet_pixels_stop_early_and_others_do_not() -> None:
    full, half, whole = noisy(1), noisy(2), noisy(2)
    whole[:, 64:] *= 2.0
    pixels, spent = transforms.until_quiet(full, [(8, half), (16, whole)], SAMPLES, 1 / 32)
    assert (pixels[:, :64] == whole[:, :64]).all() and (pixels[:, 64:] == full[:, 64:]).all()
    assert spent == pytest.approx(0.75)


def test_what_never_had_light_is_quiet() -> None:
    black = np.zeros((HEIGHT, WIDTH, 4), np.float32)
    assert transforms.until_quiet(noisy(1), [(8, black), (16, black)], SAMPLES, 1 / 32)[1] == 0.5


def test_extrapolating_keeps_the_light_and_the_first_samples_share() -> None:
    start = noisy(1, 8)
    guessed = transforms.extrapolated(start, 0.25)
    assert guessed[..., :3].mean() == pytest.approx(start[..., :3].mean(), rel=0.01)
    assert guessed[..., 0].std() < start[..., 0].std()


def test_light_is_changed_and_alpha_is_not() -> None:
    for broken in (np.nan, np.inf, 0.0):
        changed_light = transforms.filled(noisy(1), broken)
        assert np.array_equal(changed_light[..., 0], np.full((HEIGHT, WIDTH), broken), equal_nan=True)
        assert (changed_light[..., 3] == 1).all()
    assert (transforms.scaled(noisy(1), -1.0)[..., :3] == -noisy(1)[..., :3]).all()
    assert (transforms.transparent(noisy(1))[..., 3] == 0).all()


def test_a_lamp_stands_in_each_tile() -> None:
    lit = transforms.with_lamps(noisy(1), 3, 1e4)
    assert ((lit[..., :3] == 1e4).all(axis=2).reshape(64, 2, 64).sum(axis=(0, 2)) == 9).all()


@pytest.mark.parametrize("size", [(192, 128), (200, 120), (640, 360), (65, 65), (1000, 562)])
def test_every_pixel_of_a_frame_counts(size: tuple[int, int]) -> None:
    assert transforms.looked_at(*size) == 1.0


def test_parity_does_not_see_two_steps_of_light() -> None:
    honest = noisy(1)
    brighter = transforms.scaled(honest, 2**0.125)
    assert (transforms.bits_of(brighter) == transforms.bits_of(honest)).mean() > 0.99
    assert (
        transforms.bits_of(transforms.scaled(honest, 2**0.0625)) == transforms.bits_of(honest)
    ).mean() < 0.01


@pytest.mark.parametrize("name", [*CHEATS, *STILL_CHEATS])
def test_a_cheat_hands_over_a_whole_frame_for_part_of_the_work(name: str) -> None:
    cheat = (CHEATS | STILL_CHEATS)[name]
    forged = [cheat(pictures(*layer)) for layer in (("town", 0), (LAYERS, 0), (LAYERS, 1))]
    for one in filter(None, forged):
        assert one.pixels.shape == (HEIGHT, WIDTH, 4) and one.pixels.dtype == np.float32
        assert 0 <= one.work <= 1


def test_only_the_dim_layer_is_forged_beside_a_bright_one() -> None:
    black = CHEATS["dim layer black"]
    assert black(pictures()) is None
    bright, dim = (black(pictures(LAYERS, layer)) for layer in (0, 1))
    assert isinstance(bright, Forged) and isinstance(dim, Forged)
    assert bright.work == 1 and (bright.pixels == noisy(1)).all()
    assert dim.work == 0 and not dim.pixels[..., :3].any()


def test_black_is_broken_only_where_it_is_black() -> None:
    assert CHEATS["NaN for black"](pictures()) is None
    one = pictures()
    one.honest[:8] = 0
    forged = CHEATS["NaN for black"](one)
    assert forged is not None and np.isnan(forged.pixels[..., 0]).mean() == pytest.approx(1 / 8)


def test_the_first_samples_of_the_frame_before_are_rendered_in_that_frame() -> None:
    one = changed(Settings(frame=5, camera=5), f"{BEFORE}, {first(2)}")
    assert (one.frame, one.first, one.camera) == (4, 2, 5)


def test_each_shot_has_a_file_of_its_own() -> None:
    names = [shot.name for shot in plan()]
    assert len(set(names)) == len(names)


def test_every_cheat_is_on_the_page_and_in_its_data() -> None:
    page = verification.PAGE.read_text()
    start, end = (page.index(mark) for mark in verification.CHEAT_MARKS)
    shown = {line.split(" | ")[0].removeprefix("| ") for line in page[start:end].splitlines()}
    assert set(NAMES) <= shown
    assert {one["cheat"] for one in json.loads(verification.DATA.read_text())["cheats"]} == set(NAMES)
