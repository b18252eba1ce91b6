"""A settings file in words is read as it was chosen, and no setting lacks its meaning."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from renderchain.core.errors import SettingsError
from renderchain.core.settings_kinds import PLACEHOLDERS
from renderchain.core.settings_text import SECTIONS, settings_text
from renderchain.settings import Settings, load_settings

from devkit.network.services import REPO

NAMES = [name for _, entries in SECTIONS for name, _, _ in entries]
EXAMPLES = REPO / "worker_headless"
WORKER = (
    *("rpc_url", "ws_url", "network", "directory", "from_block", "ipfs_api"),
    *("account", "keystore", "password_file", "fee_limit_fri", "folder", "device", "allow_unsandboxed"),
    *("least_reward_fri", "least_profit_fri", "most_frames", "probe_seconds", "appeals"),
    *("show_gas", "show_fee_fri"),
)


def test_every_setting_says_what_it_means() -> None:
    assert sorted(NAMES) == sorted(field.name for field in fields(Settings))
    assert all(meaning and "\n" not in meaning for _, entries in SECTIONS for _, _, meaning in entries)


def test_the_workers_example_is_what_such_a_file_looks_like() -> None:
    examples = {name: example for _, entries in SECTIONS for name, example, _ in entries}
    assert (EXAMPLES / "worker.example.toml").read_text() == settings_text(
        {name: examples[name] for name in WORKER}
    )


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.example.toml")), ids=lambda path: path.name)
def test_an_example_is_right_but_for_its_placeholders_each_of_which_is_named(example: Path) -> None:
    chosen = tomllib.loads(example.read_text())
    with pytest.raises(SettingsError) as refused:
        load_settings(example)
    left = [name for name in PLACEHOLDERS if name in chosen]
    assert {"directory", "account"} <= set(left)
    for name in left:
        assert f"{name} is still the example's: put your own there (in {example})" in str(refused.value)
    own = {name: [7] if name == "workers" else "0x7" for name in left}
    assert load_settings(example, own).directory == 7


def test_every_example_of_a_placeholder_is_taken_for_one() -> None:
    examples = {name: example for _, entries in SECTIONS for name, example, _ in entries}
    for name, left in PLACEHOLDERS.items():
        assert examples[name] == (left if name == "workers" else hex(left))


def test_every_example_can_be_given() -> None:
    for _, entries in SECTIONS:
        for name, example, _ in entries:
            assert tomllib.loads(settings_text({name: example})) == {
                name: list(example) if isinstance(example, tuple) else example
            }


@given(some.text(some.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    assert tomllib.loads(settings_text({"folder": text})) == {"folder": text}


def test_a_name_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError, match="colour"):
        settings_text({"colour": 1})
