"""Boards and workers out of the events of Directory and registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from renderchain.core import network_events as told

from ..draft import Row
from .board import worker_row
from .place import Place


def directory_event(place: Place, event: told.DirectoryEvent) -> None:
    """Which boards there are, and whether they take jobs."""
    if isinstance(event, told.BoardAnnounced):
        known = {"kind": "board", "active_from_s": event.active_at_s, "since_block": place.block.number}
        place.draft.row("contract", event.board, **known, is_retired=False)
    elif isinstance(event, told.BoardRetired):
        place.draft.row("contract", event.board, kind="board")["is_retired"] = True
    elif isinstance(event, told.Paused):
        place.draft.row("contract", place.placed.address)["is_paused"] = event.paused


def _registered(place: Place, event: told.WorkerRegistered) -> None:
    row = worker_row(place, event.worker_id)
    row.update(owner=event.owner, payout=event.payout, **place.when("registered"))


def _operator_named(place: Place, event: told.OperatorNamed) -> None:
    worker_row(place, event.worker_id)["named_operator"] = event.operator


def _addresses(place: Place, event: told.AddressesChanged) -> None:
    worker_row(place, event.worker_id).update(operator=event.operator, payout=event.payout)


def _stake(place: Place, event: told.StakeChanged) -> None:
    amounts = {name: getattr(event, name) for name in ("stake_fri", "locked_fri", "unstaking_fri")}
    worker_row(place, event.worker_id).update(**amounts)


def _seat_stake(place: Place, event: told.SeatStakeChanged) -> None:
    amounts = {"seat_stake_fri": event.stake_fri, "seat_unstaking_fri": event.unstaking_fri}
    worker_row(place, event.worker_id).update(**amounts)


def _locks(place: Place, event: told.LocksChanged) -> None:
    for worker, amount_fri in event.locks:
        worker_row(place, worker)["locked_fri"] = amount_fri


def _slashed(place: Place, event: told.Slashed) -> None:
    worker_row(place, event.worker_id)["slashed_fri"] += event.amount_fri


def _family(place: Place, worker: int, family: int) -> Row:
    empty = {"is_supported": False, "units": 0, "units_from_epoch": 0}
    return place.draft.row("family_of", worker, family, **empty, audited=0, losses=0, fees_fri=0)


def _record(place: Place, event: told.RecordChanged) -> None:
    found = {"audited": event.audited, "losses": event.losses, "fees_fri": event.fees_fri}
    _family(place, event.worker_id, event.family).update(**found)


def _families(place: Place, event: told.FamiliesChanged) -> None:
    for family in event.families:
        _family(place, event.worker_id, family)["is_supported"] = event.supported


def _seats(place: Place, event: told.SeatsChanged) -> None:
    seats = {"units": event.units, "units_from_epoch": event.from_epoch}
    _family(place, event.worker_id, event.family).update(**seats)


def _offer(place: Place, event: told.OfferChanged) -> None:
    names = "least_reward_fri largest_package_bytes slots until_s audit_fee_fri memory_mib audits_until_epoch"
    place.draft.add("offer", event.worker_id, **{name: getattr(event, name) for name in names.split()})


def _key(place: Place, event: told.KeyChanged) -> None:
    worker_row(place, event.worker_id)["wrapping_key"] = event.key_hi << 128 | event.key_lo


def _signer(place: Place, event: told.SignerChanged) -> None:
    worker_row(place, event.worker_id)["signer"] = event.key


def _is_only_told(place: Place, event: object) -> None:
    """The event itself is all that there is to keep."""


WORKERS: dict[type, Callable[[Place, Any], None]] = {
    told.WorkerRegistered: _registered,
    told.OperatorNamed: _operator_named,
    told.AddressesChanged: _addresses,
    told.StakeChanged: _stake,
    told.SeatStakeChanged: _seat_stake,
    told.LocksChanged: _locks,
    told.Slashed: _slashed,
    told.Forfeited: _is_only_told,
    told.RecordChanged: _record,
    told.FamiliesChanged: _families,
    told.SeatsChanged: _seats,
    told.OfferChanged: _offer,
    told.KeyChanged: _key,
    told.SignerChanged: _signer,
}
