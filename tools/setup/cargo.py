"""starknet-devnet and the Cairo compilers, built from their crates with one shared target folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .cache import SetupError, cache_dir, is_done, need, recipe_dir, run

DEVNET_CRATES = ("starknet-devnet@0.10.1",)
CAIRO_CRATES = (
    "starknet-compile@2.16.1",
    "starknet-sierra-compile@2.16.1",
    "cairo-test@2.16.1",
    "cairo-format@2.16.1",
)
CORELIB_CRATE = ("cairo-native", "0.9.0-rc.4")  # carries corelib 2.16.0 among its test data
# Optimising less halves the build; devnet is not where our time goes.
CARGO_PROFILE = {
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "1",
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "64",
}
# The contracts' own tests spend their time in these; optimised, a test takes half as long.
HOT_CRATES = (
    "cairo-vm",
    "cairo-lang-runner",
    "cairo-lang-casm",
    "cairo-lang-sierra-to-casm",
    "starknet-types-core",
    "lambdaworks-math",
    "num-bigint",
    "num-integer",
    "hashbrown",
    "indexmap",
)


def devnet_root() -> Path:
    """The folder whose bin holds starknet-devnet."""
    return recipe_dir("devnet", *DEVNET_CRATES, *CARGO_PROFILE)


def cairo_root() -> Path:
    """The folder whose bin holds the Cairo tools, the core library beside it."""
    return recipe_dir("cairo", *CAIRO_CRATES, *CARGO_PROFILE, *HOT_CRATES)


def devnet() -> None:
    """Build starknet-devnet."""
    if not is_done(devnet_root()):
        _install("devnet", devnet_root(), DEVNET_CRATES)
        (devnet_root() / ".done").touch()


def cairo() -> None:
    """Build the Cairo tools."""
    if not is_done(cairo_root()):
        hot = [f"--config=profile.release.package.{crate}.opt-level=3" for crate in HOT_CRATES]
        _install("cairo", cairo_root(), CAIRO_CRATES, *hot)
        _corelib(cairo_root())
        (cairo_root() / ".done").touch()


def _install(name: str, root: Path, crates: tuple[str, ...], *options: str) -> None:
    # The target folder outlives a broken build, so that it resumes.
    need("cargo", "install Rust with rustup")
    env = {**CARGO_PROFILE, "CARGO_TARGET_DIR": str(cache_dir() / "build" / "cargo")}
    run(name, ["cargo", *options, "install", "--locked", "--root", str(root), *crates], env)


def _corelib(root: Path) -> None:
    crate, version = CORELIB_CRATE
    project = cache_dir() / "build" / "corelib"
    (project / "src").mkdir(parents=True, exist_ok=True)
    (project / "src" / "lib.rs").touch()
    (project / "Cargo.toml").write_text(
        '[package]\nname = "corelib-fetch"\nversion = "0.0.0"\nedition = "2021"\n'
        f'[dependencies]\n{crate} = "={version}"\n'
    )
    run("corelib", ["cargo", "fetch"], cwd=project)
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    pattern = f"{crate}-{version}/test_data/programs/corelib"
    found = sorted((home / "registry" / "src").glob(f"*/{pattern}"))
    if not found:
        raise SetupError(f"setup: the crate {crate} {version} no longer holds corelib; pin another version.")
    shutil.rmtree(root / "corelib", ignore_errors=True)
    shutil.copytree(found[0], root / "corelib")
