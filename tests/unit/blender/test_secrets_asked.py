"""Keys and passphrases at a real terminal: asked for, never shown, and it is said where they went."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

KEY = "0x1234567"
ADDRESS = "0x5ec"
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
TIMEOUT_S = 60


def talk(arguments: list[str], answers: list[tuple[str, str]], **environment: str) -> tuple[str, int]:
    """Run a command at a terminal, answer each of its questions; all that the terminal showed, exit code."""
    child, terminal = pty.fork()
    if not child:
        program = [sys.executable, "-m", "renderchain", *arguments]
        os.execve(program[0], program, {**os.environ, **NO_KEYRING, **environment})
    shown, waiting, until_s = "", list(answers), time.monotonic() + TIMEOUT_S
    seen = 0
    while time.monotonic() < until_s:
        if not select.select([terminal], [], [], 1.0)[0]:
            continue
        try:
            shown += os.read(terminal, 4096).decode()
        except OSError:  # the terminal is closed with its last process
            break
        if waiting and waiting[0][0] in shown[seen:]:
            seen = len(shown)
            os.write(terminal, waiting.pop(0)[1].encode() + b"\n")
    assert not waiting, shown
    os.close(terminal)
    return shown, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_key_is_typed_unseen_and_the_preferences_settings_name_its_account(tmp_path: Path) -> None:
    """`key` waited without a word, showed what was typed, and said nothing when it was done."""
    place = {"XDG_CONFIG_HOME": str(tmp_path)}
    questions = [("not shown", KEY), ("A passphrase", "open it"), ("again", "open it")]
    shown, code = talk(["account", "import", ADDRESS], questions, **place)
    assert code == 0, shown
    folder = tmp_path / "renderchain"
    assert f"The key of {ADDRESS} is stored in {folder}" in shown and "sealed with a passphrase" in shown
    assert KEY not in shown and "1234567" not in shown and "open it" not in shown
    assert f'account = "{ADDRESS}"' in (folder / "settings.toml").read_text()


def test_two_passphrases_or_no_key_store_nothing(tmp_path: Path) -> None:
    place = {"XDG_CONFIG_HOME": str(tmp_path)}
    shown, code = talk(["account", "import", ADDRESS], [("not shown", "no key")], **place)
    assert code == 77 and "no hexadecimal key; nothing was stored" in shown
    questions = [("not shown", KEY), ("A passphrase", "open it"), ("again", "opened")]
    shown, code = talk(["account", "import", ADDRESS], questions, **place)
    assert code == 77 and "two passphrases; nothing was stored" in shown
    assert not (tmp_path / "renderchain").exists()


def test_the_settings_own_keystore_is_sealed_where_they_say(tmp_path: Path) -> None:
    config = tmp_path / "pipeline.toml"
    config.write_text(
        f'rpc_url = "http://127.0.0.1:1/rpc"\ndirectory = "0x5"\n'
        f'account = "{ADDRESS}"\nkeystore = "key.json"\n'
    )
    shown, code = talk(
        ["key", "--config", str(config)], [("Private key", KEY), *[("Passphrase of", "open it")] * 2]
    )
    assert code == 0 and KEY not in shown, shown
    assert f"The key of {ADDRESS} is stored in {tmp_path / 'key.json'}, sealed with a passphrase" in shown


def test_programs_are_told_the_account_as_an_object_and_give_the_passphrase_on_standard_input(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "renderchain", "account", "new", "--json"],
        input="open it\n",
        capture_output=True,
        text=True,
        env={**os.environ, **NO_KEYRING, "XDG_CONFIG_HOME": str(tmp_path)},
        check=False,
    )
    made = json.loads(done.stdout)
    assert done.returncode == 0 and str(tmp_path) in made["kept_in"]
    assert f'account = "{made["account"]}"' in (tmp_path / "renderchain" / "settings.toml").read_text()
    assert "open it" not in done.stdout + done.stderr


def test_a_backup_is_sealed_anew_and_imported_without_address_and_key(tmp_path: Path) -> None:
    here, there = {"XDG_CONFIG_HOME": str(tmp_path / "a")}, {"XDG_CONFIG_HOME": str(tmp_path / "b")}
    twice = [("A passphrase", "here"), ("again", "here")]
    talk(["account", "import", ADDRESS], [("not shown", KEY), *twice], **here)
    settings = tmp_path / "a" / "renderchain" / "settings.toml"
    settings.write_text(settings.read_text() + 'rpc_url = "http://127.0.0.1:9/rpc"\ndirectory = "0x5"\n')
    file = tmp_path / "backup.json"
    questions = [("A passphrase", "sealed"), ("again", "sealed"), ("Passphrase of", "here")]
    shown, code = talk(["account", "backup", str(file)], questions, **here)
    assert code == 0 and f"The key of {ADDRESS} is sealed in {file}" in shown, shown
    questions = [("Passphrase of", "sealed"), ("A passphrase", "there"), ("again", "there")]
    shown, code = talk(["account", "import", "--backup", str(file)], questions, **there)
    assert code == 0 and f"The key of {ADDRESS} is stored in {tmp_path / 'b'}" in shown, shown
    assert talk(["account", "import"], [], **there)[1] == 2
