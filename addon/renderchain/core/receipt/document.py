"""What a receipt holds, as canonical JSON. ``docs/artist.md`` says what can be told of it offline.

Nobody vouches for one: reading it checks every field, and only ``checks`` says what is right.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from ..audit.state import DrawOutcome, Verdict
from ..canonical import dump_canonical
from ..cid import split_digest
from ..errors import ContentError
from ..ids import JobId, LeaseId
from ..job import JobTerms, LeaseResult
from ..lifecycle import LeaseState
from ..manifest import Manifest, read_settings
from ..merkle import HashMany, short_string
from ..money import MAX_FRI
from ..reader import Reader
from .signed_call import SignedCall, felt, felts, read_call

SCHEMA = "renderchain/receipt/1"
DOMAIN = short_string("renderchain/receipt/1")
MOST_BYTES = 256 * 2**20
MOST_SIBLINGS = 40
NUMBER = re.compile("0|[1-9][0-9]{0,38}")
FLAGS = ("second_look", "takes_unjudged")


class PaymentKind(StrEnum):
    """What an amount of a job was for."""

    BROUGHT = "brought"  # by the requester, when it created or topped up the job
    PAID = "paid"  # to a lease's worker
    SHARED = "shared"  # of a lease that nobody could judge: half to its worker, half burned
    REFUNDED = "refunded"  # for tasks that nobody renders
    SAVED = "saved"  # back to the requester: the lease was claimed for less than the last price
    LEFT = "left"  # back to the requester at the end, of the audit pool and for spares
    AUDITS = "audits"  # all else: fees of votes


@dataclass(frozen=True)
class FrameProof:
    """A frame's final image: its file's sha-256, and what leads from there to the lease's root."""

    frame: int
    sha256: str
    salt: int
    siblings: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        """As it stands in a document."""
        siblings = [hex(one) for one in self.siblings]
        return {"frame": self.frame, "sha256": self.sha256, "salt": hex(self.salt), "siblings": siblings}


def read_frame(entry: Reader) -> FrameProof:
    """One out of a document; raises ContentError."""
    frame, siblings = entry.frame(), felts(entry, "siblings")
    if len(siblings) > MOST_SIBLINGS:
        raise ContentError(f"The receipt's frame {frame} has a proof of over {MOST_SIBLINGS} steps: refused.")
    return FrameProof(frame, entry.hexadecimal("sha256", 64), felt(entry, "salt"), siblings)


@dataclass(frozen=True)
class Judgement:
    """What a round of an audit found."""

    round: int
    verdict: Verdict
    counted: int
    objecting: int


@dataclass(frozen=True)
class LeaseReceipt:
    """A lease: its ``count`` tasks from ``first`` on, what was posted of them, how, and how it was judged.

    ``reward_fri`` is what a task paid at its claim; ``held_id`` the lease whose spare it is, else 0. ``call``
    is the transaction that posted the result, None where its signature can't be checked offline: another
    account sent it, or it is no plain one. ``closing`` is NONE without an audit that is over.
    """

    lease_id: LeaseId
    operator: int
    first: int
    count: int
    attempt: int
    audit_exp: int
    is_unjudged: bool
    held_id: LeaseId
    reward_fri: int
    state: LeaseState
    draw: DrawOutcome
    result: LeaseResult | None
    call: SignedCall | None
    judgements: tuple[Judgement, ...]
    closing: Verdict
    frames: tuple[FrameProof, ...]

    def as_dict(self) -> dict[str, Any]:
        """As it stands in a document."""
        return {
            "lease_id": str(self.lease_id),
            "operator": hex(self.operator),
            "first": self.first,
            "count": self.count,
            "attempt": self.attempt,
            "audit_exp": self.audit_exp,
            "is_unjudged": self.is_unjudged,
            "held_id": str(self.held_id),
            "reward_fri": str(self.reward_fri),
            "state": self.state.name.lower(),
            "draw": self.draw.name.lower(),
            "result": [hex(one) for one in self.result.felts()] if self.result else None,
            "call": self.call.as_dict() if self.call else None,
            "judgements": [{**vars(one), "verdict": one.verdict.name.lower()} for one in self.judgements],
            "closing": self.closing.name.lower(),
            "frames": [one.as_dict() for one in self.frames],
        }


@dataclass(frozen=True)
class Payment:
    """An amount that moved in a block; ``lease_id`` is 0 where it is about none."""

    block: int
    kind: PaymentKind
    lease_id: LeaseId
    amount_fri: int

    def as_dict(self) -> dict[str, Any]:
        """As it stands in a document."""
        return {
            "block": self.block,
            "kind": str(self.kind),
            "lease_id": str(self.lease_id),
            "amount_fri": str(self.amount_fri),
        }


@dataclass(frozen=True)
class AccountKey:
    """By which key an account's signatures are checked, and of which class it is; 0: no node said it."""

    address: int
    class_hash: int
    public_key: int


@dataclass(frozen=True)
class Seal:
    """Who signed the receipt, and the signature."""

    signer: int
    signature: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        """As it stands in a document."""
        return {"signer": hex(self.signer), "signature": [hex(one) for one in self.signature]}


@dataclass(frozen=True)
class Receipt:
    """A job as it stood at ``block``. ``settings`` is its package's manifest without the files."""

    chain_id: int
    board: int
    job_id: JobId
    block: int
    requester: int
    terms: JobTerms
    settings: Manifest
    is_closed: bool
    leases: tuple[LeaseReceipt, ...]
    payments: tuple[Payment, ...]
    accounts: tuple[AccountKey, ...]
    package_cid: str
    settings_sha256: str
    seal: Seal | None = None

    def body(self) -> dict[str, Any]:
        """All but the seal."""
        terms = {name: value if name in FLAGS else str(value) for name, value in asdict(self.terms).items()}
        return {
            "schema": SCHEMA,
            "chain_id": hex(self.chain_id),
            "board": hex(self.board),
            "job_id": str(self.job_id),
            "block": self.block,
            "requester": hex(self.requester),
            "terms": terms,
            "package_cid": self.package_cid,
            "settings": self.settings.settings(),
            "settings_sha256": self.settings_sha256,
            "is_closed": self.is_closed,
            "leases": [one.as_dict() for one in self.leases],
            "payments": [one.as_dict() for one in self.payments],
            "accounts": [{name: hex(value) for name, value in vars(one).items()} for one in self.accounts],
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return dump_canonical({**self.body(), "seal": self.seal.as_dict() if self.seal else None})

    def seal_hash(self, hash_many: HashMany) -> int:
        """What its maker signs."""
        return hash_many((DOMAIN, *split_digest(hashlib.sha256(dump_canonical(self.body())).digest())))


def final_place(nth: int, tiles: int) -> int:
    """Where among a lease's leaves the final image of its nth frame is (from 0): after the frame's tiles."""
    return (nth + 1) * (tiles + 1) - 1


def settings_sha256(settings: Manifest) -> str:
    """The digest of a manifest without its files."""
    return hashlib.sha256(dump_canonical(settings.settings())).hexdigest()


def parse_receipt(raw: bytes) -> Receipt:
    """Read a receipt; raises ContentError, also where it holds anything besides."""
    reader = Reader.parse(raw, "receipt", SCHEMA, MOST_BYTES)
    receipt = Receipt(
        felt(reader, "chain_id"),
        felt(reader, "board"),
        JobId(_number(reader, "job_id")),
        reader.integer("block", 0, 2**53),
        felt(reader, "requester"),
        _read_terms(reader.object("terms")),
        read_settings(reader.object("settings")),
        reader.boolean("is_closed"),
        tuple(_read_lease(entry) for entry in reader.objects("leases")),
        tuple(_read_payment(entry) for entry in reader.objects("payments")),
        tuple(_read_account(entry) for entry in reader.objects("accounts")),
        reader.text("package_cid"),
        reader.hexadecimal("settings_sha256", 64),
        _read_seal(reader.object("seal")) if reader.has("seal") else None,
    )
    if receipt.to_bytes() != raw:
        raise ContentError("The receipt is not written as receipts are, or holds more: refused.")
    return receipt


def _number(reader: Reader, name: str) -> int:
    value = int(reader.matching(name, NUMBER))
    if value > MAX_FRI:
        raise ContentError(f"The receipt's {name!r} is over 128 bits: refused.")
    return value


def _read_terms(reader: Reader) -> JobTerms:
    found: dict[str, Any] = {
        one.name: reader.boolean(one.name) if one.name in FLAGS else _long(reader, one.name)
        for one in fields(JobTerms)
    }
    return JobTerms(**found)


def _long(reader: Reader, name: str) -> int:
    """Families and addresses are felts, in decimal like the amounts beside them."""
    text = reader.text(name)
    if not text.isascii() or not text.isdecimal() or len(text) > 77 or (text[0] == "0" and text != "0"):
        raise ContentError(f"The receipt's {name!r} is no number: refused.")
    return int(text)


def _read_lease(entry: Reader) -> LeaseReceipt:
    result = felts(entry, "result", 4) if entry.has("result") else None
    return LeaseReceipt(
        LeaseId(_number(entry, "lease_id")),
        felt(entry, "operator"),
        entry.integer("first", 0, 2**32),
        entry.integer("count", 0, 2**32),
        entry.integer("attempt", 0, 2**32),
        entry.integer("audit_exp", 0, 255),
        entry.boolean("is_unjudged"),
        LeaseId(_number(entry, "held_id")),
        _number(entry, "reward_fri"),
        LeaseState[_word(entry, "state", LeaseState.__members__)],
        DrawOutcome[_word(entry, "draw", DrawOutcome.__members__)],
        LeaseResult(*result) if result else None,
        read_call(entry.object("call")) if entry.has("call") else None,
        tuple(_read_judgement(one) for one in entry.objects("judgements")),
        Verdict[_word(entry, "closing", Verdict.__members__)],
        tuple(read_frame(one) for one in entry.objects("frames")),
    )


def _word(entry: Reader, name: str, known: Any) -> str:
    word = entry.text(name).upper()
    if word not in known:
        raise ContentError(f"The receipt's {name!r} can't be {word[:32]!r}: refused.")
    return word


def _read_judgement(entry: Reader) -> Judgement:
    round_, counted, objecting = (entry.integer(name, 0, 255) for name in ("round", "counted", "objecting"))
    return Judgement(round_, Verdict[_word(entry, "verdict", Verdict.__members__)], counted, objecting)


def _read_payment(entry: Reader) -> Payment:
    kind = PaymentKind[_word(entry, "kind", PaymentKind.__members__)]
    lease_id = LeaseId(_number(entry, "lease_id"))
    return Payment(entry.integer("block", 0, 2**53), kind, lease_id, _number(entry, "amount_fri"))


def _read_account(entry: Reader) -> AccountKey:
    return AccountKey(felt(entry, "address"), felt(entry, "class_hash"), felt(entry, "public_key"))


def _read_seal(entry: Reader) -> Seal:
    return Seal(felt(entry, "signer"), felts(entry, "signature", 2))
