"""The reasons that a board gives for refusing a step of an audit; see contract_errors.py."""

from __future__ import annotations

from ..errors import ContractError


class MustBeAudited(ContractError):
    code = "RC: lease has to be audited"
    advice = "Draw it; it is paid once verifiers accepted it, or before that by its requester."


class StillInAudit(ContractError):
    code = "RC: not before the court ends"
    advice = "Wait for the verdict."


class DrawIsAhead(ContractError):
    code = "RC: block of the draw is ahead"
    advice = "Wait until the chain is twelve blocks past the submission."


class NothingToDraw(ContractError):
    code = "RC: nothing to draw"
    advice = "The draw was made; nothing has to be done."


class NoDrawToRaise(ContractError):
    code = "RC: no draw to raise a fee for"
    advice = "Raise a fee once a draw of a round's own votes found too few, before the block that draws next."


class WrongRaise(ContractError):
    code = "RC: raise by 1 to 15 notches"
    advice = "Raise it by more notches than anybody before; at most by 15, to 14 times what it was."


class LeaseIsJudged(ContractError):
    code = "RC: lease is judged as it is"
    advice = "Nothing has to be named; challenge it if it is false."


class NotThatVerifier(ContractError):
    code = "RC: not that verifier"
    advice = "Use the operator account of the seat's worker."


class SeatHasVoted(ContractError):
    code = "RC: seat has voted already"
    advice = "Nothing has to be done."


class NotTheSealedVote(ContractError):
    code = "RC: vote is not the sealed one"
    advice = "Reveal exactly what was sealed."


class NeedsPrints(ContractError):
    code = "RC: another vote needs prints"
    advice = "Show the prints of the leaves that differ."


class NotTheOpenedAnswer(ContractError):
    code = "RC: not the opened answer"
    advice = "Name the contents that the worker opened."


class OpenedForAnotherDraw(ContractError):
    code = "RC: opened for another draw"
    advice = "The chain was reorganised; read the draw again."


class StepNotOverdue(ContractError):
    code = "RC: step is not overdue"
    advice = "Wait until everybody has voted or the step's time is over."


class StepIsOver(ContractError):
    code = "RC: step is over"
    advice = "It is too late for that."


class SeatMayNotAppeal(ContractError):
    code = "RC: seat may not appeal"
    advice = "A rejection is appealed by the lease's worker, or by a verifier who did not vote for it."


class NoSuchWord(ContractError):
    code = "RC: no such word"
    advice = "Say that you are busy, that it takes too long, or that there is no package."


class VoteNotContradicted(ContractError):
    code = "RC: vote is not contradicted"
    advice = "Its prints say what it says; nothing has to be done."


class ShownVotesDoNotAgree(ContractError):
    code = "RC: shown votes do not agree"
    advice = "Show votes that differ from the worker there and lie within the limits of the first."


class NoMajorityShown(ContractError):
    code = "RC: no majority is shown"
    advice = "Show more than half of the counted votes."


class MasksOfOtherLeaves(ContractError):
    code = "RC: masks of other leaves"
    advice = "Only leaves with other digests can differ, and the mean only where one has."


class AuditInOtherPhase(ContractError):
    code = "RC: case in another phase"


class NoSuchSeatInRound(ContractError):
    code = "RC: no such seat in the round"
    advice = "Name a seat that the round has."


class OnlyRequestersDoubt(ContractError):
    code = "RC: only requesters may doubt"
    advice = "Use the account that created the job."


class ChallengeWindowOver(ContractError):
    code = "RC: challenge window is over"
    advice = "The lease can no longer be challenged."


class DrawComesFirst(ContractError):
    code = "RC: the draw comes first"
    advice = "Draw the lease, then challenge it."


class LeaseIsInAudit(ContractError):
    code = "RC: lease is in court"
    advice = "Wait for the verdict."


class WrongLeavesNamed(ContractError):
    code = "RC: name 1 to 8 of its leaves"
    advice = "Name one to eight leaves of the lease."


class NotTheResultsKey(ContractError):
    code = "RC: not the key of the results"
    advice = "Reveal the key whose hash was submitted."


class NotTheSubmittedResult(ContractError):
    code = "RC: not the submitted result"
    advice = "Name the result exactly as it was submitted."


class LeafNotUnderRoot(ContractError):
    code = "RC: leaf is not under the root"
    advice = "Open the leaves that were submitted."


class WrongLeafCount(ContractError):
    code = "RC: wrong number of leaves"
    advice = "Open all drawn leaves, and each with its proof."


class WrongPrint(ContractError):
    code = "RC: print is another one"
    advice = "Show the prints whose hashes the contents name."


class BoardWithoutAuditLibrary(ContractError):
    code = "RC: board without a court"
    advice = "Deploy the board with the audit library's class."


class TooMuchWithoutVerifiers(ContractError):
    code = "RC: too much without a jury"
    advice = (
        "Nobody judges this lease, so a worker holds few such: wait until others of its leases are settled."
    )


class FamilyAtCap(ContractError):
    code = "RC: family is at its cap"
    advice = (
        "Leases of a family earn at most a quarter of its verifiers' stake at once: wait until others end, "
        "take fewer tasks, or wait for more verifiers."
    )


class FamilyHasNotThatOpen(ContractError):
    code = "RC: family has not that open"


class VerifiersMissing(ContractError):
    code = "RC: too few verifiers named"
    advice = "Name four willing ones of other owners, or wait until the family has them."


class TooManyVerifiers(ContractError):
    code = "RC: too many verifiers named"
    advice = "Four are enough, five for an assignment."


class NamedMayNotVote(ContractError):
    code = "RC: named verifier may not vote"
    advice = "Its seats, its offer or its stake changed meanwhile: look for others."


class VerifiersShareOwner(ContractError):
    code = "RC: two named of one owner"
    advice = "Name verifiers of different owners."


class LeaseMustBeJudged(ContractError):
    code = "RC: job wants judged leases"
    advice = "Name four willing verifiers."


class LeaseIsUnjudged(ContractError):
    code = "RC: nobody judges this lease"
    advice = "It was claimed without verifiers; it can't be challenged."
