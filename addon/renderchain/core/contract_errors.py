"""One exception for each reason that a contract gives for refusing; a test compares the lists."""

from __future__ import annotations

from . import registry_errors, schedule_errors
from .audit import errors as audit_errors
from .errors import ContractError


class BadJobTerms(ContractError):
    """The terms of a job make no sense; base of the reasons that say which."""

    advice = "Nothing was paid. Correct it and submit again."


class TimeoutIsZero(BadJobTerms):
    code = "RC: a timeout is zero"


class JobShorterThanLease(BadJobTerms):
    code = "RC: job shorter than a lease"


class JobWithoutPackage(BadJobTerms):
    code = "RC: job without package"


class JobWithoutReward(BadJobTerms):
    code = "RC: job without reward"


class JobWithoutTasks(BadJobTerms):
    code = "RC: job without tasks"


class LongestLeaseIsZero(BadJobTerms):
    code = "RC: longest lease is zero"


class VoteFeeTooHigh(BadJobTerms):
    code = "RC: fee of a vote is too high"
    advice = (
        "Nothing was paid. It may be a fifteenth of what the longest lease pays and a sixtieth of a seat: "
        "let leases be longer or pay more a frame, or lower the fee or wait for cheaper gas."
    )


class FieldTooWide(BadJobTerms):
    code = "RC: field too wide"


class PlacesNotInOrder(ContractError):
    code = "RC: places are not in order"
    advice = "Name each place once, by rising worker and slot."


class NetworkPaused(ContractError):
    code = "RC: network takes no new jobs"
    advice = "The network is paused; nothing was paid. Try again later."


class EscrowTransferFailed(ContractError):
    code = "RC: escrow transfer failed"
    advice = "Nothing was paid. Check the account's STRK balance."


class UnknownJob(ContractError):
    code = "RC: unknown job"
    advice = "It ended long ago, or never was: check its number and the network in the settings."


class JobIsOver(ContractError):
    code = "RC: job is over"
    advice = "It was canceled, has expired or is complete; nothing has to be done."


class JobNotExpired(ContractError):
    code = "RC: job has not expired"
    advice = "Wait until it has, or cancel it as its requester."


class NotRequester(ContractError):
    code = "RC: not the requester"
    advice = "Use the account that created the job."


class NotLeaseOperator(ContractError):
    code = "RC: not the lease operator"
    advice = "Use the account that claimed the lease."


class FamilyNotSupported(ContractError):
    code = "RC: family not supported"
    advice = "Register the worker for the job's Blender version and device."


class SchedulerFirst(ContractError):
    code = "RC: scheduler has precedence"
    advice = "The job's scheduler assigns its leases; wait for it or for its time to run out."


class NothingToClaim(ContractError):
    code = "RC: nothing left to claim"
    advice = "Other workers hold all tasks; wait for a task to reopen."


class AuditPoolTooSmall(ContractError):
    code = "RC: audit pool is too small"
    advice = "Nobody can pay for another lease's audit: wait until others are settled, or top the job up."


class SplitNotFunded(ContractError):
    code = "RC: pool too small to split"
    advice = "The rest's audit can't be paid: submit all tasks of the lease, or give all of them back."


class LeaseInOtherState(ContractError):
    code = "RC: lease in another state"


class LeaseIsPaid(ContractError):
    code = "RC: lease is paid already"
    advice = "Nothing is left to do: its worker has the pay, and it is over with its audit."


class EmptyResult(ContractError):
    code = "RC: empty result"
    advice = "Submit a root and the results' digest."


class WrongTaskCount(ContractError):
    code = "RC: not so many of its tasks"
    advice = "Submit the first of the lease's tasks, at least one of them."


class GivenBackWithoutReason(ContractError):
    code = "RC: given back without a reason"
    advice = "Say in a short word why."


class DeadlineNotReached(ContractError):
    code = "RC: deadline not reached"
    advice = "Wait until the deadline has passed in seconds and in blocks."


class NothingToWithdraw(ContractError):
    code = "RC: nothing to withdraw"
    advice = "The balance is empty; nothing has to be done."


class StakeNotFree(ContractError):
    code = "RC: stake is not free"
    advice = "Add stake, or wait until other leases are settled."


class StakeBelowMinimum(ContractError):
    code = "RC: stake below the minimum"
    advice = "Stake at least the network's minimum."


class StakeCoolingDown(ContractError):
    code = "RC: stake is cooling down"
    advice = "Wait until the cool-down is over."


class StakeTransferFailed(ContractError):
    code = "RC: stake transfer failed"
    advice = "Check the account's STRK balance."


class NothingToUnstake(ContractError):
    code = "RC: nothing to unstake"
    advice = "No unstaking was requested; nothing has to be done."


class OperatorAlreadyRegistered(ContractError):
    code = "RC: operator already registered"
    advice = "Use this worker as it is, or another operator account."


class NotWorkerOwner(ContractError):
    code = "RC: not the worker owner"
    advice = "Use the account that registered the worker."


class BoardDidNotLock(ContractError):
    code = "RC: board did not lock that"


class NotActiveBoard(ContractError):
    code = "RC: not an active board"
    advice = "Use a board that the network's directory lists."


class BoardAlreadyAnnounced(ContractError):
    code = "RC: board already announced"
    advice = "Nothing has to be done."


class RegistryAlreadySet(ContractError):
    code = "RC: registry already set"
    advice = "A directory keeps its registry; deploy a new network to change it."


class NotDirectoryOwner(ContractError):
    code = "RC: not the directory owner"
    advice = "Use the directory's owner account."


class NotPendingOwner(ContractError):
    code = "RC: not the pending owner"
    advice = "Use the account that the present owner named."


class ZeroAddressInBoard(ContractError):
    code = "RC: zero address in board"


class ZeroAddressInDirectory(ContractError):
    code = "RC: zero address in directory"


class ZeroAddressInRegistry(ContractError):
    code = "RC: zero address in registry"


class TimeoutTooLong(BadJobTerms):
    code = "RC: a timeout is too long"


class TimeoutTooShort(BadJobTerms):
    code = "RC: timeout too short to assign"
    advice = "Let leases last longer, or name no scheduler; nothing was paid."


class JobWithoutFamily(BadJobTerms):
    code = "RC: job without family"


class AuditRateTooLow(BadJobTerms):
    code = "RC: audit rate is too low"


class SchedulerWithoutGrace(BadJobTerms):
    code = "RC: scheduler without grace"


class PriceRaisedTooOften(ContractError):
    code = "RC: price raised too often"
    advice = "Cancel the job and submit the rest as a new one."


class NothingImproved(ContractError):
    code = "RC: nothing is improved"
    advice = "Offer more than before; nothing was paid."


class NotScheduler(ContractError):
    code = "RC: not the scheduler"
    advice = "Use the account that the job names as its scheduler."


class SlotTaken(ContractError):
    code = "RC: slot holds a lease"
    advice = "Use another slot, or wait until that lease is settled."


class NoSuchSlot(ContractError):
    code = "RC: no such slot"
    advice = "A worker has slots 0 to 15."


class LeaseOfAnotherJob(ContractError):
    code = "RC: lease of another job"
    advice = "Name the job that the lease belongs to."


class WrongSignature(ContractError):
    code = "RC: wrong signature"
    advice = "Let the lease's operator sign the result again."


class BatchSize(ContractError):
    code = "RC: batch is empty or too long"
    advice = "Send 1 to 100 entries at once."


class WorkerDoesNotOffer(ContractError):
    code = "RC: worker does not offer that"
    advice = "Choose another worker, or wait for a new standing offer."


class KeyIsZero(ContractError):
    code = "RC: key is zero"
    advice = "Make a new X25519 key."


class UnknownWorker(ContractError):
    code = "RC: unknown worker"
    advice = "Register the worker first."


class NotWorkerOperator(ContractError):
    code = "RC: not the worker operator"
    advice = "Use the account that the registry names as the worker's operator."


class NeitherOwnerNorOperator(ContractError):
    code = "RC: neither owner nor operator"
    advice = "Use the worker's owner or operator account."


class AmountIsZero(ContractError):
    code = "RC: amount is zero"
    advice = "Give an amount above zero."


class RegistryNotSet(ContractError):
    code = "RC: registry is not set"
    advice = "Set the directory's registry first."


class BoardWaitTooShort(ContractError):
    code = "RC: board wait is too short"
    advice = "Deploy the directory with a wait over the cool-down."


class CooldownTooShort(ContractError):
    code = "RC: cool-down is too short"
    advice = "Make it longer than lease, window and audit together."


class LimitIsZero(ContractError):
    code = "RC: a limit is zero"
    advice = "Give every limit."


class JobWithoutTiles(BadJobTerms):
    code = "RC: job without tiles"


class WrongAuditTiles(BadJobTerms):
    code = "RC: audits 1 to 32 leaves"


class WrongPrintLimits(BadJobTerms):
    code = "RC: print limits out of range"


class AuditWithoutFee(BadJobTerms):
    code = "RC: audit without a fee"


class MemoryOverLimit(BadJobTerms):
    code = "RC: more memory than there is"


class TooManyLeaves(BadJobTerms):
    code = "RC: too many leaves in a lease"
    advice = "Nothing was paid. Let the longest lease be shorter, or lower the resolution."


class PoolTooSmall(BadJobTerms):
    code = "RC: pool below its audits"
    advice = "Nothing was paid. Put more into the audit pool, or offer smaller fees."


def _all(kind: type[ContractError]) -> list[type[ContractError]]:
    return [found for child in kind.__subclasses__() for found in (child, *_all(child))]


BY_CODE = {kind.code: kind for kind in _all(ContractError) if kind.code}
__all__ = ["BY_CODE", "ContractError", "contract_error", "audit_errors", "registry_errors", "schedule_errors"]


def contract_error(action: str, code: str) -> ContractError:
    """The exception for a reason; a plain ContractError for one that this version does not know."""
    return BY_CODE[code](action) if code in BY_CODE else ContractError(action, code)
