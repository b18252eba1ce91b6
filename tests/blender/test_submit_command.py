"""What `submit` refuses before it opens a scene."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderchain.blender import submit_command


def test_a_node_that_ends_with_the_command_is_not_left_with_a_package_that_nobody_fetched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "settings.toml"
    config.write_text(
        'rpc_url = "http://127.0.0.1:9/rpc"\ndirectory = "0x5"\naccount = "0x6"\nipfs_program = "ipfs"\n'
    )
    arguments = ["--config", str(config), "--frames", "1"]
    assert submit_command.submit(arguments, tmp_path / "there-is-none.blend") == 78
    assert "add --wait, or use a node that runs by itself" in capsys.readouterr().err
