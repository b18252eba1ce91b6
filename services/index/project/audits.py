"""Audits and votes out of a board's events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from renderchain.core.audit import events as told
from renderchain.core.audit.state import AuditKind, Vote

from ..draft import Row
from .place import Place

PIXELS = AuditKind.PIXELS.name.lower()


def _audit(place: Place, event: told.AuditEvent, round_: int) -> Row:
    """A round of the lease's present audit."""
    key = (place.board, event.lease_id, place.lease(event.lease_id)["audits"], round_)
    return place.draft.row("audit", *key, kind="", verdict="", is_sealed=False, is_appealed=False)


def _drawn(place: Place, event: told.LeaseDrawn) -> None:
    place.lease(event.lease_id).update(draw=event.draw_outcome.name.lower(), audit_exp=event.audit_exp)


def _votes_drawn(place: Place, event: told.VotesDrawn) -> None:
    seen = {"kind": event.kind.name.lower(), "seed": event.seed, "drawn_block": place.block.number}
    _audit(place, event, event.round).update(**seen)
    audit = place.lease(event.lease_id)["audits"]
    for seat, worker in enumerate(event.verifiers, event.first_seat):
        key, values = (place.board, event.lease_id, audit, seat), {"round": event.round, "worker": worker}
        place.draft.add("vote", *key, **values, vote=Vote.DRAWN.name.lower())


def _sealed(place: Place, event: told.VotesSealed) -> None:
    _audit(place, event, event.round)["is_sealed"] = True


def _voted(place: Place, event: told.Voted) -> None:
    key = (place.board, event.lease_id, place.lease(event.lease_id)["audits"], event.seat)
    row = place.draft.row("vote", *key, round=event.round, worker=event.worker_id)
    row["vote"] = event.vote.name.lower()
    if event.vote is Vote.COUNTED and _audit(place, event, event.round)["kind"] == PIXELS:
        row["found"] = row["found"] or "same"  # else it was shown before


def _prints_shown(place: Place, event: told.PrintsShown) -> None:
    """A vote with other bytes says where they are too far apart, if anywhere."""
    key = (place.board, event.lease_id, place.lease(event.lease_id)["audits"], event.seat)
    if row := place.draft.find("vote", *key):
        row["found"] = "against" if event.differs or event.mean else "near"


def _verdict(place: Place, event: told.VerdictGiven) -> None:
    counts = {"counted": event.counted, "objecting": event.objecting}
    _audit(place, event, event.round).update(verdict=event.verdict.name.lower(), **counts)


def _fee_raised(place: Place, event: told.FeeRaised) -> None:
    _audit(place, event, event.round).update(fee_fri=event.fee_fri, fee_payer=event.payer)


def _appealed(place: Place, event: told.Appealed) -> None:
    _audit(place, event, event.round).update(is_appealed=True, bond_fri=event.bond_fri)


def _closed(place: Place, event: told.AuditClosed) -> None:
    lease = place.lease(event.lease_id)
    lease["verdict"] = event.verdict.name.lower()
    lease["audits"] += 1


def _challenged(place: Place, event: told.LeaseChallenged) -> None:
    lease = place.lease(event.lease_id)
    lease["challenge"] = event.kind.name.lower()
    if lease["challenged_block"] is None:
        lease["challenged_block"] = place.block.number


def _named(place: Place, event: told.VerifiersNamed) -> None:
    place.lease(event.lease_id)["unjudged"] = False


def _is_only_told(place: Place, event: object) -> None:
    """The event itself is all that there is to keep."""


AUDITS: dict[type, Callable[[Place, Any], None]] = {
    told.LeaseDrawn: _drawn,
    told.VotesDrawn: _votes_drawn,
    told.VotesSealed: _sealed,
    told.Voted: _voted,
    told.VerdictGiven: _verdict,
    told.FeeRaised: _fee_raised,
    told.Appealed: _appealed,
    told.AuditClosed: _closed,
    told.LeaseChallenged: _challenged,
    told.VerifiersNamed: _named,
    told.LeavesOpened: _is_only_told,
    told.PrintsShown: _prints_shown,
    told.RejectionShown: _is_only_told,
    told.KeyRevealed: _is_only_told,
}
