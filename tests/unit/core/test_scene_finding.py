"""Findings about a scene: errors stop it unless they are named."""

from __future__ import annotations

import pytest
from renderchain.core.scene_finding import SceneFinding, Severity, errors_in, overridden

LOST = SceneFinding("missing file", Severity.ERROR, "It is gone.", "Image 'wood'", "Find it.")
OTHER = SceneFinding("missing file", Severity.ERROR, "It is gone too.", "Image 'oak'", "Find it.")
TOLD = SceneFinding("not reached", Severity.WARNING, "Nobody sees it.", "Text 'a'", "")


def test_a_finding_goes_through_json_and_back() -> None:
    assert SceneFinding.parse(LOST.as_dict()) == LOST
    assert LOST.as_dict()["name"] == "missing file:Image 'wood'"


def test_what_to_do_follows_what_is_wrong() -> None:
    assert (LOST.text, TOLD.text) == ("It is gone. Find it.", "Nobody sees it.")


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
