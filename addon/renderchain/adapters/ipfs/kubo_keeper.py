"""What keeps our own Kubo node as long as somebody holds its standard input, and not a moment longer.

A script, not a module: whoever starts it holds the other end of a pipe, which the system closes however that
process ends. Arguments: the program.
"""

import contextlib
import subprocess
import sys
import threading

END_S = 15
PR_SET_PDEATHSIG, SIGKILL = 1, 9


def end_with_keeper() -> None:
    """Where the system can, the node does not outlive this process either."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)


def main(program: str) -> int:
    """Run the node until it ends or nobody is there any more."""
    before = end_with_keeper if sys.platform == "linux" else None
    node = subprocess.Popen(  # noqa: S603 - the program is the user's choice
        [program, "daemon", "--migrate=true"],
        stdin=subprocess.DEVNULL,
        preexec_fn=before,  # noqa: PLW1509 - there is no other thread yet
    )

    def watch() -> None:
        sys.stdin.buffer.read()
        node.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            node.wait(END_S)
        node.kill()

    threading.Thread(target=watch, daemon=True).start()
    return node.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
