"""Compile, check and test the contracts with the Cairo tools that tools/setup brings.

python tools/contracts.py build    compile into contracts/artefacts
python tools/contracts.py check    fail if the committed artefacts differ from the source
python tools/contracts.py test     run the contracts' own tests
python tools/contracts.py format   fail if cairo-format would change a file (--write: change it)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
PROJECT = REPO / "contracts"
ARTEFACTS = PROJECT / "artefacts"
CONTRACTS = {
    "Directory": "renderchain::directory::Directory",
    "WorkerRegistry": "renderchain::worker_registry::WorkerRegistry",
    "JobBoard": "renderchain::job_board::JobBoard",
}


def tool(name: str) -> str:
    """The path of a Cairo tool; builds it on the first use."""
    setup = [sys.executable, "-m", "tools.setup", "path", "cairo"]
    root = os.environ.get("RENDERCHAIN_CAIRO") or subprocess.check_output(setup, cwd=REPO, text=True).strip()
    os.environ["RENDERCHAIN_CAIRO"] = root
    return str(Path(root) / "bin" / name)


def build(folder: Path) -> None:
    """Write NAME.sierra.json, NAME.casm.json and NAME.abi.json of each contract."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in CONTRACTS.items():
        sierra, casm = folder / f"{name}.sierra.json", folder / f"{name}.casm.json"
        subprocess.run(
            [tool("starknet-compile"), str(PROJECT), str(sierra), "--contract-path", path], check=True
        )
        body = json.loads(sierra.read_text())
        body.pop("sierra_program_debug_info", None)  # half the file, and of no use on-chain
        sierra.write_text(json.dumps(body, indent=1) + "\n")
        (folder / f"{name}.abi.json").write_text(json.dumps(body["abi"], indent=1) + "\n")
        subprocess.run([tool("starknet-sierra-compile"), str(sierra), str(casm)], check=True)


def differing(folder: Path) -> list[str]:
    """Names of committed artefacts that a build into the folder did not reproduce."""
    build(folder)
    names = {path.name for path in folder.iterdir()} | {path.name for path in ARTEFACTS.iterdir()}
    return [name for name in sorted(names) if read(folder / name) != read(ARTEFACTS / name)]


def read(path: Path) -> bytes | None:
    """The file's bytes, None if there is none."""
    return path.read_bytes() if path.exists() else None


def main(arguments: list[str]) -> int:
    """Run one command; the exit code is the tool's."""
    command = arguments[0] if arguments else ""
    if command == "build":
        build(ARTEFACTS)
    elif command == "check":
        with tempfile.TemporaryDirectory() as folder:
            names = differing(Path(folder))
        if names:
            print(f"{', '.join(names)} differ from the source: run `make contracts` and commit them.")
            return 1
    elif command == "test":
        return subprocess.run([tool("cairo-test"), str(PROJECT), "--starknet"], check=False).returncode
    elif command == "format":
        flags = [] if "--write" in arguments else ["--check"]
        return subprocess.run(
            [tool("cairo-format"), "-r", *flags, str(PROJECT / "src")], check=False
        ).returncode
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
