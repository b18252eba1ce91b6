"""A second child that is asked again and again: a line each, and a line is the answer.

It is started when it is first asked, and again when it was killed or its processor time is used up. What it
looked at before may have taken it over: so it is one lease's, whose files are all one scene's.
"""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress
from pathlib import Path

from .second_child import INSIDE, SecondChild, end_child

ATTEMPTS = 2


class AskedChild:
    """``program`` sees ``folder`` alone; ``end`` it. One thread at a time may ask."""

    def __init__(self, child: SecondChild, program: Path, folder: Path) -> None:
        self._child = child
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, line: bytes, most: int) -> bytes:
        """The answer of at most so many bytes; b"" where there is none, as of a program that was killed."""
        for _ in range(ATTEMPTS):
            if self._process is None:
                self._process = self._child.start(self._program, (INSIDE,), self._folder, is_asked=True)
            if answer := self._answer(self._process, line, most):
                return answer
            self.end()
        return b""

    def _answer(self, process: subprocess.Popen[bytes], line: bytes, most: int) -> bytes:
        if process.stdin is None or process.stdout is None:
            return b""
        clock = threading.Timer(self._child.seconds, end_child, (process,))
        clock.start()
        try:
            process.stdin.write(line)
            process.stdin.flush()
            answer = process.stdout.readline(most)
        except OSError:  # it is gone
            return b""
        finally:
            clock.cancel()
        return answer if answer.endswith(b"\n") else b""

    def end(self) -> None:
        """Have nothing of it left."""
        process, self._process = self._process, None
        if process is None:
            return
        end_child(process)
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
