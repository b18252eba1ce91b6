"""How tests build the images: from what this machine has, where others would take images of a registry."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from devkit.network.services import tool_root
from tests.deploy.boxed import Containers
from tests.unit.docs.pages import REPO

BASE = "localhost/base"


@dataclass(frozen=True)
class Recipe:
    """A Containerfile's folder, the target in it, and the image of another kind that it takes."""

    folder: str
    target: str = ""
    takes: str = ""

    @property
    def file(self) -> Path:
        """It."""
        return REPO / "deploy" / self.folder / "Containerfile"


RECIPES = {
    "worker": Recipe("worker"),
    "services": Recipe("services", "services", "NODE"),
    "aggregator": Recipe("services", "aggregator", "NODE"),
    "local": Recipe("services", "local", "NODE"),
    "kubo": Recipe("kubo", takes="GO"),
    "devnet": Recipe("devnet", takes="RUST"),
    "postgres": Recipe("postgres"),
}


def name_of(kind: str) -> str:
    """The image's."""
    return f"localhost/renderchain-{kind}"


def built(containers: Containers, kind: str, *more: str, tag: str = "") -> str:
    """Build one; returns its name. Layers that are there are used again."""
    recipe = RECIPES[kind]
    arguments = {"BASE": BASE}
    if recipe.takes:
        arguments[recipe.takes] = _taken(containers, recipe.takes)
    image = tag or name_of(kind)
    containers.build(recipe.file, image, *more, target=recipe.target, **arguments)
    return image


def _taken(containers: Containers, what: str) -> str:
    if what == "NODE":
        node, npm = (Path(shutil.which(name) or name).resolve() for name in ("node", "npm"))
        files = {node: "/usr/bin/node", npm.parents[1]: "/usr/lib/npm"}
        containers.bring("node", BASE, files, ("/usr/bin/npm", f"/usr/lib/npm/bin/{npm.name}"))
        return "localhost/node"
    tool, program = {"GO": ("kubo", "ipfs"), "RUST": ("devnet", "starknet-devnet")}[what]
    containers.bring(f"with-{tool}", BASE, {tool_root(tool) / "bin" / program: f"/bin/{program}"})
    return f"localhost/with-{tool}"
