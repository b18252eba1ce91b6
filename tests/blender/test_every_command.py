"""All commands at once: whatever is typed, a command ends with a sentence, a code that is documented, and
nothing on standard output that is no answer.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from renderchain.adapters import keys
from renderchain.blender.commands import COMMANDS

from devkit.network.services import REPO

HOSTILE = (
    *("", " ", "-1", "0", "1e3", "1,5", "½", "１２", "٣", "0x", "1-", "1,,2", "5-1", "99999999999999999999"),
    *("9" * 5000, "1." + "9" * 5000, "\udcff", "a\x1b[31m\n", "\u202e1", "~nobody-at-all/x", "a" * 5000, "-"),
)
FOR_THE_ADD_ON = {"record", "sketch"}  # which gives them an order of its own
WITHOUT_AN_END = {"worker", "watchtower", "setup", "benchmark"}  # other tests start them
DEAD = 'rpc_url = "http://127.0.0.1:9/rpc"\ndirectory = "0x5"\naccount = "0x6"\n'
DOCUMENTED = {
    int(code) for code in re.findall(r"^\| (\d+) \|", (REPO / "docs" / "operations.md").read_text(), re.M)
} | {3, 4}


class Parsed(Exception):
    """A parser that somebody was about to use."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self.parser = parser


def parsers(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Those of all commands, and of the commands that these have."""

    def caught(parser: argparse.ArgumentParser, *_: object) -> None:
        raise Parsed(parser)

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", caught)
    for name, command in COMMANDS.items():
        for first in ([], ["signer"]):  # `key signer` has a parser of its own
            try:
                command(first)
            except Parsed as found:
                yield name, found.parser
                for action in found.parser._actions:
                    if isinstance(action, argparse._SubParsersAction):
                        yield from ((f"{name} {one}", parser) for one, parser in action.choices.items())


def test_no_option_takes_what_it_can_not_read_for_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames of `order` that make no sense ended it with a traceback, and a code of nothing."""
    seen = 0
    for name, parser in parsers(monkeypatch):
        for action in parser._actions:
            read = action.type
            if not callable(read):
                continue
            seen += 1
            for text in HOSTILE:
                try:
                    read(text)
                except (argparse.ArgumentTypeError, ValueError, TypeError) as error:
                    assert len(str(error)) < 300, (name, action.dest)
                except Exception as error:  # noqa: BLE001 - argparse would let it through
                    pytest.fail(f"{name} {action.dest} {text!r:.40}: {error!r}")
    assert seen > 100


def is_an_answer(said: str) -> bool:
    """Nothing, or JSON objects, one a line."""
    return all(isinstance(json.loads(line), dict) for line in said.splitlines())


@pytest.fixture
def ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[object]:
    """Runs a command in a place of its own; its code, and what it said."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.delenv("RENDERCHAIN_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(name: str, *arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        try:
            code = COMMANDS[name](list(arguments))
        except SystemExit as error:  # argparse
            code = int(error.code or 0)
        said = capfd.readouterr()
        return code, said.out, said.err

    yield run


def checked(ended: object, line: Sequence[str], *, json_is_asked: bool) -> int:
    assert callable(ended)
    answer: tuple[int, str, str] = ended(*line)
    code, out, err = answer
    what = f"{' '.join(line)!r:.200} ended with {code}: {out[-300:]} {err[-1500:]}"
    assert code in DOCUMENTED, what
    assert "Traceback" not in err and "Nobody foresaw" not in err, what
    assert not json_is_asked or is_an_answer(out), what
    assert code == 0 or err.strip() or out.strip(), what
    return code


OF_JOBS = (
    ("jobs",),
    ("watch", "1"),
    ("watch", "1", "--once"),
    ("download", "1"),
    ("download", "1", "--output", "frames"),
    ("cancel", "1"),
    ("cancel", "1", "--ask"),
    ("challenge", "1"),
    ("challenge", "1", "--leaves", "0", "7", "--ask"),
    ("order", "1", "--frames", "1-3"),
    ("receipt", "1"),
)
OTHERS = (
    ("account", "show"),
    ("account", "deploy", "--yes"),
    ("account", "backup", "backup.json"),
    ("account", "import", "--backup", "nowhere.json"),
    ("account", "import", "0x5"),
    ("account", "import"),
    ("account",),
    ("account", "nonsense"),
    ("doctor",),
    ("doctor", "nobody"),
    ("status",),
    ("earnings",),
    ("verify_receipt", "nowhere.json"),
)
SETTINGS = {
    "none": "",
    "garbage": "rpc_url = ",
    "unknown": DEAD + 'passphrase = "hidden-one"\n',
    "dead": DEAD + 'keystore = "key.json"\npassword_file = "password"\n',
    "keyless": DEAD + 'keystore = "nowhere.json"\npassword_file = "nowhere"\n',
    "nodes": DEAD + 'ws_url = "ws://[::1"\n',
    "folder": DEAD + 'folder = "/proc/nowhere"\n',
    "a file as folder": DEAD + 'folder = "settings.toml"\n',
    "ipfs": DEAD + 'ipfs_api = "/nonsense"\n',
    "program": DEAD + 'ipfs_program = "/nowhere/ipfs"\n',
}


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("form", ["text", "json"])
def test_whatever_the_settings_are_a_command_says_how_it_ended(
    tmp_path: Path, ended: object, monkeypatch: pytest.MonkeyPatch, settings: str, form: str
) -> None:
    monkeypatch.setattr(keys, "PBKDF2_ROUNDS", 2)
    (tmp_path / "password").write_text("a password")
    keys.KeystoreFile(tmp_path / "key.json", tmp_path / "password").save(6, 12345)
    named = []
    if SETTINGS[settings]:
        file = tmp_path / "settings.toml"
        file.write_text(SETTINGS[settings])
        named = ["--config", str(file)]
    more = ["--json"] if form == "json" else []
    for line in (*OF_JOBS, *OTHERS):
        given = line
        if line[0] != "account" or len(line) > 1:
            given = (*line, *more, *([] if line[0] == "verify_receipt" else named))
        code = checked(ended, given, json_is_asked=bool(more))
        assert code or line[0] in ("doctor",), f"{line} went well"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_whatever_is_typed_a_command_says_what_it_is(tmp_path: Path, ended: object, text: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(DEAD)
    config = ("--config", str(file))
    for line in (
        *(("watch", "--json", *config, "--", text), ("cancel", "--json", *config, "--", text)),
        ("challenge", "--json", *config, "1", f"--leaves={text}"),
        ("order", "--json", *config, "1", f"--frames={text}"),
        ("top_up", *config, "1", f"--pool={text}"),
        ("top_up", *config, "1", f"--reward={text}"),
        ("jobs", "--json", *config, f"--board={text}"),
        ("jobs", "--json", f"--config={text}"),
        ("download", "--json", *config, "1", f"--output={text}"),
        ("receipt", "--json", *config, "1", f"--output={text}"),
        ("account", "show", "--json", *config, f"--account={text}"),
        ("account", "show", "--json", *config, f"--keystore={text}"),
        ("account", "import", "--json", "--", text),
        ("account", "import", "--json", f"--backup={text}"),
        ("doctor", "--json", *config, f"--account={text}"),
        ("preflight", "--json", "nowhere.blend", f"--frames={text}"),
        ("jobs", f"--log={text}"),
    ):
        checked(ended, line, json_is_asked=True)


def test_links_in_a_circle_and_a_folder_that_is_gone_are_said(
    tmp_path: Path, ended: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They ended `download` before anything was said."""
    file = tmp_path / "settings.toml"
    file.write_text(DEAD)
    (tmp_path / "circle").symlink_to("circle")
    for line in (("download", "1"), ("receipt", "1")):
        at = ("--json", "--config", str(file), "--output", "circle/frames")
        checked(ended, (*line, *at), json_is_asked=True)
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for words in (
        ("download", "1", "--output", "frames"),
        ("receipt", "1", "--output", "frames"),
        ("account", "backup", "backup.json"),
    ):
        checked(ended, (*words, "--json", "--config", str(file)), json_is_asked=True)


def command(line: Sequence[str], place: Path, **how: object) -> subprocess.CompletedProcess[bytes]:
    environment = {
        **os.environ,
        "XDG_CONFIG_HOME": str(place),
        "XDG_DATA_HOME": str(place / "data"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        **how.pop("env", {}),  # type: ignore[dict-item]
    }
    words = " ".join(f"'{one}'" for one in [sys.executable, "-m", "renderchain", *line])
    redirected = str(how.pop("redirected", ""))
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        ["bash", "-c", f"{words} {redirected}"],
        cwd=REPO / "addon",
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
        **how,
    )


@pytest.mark.parametrize(
    "typed", [b"\xff\xfe\n", b"", b"\n", b"p\xe4ss\n"], ids=["raw", "none", "empty", "latin"]
)
@pytest.mark.parametrize("locale", ["C.UTF-8", "POSIX"])
def test_what_comes_by_standard_input_and_is_no_passphrase_is_said(
    tmp_path: Path, typed: bytes, locale: str
) -> None:
    for line in (["account", "new", "--json"], ["account", "import", "0x5", "--json"]):
        done = command(line, tmp_path, input=typed, env={"LC_ALL": locale})
        assert done.returncode in (77, 78) and done.stdout == b"", done
        assert b"Traceback" not in done.stderr and done.stderr.strip().endswith(b"."), done


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_ends_nothing_with_a_traceback(tmp_path: Path, closed: str) -> None:
    """What is printed went into the next file that was opened, or a traceback was all there was."""
    for line in (["doctor", "--json"], ["account", "new"]):
        done = command(line, tmp_path, stdin=subprocess.DEVNULL, redirected=closed)
        assert done.returncode in (69, 77, 78) and b"Traceback" not in done.stderr, (line, done)


@pytest.mark.parametrize("where", ["| true", "> /dev/full"])
def test_an_answer_that_nobody_takes_is_said_with_its_code(tmp_path: Path, where: str) -> None:
    done = command(
        ["doctor", "--json"],
        tmp_path,
        stdin=subprocess.DEVNULL,
        redirected=f"{where}; exit ${{PIPESTATUS[0]}}",
    )
    assert b"Traceback" not in done.stderr and b"Exception ignored" not in done.stderr, done
    assert done.returncode in (74, 78, 69, 77), done
