"""A unit holds the command as it is, whatever the folders are called."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest
from renderchain.core.worker_unit import UNIT_NAME, unit_text


def test_words_with_what_systemd_reads_are_escaped() -> None:
    text = unit_text(["/usr/bin/true", 'a "b" c', "50%", "$HOME", "back\\slash"])
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text)
    assert parser["Service"]["ExecStart"] == r'"/usr/bin/true" "a \"b\" c" "50%%" "$$HOME" "back\\slash"'


@pytest.mark.parametrize("word", ["a\nExecStartPre=/bin/sh", "\x1b[2J", "a\0"])
def test_what_would_be_another_line_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="unit"):
        unit_text(["/usr/bin/true", word])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_reads_it(tmp_path: Path) -> None:
    path = tmp_path / UNIT_NAME
    path.write_text(unit_text(["/usr/bin/true", "with a space"]))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(path)], capture_output=True, text=True, check=False
    )
    assert UNIT_NAME not in done.stderr, done.stderr
