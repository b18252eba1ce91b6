"""Findings about a scene: errors stop it unless they are named."""

from __future__ import annotations

import os

import pytest
from renderchain.core.scene_finding import SceneFinding, Severity, errors_in, overridden, told_at_once

LOST = SceneFinding("missing file", Severity.ERROR, "It is gone.", "Image 'wood'", "Find it.")
OTHER = SceneFinding("missing file", Severity.ERROR, "It is gone too.", "Image 'oak'", "Find it.")
TOLD = SceneFinding("not reached", Severity.WARNING, "Nobody sees it.", "Text 'a'", "")


def test_a_finding_goes_through_json_and_back() -> None:
    assert SceneFinding.parse(LOST.as_dict()) == LOST
    assert LOST.as_dict()["name"] == "missing file:Image 'wood'"


def test_whatever_a_file_is_called_its_finding_can_be_written_and_shown() -> None:
    name = os.fsdecode(b"w\xff\n\x1b[2J.png")
    odd = SceneFinding("missing file", Severity.ERROR, f"{name} is gone.", f"Image '{name}'", f"Find {name}.")
    shown = r"w\udcff\n\x1b[2J.png"
    assert (odd.sentence, odd.block, odd.fix) == (f"{shown} is gone.", f"Image '{shown}'", f"Find {shown}.")
    assert odd.text.encode() and SceneFinding.parse(odd.as_dict()) == odd


def test_what_to_do_follows_what_is_wrong() -> None:
    assert (LOST.text, TOLD.text) == ("It is gone. Find it.", "Nobody sees it.")


def test_what_workers_refuse_can_not_be_let_pass() -> None:
    final = SceneFinding("camera", Severity.ERROR, "There is none.", "", "Add one.", may_pass=False)
    assert errors_in(overridden((final,), ("camera",))) == (final,)
    assert SceneFinding.parse(final.as_dict()) == final and final.name == "camera"


def test_many_findings_are_told_as_many_as_can_be_read() -> None:
    many = [SceneFinding("missing file", Severity.ERROR, f"{one} is gone.", "", "") for one in range(12)]
    told = told_at_once([*many, *many])
    assert told.startswith("0 is gone. 1 is gone.") and told.endswith("7 is gone. And 4 more of that.")
    assert told_at_once(many[:2]) == "0 is gone. 1 is gone."


@pytest.mark.parametrize(
    ("names", "left"),
    [
        ((), (LOST, OTHER)),
        (("missing file:Image 'wood'",), (OTHER,)),
        (("missing file",), ()),
        (("missing",), (LOST, OTHER)),
    ],
)
def test_an_artist_overrides_an_error_by_its_name_or_its_kind(
    names: tuple[str, ...], left: tuple[SceneFinding, ...]
) -> None:
    found = overridden((LOST, OTHER, TOLD), names)
    assert errors_in(found) == left and len(found) == 3
