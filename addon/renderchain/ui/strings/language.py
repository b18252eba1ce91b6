"""The language that Blender shows: its texts for Blender, and for what only we can say.

Blender looks up the labels of classes and whatever is drawn as it stands. What has values in it is said by
``say``; what comes from the core, composed and in English as shells print it, by ``said``.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import bpy

from ... import __package__ as base_package
from .spoken import Language
from .texts import CONTEXT

FILES = Path(__file__).with_name("languages")
CONTEXTS = ("*", "Operator", CONTEXT)  # Blender's of everything and of buttons, and ours


def start() -> None:
    """Give Blender our texts, in every language that we have."""
    found = {
        name: {(context, text): said for text, said in texts_in(name).items() for context in CONTEXTS}
        for name in names()
    }
    bpy.app.translations.register(base_package or "renderchain", found)


def stop() -> None:
    """Take them back."""
    bpy.app.translations.unregister(base_package or "renderchain")
    texts_in.cache_clear()
    _language.cache_clear()


def say(text: str, **values: object) -> str:
    """One of ``texts`` with its values, in the language that Blender shows."""
    return _shown().say(text, values)


def said(text: str) -> str:
    """A text that may have been composed elsewhere, as far as it is known in that language."""
    return _shown().said(text)


def names() -> list[str]:
    """The languages, by Blender's own names."""
    return sorted(path.stem for path in FILES.glob("*.json"))


@cache
def texts_in(name: str) -> dict[str, str]:
    """English texts and what they are in a language; none in one that we do not have."""
    file = FILES / f"{name}.json"
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def _shown() -> Language:
    view = bpy.context.preferences.view
    return _language(bpy.app.translations.locale if view.use_translate_interface else "")


@cache
def _language(name: str) -> Language:
    return Language(texts_in(name))
