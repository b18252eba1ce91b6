"""Every domain word in a type's or a folder's name is in the glossary; the rest is plain English."""

from __future__ import annotations

import re
from pathlib import Path

from tests.unit.docs.pages import REPO, tracked

# What needs no glossary: English, and what every programmer knows.
PLAIN = """
    abi active addon address again ahead already amount another app back bad be below blender canceled
    cancelled change check close come contract core count cover create did differ does download due empty
    end error estimate fail false field file first for fund given has header high hinder improve in index
    info insufficient interface is kept level limit line load local log long longest lost low made make
    minimum miss much must name need neither network no nor not nothing often only order other over own part
    paused pending progress raise reach reader reason refuse register remark remote renderchain research
    resume rule session set settings short show shown signature size skip small src standing starknet start
    state still stop storage stuck such supported take taken test than that the time to too transfer trust
    type ui unaffordable unchecked under unknown upload view wait watch wide without word work wrong zero
"""
TYPED = [f"addon/renderchain/{one}" for one in ("core", "ports", "app")] + ["contracts/src"]
FOLDERS = ("addon/renderchain", "contracts/src", "devkit", "research")
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
    assert len(named) > 250
    unknown = {
        f"{word} (of {name} in {place})"
        for name, place in named.items()
        for word in map(str.lower, PARTS.findall(name))
        if not stems(word) & known
    }
    assert unknown == set()
