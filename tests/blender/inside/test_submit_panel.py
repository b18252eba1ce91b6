"""The panel until a job is sent: what is asked for, what is going on, how it is stopped, what came of it."""

from types import SimpleNamespace

import bpy
import pytest
from layouts import Layout


class Thread:
    """The background thread, which here does nothing by itself."""

    def __init__(self):
        self.done = None
        self.cancelled = False

    def run(self, work, done):
        work.close()
        self.done = done
        return SimpleNamespace(cancel=lambda: setattr(self, "cancelled", True))

    def later(self, call):
        call()


@pytest.fixture
def thread(part, registered, monkeypatch):
    thread = Thread()
    monkeypatch.setattr(part("ui.submitting"), "background", lambda: thread)
    yield thread
    part("ui.submitting").reset()
    for place in part("ui.messages").Place:
        part("ui.messages").forget(place)


async def nothing(reporter):
    return None


@pytest.fixture
def drawn(part, registered, scene):
    """What the panel shows."""

    def draw(width=400):
        layout = Layout()
        context = SimpleNamespace(scene=bpy.context.scene, region=SimpleNamespace(width=width))
        part("ui.submit_panel").RENDERCHAIN_PT_submit.draw(SimpleNamespace(layout=layout), context)
        return layout.seen

    return draw


def names(seen):
    return [name for name, _ in seen]


def texts(seen):
    return " ".join(text for _, text in seen if isinstance(text, str))


def test_the_price_is_only_asked_for_where_it_is_not_the_markets(drawn, scene):
    assert "amount" not in texts(drawn()) and "renderchain.submit" in names(drawn())
    scene.renderchain.price = "TOTAL"
    assert "amount 0.05" in texts(drawn())
    assert "first" not in texts(drawn())
    scene.renderchain.what = "RANGE"
    assert "first 1" in texts(drawn())


def test_in_a_narrow_panel_names_stand_above_their_fields(drawn, scene):
    wide, narrow = drawn(), drawn(250)
    assert ("NONE", "Output") not in wide and ("NONE", "Output") in narrow
    shown = names(narrow)
    assert shown.count("prop") == names(wide).count("prop")
    assert shown[narrow.index(("NONE", "Output")) + 1] == "prop"


def test_what_goes_on_is_shown_by_its_phase_with_a_way_out_until_it_is_paid(part, drawn, thread):
    submitting, notices = part("ui.submitting"), part("core.notices.jobs")
    submitting.begin("Packing film", nothing, print)
    reporter = submitting.SubmitReporter()
    reporter.tell(notices.UploadStarted(3, 1_200_000))
    reporter.progress("bytes uploaded", 582_342, 1_200_000)
    seen = drawn()
    assert "Uploading 1.20 MB in 3 files" in texts(seen) and "0.49 0.58 of 1.20 MB uploaded" in texts(seen)
    assert "renderchain.stop_submitting" in names(seen) and "renderchain.submit" not in names(seen)
    assert bpy.ops.renderchain.stop_submitting.poll() and not bpy.ops.renderchain.submit.poll()
    reporter.tell(notices.EscrowDue(10**18))
    seen = drawn()
    assert "renderchain.stop_submitting" not in names(seen) and "can't be stopped now" in texts(seen)
    assert not bpy.ops.renderchain.stop_submitting.poll()
    submitting.stop()
    assert not thread.cancelled


def test_stopping_says_that_nothing_was_paid(part, drawn, thread):
    submitting = part("ui.submitting")
    submitting.begin("Packing film", nothing, print)
    bpy.ops.renderchain.stop_submitting()
    assert thread.cancelled
    thread.done(None, part("core.errors").Cancelled("Stopped"))
    assert part("ui.strings.texts").STOPPED in texts(drawn()) and "renderchain.submit" in names(drawn())


def test_what_blender_ended_before_it_was_sent_is_told_at_the_next_start(part, thread, tmp_path):
    submitting, unfinished = part("ui.submitting"), part("core.unfinished")
    submitting.begin("Packing film", nothing, print, unfinished.PendingSubmission(tmp_path, "film"))
    assert unfinished.left_in(tmp_path) == [], "it is on its way"
    submitting.reset()  # as disabling does; where Blender is killed the note is left by itself
    left = unfinished.left_in(tmp_path)
    assert [one.name for one in left] == ["film"] and unfinished.left_in(tmp_path) == []
    unsent, messages = part("ui.unsent"), part("ui.messages")
    unsent.tell_left([])
    assert messages.told(messages.Place.SUBMIT) is None
    unsent.tell_left(left)
    told = messages.told(messages.Place.SUBMIT)
    assert told.text == "Blender ended before this was sent: film. Nothing was paid; submit it again."


@pytest.fixture
def packed(part, tmp_path):
    """A submission whose package is whole, of a file that was saved."""
    file = tmp_path / "film.blend"
    file.touch()
    unsent, offer = part("app.requester.unsent"), part("app.requester.offer").Offer()
    seen = unsent.FileSeen.at(str(file))
    job = unsent.UnsentJob("film", "Scene", tmp_path / "frames", "####", offer, 1_700_000_000, seen)
    pending = part("core.unfinished").PendingSubmission(tmp_path / "unfinished", "film")
    pending.place().mkdir()
    pending.can_be_gone_on_with(job.to_bytes())
    yield pending
    pending.end()
    part("ui.unsent").forget()


def left_of(part, tmp_path):
    return part("core.unfinished").left_in(tmp_path / "unfinished")


def test_what_was_packed_is_offered_at_the_next_start_until_it_is_given_up(part, drawn, packed, tmp_path):
    packed.leave()
    part("ui.unsent").tell_left(left_of(part, tmp_path))
    seen = drawn()
    assert "Go On sends it without packing it anew" in texts(seen) and "film was packed (20" in texts(seen)
    assert {"renderchain.go_on", "renderchain.give_up", "renderchain.submit"} <= set(names(seen))
    assert "saved since" not in texts(seen)
    bpy.ops.renderchain.give_up()
    seen = drawn()
    assert "renderchain.go_on" not in names(seen) and "film was packed" not in texts(seen)
    assert list((tmp_path / "unfinished").iterdir()) == [] and not bpy.ops.renderchain.go_on.poll()


def test_it_is_said_that_the_file_was_saved_since(part, drawn, packed, tmp_path):
    packed.leave()
    (tmp_path / "film.blend").write_bytes(b"changed")
    part("ui.unsent").tell_left(left_of(part, tmp_path))
    assert "The file has been saved since" in texts(drawn())


def test_what_could_not_be_uploaded_is_offered_at_once(part, drawn, thread, packed, tmp_path):
    submitting = part("ui.submitting")
    submitting.begin("Packing film", nothing, print, packed)
    assert "renderchain.go_on" not in names(drawn())
    thread.done(None, part("core.errors").StoreError("The IPFS node is away. Start it."))
    assert "renderchain.go_on" in names(drawn()) and "Start it" in texts(drawn())
    assert [bool(one.order) for one in left_of(part, tmp_path)] == [True]


@pytest.mark.parametrize("failure", ["Cancelled", "SceneError"])
def test_what_is_stopped_or_must_be_packed_anew_is_not_kept(part, drawn, thread, packed, tmp_path, failure):
    part("ui.submitting").begin("Packing film", nothing, print, packed)
    thread.done(None, getattr(part("core.errors"), failure)("Stopped"))
    assert "renderchain.go_on" not in names(drawn()) and left_of(part, tmp_path) == []


def test_stopping_what_was_gone_on_with_does_not_throw_it_away(part, drawn, thread, packed, tmp_path):
    packed.leave()
    (left,) = left_of(part, tmp_path)
    again = part("core.unfinished").PendingSubmission.again(left.file)
    part("ui.submitting").begin("Sending film", nothing, print, again)
    thread.done(None, part("core.errors").Cancelled("Stopped"))
    assert "renderchain.go_on" in names(drawn())


def test_what_is_being_paid_is_not_offered_again_whatever_comes(part, drawn, thread, packed, tmp_path):
    submitting = part("ui.submitting")
    submitting.begin("Packing film", nothing, print, packed)
    submitting.SubmitReporter(packed).tell(part("core.notices.jobs").EscrowDue(10**18))
    thread.done(None, part("core.errors").ChainError("The node went away."))
    assert "renderchain.go_on" not in names(drawn()) and left_of(part, tmp_path) == []


def test_a_note_of_a_package_that_nobody_can_read_says_to_submit_again(part, drawn, packed, tmp_path):
    packed.can_be_gone_on_with(b"garbage")
    packed.leave()
    part("ui.unsent").tell_left(left_of(part, tmp_path))
    assert "submit it again" in texts(drawn()) and "renderchain.go_on" not in names(drawn())


@pytest.mark.parametrize("failure", [None, "refused"])
def test_what_came_to_an_end_is_not_told_at_the_next_start(part, thread, tmp_path, failure):
    submitting, unfinished = part("ui.submitting"), part("core.unfinished")
    submitting.begin("Packing film", nothing, print, unfinished.PendingSubmission(tmp_path, "film"))
    thread.done(None, failure and part("core.errors").SceneError(failure))
    assert list(tmp_path.iterdir()) == [] and unfinished.left_in(tmp_path) == []


def test_what_is_being_paid_is_the_journals_and_not_told_as_unpaid(part, registered, tmp_path):
    submitting, unfinished = part("ui.submitting"), part("core.unfinished")
    note = unfinished.PendingSubmission(tmp_path, "film")
    reporter = submitting.SubmitReporter(note)
    reporter.tell(part("core.notices.jobs").UploadStarted(3, 1_200_000))
    assert len(list(tmp_path.iterdir())) == 1
    reporter.tell(part("core.notices.jobs").EscrowDue(10**18))
    assert list(tmp_path.iterdir()) == [], "before it is paid, whenever the main thread hears of it"


def test_an_old_message_is_gone_when_something_new_begins(part, drawn, thread):
    submitting, errors = part("ui.submitting"), part("core.errors")
    submitting.begin("Packing film", nothing, print)
    submitting.SubmitReporter().say("Looking at wood.png")
    thread.done(None, errors.SceneError("It is broken."))
    assert "It is broken." in texts(drawn())
    message = part("ui.messages").told(part("ui.messages").Place.SUBMIT)
    assert "Looking at wood.png" in message.details, "what was said on the way is behind Details"
    submitting.begin("Packing film", nothing, print)
    assert "It is broken." not in texts(drawn())


def test_what_a_stopped_submission_still_says_is_not_shown(part, drawn, thread):
    submitting = part("ui.submitting")
    submitting.begin("Packing film", nothing, print)
    reporter = submitting.SubmitReporter()
    thread.done(None, part("core.errors").Cancelled("Stopped"))
    reporter.say("Packing on")
    reporter.progress("frames compared", 1, 2)
    assert submitting.submitting.phase == "" and "renderchain.submit" in names(drawn())


def test_a_result_is_handed_on_and_told(part, thread):
    got = []
    part("ui.submitting").begin("Asking", nothing, got.append)
    thread.done(7, None)
    assert got == [7] and part("ui.submitting").submitting.phase == ""


def test_where_something_is_wrong_at_a_glance_the_button_is_off_and_says_why(part, drawn, scene):
    findings = part("ui.scene_findings")
    scene.camera = None
    found = part("blender.preflight").check_settings(scene)
    findings.rows.at_a_glance[scene.name] = found
    assert "See below what has to be changed first" in texts(drawn())
    findings.rows.at_a_glance.clear()
    assert "See below" not in texts(drawn())


def test_pressing_the_button_without_settings_says_what_to_do(part, drawn, registered, scene, monkeypatch):
    monkeypatch.delenv("RENDERCHAIN_CONFIG", raising=False)
    with pytest.raises(RuntimeError, match="preferences"):
        bpy.ops.renderchain.submit()
    assert "preferences" in texts(drawn())
    part("ui.messages").forget(part("ui.messages").Place.SUBMIT)


def test_the_options_are_words(part, registered, scene):
    layout = Layout()
    context = SimpleNamespace(scene=scene, region=SimpleNamespace(width=400))
    part("ui.submit_panel").RENDERCHAIN_PT_options.draw(SimpleNamespace(layout=layout), context)
    assert "device CPU" in texts(layout.seen) and "days 7" in texts(layout.seen)
    items = scene.renderchain.bl_rna.properties["device"].enum_items
    assert items["OPTIX"].name == "NVIDIA GPU (OptiX)"
    assert set(items.keys()) == set(part("core.job").DEVICE_GROUPS)


@pytest.mark.parametrize(
    ("path", "folder", "names"),
    [
        ("{}/out/film_###", "out", "film_###"),
        ("{}/out/film", "out", "film####"),
        ("{}/out/", "out", "####"),
        ("{}/take 7/####_v7", "take 7", "####_v7"),
    ],
)
def test_frames_can_go_where_the_scenes_own_go_under_the_same_names(
    registered, scene, tmp_path, path, folder, names
):
    scene.render.filepath = path.format(tmp_path)
    scene.frame_set(7)
    assert bpy.ops.renderchain.own_output() == {"FINISHED"}
    assert scene.renderchain.output.rstrip("/") == str(tmp_path / folder)
    assert scene.renderchain.names == names


def test_render_single_layer_is_told_where_a_scene_has_several(part, scene):
    scene.render.use_single_layer = True
    look = part("blender.preflight").check_settings
    assert not look(scene)
    scene.view_layers.new("other")
    assert [(one.kind, str(one.severity)) for one in look(scene)] == [("single layer", "warning")]
