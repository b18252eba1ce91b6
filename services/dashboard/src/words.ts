// The chain's words, in plain ones.

import type { Round, Vote } from "./api";

export type Tone = "plain" | "busy" | "waits" | "good" | "bad";

interface Word {
  text: string;
  tone: Tone;
}

const STATES: Record<string, Word> = {
  open: { text: "open", tone: "plain" },
  closed: { text: "over", tone: "plain" },
  claimed: { text: "in work", tone: "busy" },
  submitted: { text: "sent in", tone: "waits" },
  accepted: { text: "accepted", tone: "good" },
  expired: { text: "ran out of time", tone: "bad" },
  rejected: { text: "not accepted", tone: "bad" },
  given_back: { text: "given back", tone: "plain" },
};

const VERDICTS: Record<string, Word> = {
  accepted: { text: "right", tone: "good" },
  rejected: { text: "wrong", tone: "bad" },
  undecided: { text: "undecided", tone: "waits" },
};

const DRAWS: Record<string, Word> = {
  not_drawn: { text: "not drawn yet", tone: "plain" },
  passed: { text: "spared by chance", tone: "plain" },
  in_audit: { text: "being audited", tone: "waits" },
  cleared: { text: "cleared", tone: "good" },
  unjudged: { text: "nobody judges it", tone: "plain" },
};

const VOTES: Record<string, Word> = {
  drawn: { text: "has yet to look", tone: "plain" },
  sealed: { text: "sealed a vote", tone: "waits" },
  busy: { text: "too busy", tone: "plain" },
  over_time: { text: "takes too long", tone: "plain" },
  no_package: { text: "no package to be had", tone: "plain" },
  absent: { text: "did not come", tone: "bad" },
  counted: { text: "counted", tone: "good" },
  silent: { text: "did not open its vote", tone: "bad" },
  struck: { text: "contradicted itself", tone: "bad" },
  spare: { text: "paid, not counted", tone: "plain" },
};

const FOUND: Record<string, Word> = {
  for: { text: "for the worker", tone: "good" },
  same: { text: "for the worker: the same", tone: "good" },
  near: { text: "for the worker: near enough", tone: "good" },
  against: { text: "against the worker", tone: "bad" },
};

const PAYMENTS: Record<string, Word> = {
  escrow: { text: "paid in for a job", tone: "plain" },
  lease: { text: "pay for a lease", tone: "good" },
  refund: { text: "back to the artist", tone: "plain" },
  burned: { text: "burned", tone: "bad" },
  withdrawn: { text: "taken out", tone: "plain" },
};

const KINDS: Record<string, string> = { pixels: "pixels", delivery: "delivery" };

function word(words: Record<string, Word>, name: string): Word {
  return words[name] ?? { text: name.replaceAll("_", " ") || "–", tone: "plain" };
}

export const stateWord = (name: string): Word => word(STATES, name);
export const verdictWord = (name: string): Word => word(VERDICTS, name);
export const drawWord = (name: string): Word => word(DRAWS, name);

/** A counted vote says what it found; of a delivery the chain tells how many objected, and of blocks that were read long ago not even that. */
export function voteWord(vote: Vote, round: Round): Word {
  if (vote.vote !== "counted") return word(VOTES, vote.vote);
  return FOUND[vote.found ?? byCount(round)] ?? word(VOTES, vote.vote);
}

function byCount({ counted, objecting }: Round): string {
  if (!counted || objecting === null) return "";
  if (objecting === 0) return "for";
  return objecting === counted ? "against" : "";
}
export const paymentWord = (name: string): Word => word(PAYMENTS, name);
export const kindWord = (name: string): string => KINDS[name] ?? name;
