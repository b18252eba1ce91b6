"""The interface's texts: all in one module and in every language, and those from elsewhere."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from renderchain.core.exactness import SENTENCES as OF_SCENES
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.audits import Challenged
from renderchain.core.notices.following import FramesBack
from renderchain.core.progress import progress_text
from renderchain.ui.strings import elsewhere, texts
from renderchain.ui.strings.spoken import FIELD, Language

from devkit.network.services import REPO

UI = REPO / "addon" / "renderchain" / "ui"
FILES = sorted((UI / "strings" / "languages").glob("*.json"))
OURS = {text for name, text in vars(texts).items() if name.isupper() and isinstance(text, str)}
FROM_ELSEWHERE = {elsewhere.PLAIN.get(one, one) for one in (*elsewhere.SENTENCES, *elsewhere.PARTS)}
# Words of the protocol, which artists read behind Details and in the docs only; providers have their own.
PROTOCOLS = r"\b(lease|leaf|leaves|committee|bond|pool|escrow|audit|slash|merkle|print|stake|seat)(s|d|ed)?\b"
OF_PROVIDERS = (
    "What a provider stakes",
    "Change what the settings' account has staked",
    "Register a worker of this machine's kind",
    "Add Stake",
    "Add the amount to the work stake",
    "Move to Seats",
    "Move the amount of free work stake",
    "Start the cool-down of the amount of free work stake",
)
# Items of properties, which Blender knows, and a word that findings of simulations begin with.
TABLES = ("WAYS", "WHAT", "PRICES", "CHECKS", "STEPS", "ZONE")
SENTENCE = re.compile(r"^[A-Z][A-Za-z']*,? [A-Za-z]|([A-Za-z']{2,},? ){2}[a-z]")


def in_language(file: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found


GERMAN = Language(in_language(UI / "strings" / "languages" / "de_DE.json"))


def test_german_spanish_french_japanese_and_chinese_are_there_by_blenders_names() -> None:
    assert {file.stem for file in FILES} >= {"de_DE", "es", "fr_FR", "ja_JP", "zh_HANS"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_language_has_every_text_with_its_values_and_says_none_twice(file: Path) -> None:
    pairs = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=list)
    said = dict(pairs)
    assert len(said) == len(pairs)
    assert (OURS | FROM_ELSEWHERE) - texts.NAMES - set(said) == set()
    assert set(said) & texts.NAMES == set()
    for text, words in said.items():
        assert set(FIELD.findall(words)) == set(FIELD.findall(text)), text
        assert words.strip() and words.count("{") == len(FIELD.findall(words)), text


def test_all_languages_have_the_same_texts_in_the_same_order() -> None:
    first, *others = (list(in_language(file)) for file in FILES)
    assert all(one == first for one in others)


def test_no_word_of_the_protocol_is_shown_to_an_artist() -> None:
    shown = [one for one in in_language(FILES[0]) if not one.startswith(OF_PROVIDERS)]
    assert [one for one in shown if re.search(PROTOCOLS, FIELD.sub("", one), re.I)] == []


@pytest.mark.parametrize("template", [*elsewhere.SENTENCES, *elsewhere.PARTS])
def test_what_is_composed_elsewhere_is_found_again_with_its_values(template: str) -> None:
    values = {name: "7" if len(name) == 1 else f"«{name}»" for name in FIELD.findall(template)}
    words = GERMAN._texts[elsewhere.PLAIN.get(template, template)]
    assert GERMAN.said(template.format(**values)) == words.format(**values)
    english = Language({})
    plain = elsewhere.PLAIN.get(template, template)
    assert english.said(template.format(**values)) == plain.format(**values)


def test_each_sentence_from_elsewhere_is_composed_somewhere() -> None:
    composed = "\n".join(set(pieces_of("adapters", "app", "blender", "composition", "core")))
    absent = {
        template: piece
        for template in (*elsewhere.SENTENCES, *elsewhere.PARTS)
        if template not in OF_SCENES.values()  # which are the core's own
        for piece in FIELD.split(template)[::2]
        if not is_there(piece.strip(" .:;,()"), composed)
    }
    assert absent == {}


def is_there(piece: str, composed: str) -> bool:
    """Whole, or in four parts at most: what is between them is a text of the code itself."""
    for _ in range(4):
        known = next((end for end in range(len(piece), 0, -1) if piece[:end] in composed), 0)
        piece = piece[known:]
    return not piece


def pieces_of(*folders: str) -> Iterator[str]:
    """The texts of the code, those of composed sentences in their pieces."""
    for folder in folders:
        for file in (UI.parent / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_sentences_beside_each_other_are_said_each_and_what_is_unknown_stays() -> None:
    told = "The scene 'Town' has no camera. Nobody knows this one. Turn it off."
    assert GERMAN.said(told) == "Die Szene 'Town' hat keine Kamera. Nobody knows this one. Ausschalten."
    assert GERMAN.said("0.5 STRK · 3 minutes · 2 workers") == "0.5 STRK · 3 Minuten · 2 Worker"
    assert GERMAN.said("Choose one.\nbpy: Traceback") == "Einen wählen.\nbpy: Traceback"


def test_values_that_are_words_of_ours_are_said_and_names_that_people_gave_stay() -> None:
    back = FramesBack(JobId(1), LeaseId(2), 3, LeaseState.GIVEN_BACK, "worker stops", reopened=True)
    assert GERMAN.said(back.sentence) == (
        "Ein Worker hat 3 Bilder zurückgegeben. Grund: er wurde ausgeschaltet. "
        "Ein anderer Worker übernimmt sie."
    )
    waits = "0 of 4 workers fit: 3 have Blender 5.2, 1 wants 0.02 STRK a frame"
    assert GERMAN.said(f"3 of 12 frames are done. It waits: {waits}.") == (
        "12 Bilder, davon 3 fertig. "
        "Er wartet: 4 Worker, davon passen 0: 3 haben Blender 5.2, 1 will 0.02 STRK je Bild."
    )
    assert GERMAN.said("Image 'Frames' was changed and not saved.").startswith("Das Bild 'Frames' wurde")
    assert GERMAN.said(progress_text("bytes uploaded", 580_000, 1_200_000)) == "0.58 von 1.20 MB hochgeladen"


def test_in_english_the_artist_reads_the_artists_words() -> None:
    told = Challenged(LeaseId(9), (3, 4)).sentence
    assert told == "Lease 9: leaves 3, 4 were challenged; verifiers will look at it"
    assert Language({}).said(told) == "Batch 9: spots 3, 4 were challenged; verifiers will look at them"


@pytest.mark.parametrize("file", sorted(UI.glob("*.py")), ids=lambda file: file.stem)
def test_the_interface_has_no_words_of_its_own_outside_of_texts(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    of_blender = {id(one) for node in ast.walk(tree) if is_blenders(node) for one in ast.walk(node)}
    literal = [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in of_blender
    ]
    sentences = [one.value for one in literal if isinstance(one.value, str) and SENTENCE.search(one.value)]
    labels = [
        word.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for word in node.keywords
        if word.arg in ("text", "title", "message", "confirm_text") and isinstance(word.value, ast.Constant)
    ]
    assert sentences == [] and [one for one in labels if one] == []


def is_blenders(node: ast.AST) -> bool:
    """What readers of the code are told, and what Blender knows of classes and properties."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id.startswith("bl_") or node.targets[0].id in TABLES
    if isinstance(node, ast.Compare):  # with what a data-block is called
        return True
    called = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
    return isinstance(node, ast.Call) and (called.endswith("Property") or called in ("_field", "_secret"))
