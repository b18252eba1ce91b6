"""The list of jobs, what stands under it, and pictures of frames: drawn out of what was read before."""

from types import SimpleNamespace

import bpy
import pytest

FRI = 10**18


class Layout:
    """Draws by noting; operators and lists that it is asked for have to be there."""

    def __init__(self, noted=None):
        self.noted = [] if noted is None else noted
        self.alert = False
        self.alignment = "EXPAND"

    def _more(self, **options):
        return Layout(self.noted)

    row = column = box = _more

    def grid_flow(self, **options):
        return Layout(self.noted)

    def label(self, text="", icon="NONE", icon_value=0, **_):
        self.noted.append(text)

    def progress(self, factor=0.0, text="", **_):
        assert 0.0 <= factor <= 1.0
        self.noted.append(text)

    def separator(self):
        pass

    def template_icon(self, icon_value, scale):
        self.noted.append("picture")

    def template_list(self, kind, name, *where, rows):
        assert getattr(bpy.types, kind)
        self.noted.append(kind)

    def prop(self, owner, name):
        self.noted.append(name)

    def operator(self, name, text="", icon="NONE"):
        family, _, rest = name.partition(".")
        made = SimpleNamespace(idname=getattr(getattr(bpy.ops, family), rest).idname())
        self.noted.append(f"{text or rest}")
        return made


@pytest.fixture
def registered(part):
    """The add-on's classes, in the bpy module too."""
    registration = part("ui.registration")
    is_there = hasattr(bpy.types, "RENDERCHAIN_UL_jobs")
    if not is_there:
        registration.register()
    yield part("ui.following")
    part("ui.following").jobs.forget()
    bpy.context.window_manager.renderchain_jobs.clear()
    if not is_there:
        registration.unregister()


@pytest.fixture
def picture(tmp_path):
    """Frames on the disk, each of another grey."""

    def make(*frames):
        made = []
        for frame in frames:
            image = bpy.data.images.new(f"made {frame}", 128, 64)
            image.pixels[:] = [frame / 10, frame / 10, frame / 10, 1.0] * (128 * 64)
            image.filepath_raw, image.file_format = str(tmp_path / f"{frame:04d}.png"), "PNG"
            image.save()
            bpy.data.images.remove(image)
            made.append(tmp_path / f"{frame:04d}.png")
        return made

    return make


@pytest.fixture
def overview(part):
    """A job of four frames, with what a test says of it."""

    def make(number=1, *, state="active", frames="1-4", tasks=4, kept=(), events=(), **more):
        overviews = part("core.artist_job")
        job_info = part("core.job").JobInfo
        numbers = dict.fromkeys(job_info.__dataclass_fields__, 0)
        named = {"job_id": 16777217, "tasks": tasks, "reward_fri": FRI // 100, "tiles": 2, "stopped": False}
        job = job_info(**{**numbers, **named, "accepted": tasks if state == "completed" else 0})
        entry = overviews.JobEntry(number, 9, 16777217, "town", "bafy", "/frames", 0, "active", frames)
        kept = tuple(overviews.KeptFrame(int(one.stem), 1 << 40, 7, 8, str(one), "", 1) for one in kept)
        progress = part("core.job_progress").JobProgress.of(events)
        return overviews.JobOverview(entry, job, progress, kept, **more)

    return make


@pytest.fixture
def told(part):
    """The events of a job of which a worker has delivered two frames and renders two more."""
    board, job = part("core.board_events"), part("core.job")
    result = job.LeaseResult(7, 0, 0, 0)
    return [
        board.LeaseClaimed(5, 16777217, 1 << 40, 8, 0, 2, 0, 0, 0),
        board.ResultSubmitted(6, 16777217, 1 << 40, 2, result),
        board.LeaseClaimed(6, 16777217, 2 << 40, 9, 2, 2, 0, 0, 0),
    ]


def shown(following, *overviews):
    """Put these into the list; the rows."""
    following.jobs.rows = {one.number: following.Row(one) for one in overviews}
    following.sync_list()
    return following.jobs.rows


def drawn(part, width=400):
    """What the panel draws."""
    layout = Layout()
    region = SimpleNamespace(width=width)
    context = SimpleNamespace(window_manager=bpy.context.window_manager, region=region)
    bpy.types.RENDERCHAIN_PT_jobs.draw(SimpleNamespace(layout=layout), context)
    return layout.noted


def line(part, number):
    """What the list draws of a job."""
    layout = Layout()
    item = SimpleNamespace(number=number)
    bpy.types.RENDERCHAIN_UL_jobs.draw_item(None, bpy.context, layout, None, item, 0, None, "", 0, 0)
    return layout.noted


def test_a_job_is_one_line_with_its_number_frames_pay_time_and_workers(part, registered, overview, told):
    shown(registered, overview(3, events=told, left_s=240.0))
    assert line(part, 3) == ["3  town", "2/4", "0 STRK · 4 minutes · 1 worker"]
    assert "16777217" not in " ".join(line(part, 3))


def test_the_chosen_job_says_how_it_stands_and_has_its_buttons(part, registered, overview, told):
    following_notices = part("core.notices.following")
    quote = following_notices.CancelQuoted(16777217, 2, FRI // 50, 2, FRI // 50, 0, 1)
    shown(registered, overview(events=told, left_s=240.0, cancel=quote))
    text = " ".join(drawn(part))
    assert "2 of 4 frames are done; 1 worker renders 2 more; about 4 minutes are left." in text
    for button in ("refresh", "path_open", "download", "cancel", "copy_job"):
        assert button in drawn(part)


def buttons_of(part, row):
    """Each button beside the list, by its operator."""
    made = {}

    class Keeping(Layout):
        def operator(self, name, **options):
            made[name] = super().operator(name, **options)
            return made[name]

    part("ui.jobs_panel").draw_buttons(Keeping(), row)
    return made


def test_where_an_index_is_chosen_a_button_opens_the_job_in_its_dashboard(
    part, registered, overview, told, monkeypatch
):
    (row,) = shown(registered, overview(events=told)).values()
    chosen = part("ui.chosen").chosen
    monkeypatch.setattr(chosen, "text", {"index_url": ""}.get)
    assert "wm.url_open" not in buttons_of(part, row)
    monkeypatch.setattr(chosen, "text", {"index_url": "https://index.example/"}.get)
    assert buttons_of(part, row)["wm.url_open"].url == "https://index.example/#/jobs/0x9/16777217"


def test_the_reason_why_a_job_waits_stands_there(part, registered, overview):
    waits = part("core.notices.following").JobWaits(16777217, 0, 4, "3 have Blender 5.2, 1 wants 0.02 STRK")
    shown(registered, overview(waits=waits))
    text = " ".join(drawn(part, 900))
    assert "0 of 4 workers fit: 3 have Blender 5.2, 1 wants 0.02 STRK" in text


def test_a_warning_stays_and_a_doubt_has_a_button(part, registered, overview, told):
    jobs = part("core.notices.jobs")
    notes = (
        jobs.FinalsUnchecked((1,), "the denoiser is missing"),
        jobs.Doubt(16777217, 1 << 40, "It lacks."),
    )
    shown(registered, overview(events=told, notes=notes))
    noted = drawn(part, 900)
    assert any("denoiser is missing" in one for one in noted) and "Challenge…" in noted


def test_every_state_is_said_in_words(part, registered, overview):
    entries = part("core.artist_job")
    for state, words in (("sending", "not confirmed"), ("refused", "nothing was paid")):
        entry = entries.JobEntry(1, 9, 0, "town", "bafy", "/frames", 0, state, "1-4")
        shown(registered, entries.JobOverview(entry))
        assert words in " ".join(drawn(part, 900))
        assert line(part, 1)[-1] == "0 STRK" if state == "sending" else state
    shown(registered, overview(state="completed"))
    assert any(one.startswith("Done: 4 frames for") for one in drawn(part, 900))


def test_no_jobs_and_no_network_are_said(part, registered):
    shown(registered)
    assert "No jobs yet" in drawn(part)
    registered.jobs.hint = "The node is away."
    assert "The node is away." in drawn(part, 900)


def test_the_list_keeps_its_choice_when_a_job_comes(part, registered, overview):
    shown(registered, overview(2), overview(1))
    bpy.context.window_manager.renderchain_job = 1
    assert registered.chosen_number() == 1
    shown(registered, overview(3), overview(2), overview(1))
    assert registered.chosen_number() == 1
    assert [one.number for one in bpy.context.window_manager.renderchain_jobs] == [3, 2, 1]


def test_frames_are_looked_at_and_later_ones_come_into_the_same_image(
    part, registered, overview, told, picture
):
    pictures = part("ui.pictures")
    one, two = picture(1, 2)
    rows = shown(registered, overview(kept=(one,), events=told))
    assert bpy.ops.renderchain.view_frame(number=1, frame=1) == {"FINISHED"}
    image = bpy.data.images["Job 1"]
    assert image["renderchain_frame"] == 1 and image.size[:] == (128, 64)
    kept = part("core.notices.jobs").FrameKept(16777217, 1 << 40, 2, 8, two)
    pictures.frame_came(1, kept)
    assert image["renderchain_frame"] == 2 and image.filepath == str(two)
    assert abs(image.pixels[0] - 0.2) < 0.01
    registered.JobReporter(1)._note(kept)
    assert [found.frame for found in rows[1].overview.kept] == [1, 2]
    with pytest.raises(RuntimeError, match="not on this disk"):
        bpy.ops.renderchain.view_frame(number=1, frame=4)


@pytest.mark.parametrize("where", ["SEQUENCER", "COMPOSITOR"])
def test_all_frames_open_as_a_sequence_in_a_scene_of_their_own(
    part, registered, overview, told, picture, where
):
    paths = picture(1, 2, 4)
    shown(registered, overview(kept=paths, events=told))
    own = bpy.context.scene
    assert bpy.ops.renderchain.open_sequence(number=1, where=where) == {"FINISHED"}
    (made,) = [one for one in bpy.data.scenes if one is not own and one.name.startswith("Job 1")]
    assert (made.render.resolution_x, made.render.resolution_y) == (128, 64)
    assert (made.frame_start, made.frame_end) == (1, 4)
    assert made.view_settings.view_transform == "Standard", "what was made by a view gets no second one"
    if where == "SEQUENCER":
        editor = made.sequence_editor
        strips = list(editor.strips if hasattr(editor, "strips") else editor.sequences)
        assert [(int(one.frame_start), len(one.elements)) for one in strips] == [(1, 2), (4, 1)]
        assert own.sequence_editor is None or not len(own.sequence_editor.strips_all)
    else:
        tree = getattr(made, "compositing_node_group", None) or made.node_tree
        (node,) = [one for one in tree.nodes if one.bl_idname == "CompositorNodeImage"]
        assert (node.image.source, node.frame_duration) == ("SEQUENCE", 4)
    bpy.data.scenes.remove(made)


def test_frames_that_are_linear_are_shown_by_the_view_of_the_artists_scene(part, tmp_path):
    sequence = part("blender.sequence")
    image = bpy.data.images.new("linear", 8, 8, float_buffer=True)
    image.filepath_raw, image.file_format = str(tmp_path / "0001.exr"), "OPEN_EXR"
    image.save()
    bpy.context.scene.view_settings.view_transform = "AgX"
    bpy.context.scene.view_settings.exposure = 1.5
    pace = sequence.Pace.of(bpy.context.scene)
    bpy.context.scene.view_settings.exposure = 0.0
    made = sequence.new_scene("linear", [sequence.Played(1, str(tmp_path / "0001.exr"))], pace)
    assert (made.view_settings.view_transform, made.view_settings.exposure) == ("AgX", 1.5)
    bpy.data.scenes.remove(made)


def test_a_video_of_all_frames_lies_beside_them_and_shows_them_as_they_are(
    part, registered, overview, told, picture
):
    paths = picture(1, 2, 4)
    shown(registered, overview(kept=paths, events=told))
    assert bpy.ops.renderchain.make_video(number=1) == {"FINISHED"}
    (video,) = paths[0].parent.glob("*.mp4")
    assert video.name == "town-1.mp4"
    clip = bpy.data.movieclips.load(str(video))
    assert (clip.frame_duration, clip.size[:]) == (4, (128, 64))
    bpy.data.movieclips.remove(clip)
    image = bpy.data.images.load(str(video))
    first = image.pixels[0]  # a film's first frame; H.264 rounds a little
    assert abs(first - 0.1) < 0.02
    bpy.data.images.remove(image)


def test_a_video_that_cant_be_written_leaves_the_one_before(part, registered, overview, told, picture):
    paths = picture(1, 2)
    shown(registered, overview(kept=paths, events=told))
    video = paths[0].with_name("town-1.mp4")
    video.write_bytes(b"before")
    (paths[0].parent / "town-1.partial.mp4").mkdir()
    with pytest.raises(RuntimeError, match="No video was written"):
        bpy.ops.renderchain.make_video(number=1)
    assert video.read_bytes() == b"before"


@pytest.mark.parametrize(
    ("name", "file"),
    [("town", "town-3.mp4"), ("a/b: c", "a_b_ c-3.mp4"), ("..", "job-3.mp4"), ("", "job-3.mp4")],
)
def test_a_jobs_name_names_its_video_and_leads_nowhere_else(part, tmp_path, name, file):
    assert part("blender.video").video_of(tmp_path, name, 3) == tmp_path / file


def test_missing_and_doubted_frames_are_marked_and_can_be_ordered_again(
    part, registered, overview, told, picture
):
    board, checks = part("core.board_events"), part("core.notices.checks")
    paths = picture(1, 2)
    note = checks.LeavesFalse(16777217, 1 << 40, (3,), 1.0)
    closed = [*told, board.JobClosed(9, 16777217, 0)]
    shown(registered, overview(state="completed", kept=paths, events=closed, notes=(note,)))
    noted = drawn(part, 900)
    assert "Missing: 3-4" in noted and "Doubted: 1-2" in noted and "order_again" in noted


def test_a_region_of_a_picture_becomes_leaves_of_the_lease(part, registered, overview, told, picture):
    challenge, errors = part("ui.challenge"), part("core.errors")
    one = overview(kept=picture(1, 2), events=told)
    left = challenge.region_of((128, 64), (0.1, 0.9), (0.2, 0.1))
    assert (left.x, left.y, left.width, left.height) == (12, 6, 13, 51)
    assert challenge.leaves_under(one, 2, (128, 64), left) == (1 << 40, [2])
    everything = challenge.region_of((128, 64), (0.0, 0.0), (1.0, 1.0))
    assert challenge.leaves_under(one, 1, (128, 64), everything) == (1 << 40, [0, 1])
    outside = challenge.region_of((128, 64), (1.5, 0.4), (1.7, 0.5))
    with pytest.raises(errors.LocalError, match="Nothing of the picture"):
        challenge.leaves_under(one, 1, (128, 64), outside)
    with pytest.raises(errors.LocalError, match="no job that was submitted from here"):
        challenge.leaves_under(one, 3, (128, 64), left)


# Frames, days, seconds, rows of the list: whatever else is an integer of Blender's has 32 bits, too.
SMALL = {
    *("frame", "number", "first", "last", "step", "days", "longest_lease"),
    *("proof_seconds", "probe_seconds", "renderchain_job"),
}


def test_no_id_of_the_network_and_no_amount_is_an_integer_of_blenders(part, registered):
    """An integer of Blender's ends at 2^31: ids have 64 bits, amounts 128, so they are text."""

    def integers(rna):
        inherited = rna.base.properties.keys() if rna.base else ()
        return {one.identifier for one in rna.properties if one.type == "INT"} - set(inherited)

    found = {one for one in integers(bpy.types.WindowManager.bl_rna) if one.startswith("renderchain")}
    for kind in part("ui.registration").CLASSES:
        found |= integers(kind.bl_rna)
    for name in dir(bpy.ops.renderchain):
        found |= integers(getattr(bpy.ops.renderchain, name).get_rna_type())
    assert found == SMALL


@pytest.mark.parametrize("act", ["download", "cancel", "order_again"])
def test_a_job_of_any_id_of_64_bits_can_be_named(part, registered, act, monkeypatch):
    largest, reached = (1 << 64) - 1, []

    class Requester:
        def __getattr__(self, name):
            async def reach(job_id, *_, **named):
                reached.append((name, job_id))
                return SimpleNamespace(state="completed", frames={}, job_id=1)

            return reach

    monkeypatch.setattr(part("composition.requester"), "make_requester", lambda *_: Requester())
    monkeypatch.setattr(part("ui.jobs"), "read_settings", lambda: None)
    named = {"frames": "1-4"} if act == "order_again" else {}
    getattr(bpy.ops.renderchain, act)(job_id=str(largest), **named)
    assert reached == [({"download": "watch"}.get(act, act), largest)]


@pytest.mark.parametrize("job_id", ["", "0", "-1", "town", "1.5", "1" * 5000, str(1 << 64)])
@pytest.mark.parametrize("act", ["download", "cancel", "order_again"])
def test_what_is_no_jobs_id_is_refused_before_anything_is_done(registered, act, job_id):
    named = {"frames": "1-4"} if act == "order_again" else {}
    with pytest.raises(RuntimeError, match="is no job's id; nothing was done"):
        getattr(bpy.ops.renderchain, act)(job_id=job_id, **named)
