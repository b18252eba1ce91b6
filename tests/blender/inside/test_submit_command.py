"""Submitting from a shell: the three prices, the limit, and what is refused before the network is asked."""

from types import SimpleNamespace

import pytest

FRI = 10**18


@pytest.fixture
def offer(part):
    """What an offer of ten frames is, for these arguments."""
    command = part("blender.submit_command")
    settings = part("settings").Settings("http://127.0.0.1:9", 1, 2)

    def parse(*arguments):
        import argparse

        parser = argparse.ArgumentParser()
        command._add_price(parser)
        command._add_job(parser)
        return command._offer(parser.parse_args(list(arguments)), settings, 10)

    return parse


@pytest.mark.parametrize(
    ("arguments", "reward_fri"),
    [
        ((), 0),
        (("--reward", "market"), 0),
        (("--reward", "0.5"), FRI // 2),
        (("--total", "0.5"), FRI // 20),
    ],
)
def test_a_price_is_the_markets_a_frames_or_the_total(offer, arguments, reward_fri):
    made = offer(*arguments)
    assert (made.reward_fri, made.is_usual) == (reward_fri, reward_fri == 0)


def test_two_prices_are_one_too_many(offer, capsys):
    with pytest.raises(SystemExit):
        offer("--reward", "1", "--total", "2")
    assert "not allowed with" in capsys.readouterr().err


def test_days_and_checking_are_the_offers(offer):
    made = offer("--days", "2", "--checking", "stricter")
    assert (made.expires_in_s, made.audit_floor_exp, made.second_look) == (2 * 86400, 0, True)
    assert offer().expires_in_s == 7 * 86400 and offer().audit_floor_exp is None


def test_a_job_over_the_limit_of_a_script_is_not_sent(part):
    command, errors = part("blender.submit_command"), part("core.errors")
    cost = SimpleNamespace(most_fri=2 * FRI)
    estimate = SimpleNamespace(quote=SimpleNamespace(cost=cost), check_funds=lambda: None)
    command._check(estimate, None)
    command._check(estimate, 2 * FRI)
    with pytest.raises(errors.InsufficientFunds, match="over the 1 of --at-most. Nothing was sent or paid"):
        command._check(estimate, FRI)


def test_a_scene_without_a_camera_is_refused_before_the_network_is_asked(part, scene, tmp_path, capsys):
    scene.camera = None
    config = tmp_path / "artist.toml"
    config.write_text('rpc_url = "http://127.0.0.1:1"\ndirectory = "0x1"\naccount = "0x2"\n')
    code = part("blender.submit_command").submit(
        ["--config", str(config), "--output", str(tmp_path / "frames"), "--frames", "1"]
        + ([] if part("blender.open_file").file_name() != "untitled" else [str(saved(tmp_path))])
    )
    assert code == 1 and "has no camera" in capsys.readouterr().err
    assert not (tmp_path / "frames").exists()


def saved(folder):
    import bpy

    path = folder / "film.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    return path
