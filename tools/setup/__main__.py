"""Bring this machine what RenderChain is built, tested and shown with; quiet when all is there.

    python3 -m tools.setup uv            what makes the Python environment and the lock files
    python3 -m tools.setup python        the Python environment in .venv, bpy in it
    python3 -m tools.setup cairo         the Cairo compilers and their core library
    python3 -m tools.setup devnet        starknet-devnet
    python3 -m tools.setup emulation     qemu, for measuring as if on other processors
    python3 -m tools.setup containers    what builds and runs container images
    python3 -m tools.setup opentofu      what plans machines of a cloud, for the tests of deploy/terraform
    python3 -m tools.setup postgres      the database of services where one machine is outgrown
    python3 -m tools.setup dashboard     the dashboard's page, which the index serves
    python3 -m tools.setup browser       Chromium, in which the dashboard is tested
    python3 -m tools.setup promtool      what tests the rules of alerts
    python3 -m tools.setup kubernetes    what the Helm chart is rendered and checked with
    python3 -m tools.setup cluster       Kubernetes' control plane, to install the chart on
    python3 -m tools.setup node          what runs the containers of a node of Kubernetes
    python3 -m tools.setup kubelet       Kubernetes' programs of a node, to run pods there
    python3 -m tools.setup kubo          the IPFS node
    python3 -m tools.setup scenes        the scenes that the demo is made of
    python3 -m tools.setup blender       the Blender 5.2 LTS application
    python3 -m tools.setup demo          what `make demo` needs
    python3 -m tools.setup test | all    what `make test` needs; what the lanes need too
    python3 -m tools.setup doctor        what is there and what is missing
    python3 -m tools.setup path NAME     where uv, devnet, cairo, kubo, scenes, blender, containers,
                                         dashboard, promtool, opentofu, kubernetes, cluster or kubelet lies

Tools go, keyed by version and recipe, into $RENDERCHAIN_CACHE (or $XDG_CACHE_HOME/renderchain,
or ~/.cache/renderchain), so that a second clone builds nothing again.
"""

from __future__ import annotations

import fcntl
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path

from .cache import SetupError, cache_dir, is_done, say
from .cargo import cairo, cairo_root, devnet, devnet_root
from .containers import containers, containers_root
from .dashboard import DIST, dashboard, dashboard_root, is_built
from .debian import blender_app, blender_root, browser, emulation, postgres, scenes, scenes_root, system
from .kubernetes import cluster, cluster_root, kubelet, kubelet_root, kubernetes, kubernetes_root, node
from .kubo import kubo, kubo_root
from .opentofu import opentofu, opentofu_root
from .promtool import promtool, promtool_root
from .python_env import STAMP, python_env, uv, uv_root

ROOTS: dict[str, Callable[[], Path]] = {
    "uv": uv_root,
    "devnet": devnet_root,
    "cairo": cairo_root,
    "kubo": kubo_root,
    "scenes": scenes_root,
    "blender": blender_root,
    "containers": containers_root,
    "dashboard": dashboard_root,
    "promtool": promtool_root,
    "opentofu": opentofu_root,
    "kubernetes": kubernetes_root,
    "cluster": cluster_root,
    "kubelet": kubelet_root,
}
# What runs one after the other: cargo fills all cores by itself, apt and dpkg take a lock.
LANES: tuple[tuple[tuple[str, Callable[[], None]], ...], ...] = (
    (("devnet", devnet), ("cairo", cairo)),
    (
        ("system", system),
        ("emulation", emulation),
        ("containers", containers),
        ("postgres", postgres),
        ("browser", browser),
        ("scenes", scenes),
        ("promtool", promtool),
        ("uv", uv),
        ("python", python_env),
        ("dashboard", dashboard),
        ("kubo", kubo),
        ("opentofu", opentofu),
        ("kubernetes", kubernetes),
        ("cluster", cluster),
        ("node", node),
        ("kubelet", kubelet),
        ("blender", blender_app),
    ),
)
DEMO = {"system", "python", "devnet", "kubo", "scenes"}
TEST = DEMO | {"dashboard", "promtool", "cairo", "blender"}
GROUPS = {"demo": DEMO, "test": TEST, "all": TEST | {"postgres", "browser"}}


def bring(wanted: set[str]) -> None:
    """Run the recipes, each lane by itself; raises the first SetupError after all lanes ended."""

    def lane(number: int, steps: tuple[tuple[str, Callable[[], None]], ...]) -> None:
        for name, step in steps:
            if name in wanted:
                is_there = name in ROOTS and is_done(ROOTS[name]())
                with nullcontext() if is_there else only_one(number):
                    step()

    started = time.monotonic()
    with ThreadPoolExecutor(len(LANES)) as pool:
        running = [pool.submit(lane, number, steps) for number, steps in enumerate(LANES)]
    for one in running:
        one.result()
    if time.monotonic() - started > 5:
        say(f"done in {time.monotonic() - started:.0f} s")


@contextmanager
def only_one(lane: int) -> Iterator[None]:
    """Two clones must not build the same at once; what is there already waits for nobody."""
    with (cache_dir() / f"setup-{lane}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def doctor() -> None:
    """Print each part with its place, or that it is missing."""
    rows = {name: (root(), is_done(root())) for name, root in ROOTS.items()}
    rows["python"] = (STAMP.parent, STAMP.exists())
    rows["dashboard"] = (DIST, is_built())
    for name, (place, there) in sorted(rows.items()):
        print(f"{name:8} {place if there else f'missing: python3 -m tools.setup {name}'}")


def main(arguments: list[str]) -> int:
    """Do what the arguments say; returns the exit code."""
    steps = {name for lane in LANES for name, _ in lane}
    if arguments[:1] == ["path"] and len(arguments) == 2 and arguments[1] in ROOTS:
        wanted, answer = {arguments[1]}, ROOTS[arguments[1]]
    elif arguments and set(arguments) <= steps | set(GROUPS):
        wanted, answer = set().union(*(GROUPS.get(name, {name}) for name in arguments)), None
    elif arguments == ["doctor"]:
        doctor()
        return 0
    else:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        bring(wanted)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    if answer:
        print(answer())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
