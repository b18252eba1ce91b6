"""The contracts' own tests pass, and the committed artefacts are what the source compiles to."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from renderchain.core.audit.state import DrawOutcome
from renderchain.core.contract_errors import BY_CODE
from renderchain.core.job import JobTerms
from renderchain.core.lifecycle import LeaseState

REPO = Path(__file__).resolve().parents[2]
MOST_FELTS = 81_920  # of a compiled class


def contracts(command: str) -> str:
    script = [sys.executable, str(REPO / "tools" / "contracts.py"), command]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_cairo_test_passes() -> None:
    result = re.search(r"test result: ok\. (\d+) passed; 0 failed; 0 ignored", contracts("test"))
    assert result and int(result[1]) >= 268, "fewer than there were: is every module of tests named?"


def test_the_committed_artefacts_are_what_the_source_compiles_to() -> None:
    contracts("check")


def test_every_class_is_as_small_as_networks_take_it() -> None:
    for path in sorted((REPO / "contracts" / "artefacts").glob("*.casm.json")):
        assert len(json.loads(path.read_text())["bytecode"]) <= MOST_FELTS, path.name


def test_job_terms_have_the_same_fields_in_both_languages() -> None:
    abi = json.loads((REPO / "addon/renderchain/adapters/starknet/abi/JobBoard.json").read_text())
    (struct,) = [entry for entry in abi if entry["name"] == "renderchain::types::board::JobTerms"]
    assert [member["name"] for member in struct["members"]] == list(JobTerms.__dataclass_fields__)


def test_lease_states_and_draw_outcomes_have_the_same_numbers_in_both_languages() -> None:
    for file, enum in (("board", LeaseState), ("audit", DrawOutcome)):
        source = (REPO / "contracts" / "src" / "types" / f"{file}.cairo").read_text()
        (body,) = re.findall(rf"pub mod {enum.__name__} \{{(.*?)\n\}}", source, re.S)
        constants = dict(re.findall(r"pub const ([A-Z_]+): u8 = (\d+);", body))
        assert constants and all(enum[name] == int(number) for name, number in constants.items())


def test_every_refusal_has_its_own_reason() -> None:
    reasons: list[str] = []
    for path in (REPO / "contracts" / "src").rglob("*.cairo"):
        reasons += re.findall(r"pub const [A-Z_]+: felt252 = '(RC: [^']+)'", path.read_text())
    assert len(reasons) == len(set(reasons)) >= 99, "fewer than there were: is every file read?"
    assert set(reasons) <= set(BY_CODE), "each needs its exception in core/contract_errors.py"
