"""Each cause has a code of its own, and the table in docs/operations.md has all of them."""

from __future__ import annotations

import re

import pytest
from renderchain.core import errors
from renderchain.core.contract_errors import NothingToClaim, UnknownWorker
from renderchain.core.exit_codes import CAUSES, ENDED, INTERRUPTED, OTHER, USAGE, exit_code_of, unchanging

from tests.unit.docs.pages import REPO


def test_codes_are_different_and_say_the_same_to_every_shell() -> None:
    codes = [ENDED, OTHER, USAGE, INTERRUPTED, *(cause.code for cause in CAUSES)]
    assert len(set(codes)) == len(codes)
    # Above 125 a shell means something else; below 64 a program has meanings of its own.
    assert all(64 <= cause.code <= 78 for cause in CAUSES)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.SettingsError(""), 78),
        (errors.KeyStoreError(""), 77),
        (errors.WrongNetwork(""), 76),
        (errors.StuckTransaction(""), 69),
        (errors.SandboxMissing(""), 71),
        (errors.AgentRunsAlready(""), 73),
        (UnknownWorker("Working"), 67),
        (NothingToClaim("Claiming"), 1),
        (errors.FrameRangeError(""), 2),
        (errors.SceneError(""), 1),
        (ValueError(), 1),
    ],
)
def test_a_kind_of_error_has_its_code_and_so_have_its_subclasses(error: Exception, code: int) -> None:
    assert exit_code_of(error) == code


def test_no_error_has_two_codes() -> None:
    kinds = [kind for cause in CAUSES for kind in cause.errors]
    for kind in kinds:
        assert [one for one in kinds if issubclass(kind, one)] == [kind]


def test_the_table_in_the_docs_has_every_code_and_after_which_a_start_is_of_no_use() -> None:
    page = (REPO / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| (\d+) \| .+ \| (yes|no|–) \|$", page, re.M)
    said = {int(code): again for code, again in rows}
    assert set(said) == {ENDED, OTHER, USAGE, INTERRUPTED, *(cause.code for cause in CAUSES)}
    assert {code for code, again in said.items() if again == "no"} == set(unchanging())
