// A job: its frames as they come, why it waits, its leases and its terms.

import { type Answer, type Job, type Lease, type Waiting } from "../api";
import { useAnswer, usePages } from "../answers";
import { bytes, cid, counted, duration, familyName, many, odds, seconds, share, short, span } from "../format";
import { Frames } from "../frames";
import { JOB_KINDS, LEASE_KINDS } from "../kinds";
import { useClock, useLive } from "../live";
import { Account, Badge, type Column, Copied, Facts, Failure, FamilyLink, Figure, Figures, List, Loading, Meter, Money, Panel, Title, When, WorkerLink } from "../parts";
import { link } from "../route";
import { PreviewsOf } from "../previews";
import { Why } from "../why";
import { drawWord, stateWord } from "../words";
import { JobState } from "./jobs";

const KINDS = [...JOB_KINDS, ...LEASE_KINDS];

const LEASE_COLUMNS: Column<Lease>[] = [
  { name: "Tasks", cell: (lease) => <a href={link(`audits/${lease.board}/${lease.lease}`)}>{span(lease.first, lease.count)}</a> },
  { name: "By", cell: (lease) => <WorkerLink worker={lease.worker} /> },
  { name: "State", cell: (lease) => <Badge {...stateWord(lease.state)} /> },
  { name: "Audit", cell: (lease) => (lease.submitted_s === null ? "–" : <Badge {...drawWord(lease.draw || "not_drawn")} />) },
  { name: "Taken", isNumber: true, cell: (lease) => <When time_s={lease.claimed_s} /> },
  { name: "Took", isNumber: true, cell: (lease) => (lease.submitted_s === null ? "–" : duration(lease.submitted_s - lease.claimed_s)) },
  { name: "Paid", isNumber: true, cell: (lease) => (lease.is_paid ? <Money fri={lease.paid_fri} /> : "–") },
];

export function JobPage({ board, job: id }: { board: string; job: string }) {
  const path = `jobs/${board}/${id}`;
  const version = useLive(KINDS, { board, job: id });
  const { answer, failure } = useAnswer<Answer<Job>>(path, version);
  const waits = answer?.item.state === "open" && answer.item.open_tasks > 0;
  const waiting = useAnswer<Answer<Waiting>>(waits ? `${path}/waiting` : null, version).answer;
  const leases = usePages<Lease>(`${path}/leases?limit=50`, version);
  const job = answer?.item;
  return (
    <>
      <p class="up">
        <a href="#/jobs">Jobs</a>
      </p>
      <Title name={`Job ${id}`}>
        Job {id} {job ? <JobState job={job} /> : null}
      </Title>
      {failure ? <Failure failure={failure} /> : null}
      {job ? (
        <>
          <p class="lead">
            For <FamilyLink felt={job.family} />, by <Account felt={job.requester} />, created <When time_s={job.created_s} />
          </p>
          <Numbers job={job} />
          {waits && waiting ? (
            <Panel name="Why it waits">
              <Why waiting={waiting.item} family={familyName(job.family)} />
            </Panel>
          ) : null}
          <Frames path={path} tasks={job.tasks} version={version} />
          <PreviewsOf path={path} version={version} />
          <Panel name="Leases">
            <List name="Leases" columns={LEASE_COLUMNS} pages={leases} id={(lease) => lease.lease} empty="No worker has taken any of it yet." />
          </Panel>
          <Terms job={job} />
        </>
      ) : failure ? null : (
        <Loading />
      )}
    </>
  );
}

function Numbers({ job }: { job: Job }) {
  const now_s = useClock();
  const escrow = BigInt(job.reward_fri) * BigInt(job.tasks);
  const left_s = seconds(job.expires_at_s) - now_s;
  const done = `${counted(job.accepted_tasks)} of ${counted(job.tasks)}`;
  return (
    <Figures>
      <Figure name="Accepted" note={<Meter share={share(job.accepted_tasks, job.tasks)} label={`${done} tasks are accepted`} />}>
        {done}
      </Figure>
      <Figure name="In work" note={job.open_tasks ? `${many(job.open_tasks, "task")} open` : undefined}>
        {counted(job.held_tasks)}
      </Figure>
      <Figure
        name="Paid"
        note={
          <>
            of <Money fri={escrow.toString()} />
            {job.refunded_fri === "0" ? null : (
              <>
                , <Money fri={job.refunded_fri} /> came back
              </>
            )}
          </>
        }
      >
        <Money fri={job.paid_fri} />
      </Figure>
      {job.state === "open" ? (
        <Figure name={left_s > 0 ? "Time left" : "Time"}>{left_s > 0 ? duration(left_s) : "it is up"}</Figure>
      ) : (
        <Figure name="Ended">
          <When time_s={job.ended_s} />
        </Figure>
      )}
    </Figures>
  );
}

function Terms({ job }: { job: Job }) {
  const package_ = cid(job.package);
  return (
    <Panel name="Terms">
      <Facts
        rows={[
          ["Pay of a task", <Money fri={job.reward_fri} />],
          ["Longest lease", `${many(job.longest_lease, "task")} in ${duration(job.lease_timeout_s)}`],
          ["Audited by chance", `${odds(job.audit_floor_exp)}, ${many(job.audit_tiles, "tile")} of it${job.second_look ? ", half of them twice" : ""}`],
          ["Left for audits", <Money fri={job.audit_pool_fri} />],
          ["Time to challenge", duration(job.window_s)],
          ["Memory", job.memory_mib ? `${counted(job.memory_mib)} MiB` : "not stated"],
          ["Assigned by", BigInt(job.scheduler) ? <Account felt={job.scheduler} /> : "nobody: who comes first"],
          ["Package", <Copied name="the package's address in IPFS" text={package_} shown={`${package_.slice(0, 8)}…${package_.slice(-6)}`} />],
          ["Its size", `${bytes(job.package_bytes)} in ${many(job.package_files, "file")}`],
          ["Board", <Copied name="the board's address" text={job.board} shown={short(job.board)} />],
        ]}
      />
    </Panel>
  );
}
