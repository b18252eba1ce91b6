"""``backup`` and ``restore``: journal, evidence and keystore in one file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ...composition.backup import back_up
from ...composition.backup import restore as bring_back
from ...ports.reporter import Reporter
from ..command_line import given_path, guarded
from .common import provider_parser, provider_settings, say


def backup(arguments: Sequence[str]) -> int:
    """Copy what may not be lost."""
    text = "Copy journal, evidence and keystore into one file, also while the worker is at work."
    parser = provider_parser("backup", text)
    parser.add_argument("file", type=given_path, help="a new file; its user alone may read it")
    options = parser.parse_args(list(arguments))

    def run(_: Reporter) -> int:
        file = options.file.absolute()
        count = back_up(provider_settings(options), file)
        say(f"{count} files are in {file}. The keystore's password is not: keep that elsewhere.")
        return 0

    return guarded(options, run)


def restore(arguments: Sequence[str]) -> int:
    """Bring such a copy back."""
    parser = provider_parser("restore", "Bring back what `backup` copied, into a folder that has no journal.")
    parser.add_argument("file", type=given_path)
    options = parser.parse_args(list(arguments))

    def run(_: Reporter) -> int:
        settings = provider_settings(options)
        file = options.file.absolute()
        restored = asyncio.run(bring_back(settings, file))
        say(f"{restored.files} files are back in {settings.folder}.")
        if restored.keystore_left_out:
            say(
                "The backup's keystore was left out, since the settings name none: the account's key is "
                f"looked for in this system's keyring. To have it: tar -xzf {file} keystore.json, and name "
                "it in the settings."
            )
        say("Start the worker: it goes on with what it held.")
        return 0

    return guarded(options, run)
