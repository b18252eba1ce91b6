// Which events change what a page shows.

export const LEASE_KINDS = [
  "LeaseClaimed",
  "SpareGiven",
  "ResultSubmitted",
  "TasksGivenBack",
  "LeasePaid",
  "LeaseAccepted",
  "LeaseEnded",
  "LeaseSlashed",
  "LeaseDrawn",
] as const;

export const JOB_KINDS = ["JobCreated", "JobImproved", "JobClosed", "TasksRefunded", "SpareRefunded"] as const;

export const AUDIT_KINDS = [
  "VotesDrawn",
  "VotesSealed",
  "LeavesOpened",
  "Voted",
  "PrintsShown",
  "RejectionShown",
  "VerdictGiven",
  "FeeRaised",
  "Appealed",
  "AuditClosed",
  "VerifiersNamed",
  "LeaseChallenged",
  "KeyRevealed",
] as const;

export const WORKER_KINDS = [
  "WorkerRegistered",
  "OperatorNamed",
  "AddressesChanged",
  "RecordChanged",
  "StakeChanged",
  "SeatStakeChanged",
  "LocksChanged",
  "Slashed",
  "Forfeited",
  "FamiliesChanged",
  "OfferChanged",
  "SeatsChanged",
] as const;

export const PAYMENT_KINDS = [
  "JobCreated",
  "JobClosed",
  "LeasePaid",
  "LeaseAccepted",
  "TasksGivenBack",
  "TasksRefunded",
  "SpareRefunded",
  "Withdrawn",
] as const;

/** Blocks and reorganisations come anyway. */
export const NO_KINDS = ["none"] as const;
