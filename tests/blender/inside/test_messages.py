"""What an artist is told fits the panel, whole, and can be copied."""

from types import SimpleNamespace

import pytest
from layouts import Layout


@pytest.fixture
def messages(part):
    messages = part("ui.messages")
    yield messages
    for place in messages.Place:
        messages.forget(place)


SENTENCE = (
    "The folder /home/artist/projects/a-film-with-a-very-long-name/renderings/final can't be written: "
    "permission denied. Nothing was paid; choose another folder."
)


@pytest.mark.parametrize("region_px", [250, 400, 1200])
def test_an_error_is_shown_whole_in_rows_that_fit_the_panel(messages, part, region_px):
    failure = part("core.errors").SceneError(SENTENCE)
    messages.tell(messages.Place.SUBMIT, messages.failed(failure))
    layout = Layout()
    width_px = messages.width_of_panel(SimpleNamespace(region=SimpleNamespace(width=region_px)))
    messages.draw(layout, messages.Place.SUBMIT, width_px)
    (copy,) = [what for name, what in layout.seen if name == "renderchain.copy"]
    rows = [text for icon, text in layout.seen if icon in ("CANCEL", "BLANK1")]
    assert layout.seen[0][0] == "CANCEL" and copy.text.startswith(SENTENCE)
    assert "".join(rows).replace(" ", "") == SENTENCE.replace(" ", "")
    assert all(messages.lines_of(row, width_px) == (row,) for row in rows)
    assert len(rows) == 1 if region_px == 1200 else len(rows) > 1


def test_a_longer_message_ends_in_dots_and_the_rest_is_behind_details(messages):
    messages.keep(messages.Place.JOBS, messages.Message("word " * 500))
    layout = Layout()
    messages.draw(layout, messages.Place.JOBS, 200)
    rows = [what for name, what in layout.seen if isinstance(what, str)]
    assert len(rows) == messages.MOST_ROWS and rows[-1].endswith("…")
    (details,) = [what for name, what in layout.seen if name == "renderchain.details"]
    assert details.place == "JOBS"


def test_a_long_address_is_short_in_the_panel_and_whole_in_details_and_when_copied(messages):
    address = f"0x{0x5EED << 200:064x}"
    text = f"The account {address} is not on this chain. Nothing was paid; deploy it."
    messages.keep(messages.Place.SUBMIT, messages.Message(text))
    panel, details = Layout(), Layout()
    messages.draw(panel, messages.Place.SUBMIT, 10_000)
    assert ("INFO", text.replace(address, "0x000000…0000")) in panel.seen
    (copy,) = [what for name, what in panel.seen if name == "renderchain.copy"]
    assert copy.text == text
    popup = SimpleNamespace(layout=details, place="SUBMIT")
    messages.RENDERCHAIN_OT_details.draw(popup, None)
    assert address in "".join(what for _, what in details.seen if isinstance(what, str))


def test_a_message_stands_in_its_own_place_until_something_begins_there(messages):
    messages.tell(messages.Place.JOBS, messages.Message("Job 1 is canceled"))
    messages.draw(nothing := Layout(), messages.Place.SUBMIT, 200)
    assert nothing.seen == []
    messages.forget(messages.Place.JOBS)
    assert messages.told(messages.Place.JOBS) is None


def test_what_is_a_fault_of_ours_says_so_and_keeps_the_trace_for_a_report(messages):
    try:
        {}["nothing"]
    except KeyError as error:
        message = messages.failed(error)
    assert "KeyError" in message.text and "Report the details" in message.text
    assert "test_messages" in message.details


def test_being_stopped_is_no_error(messages, part):
    assert messages.failed(part("core.errors").Cancelled("Stopped")).level == "info"


def test_a_text_that_others_wrote_moves_nothing(messages):
    messages.keep(messages.Place.JOBS, messages.Message("a\x1b[2Jb\u202ec"))
    assert messages.told(messages.Place.JOBS).text == "a\\x1b[2Jb\\u202ec"
