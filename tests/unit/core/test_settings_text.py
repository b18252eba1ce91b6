"""A settings file in words is read as it was chosen, and no setting lacks its meaning."""

from __future__ import annotations

import tomllib
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as some
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
    load_settings(EXAMPLES / "worker.example.toml")


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
