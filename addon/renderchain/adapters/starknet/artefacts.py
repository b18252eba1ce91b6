"""The compiled classes of the contracts, each compared with the class that this version knows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ...core.errors import ChangeRefused, NodeAway
from .contracts import class_hash_of

MOST_BYTES = 2**25
VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?![0-9])", re.ASCII)  # 0.13.2.1 was one, too


class Artefacts:
    """A folder with NAME.sierra.json and NAME.casm.json of each class."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._compiled: dict[tuple[str, object], int] = {}  # hashes that took seconds

    def check(self, name: str) -> None:
        """Raises ChangeRefused if the class is not there, or is another than the committed one."""
        from .library import compute_sierra_class_hash, create_sierra_compiled_contract

        text = self.sierra(name)
        try:
            found = compute_sierra_class_hash(create_sierra_compiled_contract(compiled_contract=text))
        except Exception as error:  # noqa: BLE001 - the library has no base for what a file can do to it
            raise ChangeRefused(
                f"{self._folder / name}.sierra.json is no compiled class ({type(error).__name__}); nothing "
                "was sent. Take the contracts of this version."
            ) from error
        known = class_hash_of(name)
        if found != known:
            raise ChangeRefused(
                f"{self._folder / name}.sierra.json has the class {found:#x}, and this version knows "
                f"{known:#x}; nothing was sent. Take the contracts of this version."
            )

    def sierra(self, name: str) -> str:
        """What is declared."""
        return self._read(f"{name}.sierra.json")

    def compiled_hash(self, name: str, starknet_version: str) -> int:
        """The hash of what the class compiles to; a chain that compiles it to anything else refuses it."""
        from .library import compute_casm_class_hash, create_casm_class

        method = hash_method(starknet_version)
        kept = (name, method.value)
        if kept not in self._compiled:
            body = json.loads(self._read(f"{name}.casm.json"))
            body |= {"hints": [], "pythonic_hints": []}  # no part of the hash, and most of the time
            self._compiled[kept] = int(compute_casm_class_hash(create_casm_class(json.dumps(body)), method))
        return self._compiled[kept]

    def _read(self, name: str) -> str:
        path = self._folder / name
        try:
            if path.stat().st_size > MOST_BYTES:
                raise ChangeRefused(f"{path} is too large for a class; nothing was sent. Take another.")
            text = path.read_text(encoding="utf-8")
            json.loads(text)
        except OSError as error:
            raise ChangeRefused(
                f"{path} can't be read ({error.strerror}); nothing was sent. Name the folder with the "
                "compiled contracts with --artefacts."
            ) from error
        except ValueError as error:
            raise ChangeRefused(
                f"{path} is no JSON ({error}); nothing was sent. Take the contracts of this version."
            ) from error
        return text


def hash_method(starknet_version: str) -> Any:
    """By what a chain of that version hashes compiled classes; raises NodeAway where it is no version."""
    from semver import Version

    from .library import get_casm_hash_method_for_starknet_version

    known = VERSION.match(starknet_version)
    if not known:
        raise NodeAway(
            f"The node says that its newest block is of Starknet {starknet_version!r:.40}, which "
            "is no version. Nothing was declared; use another node."
        )
    return get_casm_hash_method_for_starknet_version(Version(*map(int, known.groups())))
