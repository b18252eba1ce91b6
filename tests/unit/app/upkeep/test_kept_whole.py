"""What the parts of worker and artist keep in small files outlives a disk that fills up while they write."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from renderchain.adapters.fee_budget_file import FeeBudgetFile
from renderchain.adapters.sealed_headers import seal_headers
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.exchange.pins import Pins
from renderchain.app.exchange.probe_cache import ProbeCache
from renderchain.app.provider.control import write_control
from renderchain.app.requester.kept_passes import KeptPasses
from renderchain.app.requester.receipt_parts import ReceiptParts
from renderchain.app.requester.shared_key import write_shared
from renderchain.composition.own_settings import OwnSettings
from renderchain.core.errors import RenderChainError
from renderchain.core.ids import BoardJob, JobId, LeaseId
from renderchain.core.private_package import SharedKey
from renderchain.core.probe import history_reason
from renderchain.core.probe_report import ProbeReport
from renderchain.core.receipt.document import FrameProof
from renderchain.core.worker_control import Control

from devkit.fakes.content_store import MemoryStore
from devkit.fakes.full_disk import no_room

LEASE = LeaseId(7)


def pins(folder: Path, number: int) -> None:
    Pins(MemoryStore(), folder / "pins.json", 1, lambda _: True).note(f"bafy{number}", LEASE)


# Each writes one file, with other bytes for another number.
KEPT: dict[str, Callable[[Path, int], object]] = {
    "a job's key": lambda folder, n: write_shared(SharedKey(1, JobId(2), bytes([n]) * 32), folder),
    "the pause of a worker": lambda folder, n: write_control(folder, Control(paused=bool(n % 2))),
    "pins": pins,
    "a probe's report": lambda folder, n: ProbeCache(folder).save(
        "bafy", "4.5/cycles/cpu", 60, ProbeReport((history_reason(6 + n, ()),), None)
    ),
    "sealed headers": lambda folder, n: seal_headers(folder / "headers.json", {"a": str(n)}, 0x5EC2E7),
    "a day's fees": lambda folder, n: FeeBudgetFile(folder / "fees.json", 10**18, lambda: 0.0).take("x", n),
    "looks at a lease": lambda folder, n: ProofStore(folder).note_looks(LEASE, 1, n),
    "proofs of a receipt": lambda folder, n: ReceiptParts(folder).keep_proofs(
        LEASE, 3, (FrameProof(1, f"{n}" * 64, 5, (1, 2, 3)),)
    ),
    "roots of a settled job": lambda folder, n: KeptPasses(folder).settle(BoardJob(1, JobId(2)), {1: n}),
    "settings": lambda folder, n: OwnSettings(folder / "settings.toml").choose(rpc_url=f"http://a:{n}"),
    "another settings file": lambda folder, n: OwnSettings(folder / "settings.toml").use(Path(f"/{n}.toml")),
}


def files(folder: Path) -> dict[str, bytes]:
    """Those that say something: a lock is empty, and so is the folder that evidence links to."""
    return {one.name: one.read_bytes() for one in folder.rglob("*") if one.is_file() and one.stat().st_size}


@pytest.mark.skipif(os.name != "posix", reason="only there a process can be kept from writing")
@pytest.mark.parametrize("what", KEPT)
def test_what_was_kept_before_stays_whole_and_the_next_try_replaces_it(what: str, tmp_path: Path) -> None:
    write = KEPT[what]
    write(tmp_path, 1)
    before = files(tmp_path)
    assert before
    with no_room(), suppress(RenderChainError, OSError):
        write(tmp_path, 2)
    assert files(tmp_path) == before
    assert not [one for one in tmp_path.rglob("*.partial*")]
    write(tmp_path, 2)
    after = files(tmp_path)
    assert after.keys() == before.keys() and after != before
