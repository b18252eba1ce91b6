"""Every subject has one word, on the pages and in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from renderchain.core import contract_errors
from renderchain.core.audit import errors

from tests.unit.docs.pages import CODE, PAGES, REPO, tracked

# On-chain reasons keep their wording, and so do the names of what is on-chain, which stand in backticks.
REASON = re.compile(r"RC: [^|`]*")
LEFT_BEHIND = re.compile(
    r"\b(courts?|courtroom|bailiffs?|dockets?|hearings?|trials?|jury|juries|jurors?|defences?|till)\b", re.I
)
STRANGER = re.compile(r"(?<!demo's honest )\bstrangers?\b")

SOURCES = ("*.py", "contracts/src/*.cairo", "Makefile", "pyproject.toml")
REASON_IN_CODE = re.compile(r"""(['"])RC: .*?\1""")
# The model and the tests say a reason without its prefix, in double quotes.
REASONS = [
    one.code.removeprefix("RC: ")
    for module in (contract_errors, errors)
    for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, contract_errors.ContractError)
]
ON_CHAIN = ("bailiff_court",)  # a member of storage; its address derives from its name
PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
DEMO = "tools/demo/"  # there a machine is called the stranger


def left_behind(place: str, text: str) -> list[str]:
    """Words in names, comments and strings of a file that should have gone."""
    text = REASON_IN_CODE.sub("", text)
    for kept in (*(f'"{one}"' for one in REASONS), *ON_CHAIN):
        text = text.replace(kept, "")
    words = map(str.lower, PARTS.findall(f"{place}\n{text}"))
    gone = [LEFT_BEHIND] if place.startswith(DEMO) else [LEFT_BEHIND, STRANGER]
    return [word for word in words if any(one.fullmatch(word) for one in gone)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_audits_and_people_have_one_word(page: Path) -> None:
    text = re.sub(CODE, "", re.sub(REASON, "", page.read_text()))
    assert LEFT_BEHIND.findall(text) == []
    assert STRANGER.findall(text.replace("\n", " ")) == []
    assert not LEFT_BEHIND.search(page.stem.replace("-", " "))


def test_code_has_the_same_words() -> None:
    files = {path.relative_to(REPO).as_posix(): path for path in tracked(*SOURCES)}
    del files[Path(__file__).relative_to(REPO).as_posix()]
    assert len(files) > 400
    found = {place: left_behind(place, path.read_text()) for place, path in files.items()}
    assert {place: words for place, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("place", "line", "word"),
    [
        ("app/duties.py", "class CourtOfAppeal:", "court"),
        ("app/duties.py", "def end_of_trial(self):", "trial"),
        ("app/duties.py", "JURY_SIZE = 3", "jury"),
        ("app/duties.py", "# The bailiff's part", "bailiff"),
        ("app/duties.py", 'raise ValueError("no juror")', "juror"),
        ("app/dockets.py", "", "dockets"),
        ("contracts/src/audit/votes.cairo", "fn hearing_of(lease_id: u64) {", "hearing"),
        ("contracts/src/audit/votes.cairo", "const DEFENCE: u8 = 1;", "defence"),
        ("Makefile", "test: ## wait till it ends", "till"),
        ("tests/test_loop.py", "stranger = Machine()", "stranger"),
        ("tools/demo/__main__.py", "court = None", "court"),
    ],
)
def test_a_planted_word_is_seen(place: str, line: str, word: str) -> None:
    assert left_behind(place, line) == [word]


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("contracts/src/audit/votes.cairo", "const IN_AUDIT: felt252 = 'RC: lease is in court';"),
        ("core/errors.py", 'code = "RC: board without a court"'),
        ("model/leases.py", 'need(is_over, "lease is in court")'),
        ("contracts/src/board/audit_delegate.cairo", "self.bailiff_court.write(library);"),
        ("tools/demo/__main__.py", "STRANGER = 2"),
        ("app/duties.py", "still = instill(distill)"),
    ],
)
def test_what_keeps_its_name_is_let_be(place: str, line: str) -> None:
    assert left_behind(place, line) == []
