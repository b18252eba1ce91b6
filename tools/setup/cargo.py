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
    "cairo-format@2.16.1",
)
# The tests' runner is built with a patch that makes them many times faster; the patch says how.
TEST_CRATE = ("cairo-test", "2.16.1")
RUNNER_CRATE = ("cairo-lang-runner", "2.16.1")
RUNNER_PATCH = Path(__file__).with_name("cairo_runner.patch")
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
    profile = [f"{name}={value}" for name, value in CARGO_PROFILE.items()]
    runner = [*TEST_CRATE, *RUNNER_CRATE, RUNNER_PATCH.read_text()]
    return recipe_dir("cairo", *CAIRO_CRATES, *profile, *HOT_CRATES, *runner)


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
        _install("cairo-test", cairo_root(), ("--path", str(_patched_test_source())), *hot)
        _corelib(cairo_root())
        (cairo_root() / ".done").touch()


def _install(name: str, root: Path, what: tuple[str, ...], *options: str) -> None:
    # The target folder outlives a broken build, so that it resumes.
    need("cargo", "install Rust with rustup")
    env = {**CARGO_PROFILE, "CARGO_TARGET_DIR": str(cache_dir() / "build" / "cargo")}
    run(name, ["cargo", *options, "install", "--locked", "--root", str(root), *what], env)


def _patched_test_source() -> Path:
    """A copy of cairo-test's source that names a patched copy of the runner, also in its lock file."""
    need("git", "install git")
    folder = cache_dir() / "build" / "cairo-test"
    shutil.rmtree(folder, ignore_errors=True)
    test, runner = _sources(TEST_CRATE, RUNNER_CRATE)
    shutil.copytree(test, folder / "test")
    shutil.copytree(runner, folder / "runner")
    # In a repository around the cache git would look for the files at its top.
    outside = {"GIT_CEILING_DIRECTORIES": str(folder)}
    run("cairo-test", ["git", "apply", str(RUNNER_PATCH)], outside, folder / "runner")
    with (folder / "test" / "Cargo.toml").open("a") as manifest:
        manifest.write(f'\n[patch.crates-io]\n{RUNNER_CRATE[0]} = {{ path = "../runner" }}\n')
    run("cairo-test", ["cargo", "fetch"], cwd=folder / "test")
    return folder / "test"


def _corelib(root: Path) -> None:
    crate, version = CORELIB_CRATE
    (source,) = _sources(CORELIB_CRATE)
    corelib = source / "test_data" / "programs" / "corelib"
    if not corelib.is_dir():
        raise SetupError(f"setup: the crate {crate} {version} no longer holds corelib; pin another version.")
    shutil.rmtree(root / "corelib", ignore_errors=True)
    shutil.copytree(corelib, root / "corelib")


def _sources(*crates: tuple[str, str]) -> list[Path]:
    """Where cargo unpacked these crates, which it fetches for a throw-away project that names them."""
    project = cache_dir() / "build" / f"fetch-{crates[0][0]}"
    (project / "src").mkdir(parents=True, exist_ok=True)
    (project / "src" / "lib.rs").touch()
    dependencies = "".join(f'{crate} = "={version}"\n' for crate, version in crates)
    (project / "Cargo.toml").write_text(
        f'[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n{dependencies}'
    )
    run("sources", ["cargo", "fetch"], cwd=project)
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    return [max((home / "registry" / "src").glob(f"*/{crate}-{version}")) for crate, version in crates]
