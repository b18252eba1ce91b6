"""Pages that scripts write say what the scripts would write now, but for figures that only a run can give."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from renderchain.core.finals import Difference

from benchmarks import gas_page, scaling
from research import attacks, audit_cost, determinism, economics, finals, verification
from research.trust.capture import Capture
from tests.unit.docs.pages import REPO

DATE = re.compile(r"\d{4}-\d\d-\d\d")
NUMBER = re.compile(r"\d[\d,.]*(e-\d+)?")


def undated(text: str) -> str:
    """All but the date at the top, which is the day of the run."""
    return DATE.sub("DATE", text, count=1)


def prose(text: str) -> str:
    """All but tables, figures and line breaks."""
    lines = (line for line in DATE.sub("0", text).splitlines() if not line.startswith("|"))
    return " ".join(NUMBER.sub("0", " ".join(lines)).split())


def capture_of(kept: dict[str, Any]) -> Capture:
    """A row of the data; JSON has text for the audit rates."""
    rates = ({int(exp): value for exp, value in kept[name].items()} for name in ("cheat", "false_slash"))
    return Capture(kept["share"], tuple(kept["rounds"]), *rates)


def test_the_page_on_attacks_is_what_its_data_make() -> None:
    data = json.loads(attacks.DATA.read_text())
    captures = [capture_of(one) for one in data["capture"]]
    page = attacks.page(data["pixels"], captures, data["grinding"])
    assert undated(attacks.PAGE.read_text()) == undated(page)


def test_the_page_on_determinism_is_what_its_data_make() -> None:
    data = json.loads(determinism.DATA.read_text())
    assert determinism.PAGE.read_text() == determinism.page(data)


def test_the_page_on_gas_has_the_sentences_of_its_script() -> None:
    figures = gas_page.Figures(spared=[gas_page.Job(1000, 125, 8, phases={"audits": 10**7})], naive=1)
    figures.spared[0].phases |= dict.fromkeys(gas_page.PHASE_NAMES, 1000)
    assert prose((REPO / "docs" / "gas.md").read_text()) == prose(gas_page.page(figures))


def test_the_page_on_scaling_has_a_row_for_each_way_and_its_script_knows_the_page_on_gas(
    tmp_path: Path,
) -> None:
    page = tmp_path / "scaling.md"
    page.write_text(scaling.PAGE.read_text())
    scaling.write(page, scaling.GAS.read_text())
    assert NUMBER.sub("0", page.read_text()) == NUMBER.sub("0", scaling.PAGE.read_text())
    assert len(scaling.table(scaling.GAS.read_text())) == 2 + 3 * 2
    with pytest.raises(LookupError, match="has no row 'create_job"):
        scaling.table("| create | 1 |")


def test_the_page_on_economics_is_what_its_script_writes() -> None:
    assert economics.PAGE.read_text() == economics.page()


def test_the_part_on_audits_has_the_sentences_of_its_script() -> None:
    text = audit_cost.PAGE.read_text()
    start, end = text.index(audit_cost.START), text.index(audit_cost.END) + len(audit_cost.END)
    part = audit_cost.part(audit_cost.Times(1.0, 1.0, 1.0), [], 0.5)
    assert prose(text[start:end]) == prose(part)


def test_the_tables_on_verification_are_what_their_data_make() -> None:
    page = verification.PAGE.read_text()
    for part in verification.parts(json.loads(verification.DATA.read_text())).values():
        assert part in page
    assert finals.tables([found_of(one) for one in json.loads(finals.DATA.read_text())]) in page


def found_of(kept: dict[str, Any]) -> finals.Found:
    """A frame whose final image was made again."""
    false = {name: Difference(**found) for name, found in kept["false"].items()}
    return finals.Found(**{**kept, "honest": Difference(**kept["honest"]), "false": false})
