"""Compile, check and test the contracts with the Cairo tools that tools/setup brings.

python tools/contracts.py build    compile into contracts/artefacts; write test vectors
python tools/contracts.py check    fail if the committed artefacts differ from the source
python tools/contracts.py test     run the contracts' own tests
python tools/contracts.py format   fail if cairo-format would change a file (--write: change it)
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
PROJECT = REPO / "contracts"
ARTEFACTS = PROJECT / "artefacts"
# What the client needs of the contracts goes with it: their ABIs, and by which class it knows them.
ABI = REPO / "addon" / "renderchain" / "adapters" / "starknet" / "abi"
CONTRACTS = {
    "Directory": "renderchain::directory::Directory",
    "WorkerRegistry": "renderchain::registry::worker_registry::WorkerRegistry",
    "JobBoard": "renderchain::board::job_board::JobBoard",
    "AuditLibrary": "renderchain::audit::audit_library::AuditLibrary",
    "ChallengeLibrary": "renderchain::audit::challenge_library::ChallengeLibrary",
}


def tool(name: str) -> str:
    """The path of a Cairo tool; builds it on the first use."""
    setup = [sys.executable, "-m", "tools.setup", "path", "cairo"]
    root = os.environ.get("RENDERCHAIN_CAIRO") or subprocess.check_output(setup, cwd=REPO, text=True).strip()
    os.environ["RENDERCHAIN_CAIRO"] = root
    return str(Path(root) / "bin" / name)


def build(folder: Path) -> None:
    """Write NAME.sierra.json and NAME.casm.json of each contract, and below abi what clients need."""
    from starknet_py.common import create_sierra_compiled_contract
    from starknet_py.hash.sierra_class_hash import compute_sierra_class_hash

    (folder / "abi").mkdir(parents=True, exist_ok=True)
    classes = {}
    for name, path in CONTRACTS.items():
        sierra, casm = folder / f"{name}.sierra.json", folder / f"{name}.casm.json"
        subprocess.run(
            [tool("starknet-compile"), str(PROJECT), str(sierra), "--contract-path", path], check=True
        )
        body = json.loads(sierra.read_text())
        body.pop("sierra_program_debug_info", None)  # half the file, and of no use on-chain
        sierra.write_text(json.dumps(body, indent=1) + "\n")
        (folder / "abi" / f"{name}.json").write_text(json.dumps(body["abi"], indent=1) + "\n")
        compiled = create_sierra_compiled_contract(compiled_contract=sierra.read_text())
        classes[name] = hex(compute_sierra_class_hash(compiled))
        subprocess.run([tool("starknet-sierra-compile"), str(sierra), str(casm)], check=True)
    (folder / "abi" / "classes.json").write_text(json.dumps(classes, indent=1) + "\n")


def committed(name: str) -> Path:
    """Where an artefact of that name is kept."""
    return ABI / name.removeprefix("abi/") if name.startswith("abi/") else ARTEFACTS / name


def differing(folder: Path) -> list[str]:
    """Names of committed artefacts that a build into the folder did not reproduce."""
    build(folder)
    names = {str(path.relative_to(folder)) for path in folder.rglob("*.json")}
    names |= {path.name for path in ARTEFACTS.iterdir()} | {f"abi/{path.name}" for path in ABI.iterdir()}
    wrong = [name for name in sorted(names) if read(folder / name) != read(committed(name))]
    stale = [name for name, text in vectors().items() if words(vectors_path(name).read_text()) != words(text)]
    return wrong + stale


def vectors() -> dict[str, str]:
    """What the core computes, as Cairo modules for the contracts' own tests, by their paths below these."""
    sys.path.insert(0, str(REPO))  # run as a script, not as a module
    from tools.contract_vectors import vectors

    return vectors()


def vectors_path(name: str) -> Path:
    """Where a module of vectors is kept."""
    return PROJECT / "src" / "tests" / f"{name}.cairo"


def words(text: str) -> list[str]:
    """What is left when formatting is not: cairo-format breaks lines its own way."""
    return re.findall(r"[\w']+|[^\w\s,]", text)


def read(path: Path) -> bytes | None:
    """The file's bytes, None if there is none."""
    return path.read_bytes() if path.exists() else None


def formatted(*flags: str) -> int:
    """Put all sources into shape, or with ``--check`` only fail if one is not; the tool's exit code."""
    command = [tool("cairo-format"), "-r", *flags, str(PROJECT / "src")]
    return subprocess.run(command, check=False).returncode


def main(arguments: list[str]) -> int:
    """Run one command; the exit code is the tool's."""
    command = arguments[0] if arguments else ""
    if command == "build":
        for name, text in vectors().items():
            vectors_path(name).write_text(text)
        formatted()
        with tempfile.TemporaryDirectory() as folder:
            build(Path(folder))
            for path in Path(folder).rglob("*.json"):
                committed(str(path.relative_to(folder))).write_bytes(path.read_bytes())
    elif command == "check":
        with tempfile.TemporaryDirectory() as folder:
            names = differing(Path(folder))
        if names:
            print(f"{', '.join(names)} differ from the source: run `make contracts` and commit them.")
            return 1
    elif command == "test":
        return subprocess.run([tool("cairo-test"), str(PROJECT), "--starknet"], check=False).returncode
    elif command == "format":
        return formatted(*([] if "--write" in arguments else ["--check"]))
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
