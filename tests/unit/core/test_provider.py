"""What a provider names and waits for."""

from __future__ import annotations

import pytest
from renderchain.core.errors import SettingsError
from renderchain.core.job import family_name, family_of
from renderchain.core.provider import Leaving, parse_family


def test_a_family_is_written_as_it_is_shown() -> None:
    family = family_of((4, 5), "CYCLES", "CPU")
    assert parse_family(family_name(family)) == family


@pytest.mark.parametrize(
    "text", ["", "4.5", "4.5/cycles", "4.5/Cycles/CPU", "4.5/cycles/cpu/", "4.5/" + "a" * 30]
)
def test_what_is_no_family_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"4\.5/cycles/cpu"):
        parse_family(text)


def test_stake_has_cooled_down_by_both_clocks() -> None:
    leaving = Leaving(5, 100, 10)
    assert leaving.is_ready(100, 10)
    assert not leaving.is_ready(99, 10) and not leaving.is_ready(100, 9)
    assert not Leaving(0, 0, 0).is_ready(100, 10)
