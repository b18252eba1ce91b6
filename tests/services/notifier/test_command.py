"""The notifier as a person starts it: a try by each channel, and words where the settings are wrong."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from services.notifier.rules import Operator
from tests.services.notifier.receivers import SECRET, Mailbox, Received
from tests.services.notifier.written import hooked, write_operator

REPO = Path(__file__).parents[3]
PATIENCE_S = 600


def start(file: Path, *more: str) -> tuple[int, list[dict[str, str]]]:
    """Its exit code, and what it said."""
    command = [sys.executable, "-m", "services.notifier", "--config", str(file), *more]
    ended = subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=PATIENCE_S)
    return ended.returncode, [json.loads(line) for line in ended.stderr.splitlines()]


def sentences(said: Sequence[dict[str, str]]) -> str:
    return "\n".join(one["sentence"] for one in said)


def test_a_try_goes_by_each_channel_and_names_those_that_fail(
    tmp_path: Path, receiver: Received, mailbox: Mailbox
) -> None:
    person = f"""
[[person]]
name = "ada"
channels.hook = {{ kind = "webhook", url = "{receiver.url}/hook", secret = {{ file = "hook.key" }} }}
channels.mail = {{ kind = "mail", to = "ada@example.org" }}
channels.gone = {{ kind = "ntfy", url = "http://127.0.0.1:1", topic = "t" }}
"""
    mail = f'[mail]\nhost = "127.0.0.1"\nport = {mailbox.port}\nsecurity = "none"\nsender = "r@example.org"'
    code, said = start(write_operator(tmp_path, more=mail, person=person), "--test", "ada")
    assert code == 1 and "Not sent by gone" in said[-1]["sentence"]
    assert "hook: sent" in sentences(said) and "mail: sent" in sentences(said)
    assert len(receiver.requests) == len(mailbox.letters) == 1
    assert SECRET not in sentences(said)


def test_nobody_of_that_name_and_wrong_settings_have_the_code_of_other_commands(tmp_path: Path) -> None:
    file = write_operator(tmp_path, person=hooked("http://127.0.0.1:1/"))
    assert start(file, "--test", "eve")[0] == 78
    code, said = start(tmp_path / "none.toml")
    assert code == 78 and "none.toml can't be read" in said[-1]["sentence"]


def test_the_example_of_the_page_is_right() -> None:
    page = (REPO / "docs" / "notifier.md").read_text()
    example = page.partition("```toml\n")[2].partition("```")[0]
    found = Operator.model_validate(tomllib.loads(example))
    (ada,) = found.person
    assert ada.hears("job_done") == {"mail": "now"}
    assert ada.hears("paid") == {"mail": "daily"}
    assert ada.hears("audit_lost") == {"mail": "now", "hook": "now"}
