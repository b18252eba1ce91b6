"""Files of operators and people, as tests write them."""

from __future__ import annotations

import os
from pathlib import Path

from services.notifier.people import People, read_operator
from tests.services.notifier.receivers import SECRET


def write_operator(
    folder: Path, *, index: str = "http://127.0.0.1:1", more: str = "", person: str = ""
) -> Path:
    """The operator's file, beside it the secret ``hook.key``."""
    file = folder / "notifier.toml"
    file.write_text(f'index = "{index}"\npeople_folder = "people"\n{more}\n{person}')
    (folder / "hook.key").write_text(f"{SECRET}\n")
    (folder / "people").mkdir(exist_ok=True)
    return file


def write_person(folder: Path, name: str, text: str, secret: str = SECRET) -> Path:
    """One of the others, with the secret ``key``."""
    file = folder / "people" / f"{name}.toml"
    file.write_text(text)
    (folder / "people" / name).mkdir(exist_ok=True)
    (folder / "people" / name / "key").write_text(secret)
    os.utime(file, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns + 1))
    return file


def people_of(file: Path) -> People:
    """Everybody of an operator's file."""
    return People(file, read_operator(file))


def hooked(url: str, hear: str = '"artist", "provider"', when: str = "now", more: str = "") -> str:
    """A person of the operator's file, ada, with one webhook."""
    return f"""
[[person]]
name = "ada"
{more}
channels.hook = {{ kind = "webhook", url = "{url}", secret = {{ file = "hook.key" }} }}
rules = [{{ hear = [{hear}], by = ["hook"], when = "{when}" }}]
"""
