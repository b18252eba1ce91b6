"""However a command ends: one sentence, and a code by its cause."""

from __future__ import annotations

import argparse
import errno

import pytest
from renderchain.blender.command_line import guarded
from renderchain.core.errors import NodeAway


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (NodeAway("The node can't be reached."), 69, "The node can't be reached."),
        (
            FileExistsError(errno.EEXIST, "File exists", "/somewhere/w"),
            74,
            "/somewhere/w can't be used (File exists)",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "/x"),
            74,
            "/x can't be used (Permission denied)",
        ),
        (KeyError("field"), 1, "Nobody foresaw that: please report it"),
        (RecursionError("too deep"), 1, "RecursionError: too deep."),
    ],
)
def test_whatever_ends_a_command_is_said(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int, said: str
) -> None:
    """A folder that can't be made ended the worker with a traceback and no sentence."""

    def work(_: object) -> int:
        raise error

    assert guarded(argparse.Namespace(name="one", log="text"), work) == code
    assert said in capsys.readouterr().err.splitlines()[-1]
