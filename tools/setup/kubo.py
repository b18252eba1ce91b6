"""Kubo, the IPFS node, built from its Go module; tools/kubo/go.sum has the hash of every source."""

from __future__ import annotations

from pathlib import Path

from .cache import REPO, is_done, need, recipe_dir, run

MODULE = REPO / "tools" / "kubo"


def kubo_root() -> Path:
    """The folder whose bin holds ipfs."""
    return recipe_dir("kubo", (MODULE / "go.mod").read_text(), (MODULE / "go.sum").read_text())


def kubo() -> None:
    """Build ipfs."""
    root = kubo_root()
    if not is_done(root):
        need("go", "install Go 1.25 or newer")
        out = str(root / "bin" / "ipfs")
        run("kubo", ["go", "build", "-trimpath", "-o", out, "github.com/ipfs/kubo/cmd/ipfs"], cwd=MODULE)
        (root / ".done").touch()
