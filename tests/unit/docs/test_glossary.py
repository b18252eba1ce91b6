"""Every domain word in a type's or a folder's name is in the glossary; the rest is plain English."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.unit.docs.pages import REPO, tracked

# What needs no glossary: English, what every programmer knows, and the parts of names of their kind:
# ChaCha, SQLite, e2e, and what Blender wants in the names of its classes (AP, OT, PG, PT, UL).
PLAIN = """
    endless restored unfinished
    abi action active addon address again ahead already amount animation another ap app application ask at
    away back background bad base be below bench benchmark blender build canceled cancelled caught cha
    change check choose close come comparison connection console contract control copy core count cover
    create cut demo dependency deploy deployment details did differ disk docs does download due e empty
    end error estimate facts fail false fast faults field file findings first fix for full fund given
    happen has header high hinder import improve in index info inside instant insufficient interface is
    joining kept ledger left level limit line lint little load local log long longest look loop lost low
    made make manager many measure memory message minimum miss money more much must naive name need
    neither network never no nor not nothing often once only option order ot other out output over own
    page panel part paused pending people pg plain power preferences prepared program progress proxy pt
    questions raise raw reach reader reason receipt reference refuse register remark remote renderchain
    replay research rest resume row rule run runs screen scripted selector server service session set
    settings setup severity short show shown signature silent size skip small sqlite src standing starknet
    start state status still stop storage straight stream strokes stuck subcommands such supported take taken
    test than that the time to too tool transfer trust turn twice type ui ul unaffordable unchecked under
    unknown up upload view wait warning watch watchful wide will wire wish without word work world wrong zero
"""
TYPED = ("addon/renderchain", "contracts/src", "devkit")
FOLDERS = ("addon/renderchain", "benchmarks", "contracts/src", "devkit", "research", "tests", "tools")
TYPE = re.compile(r"^\s*(?:pub )?(?:class|struct|enum) (\w+)", re.M)
PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def stems(word: str) -> set[str]:
    """The word, and what it may be a form of: stakes, locked, shown, packing."""
    found = {word}
    for ending in ("s", "es", "d", "ed", "er", "r", "ing", "ship"):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word.removesuffix(ending)
            found |= {stem, f"{stem}e"} if ending == "ing" else {stem}
            if stem[-1:] == stem[-2:-1]:
                found.add(stem[:-1])
    if word.endswith("ies"):
        found.add(f"{word.removesuffix('ies')}y")
    return found


def explained() -> set[str]:
    """The words of the glossary's terms, in their tables and its two paragraphs on key and secret."""
    text = (REPO / "docs" / "glossary.md").read_text()
    terms = re.findall(r"^\| ([^|]+?) \|", text, re.M) + re.findall(r"\*+([^*]+)\*+", text)
    return {word for term in terms for word in re.findall(r"[a-z]+", term.lower())}


def test_no_table_explains_a_word_in_two_rows() -> None:
    """Such rows say different things sooner or later."""
    text = (REPO / "docs" / "glossary.md").read_text()
    for table in text.split("\n## "):
        rows = re.findall(r"^\| ([^|(,]+?) *[,(|].*\|$", table, re.M)
        assert [word for word, count in Counter(rows).items() if count > 1] == [], table.partition("\n")[0]


def names() -> dict[str, str]:
    """Each name of a type or folder, and a file that has it."""
    found: dict[str, str] = {}
    for path in tracked(*TYPED):
        place = path.relative_to(REPO).as_posix()
        if path.suffix in (".py", ".cairo") and "/tests" not in place:
            found |= dict.fromkeys(TYPE.findall(path.read_text()), place)
    for root in FOLDERS:
        for path in tracked(root):
            folders = path.relative_to(REPO / root).parts[:-1]
            found |= dict.fromkeys((*folders, Path(root).name), path.relative_to(REPO).as_posix())
    return found


def test_every_domain_word_is_in_the_glossary() -> None:
    known = {stem for word in explained() | set(PLAIN.split()) for stem in stems(word)}
    named = names()
    assert len(named) > 380
    unknown = {
        f"{word} (of {name} in {place})"
        for name, place in named.items()
        for word in map(str.lower, PARTS.findall(name))
        if not stems(word) & known
    }
    assert unknown == set()
