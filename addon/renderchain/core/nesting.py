"""Python's own guard against what nests too deep, which a library takes away."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turn = threading.RLock()


@contextmanager
def guard_kept() -> Iterator[None]:
    """What is imported inside of this leaves Python's limit of nesting as it was.

    py_ecc, which comes with eth-keyfile and so with starknet-py, raises it to 100,000. From then on json
    reads brackets, of which 100 KB suffice, until the C stack is full and the process is gone. Threads take
    turns: one that came while another imports would take the raised limit for Python's own.
    """
    with _turn:
        limit = sys.getrecursionlimit()
        try:
            yield
        finally:
            sys.setrecursionlimit(limit)
