"""What people do as the calls of the contracts: made-up pixels, real Merkle proofs, sealed votes.

``Calls`` makes the arguments that the model takes, ``given_to_chain`` the same as starknet-py takes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import is_dataclass, replace
from typing import Any

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.state import MEAN, NO, YES, AuditKind, Content, DrawnLeaf, answer_of, mark_of
from renderchain.core.ids import NO_WORKER, JobId, LeaseId, WorkerId
from renderchain.core.job import JobTerms, LeaseResult, Place, StandingOffer
from renderchain.core.merkle import LeaseIdentity, short_string
from renderchain.core.prints import MEAN_LEAVES, PRINT_FELTS
from renderchain.ports.audit_chain import Reveal, ShownVote

from devkit.board.view import lease_info
from devkit.made_up_pixels import FAR, RESULTS_KEY, LeasePixels, Rendering, contents_of, prints_of
from devkit.model.challenges import Model
from devkit.model.leaves import Prints
from devkit.model.ledger import Refused, slot_of
from devkit.model.records import Lease
from tests.invariants.world import FAMILY, RARE_FAMILY, World

SAME, LOST = "SAME", "LOST"
NONCE, NO_MARK = 77, 99
NO_RESULT = LeaseResult(1, 2, 3, 4)
PLENTY_FRI = 10**9
SHOWING = {"open", "reveal_prints", "strike", "show"}  # prints, which the chain takes in a row
PAID = {"top_up", "appeal", "raise_fee", "challenge_pixels", "challenge_delivery"}
REGISTRY = {"register", "add_stake", "request_unstake", "cancel_unstake", "complete_unstake"}
REGISTRY |= {"set_operator", "set_payout", "set_families", "set_offer", "set_seats", "drop_seats"}
REGISTRY |= {"stake_seats", "unstake_seats", "accept_operator"}
DIRECTORY = {"set_paused", "retire_board"}
PARTS = {
    "commit": ("lease_id", "seat", "mark"),
    "open": ("salt", "content"),
    "submit_signed": ("lease_id", "count", "result", "signature"),
}


class Calls:
    """Of one network; ``model`` is set before each call."""

    def __init__(self, actors: World, model: Model) -> None:
        self._actors = actors
        self.model = model
        self._pixels: dict[tuple[int, LeaseId, int], LeasePixels] = {}

    def of(self, name: str, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """The model's arguments."""
        made = getattr(self, f"_{name}", None)
        return tuple(made(*given)) if made else given

    def pixels(self, lease: Lease) -> LeasePixels:
        """Those of a lease's tasks, which become fewer when it is submitted in part."""
        known = self._actors.contracts
        key = (known.board, lease.number, lease.count)
        if key not in self._pixels:
            place = (lease.job, lease.number, lease.attempt, lease.worker)
            identity = LeaseIdentity(known.chain_id, known.board, *place)
            tiles = self.model.jobs[lease.job].terms.tiles
            self._pixels[key] = LeasePixels(identity, lease.first, lease.count, tiles)
        return self._pixels[key]

    def result(self, number: LeaseId) -> LeaseResult:
        """What its worker submits."""
        lease = self.model.lease(number)
        return self.pixels(lease).result if lease else NO_RESULT

    def drawn(self, number: LeaseId) -> list[DrawnLeaf]:
        """What the audit looks at; nothing if it is none of pixels, or the job's place is another's."""
        lease = self.model.lease(number)
        if not lease or not lease.audit or lease.audit.kind is not AuditKind.PIXELS:
            return []
        is_known = lease.job not in self.model.replaced
        return self.model.leaves_in(self.model.jobs[lease.job], lease, lease.audit) if is_known else []

    def leaves(self, number: LeaseId) -> list[int]:
        return [one.leaf for one in self.drawn(number)]

    def vote(self, number: LeaseId, seen: str) -> int:
        """The felt of a vote."""
        lease = self.model.lease(number)
        if lease and lease.audit and lease.audit.kind is not AuditKind.PIXELS:
            return YES if seen == SAME else NO
        return answer_of(hash_many, contents_of(self.leaves(number), _rendering(seen)))

    def _address(self, name: str) -> int:
        return self._actors.addresses[name]

    def _create_job(self, terms: dict[str, Any], scheduler: str) -> list[JobTerms]:
        known = {**terms, "scheduler": self._address(scheduler) if scheduler else 0}
        return [JobTerms(2**100, 1, package_files=2, **known)]

    def _withdraw(self, names: list[str]) -> list[list[int]]:
        return [[self._address(name) for name in names]]

    def _register(self, operator: str, payout: str, stake: int) -> list[Any]:
        return [self._address(operator), self._address(payout), [FAMILY], stake]

    def _set_operator(self, worker: WorkerId, operator: str) -> list[int]:
        return [worker, self._address(operator)]

    def _set_payout(self, worker: WorkerId, payout: str) -> list[int]:
        return [worker, self._address(payout)]

    def _set_families(self, worker: WorkerId, rare: bool, supported: bool) -> list[Any]:
        return [worker, [family(rare)], supported]

    def _set_offer(self, worker: WorkerId, offer: tuple[int, int, int, int, int, int, int]) -> list[Any]:
        return [worker, StandingOffer(*offer)]

    def _set_seats(self, worker: WorkerId, rare: bool, units: int) -> list[int]:
        return [worker, family(rare), units]

    def _drop_seats(self, worker: WorkerId, rare: bool) -> list[int]:
        return [worker, family(rare)]

    def _claim_lease(
        self, job: JobId, worker: WorkerId, slot: int, most: int = 0, how: str = ""
    ) -> list[Any]:
        return [job, worker, slot, most, self._named(job, worker, how)]

    def _assign(self, job: JobId, places: list[Place], how: str = "") -> list[Any]:
        return [job, places, self._named(job, NO_WORKER, how)]

    def _named(self, job: JobId, worker: WorkerId, how: str) -> list[WorkerId]:
        """Verifiers as clients name them; ``how``: "none", "few", "own" or "twice"."""
        number = job or self.model.newest
        if how == "none" or number not in self.model.jobs or number in self.model.replaced:
            return []
        try:
            found = self.model.named_for(number, worker)
        except Refused:  # where clients claim nothing; the contract takes it unjudged
            found = []
        changed = {"few": found[:3], "own": [*found[:3], worker], "twice": [*found[:3], *found[:1]]}
        return changed.get(how, found)

    def _name_verifiers(self, number: LeaseId, how: str = "") -> list[Any]:
        lease = self.model.lease(number)
        if not lease or how == "none":
            return [number, []]
        job = self.model.jobs[lease.job]
        found = self.model.willing_verifiers(self.model.asked(job, lease.count, job.requester), lease.worker)
        return [number, found[:3] if how == "few" else found]

    def _submit(self, number: LeaseId, part: int = 0) -> tuple[LeaseId, int, LeaseResult]:
        """``part``: all tasks where it is 0, else the first ones, now and then none or too many."""
        lease = self.model.lease(number)
        if not lease:
            return number, 1, NO_RESULT
        count = part % (lease.count + 2) if part else lease.count
        shown = replace(lease, count=count) if 0 < count <= lease.count else lease
        return number, count, self.pixels(shown).result

    def _submit_signed(self, number: LeaseId, part: int) -> list[Any]:
        return [[self._submit(number, part)]]

    def _commit(self, entries: list[tuple[LeaseId, int, str]]) -> list[Any]:
        return [[(number, place, self._mark(number, place, seen)) for number, place, seen in entries]]

    def _mark(self, number: LeaseId, place: int, seen: str) -> int:
        lease = self.model.lease(number)
        if seen == LOST or not lease or not lease.audit or place >= len(lease.audit.seats):
            return NO_MARK
        round_ = lease.audit.round
        return mark_of(
            *(hash_many, self._actors.contracts.board, number, round_),
            seed=self.model.seeds.get((slot_of(number), round_), 0),
            worker_id=lease.audit.seats[place].worker,
            nonce=NONCE,
            vote=self.vote(number, seen),
        )

    def _open(self, number: LeaseId, wrong: str) -> list[Any]:
        """``wrong``: "" or "result", "seed", "count", "root", "prints"."""
        lease = self.model.lease(number)
        result, seed = vars(self.result(number)), 1
        openings: list[tuple[int, Content]] = []
        siblings: list[int] = []
        if lease and lease.audit:
            seed = self.model.seeds.get((slot_of(number), lease.audit.round), 0) + (wrong == "seed")
            shown, siblings = self.pixels(lease).opened(self.leaves(number))
            openings = [(salt + (wrong == "root"), content) for salt, content in shown]
        result = {**result, "key_hash": result["key_hash"] + (wrong == "result")}
        how = Rendering.MACHINE if wrong == "prints" else Rendering.SAME
        prints = prints_of(self.leaves(number), how)
        return [number, seed, LeaseResult(**result), openings, siblings[wrong == "count" :], prints]

    def _reveal(self, entries: list[tuple[LeaseId, int, str]]) -> list[list[Reveal]]:
        return [[Reveal(one, place, _nonce(seen), self.vote(one, seen)) for one, place, seen in entries]]

    def _reveal_prints(self, number: LeaseId, place: int, seen: str, lie: int = 0) -> list[Any]:
        """``lie``: 1 says the opposite of all leaves, 2 of the mean, 4 something of another leaf."""
        drawn, how = self.drawn(number), _rendering(seen)
        others = 0 if how is Rendering.SAME else sum(1 << one.position for one in drawn)
        differs = others if (how in FAR) != bool(lie & 1) else 0
        is_off = how in (*FAR, Rendering.UNEVEN) and len(drawn) >= MEAN_LEAVES
        mean = is_off != bool(lie & 2)
        mine = (contents_of(self.leaves(number), how), contents_of(self.leaves(number)))
        masks = (differs | 1 << 103 if lie & 4 else differs, mean)
        return [number, place, _nonce(seen), *mine, self.prints(number, MEAN, how), *masks]

    def prints(self, number: LeaseId, leaf: int, how: Rendering, than: Rendering = Rendering.SAME) -> Prints:
        """Of a rendering: that of one leaf, or for the mean of all that have other digests than another's."""
        leaves = self.leaves(number)
        if leaf == MEAN:
            return [] if how is than else prints_of(leaves, how)
        return prints_of(leaves[leaf : leaf + 1], how)

    def _strike(self, number: LeaseId, place: int, leaf: int, seen: str) -> list[Any]:
        how = _rendering(seen)
        contents = (contents_of(self.leaves(number), how), contents_of(self.leaves(number)))
        prints = (self.prints(number, leaf, how), self.prints(number, leaf, Rendering.SAME, how))
        return [number, place, leaf, *contents, *prints]

    def _show(self, number: LeaseId, leaf: int, by_levels: bool, votes: list[tuple[int, str]]) -> list[Any]:
        shown = []
        for place, seen in votes:
            contents = contents_of(self.leaves(number), _rendering(seen))
            shown.append(ShownVote(place, contents, self.prints(number, leaf, _rendering(seen))))
        needs_answer = leaf == MEAN or by_levels
        theirs = self.prints(number, leaf, Rendering.SAME, Rendering.OTHER) if needs_answer else []
        return [number, leaf, by_levels, shown, contents_of(self.leaves(number)), theirs]

    def _reveal_key(self, number: LeaseId, right: bool) -> list[Any]:
        key = RESULTS_KEY if right else bytes(32)
        halves = (int.from_bytes(key[:16], "big"), int.from_bytes(key[16:], "big"))
        return [number, self.result(number), *halves]

    def given_to_chain(self, name: str, given: Sequence[Any]) -> tuple[str, list[Any], int]:
        """The contract, its arguments as starknet-py takes them, and what is approved for the call."""
        if name == "submit_signed":
            ((number, count, result),) = given[0]
            worker = self.model.workers.get(slot_of(number)[0])
            operator = self._actors.names.get(worker.operator if worker else 0, "outsider")
            part = replace(lease_info(self.model, number), count=count)
            given = [[(number, count, result, self._actors.sign(operator, part, result))]]
        elif name == "give_back":
            given = [given[0], short_string(given[1])]
        elif name in SHOWING:
            given = [flat(one) if _are_prints(one) else one for one in given]
            given = [_with_flat_prints(one) if name == "show" else one for one in given]
        if name in DIRECTORY:
            board = [self._actors.contracts.board] if name == "retire_board" else []
            return "directory", [*board, *given], 0
        if name in REGISTRY:
            pay = given[-1] if name in ("register", "add_stake") else 0
            return "registry", [_plain(one, ()) for one in given], pay
        pay = given[0].escrow_fri if name == "create_job" else PLENTY_FRI if name in PAID else 0
        return "board", [_plain(one, PARTS.get(name, ())) for one in given], pay


def family(rare: bool) -> int:
    """The one that all workers render, or the one that few do."""
    return RARE_FAMILY if rare else FAMILY


def flat(prints: Prints) -> list[int]:
    """One felt after the other."""
    return [felt for one in prints for felt in one]


def _are_prints(one: Any) -> bool:
    return isinstance(one, list) and bool(one) and isinstance(one[0], tuple) and len(one[0]) == PRINT_FELTS


def _with_flat_prints(one: Any) -> Any:
    if not isinstance(one, list) or not one or not isinstance(one[0], ShownVote):
        return one
    return [
        {"seat": vote.seat, "contents": _plain(vote.contents, ()), "prints": flat(vote.prints)}
        for vote in one
    ]


def _plain(value: Any, parts: tuple[str, ...]) -> Any:
    """Structs as dictionaries; tuples are structs with these parts."""
    if is_dataclass(value):
        return {name: _plain(one, ()) for name, one in vars(value).items()}
    if isinstance(value, tuple) and parts:
        return {name: _plain(one, ()) for name, one in zip(parts, value, strict=True)}
    if isinstance(value, list):
        return [_plain(one, parts) for one in value]
    return value


def _rendering(seen: str) -> Rendering:
    return Rendering.OTHER if seen == LOST else Rendering[seen]


def _nonce(seen: str) -> int:
    return NONCE + 1 if seen == LOST else NONCE
