"""The dialog before a job is paid: everything that the account will spend, in words and four decimals."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest
from layouts import Layout

FRI = 10**18


class Chain:
    """Gas for a gFri, no market, no verifiers, and so much in the account."""

    address = 0xA

    def __init__(self, part, have_fri):
        self._family = part("core.job").FamilyInfo(0, 0, 0, 0, 0, 1)
        self.have_fri = have_fri

    async def gas_price_fri(self):
        return 10**9

    async def seat_unit_fri(self):
        return 10 * FRI

    async def accepted_prices_fri(self, family):
        return []

    async def family(self, family):
        return self._family

    async def has_verifiers(self, terms):
        return False

    async def may_be_unjudged(self, family):
        return True

    async def tokens_fri(self, account):
        return self.have_fri


@pytest.fixture
def asked(part, registered, scene, tmp_path):
    """What the dialog is about, for so many frames and so much money."""

    def ask(frames=1, have_fri=100 * FRI, **chosen):
        scene.frame_start, scene.frame_end = 1, frames
        scene.renderchain.output = str(tmp_path / "frames")
        for name, value in chosen.items():
            setattr(scene.renderchain, name, value)
        settings = part("settings").Settings("http://127.0.0.1:9", 1, 2, "devnet", takes_unjudged=True)
        wish = part("ui.wish").wish_of(scene, "ANIMATION", settings)
        facts = part("ui.confirm").facts_of(scene, frames)
        estimate = part("app.requester.estimate").estimate
        made = asyncio.run(estimate(Chain(part, have_fri), wish.offer, facts.frames, 10**6))
        made.check_funds()
        return part("ui.confirm").Asked(settings, wish, facts, made, 1_234_567)

    return ask


def test_one_frame_with_nothing_chosen_can_be_sent(part, asked):
    """A new artist's first press of the button was refused: a vote cost more than the frame paid."""
    one = asked(frames=1)
    rows = dict(part("ui.confirm").rows_of(one))
    assert rows["Frames"] == "1 frame (1)" and rows["To upload"] == "about 1.23 MB"
    assert rows["Size"] == "96 x 64 pixels, 4 samples" and rows["Rendered on"] == "CPU"


def test_the_dialog_adds_up_all_that_the_account_will_spend(part, asked):
    one = asked(frames=8, price="TOTAL", amount="4")
    money = dict(part("ui.confirm").money_of(one))
    cost = one.estimate.quote.cost
    parts = [money[name].split()[0] for name in ("Pay for frames", "Reserve for spot checks", "Network fees")]
    assert money["Pay for frames"] == "4.0000 STRK (0.5 each)"
    assert all(len(text.partition(".")[2]) == 4 for text in parts)
    assert money["At most"].endswith(" of 100.0000 STRK")
    most = float(money["At most"].split()[0])
    assert 0 <= sum(map(float, parts)) - most < 0.0003 and most * FRI >= cost.most_fri
    assert "comes back" in list(money)[-1]


def test_what_a_frame_takes_is_said_where_it_was_tried(part, asked):
    confirm, one, many = part("ui.confirm"), asked(frames=1), asked(frames=250)
    assert "A frame takes" not in dict(confirm.rows_of(one))
    rows = dict(confirm.rows_of(replace(one, frame_s=12.34)))
    assert rows["A frame takes"] == "about 12.3 s on this machine's CPU" and "All frames take" not in rows
    rows = dict(confirm.rows_of(replace(many, frame_s=72.0)))
    assert rows["A frame takes"] == "about 72 seconds on this machine's CPU"
    assert rows["All frames take"] == "about 5 hours on one such machine"


def test_what_can_not_be_tried_leaves_the_price_as_it_is(part, monkeypatch):
    submit, said = part("ui.submit"), []
    reporter = SimpleNamespace(say=said.append)

    async def slow():
        raise part("core.errors").RenderFailed("it took over 20 s")

    async def tried():
        return SimpleNamespace(frame_s=3.0)

    assert asyncio.run(submit._frame_s(slow, reporter)) is None
    assert asyncio.run(submit._frame_s(tried, reporter)) == 3.0
    assert said == ["Another Blender tries a frame, small and with few samples"] * 2


def test_many_frames_are_said_shortly(part, asked, scene):
    scene.frame_step = 2
    question = asked(frames=99)
    rows = dict(part("ui.confirm").rows_of(question))
    assert rows["Frames"] == "50 frames (1-99x2)"
    squares = replace(question.wish, frames=tuple(number**2 for number in range(1, 51)))
    rows = dict(part("ui.confirm").rows_of(replace(question, wish=squares)))
    assert rows["Frames"] == "50 frames (1 to 2500)"


def test_what_the_account_can_not_pay_is_refused_before_anything_is_packed(part, asked):
    with pytest.raises(part("core.errors").InsufficientFunds, match="Nothing was paid"):
        asked(have_fri=FRI // 100)


def test_no_pay_is_refused_before_anything_is_packed(part, asked):
    with pytest.raises(part("core.errors").SceneError, match="pay nothing"):
        asked(price="FRAME", amount="0")


def test_what_was_confirmed_is_what_is_paid_and_a_refusal_forgets_it(part, asked):
    confirm = part("ui.confirm")
    one, paid = asked(frames=3), []
    confirm._asked[:] = [(one, paid.append)]
    layout = Layout()
    operator = confirm.RENDERCHAIN_OT_pay
    operator.draw(SimpleNamespace(layout=layout), bpy.context)
    texts = [text for _, text in layout.seen if isinstance(text, str)]
    assert "At most" in texts and "nobody spot-checks its frames" in " ".join(texts)
    operator.execute(SimpleNamespace(), bpy.context)
    assert paid == [one] and one.estimate.offer.reward_fri == one.estimate.quote.shape.reward_fri
    confirm._asked[:] = [(one, paid.append)]
    operator.cancel(SimpleNamespace(), bpy.context)
    operator.execute(SimpleNamespace(), bpy.context)
    assert paid == [one]


def test_a_folder_that_can_not_be_written_is_refused_while_nothing_is_packed(part, registered, asked):
    one = asked()
    wish = SimpleNamespace(output=Path("/proc/frames"))
    asking = part("ui.submit").price(one.settings, wish, one.facts, None)
    with pytest.raises(part("core.errors").LocalError, match="can't be written.*Nothing was sent or paid"):
        asyncio.run(asking)


def test_a_scene_that_is_not_what_was_shown_is_not_sent(part, asked, scene, tmp_path):
    """The price is asked for in the background: the artist may open another file, or go on with this one."""
    submit, gone = part("ui.submit"), part("core.errors").SceneError
    one = asked()
    assert part("ui.confirm").is_as_shown(scene, one.facts)
    scene.render.resolution_x *= 4
    with pytest.raises(gone, match="not any more what the price was asked for. Nothing was paid"):
        submit.send(one)
    two = asked()
    scene.cycles.samples += 1
    with pytest.raises(gone, match="Nothing was paid"):
        submit.send(two)
    three = asked()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "other.blend"))
    with pytest.raises(gone, match="Nothing was paid"):
        submit.send(three)


def test_a_copy_that_finds_no_room_is_told_where_the_button_stands(part, asked, monkeypatch):
    submit, messages = part("ui.submit"), part("ui.messages")

    def full(*_):
        raise OSError(28, "No space left on device", "/tmp/renderchain-1")

    monkeypatch.setattr(submit, "send", full)
    submit.pay(asked())
    told = messages.told(messages.Place.SUBMIT)
    assert told.text == "There is no room left for /tmp/renderchain-1. Make some, and try again."
    messages.forget(messages.Place.SUBMIT)


def test_names_that_are_no_unicode_are_shown_and_said(part, asked, tmp_path):
    """Folders of another encoding are on many disks: the dialog stayed empty."""
    odd = os.fsdecode(b"caf\xe9")
    bpy.ops.wm.save_as_mainfile(filepath=os.fsencode(str(tmp_path / odd)) + b".blend", copy=False)
    one = asked(output=os.fsencode(str(tmp_path / odd)))
    assert one.wish.name == "caf\\udce9" and str(one.wish.output).endswith(odd)
    confirm, layout = part("ui.confirm"), Layout()
    confirm._asked[:] = [(one, print)]
    confirm.RENDERCHAIN_OT_pay.draw(SimpleNamespace(layout=layout), bpy.context)
    confirm._asked.clear()
    shown = "".join(text for _, text in layout.seen if isinstance(text, str))
    assert "caf\\udce9" in shown and shown.encode()
