"""What a worker must be able to show later: its leaves and prints, and the votes that it sealed.

It is written before anything is sent, so that a crash between two steps loses no stake.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from ...core.errors import JournalError
from ...core.ids import LeaseId
from ...core.job import LeaseResult
from ...core.prints import RECORD_BYTES, TilePrint, split_records

FELT_BYTES = 32


@dataclass(frozen=True)
class SealedVote:
    """A vote that was sealed, and what it was made of; prints only of an audit of pixels.

    ``seed`` is the draw that it was made for: after a reorganisation there is another one.
    """

    seed: int
    nonce: int
    vote: int
    prints: tuple[TilePrint, ...] = ()


class ProofStore:
    """Files in one folder, readable by its user only: nonces and prints are secret until they are shown."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        os.chmod(folder, 0o700)

    def save(self, lease_id: LeaseId, result: LeaseResult, leaves: list[int], records: bytes) -> None:
        """Keep what a lease is about to be submitted with."""
        self._write(f"{lease_id}.leaves", b"".join(leaf.to_bytes(FELT_BYTES, "big") for leaf in leaves))
        self._write(f"{lease_id}.prints", records)
        self._write(f"{lease_id}.json", json.dumps(asdict(result)).encode())

    def result(self, lease_id: LeaseId) -> LeaseResult:
        """What was submitted; raises JournalError if it was not from here."""
        return LeaseResult(**json.loads(self._read(f"{lease_id}.json")))

    def leaves(self, lease_id: LeaseId) -> list[int]:
        """All leaves in their order."""
        raw = self._read(f"{lease_id}.leaves")
        cut = range(0, len(raw), FELT_BYTES)
        return [int.from_bytes(raw[at : at + FELT_BYTES], "big") for at in cut]

    def prints(self, lease_id: LeaseId, places: list[int]) -> list[TilePrint]:
        """The prints of some tiles, counted over all frames."""
        raw = self._read(f"{lease_id}.prints")
        return [TilePrint.from_bytes(raw[at * RECORD_BYTES : (at + 1) * RECORD_BYTES]) for at in places]

    def save_vote(self, lease_id: LeaseId, round_: int, vote: SealedVote) -> None:
        """Keep a vote before it is sealed."""
        records = b"".join(one.to_bytes() for one in vote.prints).hex()
        numbers = {"seed": hex(vote.seed), "nonce": hex(vote.nonce), "vote": hex(vote.vote)}
        body = {**numbers, "prints": records}
        self._write(f"{lease_id}.{round_}.vote", json.dumps(body).encode())

    def vote(self, lease_id: LeaseId, round_: int, seed: int) -> SealedVote | None:
        """The vote that was sealed in a round of that draw, None if there is none."""
        path = self._folder / f"{lease_id}.{round_}.vote"
        if not path.exists():
            return None
        body = json.loads(path.read_bytes())
        prints = split_records(bytes.fromhex(body["prints"]))
        drawn, nonce, vote = (int(body[name], 16) for name in ("seed", "nonce", "vote"))
        return SealedVote(drawn, nonce, vote, prints) if drawn == seed else None

    def drop(self, lease_id: LeaseId) -> None:
        """Forget a lease that is settled."""
        for path in self._folder.glob(f"{lease_id}.*"):
            path.unlink()

    def _write(self, name: str, raw: bytes) -> None:
        partial = self._folder / f"{name}.partial"
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, self._folder / name)

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            raise JournalError(
                f"The evidence {name} is not in {self._folder}; was the lease worked on by another machine? "
                "Restore that folder, or the lease's stake is lost."
            ) from None
