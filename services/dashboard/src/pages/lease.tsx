// A lease and its audits, round by round.

import { useState } from "preact/hooks";
import { type Answer, type Audits, type Lease, type Round, type Vote } from "../api";
import { useAnswer } from "../answers";
import { counted, many, span } from "../format";
import { AUDIT_KINDS, LEASE_KINDS } from "../kinds";
import { useLive } from "../live";
import { Account, Badge, type Column, Copied, Facts, Failure, Loading, Money, Nothing, Panel, Table, Title, Turn, When, WorkerLink } from "../parts";
import { link } from "../route";
import { PrintsOf } from "../prints";
import { drawWord, kindWord, stateWord, verdictWord, voteWord } from "../words";

const KINDS = [...LEASE_KINDS, ...AUDIT_KINDS];

const votesOf = (round: Round): Column<Vote>[] => [
  { name: "Seat", cell: (vote) => counted(vote.seat + 1) },
  { name: "Verifier", cell: (vote) => <WorkerLink worker={vote.worker} /> },
  { name: "Vote", cell: (vote) => <Badge {...voteWord(vote, round)} /> },
];

export function LeasePage({ board, lease: id }: { board: string; lease: string }) {
  const path = `leases/${board}/${id}`;
  const version = useLive(KINDS, { board, lease: id });
  const { answer, failure } = useAnswer<Answer<Lease>>(path, version);
  const [pages, turn] = useState([""]);
  const told = useAnswer<Answer<Audits> & { next: string | null }>(`${path}/audit?page=${pages.at(-1) ?? ""}`, version).answer;
  const audits = told?.item;
  const next = told?.next ?? null;
  const lease = answer?.item;
  return (
    <>
      <p class="up">
        <a href="#/jobs">Jobs</a>
        {lease ? <a href={link(`jobs/${board}/${lease.job}`)}>Job {lease.job}</a> : null}
      </p>
      <Title name={`Lease ${id}`}>
        Lease <span class="code">{id}</span> {lease ? <Badge {...stateWord(lease.state)} /> : null}
      </Title>
      {failure ? <Failure failure={failure} /> : null}
      {lease ? (
        <>
          <p class="lead">
            Tasks {span(lease.first, lease.count)} of <a href={link(`jobs/${board}/${lease.job}`)}>job {lease.job}</a>, by <WorkerLink worker={lease.worker} />
          </p>
          <Course lease={lease} />
          {next !== null || pages.length > 1 ? (
            <Turn
              name="Audits"
              number={pages.length}
              next={next === null ? null : () => turn([...pages, next])}
              previous={pages.length > 1 ? () => turn(pages.slice(0, -1)) : null}
            />
          ) : null}
          {audits?.rounds.length ? audits.rounds.map((one) => <RoundPanel key={`${one.audit}/${one.round}`} path={path} round={one} votes={audits.votes} version={version} />) : <None lease={lease} />}
        </>
      ) : failure ? null : (
        <Loading />
      )}
    </>
  );
}

function Course({ lease }: { lease: Lease }) {
  return (
    <Panel name="What became of it">
      <Facts
        rows={[
          ["Taken", <When time_s={lease.claimed_s} />],
          ["Sent in", <When time_s={lease.submitted_s} />],
          lease.ended_s === null ? ["Due", <When time_s={lease.due_s} />] : ["Ended", <When time_s={lease.ended_s} />],
          ["Chance said", <Badge {...drawWord(lease.draw || "not_drawn")} />],
          ["Verdict", lease.verdict ? <Badge {...verdictWord(lease.verdict)} /> : "–"],
          ["Challenged", lease.challenge ? `by the artist, for its ${kindWord(lease.challenge)}` : "no"],
          ["Attempt", counted(lease.attempt + 1)],
          ["Paid", lease.is_paid ? <Money fri={lease.paid_fri} /> : "not yet"],
          ["Paid to", lease.payout ? <Account felt={lease.payout} /> : "–"],
          ["Stake lost", <Money fri={lease.slashed_fri} />],
          ["Root of its leaves", lease.root ? <Copied name="the root" text={lease.root} /> : "–"],
        ]}
      />
    </Panel>
  );
}

function None({ lease }: { lease: Lease }) {
  const text = lease.submitted_s === null ? "It is audited, if chance says so, when it is sent in." : "Nobody was called to look at it.";
  return (
    <Panel name="Audits">
      <Nothing>{text}</Nothing>
    </Panel>
  );
}

interface RoundOf {
  path: string;
  round: Round;
  votes: Vote[];
  version: number;
}

function RoundPanel({ path, round, votes, version }: RoundOf) {
  const mine = votes.filter((one) => one.audit === round.audit && one.round === round.round);
  const found = round.verdict
    ? `${many(round.counted ?? 0, "vote")} counted, ${counted(round.objecting ?? 0)} against the worker`
    : round.is_sealed
      ? "All votes are sealed; they are being opened."
      : "The verifiers render the drawn tiles.";
  return (
    <Panel
      name={`Audit ${round.audit + 1}, round ${round.round + 1}`}
      note={round.verdict ? <Badge {...verdictWord(round.verdict)} /> : <Badge text="under way" tone="waits" />}
    >
      <p>
        About {kindWord(round.kind) || "pixels"}. {found}
        {round.is_appealed ? " Somebody appealed." : ""}
      </p>
      {mine.length ? <Table name={`Votes of round ${round.round + 1}`} columns={votesOf(round)} rows={mine} id={(vote) => String(vote.seat)} /> : <Nothing>No seat was drawn yet.</Nothing>}
      <PrintsOf path={path} round={round} votes={mine} version={version} />
    </Panel>
  );
}
