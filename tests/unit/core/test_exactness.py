"""What follows from what a reader finds, and how names that somebody unknown chose get into sentences."""

from __future__ import annotations

import pytest
from renderchain.core.exactness import (
    MOST_NAME,
    MOST_SENTENCES,
    REFUSED,
    TOLD,
    WHOLE_FRAME,
    errors_of,
    found,
    needs_whole_frames,
)


def test_a_scene_without_findings_is_rendered_tile_by_tile_and_has_nothing_to_say() -> None:
    assert not needs_whole_frames(())
    assert errors_of(()) == ()


@pytest.mark.parametrize("kind", WHOLE_FRAME)
def test_what_is_exact_per_frame_only_makes_verifiers_render_frames_and_is_told(kind: str) -> None:
    findings = [found("seed"), found(kind)]
    assert needs_whole_frames(findings) and errors_of(findings) == ()
    told = findings[1].sentence
    assert told.startswith(WHOLE_FRAME[kind]) and "whole frames" in told


@pytest.mark.parametrize("kind", REFUSED)
def test_what_never_repeats_itself_is_refused(kind: str) -> None:
    (error,) = errors_of([found(kind, "Rope", 7, "The cloth")])
    assert "{" not in error
    assert not needs_whole_frames([found(kind)])


@pytest.mark.parametrize("kind", TOLD)
def test_what_changes_nothing_for_others_is_only_told(kind: str) -> None:
    finding = found(kind, "Rope")
    assert errors_of([finding]) == () and "{" not in finding.sentence
    assert not needs_whole_frames([finding])


def test_no_kind_has_two_consequences() -> None:
    assert len(WHOLE_FRAME | TOLD | REFUSED) == len(WHOLE_FRAME) + len(TOLD) + len(REFUSED)


def test_a_finding_names_block_and_frame() -> None:
    finding = found("simulation", "Rope", 7, "The cloth")
    assert (finding.kind, finding.block, finding.frame) == ("simulation", "Rope", 7)
    assert finding.sentence.startswith("The cloth of 'Rope' is not baked at frame 7:")


@pytest.mark.parametrize("name", ["x" * 10_000, "a\nb\x1b[31m\u202e", "{frame}{0}", "'; drop"])
def test_an_unknown_artists_name_is_short_and_has_no_control_characters(name: str) -> None:
    finding = found("circle", name, detail=name)
    assert len(finding.block) <= MOST_NAME and finding.sentence.isprintable()
    assert len(finding.sentence) < 500


def test_a_sentence_is_said_once_and_not_without_end() -> None:
    same = [found("iTaSC", "Arm")] * 3
    assert len(errors_of(same)) == 1
    many = errors_of([found("iTaSC", f"Arm {number}") for number in range(100)])
    assert len(many) == MOST_SENTENCES + 1 and many[-1] == "And 92 more of that."
