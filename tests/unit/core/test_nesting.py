"""Python's own guard against what nests too deep stays, whoever imports a library that takes it away."""

from __future__ import annotations

import sys
import threading

from renderchain.core.nesting import guard_kept

WAIT_S = 5.0


def test_the_limit_is_as_it_was_after_an_import_that_raised_it() -> None:
    limit = sys.getrecursionlimit()
    with guard_kept():
        sys.setrecursionlimit(limit + 1)
    assert sys.getrecursionlimit() == limit


def test_a_thread_that_imports_meanwhile_does_not_take_the_raised_limit_for_pythons_own() -> None:
    limit, raised, inside, over = sys.getrecursionlimit(), *(threading.Event() for _ in range(3))

    def first() -> None:
        with guard_kept():
            sys.setrecursionlimit(limit + 1)
            raised.set()
            inside.wait(WAIT_S / 10)  # in vain where threads take turns
        over.set()

    def second() -> None:
        raised.wait(WAIT_S)
        with guard_kept():
            inside.set()
            over.wait(WAIT_S)

    threads = [threading.Thread(target=one) for one in (first, second)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * WAIT_S)
        assert sys.getrecursionlimit() == limit
    finally:
        sys.setrecursionlimit(limit)
