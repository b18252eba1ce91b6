"""What is wrong with a scene is seen before anybody pays, with a button for what can be done about it."""

import itertools
from types import SimpleNamespace

import addon_utils
import bpy
import pytest
from layouts import Layout


@pytest.fixture
def looked(part, registered, scene, tmp_path):
    """Looks as the timer does; returns the kinds that are seen, with their severity."""
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
    scene = bpy.context.scene
    findings = part("ui.scene_findings")

    def look():
        findings.rows.at_a_glance[scene.name] = findings.at_a_glance(scene)
        return {one.kind: str(one.severity) for one in findings.found_in(scene)}

    vars(findings.rows).update(vars(findings.Rows()))
    yield look
    vars(findings.rows).update(vars(findings.Rows()))


def no_camera(scene):
    scene.camera = None


def no_camera_at_all(scene):
    bpy.data.objects.remove(bpy.data.objects["Camera"])


def eevee(scene):
    scene.render.engine = "BLENDER_WORKBENCH"


def region(scene):
    scene.render.use_border = True


def stereoscopy(scene):
    scene.render.use_multiview = True


def no_layer(scene):
    scene.view_layers[0].use = False


def no_combined(scene):
    scene.view_layers[0].use_pass_combined = False


def composite(scene):
    scene.view_layers[0].name = "Composite"


BROKEN = {
    "camera": (no_camera, no_camera_at_all),
    "engine": (eevee,),
    "region": (region,),
    "stereoscopy": (stereoscopy,),
    "view layer": (no_layer,),
    "combined pass": (no_combined,),
    "layer name": (composite,),
}


@pytest.mark.parametrize(("kind", "break_it"), [(kind, one) for kind, some in BROKEN.items() for one in some])
def test_one_press_of_a_button_mends_it(part, looked, kind, break_it):
    scene = bpy.context.scene
    assert looked() == {}
    break_it(scene)
    assert looked()[kind] == "error" and part("ui.scene_findings").stops(scene)
    layout = Layout()
    part("ui.preflight_rows").draw(layout, scene, 300)
    (fix,) = [one for name, one in layout.seen if name == "renderchain.fix" and one.kind == kind]
    assert bpy.ops.renderchain.fix(kind=fix.kind, block=fix.block) == {"FINISHED"}
    assert looked() == {} and not part("ui.scene_findings").stops(scene)


def test_cycles_is_chosen_where_it_was_disabled_too(part, looked):
    """It is an add-on: the button that was there for it raised an error of Python's."""
    scene = bpy.context.scene
    scene.render.engine = "BLENDER_WORKBENCH"
    addon_utils.disable("cycles")
    try:
        assert looked()["engine"] == "error"
        assert bpy.ops.renderchain.fix(kind="engine") == {"FINISHED"}
        assert scene.render.engine == "CYCLES" and "engine" not in looked()
    finally:
        addon_utils.enable("cycles")


def test_what_was_found_of_one_file_is_not_shown_of_the_next(part, looked, monkeypatch):
    """Nor is it new where the scene was changed while another Blender looked at it."""
    fixes, findings = part("ui.fixes"), part("ui.scene_findings")
    rows, ended = findings.rows, []
    monkeypatch.setattr(fixes, "begin", lambda _phase, _work, then: ended.append(then))
    found = (part("ui.wish").folder_error("missing file", "It is gone.", "Find it."),)
    name = bpy.context.scene.name
    begin = fixes.check_elsewhere
    begin(bpy.context.scene)
    rows.is_old = True  # the scene is changed meanwhile
    ended.pop()(found)
    assert rows.checked == {name: found} and rows.is_old
    begin(bpy.context.scene)
    assert not rows.is_old
    part("ui.preflight_rows")._opened()  # another file
    ended.pop()(found)
    assert rows.checked == {}


def test_every_button_leads_to_an_operator_that_there_is(part, registered):
    fixes = part("ui.fixes")
    operators = {one.operator for one in (*fixes.BLENDERS.values(), fixes.BAKE_ALL, fixes.BAKE_ZONES)}
    for name in operators | {"renderchain.fix", "renderchain.allow", "renderchain.check"}:
        group, one = name.split(".")
        assert getattr(getattr(bpy.ops, group), one).get_rna_type(), name


def test_every_fix_is_of_a_kind_that_is_found(part):
    known = part("blender.preflight").GLANCED | set(part("core.exactness").REFUSED)
    known |= set(part("core.exactness").TOLD) | {"unsaved image"}
    assert set(part("ui.fixes").FIXES) <= known


def test_what_is_glanced_at_is_what_is_said_to_be(part, looked):
    glanced = set()
    for some in BROKEN.values():
        for break_it in some:
            break_it(bpy.context.scene)
            glanced |= {one.kind for one in part("blender.preflight").check_settings(bpy.context.scene)}
            bpy.context.scene.view_layers[
                0
            ].use = True  # a layer that is off hides what else is wrong with it
    assert set(BROKEN) <= glanced <= part("blender.preflight").GLANCED


def test_an_error_that_is_the_artists_to_judge_can_be_let_pass_and_taken_back(part, looked):
    scene = bpy.context.scene
    region(scene)
    looked()
    layout = Layout()
    part("ui.preflight_rows").draw(layout, scene, 300)
    (allow,) = [one for name, one in layout.seen if name == "renderchain.allow"]
    bpy.ops.renderchain.allow(finding=allow.finding)
    assert looked() == {"region": "warning"} and not part("ui.scene_findings").stops(scene)
    bpy.ops.renderchain.allow(finding=allow.finding)
    assert looked() == {"region": "error"}


def test_a_scene_that_workers_would_leave_alone_can_not_be_let_pass(part, looked):
    scene = bpy.context.scene
    no_camera(scene)
    looked()
    part("ui.preflight_rows").draw(layout := Layout(), scene, 300)
    assert not [name for name, _ in layout.seen if name == "renderchain.allow"]
    scene.renderchain.allowed = f"camera\ncamera:Scene {scene.name!r}"
    assert looked()["camera"] == "error"


def test_a_folder_beside_a_file_that_is_not_saved_is_an_error_before_pay(part, registered, scene):
    wish = part("ui.wish")
    assert wish.no_output(scene).kind == "unsaved file"
    with pytest.raises(part("core.errors").SettingsError, match="is not saved.*Nothing was paid"):
        wish.output_of(scene)
    scene.renderchain.output = " "
    assert wish.no_output(scene).kind == "output"
    scene.renderchain.output = "/somewhere"
    assert wish.no_output(scene) is None and str(wish.output_of(scene)) == "/somewhere"


def test_unsaved_changes_are_an_error_before_pay_where_no_copy_can_stand_in(part, looked, monkeypatch):
    """It was said after the artist had confirmed the price."""
    session = part("blender.proving.other_session")
    assert (
        session.has_unsaved_changes() is bpy.data.is_dirty
    )  # which is so in one Blender, and not in another
    monkeypatch.setattr(session, "has_unsaved_changes", lambda: True)
    monkeypatch.setattr(session, "can_stand_in", lambda: False)
    assert looked() == {"unsaved file": "error"}
    bpy.context.scene.renderchain.proof_seconds = 0
    assert looked() == {}
    bpy.context.scene.renderchain.proof_seconds = 60
    monkeypatch.setattr(session, "can_stand_in", lambda: True)
    assert looked() == {}


def test_a_whole_check_finds_missing_files_and_unbaked_physics_and_says_when_it_is_old(part, looked):
    scene = bpy.context.scene
    image = bpy.data.images.new("wood", 8, 8)
    image.source, image.filepath = "FILE", "//gone.png"
    material = bpy.data.objects["Cube"].active_material
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    out = next(one for one in material.node_tree.nodes if one.type == "BSDF_PRINCIPLED")
    material.node_tree.links.new(node.outputs[0], out.inputs[0])
    bpy.data.objects["Cube"].modifiers.new("cloth", "CLOTH")
    assert looked() == {}
    assert bpy.ops.renderchain.check() == {"FINISHED"}
    assert looked() == {"missing file": "error", "simulation": "error"}
    layout = Layout()
    part("ui.preflight_rows").draw(layout, scene, 300)
    pressed = [name for name, _ in layout.seen]
    assert "file.find_missing_files" in pressed and "ptcache.bake_all" in pressed
    findings = part("ui.scene_findings")
    assert not findings.rows.is_old
    part("ui.preflight_rows")._changed()
    assert findings.rows.is_old


def test_nothing_is_looked_at_while_nobody_sees_it(part, registered, scene):
    rows = part("ui.preflight_rows")
    rows.rows.seen_s = 0.0
    part("ui.scene_findings").rows.at_a_glance["Scene"] = ()
    assert rows.look() == rows.EVERY_S and rows.rows.at_a_glance == {"Scene": ()}


@pytest.mark.parametrize(("own_s", "least_s"), [(0.0, 0.5), (0.1, 5.0)])
def test_it_is_looked_at_less_often_only_where_looking_itself_takes_long(
    part, registered, scene, monkeypatch, own_s, least_s
):
    """Where others kept the machine busy, the button stayed grey for many seconds after all was mended."""
    rows = part("ui.preflight_rows")
    used_s = iter((3.0, 3.0 + own_s))
    clock = SimpleNamespace(monotonic=itertools.count(1000.0, 100.0).__next__, thread_time=used_s.__next__)
    monkeypatch.setattr(rows, "time", clock)  # a hundred seconds go by between two looks at it
    monkeypatch.setattr(rows.rows, "seen_s", 1e9)
    monkeypatch.setattr(rows.rows, "at_a_glance", {"gone": ()})
    assert rows.look() == pytest.approx(least_s)
    assert list(used_s) == []


@pytest.mark.parametrize(
    ("what", "frames"), [("STILL", (7,)), ("ANIMATION", (2, 5, 8)), ("RANGE", (10, 20, 30))]
)
def test_the_frames_are_those_that_the_panel_says(part, registered, scene, what, frames):
    scene.frame_start, scene.frame_end, scene.frame_step = 2, 9, 3
    scene.frame_set(7)
    chosen = scene.renderchain
    chosen.first, chosen.last, chosen.step = 10, 35, 10
    assert part("ui.wish").frames_of(scene, what) == frames


def test_a_range_without_frames_is_refused(part, registered, scene):
    scene.renderchain.first, scene.renderchain.last = 5, 4
    with pytest.raises(part("core.errors").FrameRangeError, match="has no frames. Nothing was paid"):
        part("ui.wish").frames_of(scene, "RANGE")


@pytest.mark.parametrize(
    ("price", "amount", "reward_fri"),
    [("MARKET", "9", 0), ("FRAME", "0.25", 25 * 10**16), ("TOTAL", "1", 10**18 // 3)],
)
def test_the_price_is_a_frames_all_frames_or_the_markets(part, registered, scene, price, amount, reward_fri):
    scene.frame_start, scene.frame_end = 1, 3
    scene.renderchain.output = "/frames"
    scene.renderchain.price, scene.renderchain.amount = price, amount
    scene.renderchain.checking, scene.renderchain.days = "STRICTER", 3
    settings = part("settings").Settings("http://127.0.0.1:9", 1, 2)
    wish = part("ui.wish").wish_of(scene, "ANIMATION", settings)
    assert (wish.offer.reward_fri, wish.offer.is_usual) == (reward_fri, price == "MARKET")
    assert (wish.offer.audit_floor_exp, wish.offer.second_look) == (0, True)
    assert wish.offer.expires_in_s == 3 * 86400
