"""What sealing and opening a file cost against one sha-256 over the same bytes; prints MiB a second.

python -m benchmarks.sealing [--mebibytes 512]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from renderchain.adapters.sealing import ChaChaSealer
from renderchain.core.sealed import CHUNK_BYTES, FileSeal

ROUNDS = 3


def hash_file(path: Path) -> None:
    """What checking a file's digest reads and computes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)


def main() -> None:
    """Measure each way ``ROUNDS`` times and print the best."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mebibytes", type=int, default=512)
    mebibytes = parser.parse_args().mebibytes
    sealer, seal = ChaChaSealer(), FileSeal(os.urandom(32), b"benchmark")
    with tempfile.TemporaryDirectory() as name:
        plain, sealed, opened = (Path(name, one) for one in ("plain", "sealed", "opened"))
        with plain.open("wb") as file:
            for _ in range(mebibytes):
                file.write(os.urandom(CHUNK_BYTES))

        def seal_again() -> None:
            sealed.unlink(missing_ok=True)
            sealer.seal(plain, sealed, seal)

        def open_again() -> None:
            opened.unlink(missing_ok=True)
            sealer.open(sealed, opened, seal, mebibytes * CHUNK_BYTES)

        ways: dict[str, Callable[[], None]] = {
            "sha-256": lambda: hash_file(plain),
            "seal": seal_again,
            "open": open_again,
        }
        for what, work in ways.items():
            times_s = []
            for _ in range(ROUNDS):
                start_s = time.perf_counter()
                work()
                times_s.append(time.perf_counter() - start_s)
            print(f"{what}\t{mebibytes / min(times_s):.0f} MiB/s")
    print(f"memory\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most")


if __name__ == "__main__":
    main()
