"""Why directory and registry refuse seats, operators and boards; see contract_errors.py."""

from __future__ import annotations

from .errors import ContractError


class StakeBelowSeats(ContractError):
    code = "RC: stake below its seats"
    advice = "Add stake or take fewer seats."


class SeatsCovered(ContractError):
    code = "RC: seats are covered"
    advice = "Nothing has to be done."


class NoSeatsToChange(ContractError):
    code = "RC: no seats to change"
    advice = "Nothing has to be done."


class SeatsChangedAlready(ContractError):
    code = "RC: seats changed this epoch"
    advice = "Change them again in the next epoch."


class NoSuchSeat(ContractError):
    code = "RC: no such seat"
    advice = "Draw a unit that the epoch has."


class SeatUnitIsZero(ContractError):
    code = "RC: seat unit is zero"
    advice = "Give the seat unit and the epoch's length."


class SeatsOlderThanFamily(ContractError):
    code = "RC: seats older than a family"
    advice = "Let families wait for verifiers at least as long as seats do until they count."


class RewardOverSlash(ContractError):
    code = "RC: reward over the slash"


class NoSeatStakeGiven(ContractError):
    code = "RC: no seat stake to move"
    advice = "Give an amount above zero."


class NotNamedOperator(ContractError):
    code = "RC: not the named operator"
    advice = "Use the account that the worker's owner named with set_operator or register."


class BoardRetired(ContractError):
    code = "RC: board is retired"
    advice = "Take leases on the network's newest board; those that are held here go on to their end."


class NoBoardToRetire(ContractError):
    code = "RC: board not there to retire"
    advice = "Name a board that was announced and is not retired yet."


class OnlyDirectoryRetires(ContractError):
    code = "RC: only the directory retires"
    advice = "Call the directory's retire_board as its owner."
