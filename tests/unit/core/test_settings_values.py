"""Values of settings that are of their kind, and with which nothing could be done all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderchain.core.errors import SettingsError
from renderchain.core.settings_values import WRONG, typed_value
from renderchain.settings import check_setting


@pytest.mark.parametrize(
    "address", ["//", "//:5050", "//[::1:5050", "//node.example:99999", "//node.example:0"]
)
def test_an_address_that_leads_nowhere_is_refused(address: str) -> None:
    """It was waited for without end, as a node that is away."""
    schemes = {"rpc_url": "http:", "ws_url": "ws:", "other_nodes": "http:", "index_url": "https:"}
    for name, scheme in {**schemes, "gateways": "https:"}.items():
        with pytest.raises(WRONG):
            typed_value(name, scheme + address, Path())


def test_a_number_of_thousands_of_digits_is_said_to_be_one() -> None:
    """Python writes none, and the sentence about it was a traceback."""
    for value in (16**5000, [16**5000]):
        with pytest.raises(SettingsError, match="workers can't be a number of so many digits"):
            check_setting("workers", value)


def test_an_environment_without_a_name_is_refused() -> None:
    """No process could be started with it."""
    for value in ("=1", "A=1 =2", "A"):
        with pytest.raises(WRONG):
            typed_value("render_environment", value, Path())
    assert typed_value("render_environment", "A=1 B=", Path()) == (("A", "1"), ("B", ""))
