"""promtool, which tests the rules of alerts, out of Debian's package of Prometheus, without the server."""

from __future__ import annotations

from pathlib import Path

from .cache import is_done, recipe_dir
from .debian import unpack

PACKAGE = ("prometheus", "2.42.0+ds-5+deb12u1")
SHA256 = "81d59a24fce84f7fbe97a45a4f2914b6a5881b5cd1db2a6a0e129e515e1a5f55"


def promtool_root() -> Path:
    """The folder whose usr/bin holds promtool."""
    return recipe_dir("promtool", *PACKAGE, SHA256)


def promtool() -> None:
    """Take it out of the package."""
    root = promtool_root()
    if not is_done(root):
        unpack("promtool", PACKAGE, SHA256, root)
