// What the index answers. Ids, felts and amounts stay text from end to end: a number of JavaScript can't hold them.

/** The block whose state an answer is; `lag_blocks` is how many blocks the node is further. */
export interface AsOf {
  block: number;
  hash: string;
  lag_blocks: number;
  time_s: number;
}

export interface Answer<T> {
  as_of: AsOf;
  item: T;
}

export interface Page<T> {
  as_of: AsOf;
  items: T[];
  next: string | null;
}

export interface Network {
  chain: string;
  directory: string;
  registry: string;
  is_paused: boolean;
  boards: number;
}

export interface Family {
  family: string;
  workers: number;
  units: number;
  open_jobs: number;
  open_tasks: number;
}

export interface Job {
  board: string;
  job: string;
  state: "open" | "closed";
  requester: string;
  family: string;
  scheduler: string;
  package: string;
  package_bytes: string;
  package_files: number;
  expires_at_s: string;
  tasks: number;
  open_tasks: number;
  held_tasks: number;
  accepted_tasks: number;
  refunded_tasks: number;
  spare_tasks: number;
  longest_lease: number;
  lease_timeout_s: number;
  window_s: number;
  tiles: number;
  audit_tiles: number;
  audit_floor_exp: number;
  memory_mib: number;
  leases: number;
  second_look: boolean;
  takes_unjudged: boolean;
  reward_fri: string;
  audit_pool_fri: string;
  paid_fri: string;
  refunded_fri: string;
  created_block: number;
  created_s: number;
  ended_s: number | null;
}

export interface Frame {
  task: number;
  state: "open" | "claimed" | "submitted" | "accepted";
  lease: string | null;
  worker: number | null;
}

/** Frames, by their number in the scene, of which the index has a picture. */
export interface Previews {
  frames: number[];
}

export interface Waiting {
  open_tasks: number;
  held_tasks: number;
  expires_in_s: number;
  workers: number;
  without_offer: number;
  price_too_low: number;
  package_too_large: number;
  memory_too_much: number;
  offer_over: number;
  willing: number;
  busy: number;
}

export interface Lease {
  board: string;
  lease: string;
  job: string;
  worker: number;
  first: number;
  count: number;
  attempt: number;
  audit_exp: number;
  audits: number;
  state: string;
  twin: string;
  draw: string;
  verdict: string;
  challenge: string;
  assigned: boolean;
  unjudged: boolean;
  is_paid: boolean;
  operator: string;
  payout: string | null;
  root: string | null;
  results: string | null;
  paid_fri: string;
  slashed_fri: string | null;
  claimed_s: number;
  submitted_s: number | null;
  ended_s: number | null;
  due_s: number | null;
}

export interface Round {
  audit: number;
  round: number;
  kind: string;
  verdict: string;
  is_sealed: boolean;
  is_appealed: boolean;
  counted: number | null;
  objecting: number | null;
  drawn_block: number | null;
  fee_fri: string | null;
  bond_fri: string | null;
}

export interface Vote {
  audit: number;
  seat: number;
  round: number;
  worker: number;
  vote: string;
  found: string | null;
}

export interface Audits {
  rounds: Round[];
  votes: Vote[];
}

export interface AuditedLease extends Round {
  board: string;
  lease: string;
  job: string;
  worker: number;
}

/** A bit for each of 64x64 pixels, and R, G, B of 4x4 blocks on a scale of 64 steps an octave. */
export interface Print {
  bits: string;
  levels: number[];
  area: string;
}

export interface Against {
  leaf: number;
  digest: string;
  print: Print;
  agrees: boolean;
  light_agrees: boolean;
}

export interface Prints {
  leaves: { digest: string; print: Print | null }[];
  votes: { seat: number; against: Against[] }[];
}

export interface Offer {
  least_reward_fri: string;
  audit_fee_fri: string;
  largest_package_bytes: string;
  until_s: string;
  slots: number;
  memory_mib: number;
}

export interface WorkerFamily {
  family: string;
  is_supported: boolean | null;
  units: number | null;
  audited: number | null;
  losses: number | null;
  fees_fri: string | null;
}

export interface Worker {
  worker: number;
  owner: string;
  operator: string | null;
  payout: string;
  stake_fri: string | null;
  locked_fri: string | null;
  seat_stake_fri: string | null;
  slashed_fri: string;
  leases: number;
  accepted_leases: number;
  lost_leases: number;
  held_leases: number;
  offer: Offer | null;
  registered_s: number | null;
}

export interface WholeWorker extends Worker {
  families: WorkerFamily[];
}

export interface WorkerRecord {
  families: WorkerFamily[];
  speeds: { family: string; leases: number; median_s: number }[];
}

export interface Payment {
  block: number;
  transaction_index: number;
  event_index: number;
  board: string;
  account: string;
  kind: string;
  job: string | null;
  lease: string | null;
  amount_fri: string;
}

export interface Market {
  jobs: number;
  least_fri: string | null;
  median_fri: string | null;
  most_fri: string | null;
}

export interface History {
  step_s: number;
  points: { begin_s: number; jobs: number; least_fri: string; median_fri: string; most_fri: string }[];
}

export interface Gas {
  price_fri: string | null;
  step_s: number;
  points: { begin_s: number; least_fri: string; most_fri: string }[];
  calls: { call: string; gas: number }[];
}

export interface Queue {
  open_jobs: number;
  open_tasks: number;
  held_tasks: number;
  seconds: number | null;
}

const PATIENCE_MS = 20_000;

/** Why there is no answer, in words for the reader. */
export class NoAnswer extends Error {
  constructor(
    message: string,
    /** Whether asking again later may help. */
    readonly isPassing: boolean,
    readonly isMissing = false,
  ) {
    super(message);
  }
}

/** Ask the index that this page came from. Throws NoAnswer. */
export async function ask<T>(path: string, signal: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`./v1/${path}`, { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) });
    if (response.ok) return (await response.json()) as T;
  } catch (error) {
    if (signal.aborted) throw error;
    throw new NoAnswer("The index can't be reached.", true);
  }
  if (response.status === 404) throw new NoAnswer("There is none by this name here.", false, true);
  throw new NoAnswer(await reason(response), response.status >= 500 || response.status === 429);
}

async function reason(response: Response): Promise<string> {
  const plain = `The index answers with status ${response.status}.`;
  try {
    const body: unknown = await response.json();
    const detail = body && typeof body === "object" && "detail" in body ? body.detail : null;
    return typeof detail === "string" ? detail : plain;
  } catch {
    return plain;
  }
}
