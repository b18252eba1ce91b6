"""Events of Directory and registry by their names on-chain, read from their keys and data."""

from __future__ import annotations

from collections.abc import Callable

from ...core import network_events as told
from ...core.ids import WorkerId


def _locks(block: int, board: int, count: int, *data: int) -> told.LocksChanged:
    if len(data) != 2 * count:
        raise ValueError(f"{count} locks in {len(data)} felts")
    pairs = zip(data[::2], data[1::2], strict=True)
    return told.LocksChanged(block, board, tuple((WorkerId(one), amount_fri) for one, amount_fri in pairs))


def _families(block: int, worker: WorkerId, count: int, *data: int) -> told.FamiliesChanged:
    *families, supported = data
    if len(families) != count:
        raise ValueError(f"{count} families in {len(data)} felts")
    return told.FamiliesChanged(block, worker, tuple(families), bool(supported))


NETWORK_KINDS: dict[str, Callable[..., told.DirectoryEvent | told.RegistryEvent]] = {
    "BoardAnnounced": told.BoardAnnounced,
    "BoardRetired": told.BoardRetired,
    "OwnershipTransferred": told.OwnershipTransferred,
    "Paused": lambda block, paused: told.Paused(block, bool(paused)),
    "WorkerRegistered": told.WorkerRegistered,
    "OperatorNamed": told.OperatorNamed,
    "AddressesChanged": told.AddressesChanged,
    "RecordChanged": told.RecordChanged,
    "StakeChanged": told.StakeChanged,
    "SeatStakeChanged": told.SeatStakeChanged,
    "LocksChanged": _locks,
    "Slashed": told.Slashed,
    "Forfeited": told.Forfeited,
    "FamiliesChanged": _families,
    "OfferChanged": told.OfferChanged,
    "KeyChanged": told.KeyChanged,
    "SignerChanged": told.SignerChanged,
    "SeatsChanged": told.SeatsChanged,
}
