"""Why a contract refuses what a scheduler asks for; see contract_errors."""

from __future__ import annotations

from .errors import ContractError


class SparesWithoutScheduler(ContractError):
    code = "RC: spares without scheduler"
    advice = "Nothing was paid. Name a scheduler, or set no task aside to be given twice."


class MoreSparesThanTasks(ContractError):
    code = "RC: more spares than tasks"
    advice = "Nothing was paid. Set aside at most as many tasks as the job has."


class GivenTwice(ContractError):
    code = "RC: tasks are given twice"
    advice = "A lease has one spare at a time; give the tasks of another lease."


class SpareOfOwnWorker(ContractError):
    code = "RC: spare of its own worker"
    advice = "Give the tasks to another worker."


class NoSparesLeft(ContractError):
    code = "RC: no spares left"
    advice = "The job set no more tasks aside to be given twice; wait for the lease."


class TasksNotOpen(ContractError):
    code = "RC: tasks are not open"
    advice = "Others hold some of them, or they are of two open ranges: name tasks of one."


class LongerThanLease(ContractError):
    code = "RC: longer than a lease may be"
    advice = "Name at most as many tasks as the job's longest lease has."
