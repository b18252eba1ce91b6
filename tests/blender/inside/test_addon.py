"""The add-on in Blender: what it registers, that it leaves nothing, what its operators say."""

import os
import subprocess

import addon_utils
import bpy
import pytest

ADDON = "bl_ext.user_default.renderchain"
CLASSES = {
    "RENDERCHAIN_OT_report",
    "RENDERCHAIN_OT_copy",
    "RENDERCHAIN_OT_details",
    "RENDERCHAIN_OT_submit",
    "RENDERCHAIN_OT_submit_still",
    "RENDERCHAIN_OT_submit_animation",
    "RENDERCHAIN_OT_stop_submitting",
    "RENDERCHAIN_OT_close",
    "RENDERCHAIN_OT_pay",
    "RENDERCHAIN_OT_fix",
    "RENDERCHAIN_OT_allow",
    "RENDERCHAIN_OT_choose_output",
    "RENDERCHAIN_OT_own_output",
    "RENDERCHAIN_OT_check",
    "RENDERCHAIN_OT_download",
    "RENDERCHAIN_OT_refresh",
    "RENDERCHAIN_OT_stop",
    "RENDERCHAIN_OT_stop_following",
    "RENDERCHAIN_OT_copy_job",
    "RENDERCHAIN_OT_view_frame",
    "RENDERCHAIN_OT_open_sequence",
    "RENDERCHAIN_OT_make_video",
    "RENDERCHAIN_OT_stop_video",
    "RENDERCHAIN_OT_order_again",
    "RENDERCHAIN_OT_challenge_region",
    "RENDERCHAIN_UL_jobs",
    "RENDERCHAIN_PT_picture",
    "RENDERCHAIN_OT_cancel",
    "RENDERCHAIN_OT_challenge",
    "RENDERCHAIN_OT_check_up",
    "RENDERCHAIN_OT_account_make",
    "RENDERCHAIN_OT_account_import",
    "RENDERCHAIN_OT_account_backup",
    "RENDERCHAIN_OT_account_unlock",
    "RENDERCHAIN_OT_account_deploy",
    "RENDERCHAIN_OT_ipfs_headers",
    "RENDERCHAIN_OT_kubo_download",
    "RENDERCHAIN_PT_submit",
    "RENDERCHAIN_PT_preflight",
    "RENDERCHAIN_PT_options",
    "RENDERCHAIN_PT_jobs",
    "RENDERCHAIN_OT_provider_status",
    "RENDERCHAIN_OT_provider_step",
    "RENDERCHAIN_OT_provider_pause",
    "RENDERCHAIN_PT_provider",
}


def ours():
    return {name for name in dir(bpy.types) if name.startswith("RENDERCHAIN")}


def test_the_extension_is_enabled_and_registers_its_classes():
    assert ADDON in bpy.context.preferences.addons
    assert ours() >= CLASSES


def test_disabling_leaves_nothing_behind_and_enabling_brings_all_back():
    for _ in range(2):
        addon_utils.disable(ADDON)
        assert ours() == set()
        assert not hasattr(bpy.types.Scene, "renderchain")
        addon_utils.enable(ADDON)
        assert ours() >= CLASSES
        assert bpy.context.scene.renderchain.device == "CPU"


def test_enabling_imports_neither_use_cases_nor_what_is_heavy():
    """Else every start of Blender is half a second longer: import it where an operator needs it."""
    script = f"""
import sys
ours = [name.removeprefix({ADDON + "."!r}) for name in sys.modules if name.startswith({ADDON + "."!r})]
below = [name for name in ours if name.split(".")[0] in ("app", "adapters", "composition")]
below += sorted({{"blender.console", "core.notices.lines"}} & set(ours))  # which knows every kind of notice
packages = set("numpy starknet_py ipfshttpclient keyring aiohttp cryptography sqlite3".split())
print("HEAVY", sorted(below), sorted(packages & set(sys.modules)), len(ours) > 20)
"""
    done = subprocess.run(
        [bpy.app.binary_path, "-b", "--python-expr", script],
        capture_output=True,
        text=True,
        env=dict(os.environ),
    )
    assert "HEAVY [] [] True" in done.stdout, done.stdout + done.stderr


def test_submitting_without_settings_is_an_error_that_says_what_to_do(scene):
    with pytest.raises(RuntimeError, match="in the add-on's preferences"):
        bpy.ops.renderchain.submit_still()


def test_every_command_of_the_module_is_one_of_the_application_too(part):
    done = subprocess.run(
        [bpy.app.binary_path, "-b", "--command", "help"], capture_output=True, text=True, env=dict(os.environ)
    )
    names = {f"renderchain_{name}" for name in part("blender.commands").COMMANDS}
    assert names == {word for word in done.stdout.split() if word.startswith("renderchain_")}, done.stdout


@pytest.mark.parametrize(
    ("lease_id", "leaves"), [("", ""), ("none", ""), ("-1", ""), ("7", "a"), ("7", "-1"), ("7", "1 " * 9)]
)
def test_a_challenge_that_names_no_lease_or_leaves_is_refused_before_anything_is_paid(lease_id, leaves):
    with pytest.raises(RuntimeError, match="nothing was paid. Type them again"):
        bpy.ops.renderchain.challenge(lease_id=lease_id, leaves=leaves)


def test_preferences_and_offers_have_no_place_for_a_secret():
    preferences = bpy.context.preferences.addons[ADDON].preferences
    names = set(preferences.bl_rna.properties.keys()) | set(
        bpy.context.scene.renderchain.bl_rna.properties.keys()
    )
    assert not [name for name in names if any(word in name for word in ("key", "secret", "password", "salt"))]


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (lambda scene: setattr(scene.render, "engine", "BLENDER_WORKBENCH"), "Choose Cycles"),
        (lambda scene: setattr(scene, "camera", None), "has no camera"),
        (lambda scene: setattr(scene.render, "use_border", True), "Render Region is on"),
        (lambda scene: setattr(scene.render, "use_multiview", True), "Stereoscopy is on"),
        (lambda scene: setattr(scene.view_layers[0], "use", False), "No view layer"),
    ],
)
def test_what_the_network_cannot_render_is_said_before_packing(part, scene, break_it, sentence):
    assert part("blender.preflight").check_scene(scene).errors == ()
    break_it(scene)
    (error,) = part("blender.preflight").check_scene(scene).errors
    assert sentence in error


def test_a_video_format_becomes_png_with_a_warning(part, scene):
    settings = scene.render.image_settings
    settings.media_type = "VIDEO"
    (warning,) = part("blender.preflight").check_scene(scene).warnings
    assert "PNG" in warning
    assert part("blender.scene_reader").read_scene(scene).file_format == "PNG"
