"""How building the extension fails, and the steps that are other programs."""

from __future__ import annotations

import os
import subprocess

AGAIN = "then run this again."


class BuildError(Exception):
    """The extension was not built; the text says what failed and what to do now."""


def call(what: str, command: list[str], advice: str) -> None:
    """Run a step; raises BuildError with the end of its output and the advice."""
    env = {**os.environ, "SOURCE_DATE_EPOCH": "1577836800"}  # wheels built twice are the same
    try:
        result = subprocess.run(
            command, env=env, capture_output=True, text=True, errors="replace", check=False
        )
    except FileNotFoundError as error:
        raise BuildError(f"build_extension: {command[0]} is missing; {advice}") from error
    if result.returncode:
        tail = "\n".join((result.stdout + result.stderr).splitlines()[-15:])
        raise BuildError(f"{tail}\nbuild_extension: {what} failed with {result.returncode}; {advice}")
