"""The labels and descriptions that Blender knows of our classes, in the languages that Blender shows."""

import json

import bpy
import pytest

SAME_SENSE = ("Compositor", "Frames", "Pause", "Report")
BY_BLENDER = bpy.app.build_options.international


@pytest.fixture
def view():
    """Blender's language, which is as before afterwards."""
    view = bpy.context.preferences.view
    before = view.language
    yield view
    view.language = before


def known_to_blender(part):
    """Labels of our classes, and what of their properties and items has a label or a description.

    Each with the context in which Blender looks for it.
    """
    for kind in part("ui.registration").CLASSES:
        known = kind.bl_rna
        if issubclass(kind, bpy.types.Operator):
            known = getattr(bpy.ops.renderchain, kind.bl_idname.split(".")[1]).get_rna_type()
            yield known.description, "*"
        yield getattr(kind, "bl_label", ""), known.translation_context
        ours = {name for one in kind.__mro__ for name in vars(one).get("__annotations__", ())}
        for field in known.properties:
            if field.identifier in ours:
                for one in (field, *getattr(field, "enum_items", ())):
                    # What has no label is called by its name in the code, and shown nowhere.
                    yield (one.name if one.name != one.identifier else "", field.translation_context)
                    yield one.description, "*"


def test_every_language_has_what_blender_knows_of_us_and_nothing_that_is_said_nowhere(part, registered):
    texts, elsewhere = part("ui.strings.texts"), part("ui.strings.elsewhere")
    language = part("ui.strings.language")
    own = {text for name, text in vars(texts).items() if name.isupper() and isinstance(text, str)}
    told = {elsewhere.PLAIN.get(one, one) for one in (*elsewhere.SENTENCES, *elsewhere.PARTS)}
    known = {text for text, _ in known_to_blender(part)}
    assert len(known) > 150 and len(language.names()) >= 5
    for name in language.names():
        kept = json.loads((language.FILES / f"{name}.json").read_text(encoding="utf-8"))
        assert set(kept) == (own | told | known) - texts.NAMES - {""}, name


@pytest.mark.skipif(not BY_BLENDER, reason="the bpy module is built without languages")
@pytest.mark.parametrize(
    "name, button, panel, menu, with_value",
    [
        ("de_DE", "Im Netzwerk rendern", "Bevor Sie bezahlen", "Standbild im Netzwerk rendern", "Auftrag 7"),
        ("es", "Procesar en la red", "Antes de pagar", "Procesar fotograma en la red", "Trabajo 7"),
        ("fr_FR", "Rendre sur le réseau", "Avant de payer", "Rendre l’image fixe sur le réseau", "Tâche 7"),
        (
            "ja_JP",
            "ネットワークレンダー",
            "支払う前に",
            "静止画をネットワークでレンダリング",
            "ジョブ 7",
        ),
        ("zh_HANS", "在网络上渲染", "付款之前", "在网络上渲染单帧", "作业 7"),
    ],
)
def test_blender_shows_them_in_the_language_that_is_chosen_at_once(
    part, registered, view, name, button, panel, menu, with_value
):
    texts, language, shown = part("ui.strings.texts"), part("ui.strings.language"), bpy.app.translations
    view.language = name
    assert shown.pgettext_iface("Render on Network", "Operator") == button
    assert shown.pgettext_iface("Render on Network") == button
    assert shown.pgettext_iface("Before You Pay") == panel
    assert shown.pgettext_iface("Render Still on Network", "Operator") == menu
    assert language.say(texts.PICTURE_OF, job=7) == with_value
    view.use_translate_interface = False
    try:
        assert language.say(texts.PICTURE_OF, job=7) == "Job 7"
    finally:
        view.use_translate_interface = True
    view.language = "en_US"
    assert shown.pgettext_iface("Render on Network", "Operator") == "Render on Network"
    assert language.said("The scene 'Town' has no camera.") == "The scene 'Town' has no camera."


@pytest.mark.skipif(not BY_BLENDER, reason="the bpy module is built without languages")
def test_no_label_gets_blenders_own_word_for_something_else(part, registered, view):
    """Blender looks among its own words first; those that have our label's sense may well be its own."""
    language, other = part("ui.strings.language"), {}
    for name in language.names():
        view.language = name
        for text, context in set(known_to_blender(part)):
            words = language.texts_in(name).get(text, text)
            seen = bpy.app.translations.pgettext_iface(text, context)
            if seen != words and text not in SAME_SENSE:
                other.setdefault(text, []).append((name, context, seen))
    assert other == {}


@pytest.mark.skipif(not BY_BLENDER, reason="the bpy module is built without languages")
def test_nothing_stays_when_the_add_on_goes(part, registered, view):
    registration = part("ui.registration")
    view.language = "de_DE"
    registration.unregister()
    try:
        assert bpy.app.translations.pgettext_iface("Before You Pay") == "Before You Pay"
    finally:
        registration.register()
    assert bpy.app.translations.pgettext_iface("Before You Pay") == "Bevor Sie bezahlen"
