"""What can be told of a receipt offline: whether it fits together, and whether the signatures are right.

What a node alone can say is said as a doubt, so that nobody takes it for checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from ..cid import cid_of, join_digest
from ..finding import Finding, doubt, fault, fine
from ..frames import format_frames
from ..job import family_name
from ..lease_id import split_lease_id
from ..merkle import HashMany, LeaseIdentity, final_leaf, root_from_proof
from .document import AccountKey, FrameProof, LeaseReceipt, Receipt, final_place, settings_sha256
from .money import wrong_payments
from .signed_call import SUBMIT, SignedCall
from .states import wrong_leases

MOST_SAID = 3  # of one kind of fault
Wrong = Iterator[str]


class Signing(Protocol):
    """What the network's signatures are checked with."""

    def call_hash(self, chain_id: int, call: SignedCall) -> int:
        """What the sender of a transaction signs."""
        ...

    def is_signed(self, public_key: int, message: int, signature: tuple[int, ...]) -> bool:
        """Whether that key signed that."""
        ...

    def address_of(self, class_hash: int, public_key: int) -> int:
        """Where the account of a key is that was made in the usual way."""
        ...


@dataclass(frozen=True)
class Checks:
    """``files``: the sha-256 of each frame's file that is to be compared; None if there are none."""

    receipt: Receipt
    hash_many: HashMany
    signing: Signing
    files: Mapping[int, str] | None = None

    def findings(self) -> list[Finding]:
        """A line for each thing that was looked at."""
        found = [
            _found("package", "settings, terms and the package's name fit together", self._package()),
            _found("leases", "ranges, states and verdicts fit together", wrong_leases(self.receipt)),
            _found("payments", "they add up to what was paid in", wrong_payments(self.receipt)),
            *self._submissions(),
            *self._frames(),
        ]
        if self.files is not None:
            found += self._files(self.files)
        return [*found, self._seal(), self._accounts(), ON_THE_CHAIN]

    def _package(self) -> Wrong:
        receipt, terms = self.receipt, self.receipt.terms
        settings = receipt.settings
        halves = (terms.package_hi, terms.package_lo)
        if max(halves) >> 128 or cid_of(join_digest(*halves)) != receipt.package_cid:
            yield "the terms name another package than the receipt"
        if settings_sha256(settings) != receipt.settings_sha256:
            yield "the settings are not those of their digest"
        if len(settings.frames) != terms.tasks:
            yield f"the settings have {len(settings.frames)} frames, the terms {terms.tasks}"
        if settings.leaves_per_frame != terms.tiles:
            yield f"the settings make {settings.leaves_per_frame} leaves a frame, the terms say {terms.tiles}"
        version, engine, *_ = f"{family_name(terms.family)}//".split("/")
        wanted = ".".join(map(str, settings.blender_version)), settings.engine.lower()
        if (version, engine) != wanted:
            yield f"the settings are of {'/'.join(wanted)}, the terms of {family_name(terms.family)}"

    def _submissions(self) -> Iterator[Finding]:
        posted = [one for one in self.receipt.leases if one.result]
        own = [one for one in posted if one.call]
        right = f"signed by the accounts of their workers: {len(own)}"
        yield _found("results", right, (why for one in own for why in self._submission(one)))
        if len(own) < len(posted):
            count = len(posted) - len(own)
            yield doubt(
                "results",
                f"only a node can say who posted {count}: their signatures are none that stand here",
            )

    def _submission(self, lease: LeaseReceipt) -> Wrong:
        call, result, number = lease.call, lease.result, lease.lease_id
        if call is None or result is None:
            return
        if call.sender != lease.operator:
            yield f"that of lease {number} was sent by {call.sender:#x}, not by its worker"
        elif not call.says(self.receipt.board, SUBMIT, (number, lease.count, *result.felts())):
            yield f"the transaction of lease {number} does not post that result"
        elif not self._is_signed(
            call.sender, self.signing.call_hash(self.receipt.chain_id, call), call.signature
        ):
            yield f"that of lease {number} has a wrong signature"

    def _is_signed(self, address: int, message: int, signature: tuple[int, ...]) -> bool:
        key = next((one.public_key for one in self.receipt.accounts if one.address == address), 0)
        return bool(key) and self.signing.is_signed(key, message, signature)

    def _frames(self) -> Iterator[Finding]:
        proved = [(lease, frame) for lease in self.receipt.leases for frame in lease.frames]
        right = f"{len(proved)} final images lead to the roots that were posted"
        yield _found("frames", right, (why for one in proved for why in self._frame(*one)))
        frames = {frame.frame for _, frame in proved}
        if missing := tuple(one for one in self.receipt.settings.frames if one not in frames):
            text = (
                f"nothing here proves {format_frames(missing)}: nobody fetched them, or not for this receipt"
            )
            yield doubt("frames", text)

    def _frame(self, lease: LeaseReceipt, proof: FrameProof) -> Wrong:
        receipt, frame = self.receipt, proof.frame
        tasks = {one: task for task, one in enumerate(receipt.settings.frames)}
        task = tasks.get(frame, -1)
        if lease.result is None or not lease.first <= task < lease.first + lease.count:
            yield f"frame {frame} is none of lease {lease.lease_id}"
            return
        worker = split_lease_id(lease.lease_id)[0]
        identity = LeaseIdentity(
            receipt.chain_id, receipt.board, receipt.job_id, lease.lease_id, lease.attempt, worker
        )
        leaf = final_leaf(self.hash_many, identity, task, proof.salt, bytes.fromhex(proof.sha256))
        place, leaves = final_place(task - lease.first, receipt.terms.tiles), receipt.terms.tiles + 1
        depth = (lease.count * leaves - 1).bit_length()
        if len(proof.siblings) != depth or not self._leads(leaf, place, proof, lease.result.root):
            yield f"frame {frame} does not lead to the root of lease {lease.lease_id}"

    def _leads(self, leaf: int, place: int, proof: FrameProof, root: int) -> bool:
        return root_from_proof(self.hash_many, leaf, place, proof.siblings) == root

    def _files(self, files: Mapping[int, str]) -> Iterator[Finding]:
        known: dict[int, set[str]] = {}
        for lease in self.receipt.leases:
            for one in lease.frames:
                known.setdefault(one.frame, set()).add(one.sha256)
        other = tuple(sorted(one for one, digest in files.items() if digest not in known.get(one, {digest})))
        same = [one for one, digest in files.items() if digest in known.get(one, ())]
        right = f"{len(same)} are those that the receipt proves"
        wrong = [f"{format_frames(other)} have other bytes than their workers delivered"] if other else []
        yield _found("files", right, iter(wrong))
        if unknown := tuple(sorted(set(files) - set(known))):
            yield doubt("files", f"the receipt proves nothing of {format_frames(unknown)}")
        if missing := tuple(sorted(set(known) - set(files))):
            yield doubt("files", f"{format_frames(missing)} are not in the folder")

    def _seal(self) -> Finding:
        receipt, seal = self.receipt, self.receipt.seal
        if seal is None:
            return doubt("seal", "nobody signed this receipt: whoever had it may have written it anew")
        if not self._is_signed(seal.signer, receipt.seal_hash(self.hash_many), seal.signature):
            return fault("seal", "its signature is wrong: the receipt was altered; ask for the original")
        if seal.signer != receipt.requester:
            return doubt("seal", f"signed by {seal.signer:#x}, which is not the account that ordered the job")
        return fine("seal", "signed by the account that ordered the job")

    def _accounts(self) -> Finding:
        derived = [one for one in self.receipt.accounts if self._follows(one)]
        others = [hex(one.address) for one in self.receipt.accounts if one not in derived]
        if others:
            text = f"only a node can say whether these have the keys that stand here: {_few(others)}"
            return doubt("accounts", text)
        return fine("accounts", f"{len(derived)} addresses follow from their keys")

    def _follows(self, account: AccountKey) -> bool:
        return self.signing.address_of(account.class_hash, account.public_key) == account.address


ON_THE_CHAIN = doubt(
    "chain",
    "only a node can say that the board is the network's, that these transactions, verdicts and payments "
    "are on the chain, and that the package of that name has these settings",
)


def _found(what: str, right: str, wrong: Iterator[str]) -> Finding:
    found = list(wrong)
    return fault(what, _few(found)) if found else fine(what, right)


def _few(found: list[str]) -> str:
    more = len(found) - MOST_SAID
    return "; ".join(found[:MOST_SAID]) + (f"; and {more} more" if more > 0 else "")
