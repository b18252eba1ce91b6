"""What a worker must be able to show later: its leaves, prints and keys, and the votes that it sealed.

It is written before anything is sent, so that a crash between two steps loses no stake, and it is all
that a watchtower needs in order to answer in the worker's place. A lease may have been submitted more
than once, where the chain dropped a submission: each is kept, for any of them may be the one that stays.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ...core.errors import ContentError, JournalError
from ...core.ids import LeaseId
from ...core.job import LeaseResult
from ...core.merkle import HashMany
from ...core.prints import RECORD_BYTES, TilePrint, split_records
from ...core.private_package import WrappedKey
from ...core.whole_file import FOR_USER, write_whole
from .kept_content import KeptContent, private_folder

FELT_BYTES = 32
KEEP_S = 86400  # after a lease has settled: the chain may drop the block in which it did
SETTLED, LOOKS = "settled", "looks"
OTHER_BOARD = "0x"  # so begin the names of other boards' folders
TAG_LETTERS = 16


@dataclass(frozen=True)
class Evidence:
    """What a lease is about to be submitted with; the keys are secret until they are revealed."""

    result: LeaseResult
    salt_key: int = field(repr=False)
    result_key: bytes = field(repr=False)
    package_cid: str
    leaves: tuple[int, ...]
    records: bytes = field(repr=False)
    package_key: WrappedKey | None = None  # of a private package, for a watchtower

    def prints(self, places: list[int]) -> list[TilePrint]:
        """The prints of some tiles, counted over all frames."""
        cuts = [self.records[at * RECORD_BYTES : (at + 1) * RECORD_BYTES] for at in places]
        return [TilePrint.from_bytes(raw) for raw in cuts]


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
    """Files in one folder, readable by its user only: keys, nonces and prints are secret.

    A watchtower opens the folder of another process with ``is_own`` off and never changes it.
    """

    def __init__(self, folder: Path, *, is_own: bool = True) -> None:
        self._folder = folder
        self.content = KeptContent(folder / "content")
        if is_own:
            private_folder(folder)

    def save(self, lease_id: LeaseId, evidence: Evidence) -> None:
        """Keep what a lease is about to be submitted with, beside what it was submitted with before."""
        stem = f"{lease_id}.{_tag_of(evidence.result)}"
        leaves = b"".join(leaf.to_bytes(FELT_BYTES, "big") for leaf in evidence.leaves)
        self._write(f"{stem}.leaves", leaves)
        self._write(f"{stem}.prints", evidence.records)
        keys = {"salt_key": hex(evidence.salt_key), "result_key": evidence.result_key.hex()}
        body = {"result": asdict(evidence.result), **keys, "package_cid": evidence.package_cid}
        if evidence.package_key:
            body["package_key"] = evidence.package_key.to_bytes().hex()
        self._write(f"{stem}.json", json.dumps(body).encode())  # the last: where it is, all is
        self.hold(lease_id)

    def newest(self, lease_id: LeaseId) -> Evidence:
        """What a lease was last submitted with; raises JournalError if it was not from here."""
        return self._load(self._bodies(lease_id)[-1])

    def posted(self, lease_id: LeaseId, result_hash: int, hash_many: HashMany) -> Evidence:
        """What belongs to the result with that hash; raises JournalError if it is not here."""
        for path in self._bodies(lease_id):
            result = _result_of(self._body(path))
            if hash_many(result.felts()) == result_hash:
                return self._load(path)
        raise JournalError(
            f"The evidence of lease {lease_id} in {self._folder} is of other results than the chain has. "
            "Restore that folder from the machine that submitted them, or the lease's stake is lost."
        )

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
        try:
            body = json.loads(path.read_bytes())
            prints = split_records(bytes.fromhex(body["prints"]))
            drawn, nonce, vote = (int(body[name], 16) for name in ("seed", "nonce", "vote"))
        except (OSError, ValueError, KeyError, TypeError, ContentError):
            return None  # the disk damaged it: what was not sent yet is looked at anew
        return SealedVote(drawn, nonce, vote, prints) if drawn == seed else None

    def note_looks(self, lease_id: LeaseId, seed: int, count: int) -> None:
        """Keep how often it was looked at a lease in vain, since that draw. Raises OSError."""
        name = f"{lease_id}.{LOOKS}"
        if count:
            self._write(name, json.dumps({"seed": hex(seed), "count": count}).encode())
        else:
            (self._folder / name).unlink(missing_ok=True)

    def looks(self, lease_id: LeaseId, seed: int | None = None) -> int:
        """How often that was, since that draw or the last one."""
        try:
            body = json.loads((self._folder / f"{lease_id}.{LOOKS}").read_bytes())
            drawn, count = int(body["seed"], 16), int(body["count"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0  # there were none, or the disk damaged it
        return count if seed in (None, drawn) else 0

    def settle(self, lease_id: LeaseId, now_s: float) -> None:
        """A lease is settled: what was kept of it goes after a day, with that of others."""
        if any(self._folder.glob(f"{lease_id}.*")) and not (self._folder / f"{lease_id}.{SETTLED}").exists():
            self._write(f"{lease_id}.{SETTLED}", json.dumps(int(now_s)).encode())
        self.prune(now_s)

    def hold(self, lease_id: LeaseId) -> None:
        """A lease is not settled, or no longer: nothing of it goes."""
        (self._folder / f"{lease_id}.{SETTLED}").unlink(missing_ok=True)

    def prune(self, now_s: float) -> None:
        """Forget the leases that settled long ago, and what only they had a use for."""
        for settled in self._folder.glob(f"*.{SETTLED}"):
            if _settled_s(settled) + KEEP_S < now_s:
                self._forget(settled)
        try:
            bodies = [self._body(path) for path in self._folder.glob("*.json")]
        except JournalError:
            return  # of one lease, which says so when it is needed; nothing that may be its own goes
        wanted = {body["package_cid"] for body in bodies} | {_result_of(body).results_cid for body in bodies}
        self.content.keep_only(wanted)

    def _forget(self, settled: Path) -> None:
        for path in self._folder.glob(f"{settled.stem}.*"):
            path.unlink()

    def size_bytes(self) -> int:
        """What all of it has, also what is linked from elsewhere; not what lies below it of other boards."""
        size = 0
        for folder, below, names in os.walk(self._folder):
            below[:] = [one for one in below if not one.startswith(OTHER_BOARD)]
            for name in names:
                with suppress(FileNotFoundError):  # something is just being kept
                    size += os.lstat(os.path.join(folder, name)).st_size
        return size

    def forget_oldest(self, now_s: float) -> bool:
        """Forget the lease that settled first, before its day is over; False if none of them has settled."""
        settled = sorted(self._folder.glob(f"*.{SETTLED}"), key=_settled_s)
        if not settled:
            return False
        self._forget(settled[0])
        self.prune(now_s)
        return True

    def knows(self, lease_id: LeaseId) -> bool:
        """Whether anything of a lease is kept, as the worker that submitted it or as its verifier."""
        return any(self._folder.glob(f"{lease_id}.*"))

    def _bodies(self, lease_id: LeaseId) -> list[Path]:
        try:
            found = sorted(self._folder.glob(f"{lease_id}.*.json"), key=lambda path: path.stat().st_mtime_ns)
        except OSError as error:
            raise self._unusable(f"of lease {lease_id}", error) from error
        if not found:
            raise self._missing(f"of lease {lease_id}")
        return found

    def _body(self, path: Path) -> dict[str, Any]:
        try:
            body = json.loads(self._read(path.name))
            return {**body, "result": LeaseResult(**body["result"])}
        except (ValueError, KeyError, TypeError) as error:
            raise self._unusable(path.name, error) from error

    def _load(self, path: Path) -> Evidence:
        body, raw = self._body(path), self._read(f"{path.stem}.leaves")
        cuts = range(0, len(raw), FELT_BYTES)
        try:
            return Evidence(
                _result_of(body),
                int(body["salt_key"], 16),
                bytes.fromhex(body["result_key"]),
                str(body["package_cid"]),
                tuple(int.from_bytes(raw[at : at + FELT_BYTES], "big") for at in cuts),
                self._read(f"{path.stem}.prints"),
                WrappedKey.from_bytes(bytes.fromhex(body["package_key"])) if "package_key" in body else None,
            )
        except (ValueError, KeyError, TypeError) as error:
            raise self._unusable(path.name, error) from error

    def _write(self, name: str, raw: bytes) -> None:
        write_whole(self._folder / name, raw, FOR_USER)

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            raise self._missing(name) from None
        except OSError as error:
            raise self._unusable(name, error) from error

    def _missing(self, what: str) -> JournalError:
        return JournalError(
            f"The evidence {what} is not in {self._folder}; was the lease worked on by another machine? "
            "Restore that folder, or the lease's stake is lost."
        )

    def _unusable(self, what: str, error: Exception) -> JournalError:
        return JournalError(
            f"The evidence {what} in {self._folder} can't be read ({type(error).__name__}). Restore it from "
            "the worker's machine, or the lease's stake is lost."
        )


def _settled_s(mark: Path) -> float:
    """When a lease had settled; by the file's own time where the disk damaged what it holds."""
    try:
        return float(json.loads(mark.read_bytes()))
    except (ValueError, TypeError):
        return mark.stat().st_mtime


def _tag_of(result: LeaseResult) -> str:
    """Tells the submissions of one lease apart."""
    return hashlib.sha256(json.dumps(asdict(result)).encode()).hexdigest()[:TAG_LETTERS]


def _result_of(body: dict[str, Any]) -> LeaseResult:
    result: LeaseResult = body["result"]
    return result
