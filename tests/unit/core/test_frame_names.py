"""What the files of frames are called."""

from __future__ import annotations

import pytest
from renderchain.core.errors import SettingsError
from renderchain.core.frame_names import checked_names, file_name, may_be_of, pattern_of


@pytest.mark.parametrize(
    ("pattern", "frame", "name"),
    [
        ("####", 7, "0007.png"),
        ("film_####", 12345, "film_12345.png"),
        ("film_##_final", 7, "film_07_final.png"),
        ("take #1 ###", 7, "take #1 007.png"),
        ("####", -7, "-0007.png"),
        ("film_####", -12345, "film_-12345.png"),
    ],
)
def test_the_last_signs_are_the_number(pattern: str, frame: int, name: str) -> None:
    assert file_name(pattern, frame, "png") == name


@pytest.mark.parametrize(
    ("typed", "taken"), [("", "####"), (" ", "####"), ("film", "film####"), ("a#", "a#")]
)
def test_what_has_no_place_for_the_number_gets_one(typed: str, taken: str) -> None:
    assert checked_names(typed) == taken


@pytest.mark.parametrize("typed", ["../####", "a/b", "c:\\####", "a\x1b####", ".####", "x" * 101, "what?"])
def test_what_leads_elsewhere_or_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(SettingsError, match=r"names no files\. Nothing was paid"):
        checked_names(typed)


@pytest.mark.parametrize(
    ("name", "frame", "digits", "pattern"),
    [
        ("film_0007", 7, 4, "film_####"),
        ("0001_film_001", 1, 3, "0001_film_###"),
        ("12345", 12345, 4, "####"),
        ("film_-0007", -7, 4, "film_####"),
        ("nothing", 7, 4, "####"),
    ],
)
def test_a_files_name_tells_its_pattern(name: str, frame: int, digits: int, pattern: str) -> None:
    assert pattern_of(name, frame, digits) == pattern


@pytest.mark.parametrize(
    ("stem", "frame", "is_so"),
    [
        ("film_0012", 12, True),
        ("0012", 12, True),
        ("film-0003", 3, True),
        ("-003", -3, True),
        ("12a", 12, False),
    ],
)
def test_a_file_whose_name_ends_in_a_number_may_be_of_that_frame(stem: str, frame: int, is_so: bool) -> None:
    assert may_be_of(stem, frame) is is_so
