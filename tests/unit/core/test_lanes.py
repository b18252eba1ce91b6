"""Each lane has a GPU of its own, as far as there are enough."""

from __future__ import annotations

import pytest
from renderchain.core.finding import Health
from renderchain.core.lanes import backend_of, device_of_lane, look_at_lanes, those_of

GPUS = ["first", "second"]


@pytest.mark.parametrize("device", ["OPTIX", "CUDA", "HIP", "AUTO"])
def test_lanes_have_a_gpu_each_and_a_single_one_has_all(device: str) -> None:
    told = [device_of_lane(device, lane, 3) for lane in (1, 2, 3)]
    assert [those_of(one, GPUS) for one in told] == [["first"], ["second"], ["first"]]
    assert {backend_of(one) for one in told} == {device}
    assert those_of(device_of_lane(device, 1, 1), GPUS) == GPUS


def test_the_cpu_is_shared() -> None:
    assert {device_of_lane("CPU", lane, 2) for lane in (1, 2)} == {"CPU"}


def test_where_there_is_no_gpu_none_is_meant() -> None:
    assert those_of("OPTIX:1", []) == []


@pytest.mark.parametrize(
    ("device", "count", "lanes", "health"),
    [
        ("CPU", 1, 1, Health.OK),
        ("CPU", 1, 2, Health.WARNING),
        ("OPTIX", 2, 2, Health.OK),
        ("OPTIX", 1, 1, Health.OK),
        ("OPTIX", 2, 1, Health.WARNING),
        ("OPTIX", 2, 3, Health.WARNING),
    ],
)
def test_a_check_up_says_how_many_lanes_suit_a_machine(
    device: str, count: int, lanes: int, health: Health
) -> None:
    found = look_at_lanes(device, count, lanes)
    assert found.health is health and f"lanes = {lanes}" in found.text
