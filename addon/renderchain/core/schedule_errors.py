"""Why a contract refuses what a scheduler asks for; see contract_errors."""

from __future__ import annotations

from .errors import ContractError


class TasksNotOpen(ContractError):
    code = "RC: tasks are not open"
    advice = "Others hold some of them, or they are of two open ranges: name tasks of one."


class LongerThanLease(ContractError):
    code = "RC: longer than a lease may be"
    advice = "Name at most as many tasks as the job's longest lease has."
