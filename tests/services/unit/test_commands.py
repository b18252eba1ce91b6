"""Services as processes of their own: what they say at the start, and how they end."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from renderchain.core.errors import SettingsError
from renderchain.core.notices.lines import parse_notice
from renderchain.core.notices.process import Failed, Logged

from devkit.network.services import REPO
from services.aggregator.command import _parser, check

SERVICES = ("aggregator", "index", "scheduler")
PATIENCE_S = 120
ANSWERING = "answering on "


def command(service: str, config: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", f"services.{service}", "--config", str(config), "--port", "0", *more]


@pytest.mark.parametrize("service", SERVICES)
def test_settings_that_make_no_sense_are_said_in_a_line_that_programs_read(
    service: str, tmp_path: Path
) -> None:
    config = tmp_path / "settings.toml"
    config.write_text('rpc_url = "no address"\ndirectory = "0x1"\naccount = "0x2"\n')
    done = subprocess.run(
        command(service, config), cwd=REPO, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    line = done.stderr.splitlines()[-1]
    said = parse_notice(line)
    assert isinstance(said, Failed) and "rpc_url" in said.reason and f'"name": "{service}"' in line
    assert (done.returncode, done.stdout) == (78, "")


@pytest.mark.parametrize("given", ["--side=-1", "--jobs=0", "--jobs=-3"])
def test_numbers_of_an_aggregator_that_can_not_be_are_refused_at_its_start(given: str) -> None:
    """With a negative side no frame had a picture, and each was tried again for ever."""
    with pytest.raises(SettingsError, match=given.partition("=")[0]):
        check(_parser().parse_args([given]))


@pytest.mark.parametrize("service", ["index", "scheduler"])
def test_while_it_waits_for_its_first_node_a_service_lives_and_ends_when_told(
    service: str, tmp_path: Path
) -> None:
    """A scheduler answered nothing then, so that whoever asked whether it lives began it anew."""
    config = tmp_path / "settings.toml"
    folder = f'folder = "{tmp_path / "kept"}"\n'
    config.write_text(f'rpc_url = "http://127.0.0.1:1/rpc"\ndirectory = "0x1"\naccount = "0x2"\n{folder}')
    process = subprocess.Popen(command(service, config), cwd=REPO, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        url = ""
        while not url:
            said = parse_notice(process.stderr.readline())
            if isinstance(said, Logged) and said.text.startswith(ANSWERING):
                url = said.text.removeprefix(ANSWERING)
        with urllib.request.urlopen(f"{url}/healthz", timeout=PATIENCE_S) as answer:
            assert answer.read() == b"alive\n"
        with pytest.raises(urllib.error.HTTPError) as unready:
            urllib.request.urlopen(f"{url}/readyz", timeout=PATIENCE_S)
        with unready.value as refusal:
            assert refusal.code == 503 and b"node" in refusal.read()
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        assert all(parse_notice(line) for line in rest.splitlines())
    finally:
        process.kill()
        process.communicate()
