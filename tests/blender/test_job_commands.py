"""Which board the commands about jobs mean, and how they name it."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderchain.blender import job_commands
from renderchain.blender.command_line import settings_of
from renderchain.core.artist_job import JobEntry, JobOverview
from renderchain.core.errors import SettingsError
from renderchain.core.ids import JobId

HERE, THERE = 0xB0A2D, 0xB0A2E


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """What an artist has whose settings name a board."""
    file = tmp_path / "settings.toml"
    file.write_text(
        f'rpc_url = "http://127.0.0.1:9/rpc"\ndirectory = "0x5"\naccount = "0x6"\nboard = "{HERE:#x}"\n'
    )
    return file


def board_of(*arguments: str) -> int:
    """That which counts for a command."""
    return settings_of(job_commands.parser_of("jobs", "").parse_args(list(arguments))).board


def test_a_board_that_the_command_names_counts_before_that_of_the_settings(settings: Path) -> None:
    named = ("--config", str(settings))
    assert board_of(*named) == HERE
    assert board_of(*named, "--board", f"{THERE:#x}") == THERE


def test_what_is_no_address_of_a_board_is_told(settings: Path) -> None:
    with pytest.raises(SettingsError, match="board can't be 'town' .on the command line"):
        board_of("--config", str(settings), "--board", "town")


@pytest.mark.parametrize("name", [*job_commands.JOB_COMMANDS])
def test_every_command_about_jobs_takes_a_board(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        job_commands.JOB_COMMANDS[name](["--help"])
    assert "--board ADDRESS" in capsys.readouterr().out


def test_a_job_is_named_with_its_board_where_jobs_are_on_several() -> None:
    one = JobOverview(JobEntry(1, THERE, JobId(7), "film", "bafy", "/frames", 0, "refused"))
    assert "job 7\t" in job_commands.line_of(one)
    assert f"job 7 on board {THERE:#x}\t" in job_commands.line_of(one, with_board=True)
    assert one.as_dict()["board"] == f"{THERE:#x}"
