"""Render processes of lanes: a device each, and their part of the memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
from renderchain.adapters.blender_process.limits import Limits
from renderchain.composition.rendering import limits_of, make_renderer
from renderchain.settings import Settings

ONE = Settings("http://127.0.0.1:1/rpc", 1, 2, device="OPTIX")


def test_lanes_share_the_memory_unless_the_provider_says_how_much() -> None:
    whole = limits_of(ONE).memory
    assert limits_of(replace(ONE, lanes=2)).memory == whole // 2
    assert limits_of(replace(ONE, lanes=2, memory_bytes=2**30)).memory == 2**30


@pytest.mark.parametrize(
    ("device", "lanes", "told"),
    [("OPTIX", 2, ["OPTIX:0", "OPTIX:1"]), ("OPTIX", 1, ["OPTIX"]), ("CPU", 2, ["CPU", "CPU"])],
)
def test_each_lane_has_its_device(device: str, lanes: int, told: list[str]) -> None:
    settings = replace(ONE, device=device, lanes=lanes)
    made = [make_renderer(settings, "", allow_unsandboxed=True, lane=lane) for lane in range(1, 1 + lanes)]
    assert [one.device for one in made] == told


def test_the_logs_of_render_processes_take_what_the_provider_gives() -> None:
    assert limits_of(replace(ONE, logs_bytes=2**24)).logs == 2**24
    assert limits_of(ONE).logs == Limits().logs
