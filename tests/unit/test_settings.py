"""Settings: which source wins, and what is wrong is named."""

from __future__ import annotations

import asyncio
import json
import tomllib
from contextlib import suppress
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from renderchain.composition.network import node_of
from renderchain.composition.watchtower import run_watchtower
from renderchain.core.cid import cid_of
from renderchain.core.errors import SettingsError
from renderchain.core.settings_text import settings_text
from renderchain.settings import Settings, check_setting, load_settings

from devkit.fakes.reporter import RecordingReporter

FILE = 'rpc_url = "http://a"\n'
FILE += 'ws_url = "ws://b"\ndirectory = "0x1"\nboard = "0x2"\naccount = "0x3"\nfolder = "data"\n'


def settings_file(folder: Path, more: str = "") -> Path:
    path = folder / "renderchain.toml"
    path.write_text(FILE + more)
    return path


def test_the_command_line_wins_over_the_environment_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = settings_file(tmp_path, 'device = "CUDA"\n')
    assert load_settings(file).device == "CUDA"
    monkeypatch.setenv("RENDERCHAIN_DEVICE", "HIP")
    assert load_settings(file).device == "HIP"
    assert load_settings(file, {"device": "CPU"}).device == "CPU"
    assert load_settings(file, {"device": None}).device == "HIP"
    assert load_settings(file).folder == tmp_path / "data"


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ('colour = "red"\n', "colour"),
        ('device = "ABACUS"\n', "device"),
        ("from_block = true_\n", "not TOML"),
        (f"from_block = {'9' * 5000}\n", "not TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, more: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings(settings_file(tmp_path, more))


def test_whom_a_provider_refuses_is_a_list_in_the_file_and_words_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cid = cid_of(bytes(range(32)))
    file = settings_file(tmp_path, f'refused_artists = ["0xA", "0x0b"]\nrefused_packages = ["{cid}"]\n')
    found = load_settings(file)
    assert (found.refused_artists, found.refused_packages) == ((10, 11), (cid,))
    monkeypatch.setenv("RENDERCHAIN_REFUSED_ARTISTS", "0xc")
    monkeypatch.setenv("RENDERCHAIN_REFUSED_PACKAGES", "")
    found = load_settings(file)
    assert (found.refused_artists, found.refused_packages) == ((12,), ())
    for name, wrong in (("refused_artists", ["artist"]), ("refused_packages", [cid[:-1]])):
        with pytest.raises(SettingsError, match=f"{name} can't be"):
            load_settings(file, {name: wrong})


@pytest.mark.parametrize(("lanes", "is_right"), [(1, True), (8, True), (0, False), (9, False)])
def test_a_worker_has_one_to_eight_lanes(tmp_path: Path, lanes: int, *, is_right: bool) -> None:
    file = settings_file(tmp_path, f"lanes = {lanes}\n")
    if is_right:
        assert load_settings(file).lanes == lanes
        return
    with pytest.raises(SettingsError, match="lanes can't be"):
        load_settings(file)


def test_the_own_check_is_on_unless_it_is_turned_off(tmp_path: Path) -> None:
    assert load_settings(settings_file(tmp_path)).own_checks == 2
    more = "own_checks = 0\nown_check_seconds = 30\nown_challenges = 1\n"
    found = load_settings(settings_file(tmp_path, more))
    assert (found.own_checks, found.own_check_seconds, found.own_challenges) == (0, 30, 1)
    for name in ("own_checks", "own_check_seconds", "own_challenges"):
        with pytest.raises(SettingsError, match=name):
            load_settings(settings_file(tmp_path, f"{name} = -1\n"))


def test_missing_settings_are_named(tmp_path: Path) -> None:
    file = tmp_path / "empty.toml"
    file.touch()
    with pytest.raises(SettingsError, match="rpc_url, directory, account are missing"):
        load_settings(file)


def test_a_least_profit_is_an_amount(tmp_path: Path) -> None:
    assert load_settings(settings_file(tmp_path)).least_profit_fri == 0
    file = settings_file(tmp_path, 'least_profit_fri = "0.02STRK"\n')
    assert load_settings(file).least_profit_fri == 2 * 10**16
    assert load_settings(file, {"least_profit_fri": 7}).least_profit_fri == 7


@pytest.mark.parametrize("given", ["0f", "NONE", "0F" * 32, "0x" + "0f" * 31])
def test_a_watchtower_key_that_is_none_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(SettingsError, match="watchtower_key"):
        load_settings(settings_file(tmp_path, f'watchtower_key = "{given}"\n'))


def test_keys_of_private_jobs_are_kept_for_a_watchtower_and_for_none_where_there_is_none(
    tmp_path: Path,
) -> None:
    def kept_for(given: str) -> bytes:
        return load_settings(settings_file(tmp_path, f'watchtower_key = "{given}"\n')).keys_go_to

    assert [kept_for(one) for one in ("0f" * 32, "none", "")] == [b"\x0f" * 32, b"", b""]


def test_second_looks_are_for_jobs_that_nobody_checks_unless_it_is_said(tmp_path: Path) -> None:
    def wanted(more: str) -> bool:
        return load_settings(settings_file(tmp_path, more)).wants_second_looks

    assert [wanted(""), wanted("own_checks = 0\n")] == [False, True]
    assert wanted('second_looks = "always"\n') and not wanted('own_checks = 0\nsecond_looks = "never"\n')
    with pytest.raises(SettingsError, match="second_looks"):
        wanted('second_looks = "maybe"\n')


def test_what_may_be_spent_on_showing_is_said_in_gas_and_in_money(tmp_path: Path) -> None:
    found = load_settings(settings_file(tmp_path, 'show_gas = 0\nshow_fee_fri = "0.2STRK"\n'))
    assert (found.show_gas, found.show_fee_fri) == (0, 2 * 10**17)
    with pytest.raises(SettingsError, match="show_gas"):
        load_settings(settings_file(tmp_path, "show_gas = -1\n"))


def test_workers_of_a_watchtower_are_a_list_in_the_file_and_words_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = settings_file(tmp_path, 'workers = [3, 5]\nevidence = "e"\ndaily_fee_limit_fri = "2STRK"\n')
    settings = load_settings(file)
    assert settings.workers == (3, 5) and settings.evidence == tmp_path / "e"
    assert settings.daily_fee_limit_fri == 2 * 10**18
    monkeypatch.setenv("RENDERCHAIN_WORKERS", "7 9")
    assert load_settings(file).workers == (7, 9)
    with pytest.raises(SettingsError, match="workers"):
        load_settings(file, {"workers": "first"})


def test_other_nodes_are_a_list_in_the_file_and_words_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = settings_file(tmp_path, 'other_nodes = ["https://a/rpc wss://a/ws", "http://b"]\n')
    nodes = (("https://a/rpc", "wss://a/ws"), ("http://b", ""))
    assert (
        load_settings(file).other_nodes == nodes and load_settings(settings_file(tmp_path)).other_nodes == ()
    )
    monkeypatch.setenv("RENDERCHAIN_OTHER_NODES", "https://a/rpc wss://a/ws, http://b")
    assert load_settings(settings_file(tmp_path)).other_nodes == nodes
    for wrong in ("ftp://a", "http://a http://b", "http://a ws://b ws://c", "ws://a", " ,http://a"):
        with pytest.raises(SettingsError, match="other_nodes can't be"):
            load_settings(file, {"other_nodes": wrong})


def test_the_headers_of_a_node_are_told_to_no_other_one(tmp_path: Path) -> None:
    headers = {"x-key": "first", "http://b": {"x-key": "second"}}
    (tmp_path / "headers.json").write_text(json.dumps(headers))
    more = 'rpc_headers = "headers.json"\nother_nodes = ["http://b ws://b", "http://c"]\n'
    node = node_of(load_settings(settings_file(tmp_path, more)))
    assert [one.headers for one in node.each] == [{"x-key": "first"}, {"x-key": "second"}, {}]
    assert [one.ws_url for one in node.each] == ["ws://b", "ws://b", ""]
    (tmp_path / "headers.json").write_text(json.dumps({"http://b": {"x-key": 1}}))
    with pytest.raises(SettingsError, match="one below the address of each other node"):
        node_of(load_settings(settings_file(tmp_path, more)))


@pytest.mark.parametrize(
    ("more", "oldest_s"),
    [('network = "sepolia"\n', 600), ('network = "sepolia"\noldest_head_seconds = 90\n', 90), ("", 1e12)],
)
def test_how_old_a_nodes_head_may_be_follows_the_network_unless_it_is_said(
    tmp_path: Path, more: str, oldest_s: float
) -> None:
    assert node_of(load_settings(settings_file(tmp_path, more))).oldest_head_s == oldest_s


def test_all_faults_are_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(
        'rpc_url = "ftp://a"\naccount = 1.5\ncolour = 1\nfee_limits_fri = 1\nappeals = "maybe"\n'
        'password_file = "p"\nshow_fee_fri = "3STRK"\nfee_limit_fri = "2STRK"\nworkers = [1]\n'
        'probe_seconds = true\n"\\u001b[2J" = 1\n'
    )
    monkeypatch.setenv("RENDERCHAIN_FROM_BLOCK", "first")
    with pytest.raises(SettingsError) as refused:
        load_settings(file, {"device": "ABACUS"})
    for fault in (
        "colour is no setting;",
        r"\x1b[2J is no setting;",
        "fee_limits_fri is no setting (do you mean fee_limit_fri?)",
        "directory is missing",
        f"rpc_url can't be 'ftp://a' (in {file})",
        "account can't be 1.5",
        "appeals can't be 'maybe'",
        "probe_seconds can't be True",
        "from_block can't be 'first' (in the environment as RENDERCHAIN_FROM_BLOCK)",
        "device can't be 'ABACUS' (on the command line)",
        "password_file is given without the keystore",
        "evidence and workers",
        "show_fee_fri is more than fee_limit_fri ever allows",
    ):
        assert fault in str(refused.value)
    assert "\n" not in str(refused.value)


# Of every kind that a name can have: what TOML may hold in its place.
ODD: tuple[object, ...] = (
    *(True, -1, 1.5, 2**300, 16**5000, [16**5000]),
    *("", "x\0y", "no such thing", [], [1.5], {}, {"a": 1}),
)


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_nothing_that_a_setting_may_be_ends_otherwise_than_in_a_sentence(name: str, tmp_path: Path) -> None:
    file = settings_file(tmp_path)
    for odd in ODD:
        try:
            load_settings(file, {name: odd})
        except SettingsError as error:
            assert name in str(error)


def test_a_watchtower_says_what_it_needs() -> None:
    settings = Settings("http://127.0.0.1:1/rpc", 1, 2)
    with pytest.raises(SettingsError, match="evidence, a folder, and workers"):
        asyncio.run(run_watchtower(settings, RecordingReporter(), asyncio.Event()))


@pytest.mark.parametrize(
    "line",
    [
        "fee_limit_fri = 0",
        "memory_bytes = 1000000",
        "output_bytes = 1000",
        'ipfs_api = "http://127.0.0.1:5001"',
    ],
)
def test_values_with_which_nothing_could_ever_be_done_are_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(SettingsError, match=f"{line.split()[0]} can't be"):
        load_settings(settings_file(tmp_path, line + "\n"))


def test_what_has_a_default_at_0_may_be_0(tmp_path: Path) -> None:
    settings = load_settings(settings_file(tmp_path, "memory_bytes = 0\noutput_bytes = 0\n"))
    assert (settings.memory_bytes, settings.output_bytes) == (0, 0)


def test_a_misspelt_variable_is_told_and_a_foreign_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit that somebody meant to set was not in force, and nothing said so."""
    monkeypatch.setenv("RENDERCHAIN_CACHE", "x")
    monkeypatch.setenv("RENDERCHAIN_LOG", "json")
    load_settings(settings_file(tmp_path))
    monkeypatch.setenv("RENDERCHAIN_LARGEST_LOCKS_FRI", "1")
    said = (
        "RENDERCHAIN_LARGEST_LOCKS_FRI in the environment is no setting .do you mean RENDERCHAIN_LARGEST_LOCK"
    )
    with pytest.raises(SettingsError, match=said):
        load_settings(settings_file(tmp_path))


@pytest.mark.parametrize(
    ("line", "is_fine"),
    [
        ('gateways = ["https://a.example", "http://127.0.0.1:8080"]', True),
        ('gateways = "https://a.example http://localhost:8080"', True),
        ('gateways = "http://a.example"', False),
        ("gateways = 5", False),
        ('index_url = "https://index.example/here"', True),
        ('index_url = "http://127.0.0.1:8750"', True),
        ('index_url = ""', True),
        ('index_url = "http://index.example"', False),
        ('index_url = "index.example"', False),
        ('ipfs_peers = ["/ip4/192.0.2.1/tcp/4001/p2p/name"]', True),
        ('ipfs_peers = ["192.0.2.1"]', False),
        ('ipfs_headers = "a.json"', True),
        ('ipfs_headers = "a.json"\nipfs_api = "/dns4/a.example/tcp/443/https"', True),
        ('ipfs_headers = "a.json"\nipfs_api = "/ip4/127.0.0.1/tcp/5001"', True),
        ('ipfs_headers = "a.json"\nipfs_api = "/unix/run/kubo.sock"', True),
        ('ipfs_headers = "a.json"\nipfs_api = "/dns4/a.example/tcp/5001"', False),
        ('ipfs_headers = "a.json"\nipfs_api = "/ip4/192.0.2.1/tcp/5001/http"', False),
    ],
)
def test_what_gateways_see_and_who_sees_a_secret_is_looked_at(
    tmp_path: Path, line: str, is_fine: bool
) -> None:
    file = settings_file(tmp_path, f"{line}\n")
    if is_fine:
        load_settings(file)
        return
    with pytest.raises(SettingsError, match=line.split(" ")[0]):
        load_settings(file)


def test_what_is_far_away_is_known_and_shown_without_its_key(tmp_path: Path) -> None:
    near = 'ipfs_api = "/ip4/127.0.0.1/tcp/5001"\n'
    both = {"rpc_url": "http://127.0.0.1:1/rpc", "ws_url": ""}
    assert load_settings(settings_file(tmp_path, near), both).far_addresses == ()
    other = 'other_nodes = "http://localhost:1 wss://node.example/0123456789abcdef0123456789abcdef"\n'
    gateways = 'gateways = "https://a.example http://localhost:8080"\n'
    assert load_settings(settings_file(tmp_path, other + gateways), both).far_addresses == (
        "wss://node.example/...",
        "https://a.example",
    )
    index = 'index_url = "https://index.example/"\n'
    assert load_settings(settings_file(tmp_path, index), both).far_addresses == ("https://index.example/",)
    peers = 'ipfs_peers = ["/ip4/127.0.0.1/tcp/4001/p2p/name", "/ip4/192.0.2.1/tcp/4001/p2p/name"]\n'
    far = ("/ip4/192.0.2.1/tcp/4001/p2p/name",)
    assert load_settings(settings_file(tmp_path, near + peers), both).far_addresses == far
    api = {**both, "ipfs_api": "/dns4/localhost.example/tcp/443/https"}
    assert load_settings(settings_file(tmp_path), api).far_addresses == (api["ipfs_api"],)


@pytest.mark.parametrize("name", ["rpc_url", "ws_url", "other_nodes", "index_url", "gateways"])
@pytest.mark.parametrize(
    "value",
    ["htps://u:{}@node.example/v3/{}", "node.example/v3/{}", "ftp://node.example?key={}", ["x://a/{}"]],
)
def test_a_mistyped_address_is_told_without_the_key_in_it(tmp_path: Path, name: str, value: Any) -> None:
    secret = "0123456789abcdef0123456789abcdef"
    wrong = (
        [one.replace("{}", secret) for one in value]
        if isinstance(value, list)
        else value.replace("{}", secret)
    )
    given = {"rpc_url": "http://127.0.0.1:1", "directory": "0x5", "account": "0x6", name: wrong}
    with pytest.raises(SettingsError, match=f"{name} can't be") as told:
        load_settings(None, given)
    assert secret not in str(told.value)
    with pytest.raises(SettingsError, match=f"{name} can't be") as told:
        check_setting(name, wrong)
    assert secret not in str(told.value) and "." in str(told.value)


GARBAGE: tuple[Any, ...] = (
    *("", "x", "~nobody_of_that_name/k", "\0", "9" * 5000, "STRK", "-1STRK", "http://[::1", "a=b c"),
    *(5, -5, 1.5, float("inf"), float("nan"), True, 2**300, 16**5000, date(2020, 1, 1)),
    *([], ["x"], [16**5000], [[1]], [1, 2], {}, {"a": 1}, [{"a": 1}], ["~nobody_of_that_name/k"]),
)


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_no_value_of_a_setting_is_anything_but_taken_or_told(tmp_path: Path, name: str) -> None:
    """One that nobody had thought of ended a program with a traceback, and the panel with every drawing."""
    whole = {"rpc_url": "http://127.0.0.1:1", "directory": "0x5", "account": "0x6"}
    for value in GARBAGE:
        with suppress(SettingsError):
            _ = load_settings(None, {**whole, name: value}).far_addresses
        with suppress(SettingsError):
            check_setting(name, value)
        with suppress(KeyError):  # what can't be written down again
            assert tomllib.loads(settings_text({name: value})).get(name) == value


def test_gateways_are_a_list_in_the_file_and_words_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = settings_file(tmp_path, 'gateways = ["https://a.example", "https://b.example"]\n')
    assert load_settings(file).gateways == ("https://a.example", "https://b.example")
    monkeypatch.setenv("RENDERCHAIN_GATEWAYS", "https://c.example")
    assert load_settings(file).gateways == ("https://c.example",)


def test_blenders_are_programs_beside_the_one_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings(settings_file(tmp_path)).blenders == ("",)
    two = load_settings(settings_file(tmp_path, 'blenders = ["", "blender-5.2/blender"]\n')).blenders
    assert two == ("", str(tmp_path / "blender-5.2" / "blender"))
    monkeypatch.setenv("RENDERCHAIN_BLENDERS", "/opt/a/blender:")
    assert load_settings(settings_file(tmp_path)).blenders == ("/opt/a/blender", "")


@pytest.mark.parametrize("value", ["[]", '["/a", "/a"]', '["", ""]', "[1]", "7", '["/a", "/b/../a"]'])
def test_blenders_that_make_no_sense_are_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match="blenders can't be"):
        load_settings(settings_file(tmp_path, f"blenders = {value}\n"))
