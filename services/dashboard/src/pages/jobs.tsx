// All jobs, the newest first, and the network in a few numbers.

import { type Family, type Job, type Network, type Page, type Answer, type Queue } from "../api";
import { useAnswer, usePages } from "../answers";
import { counted, duration, familyName, many, short } from "../format";
import { JOB_KINDS, LEASE_KINDS } from "../kinds";
import { useLive } from "../live";
import { Account, Badge, type Column, FamilyLink, Figure, Figures, List, Meter, Money, Title, When } from "../parts";
import { felt, link } from "../route";
import { stateWord } from "../words";

const KINDS = [...JOB_KINDS, ...LEASE_KINDS];

export function jobName(job: Job): string {
  return `Job ${job.job}`;
}

export const JOB_COLUMNS: Column<Job>[] = [
  { name: "Job", cell: (job) => <a href={link(`jobs/${job.board}/${job.job}`)}>{jobName(job)}</a> },
  { name: "State", cell: (job) => <JobState job={job} /> },
  { name: "Frames", cell: (job) => <Done job={job} /> },
  { name: "For", cell: (job) => <FamilyLink felt={job.family} /> },
  { name: "A task", isNumber: true, cell: (job) => <Money fri={job.reward_fri} /> },
  { name: "Artist", isWide: true, cell: (job) => <Account felt={job.requester} /> },
  { name: "Created", isNumber: true, cell: (job) => <When time_s={job.created_s} /> },
];

/** What a job is at, in one or two words. */
export function JobState({ job }: { job: Job }) {
  if (job.state === "closed") {
    const isWhole = job.accepted_tasks === job.tasks;
    return <Badge text={isWhole ? "done" : "over"} tone={isWhole ? "good" : "plain"} />;
  }
  if (job.held_tasks) return <Badge text="in work" tone="busy" />;
  return job.open_tasks ? <Badge text="waits" tone="waits" /> : <Badge {...stateWord(job.state)} />;
}

function Done({ job }: { job: Job }) {
  const text = `${counted(job.accepted_tasks)} of ${counted(job.tasks)}`;
  return (
    <span class="done">
      <Meter share={job.accepted_tasks / Math.max(job.tasks, 1)} label={`${text} are accepted`} />
      {text}
    </span>
  );
}

export function JobsPage({ query }: { query: URLSearchParams }) {
  const state = ["open", "closed"].find((one) => one === query.get("state")) ?? "";
  const family = felt(query.get("family")) ?? "";
  const requester = felt(query.get("requester")) ?? "";
  const version = useLive(KINDS);
  const asked = new URLSearchParams(Object.entries({ state, family, requester, limit: "50" }).filter(([, value]) => value));
  const pages = usePages<Job>(`jobs?${asked}`, version);
  const families = useAnswer<Page<Family>>("families?limit=200", version).answer?.items ?? [];
  return (
    <>
      <Title name="Jobs">Jobs</Title>
      <Summary families={families} version={version} />
      <form class="filters" aria-label="Which jobs" onSubmit={(event) => event.preventDefault()}>
        <label>
          State
          <select
            value={state}
            onChange={(event) => (location.hash = link("jobs", { state: event.currentTarget.value, family, requester }))}
          >
            <option value="">all</option>
            <option value="open">open</option>
            <option value="closed">over</option>
          </select>
        </label>
        <FamilyChoice families={families} chosen={family} go={(one) => link("jobs", { state, family: one, requester })} />
        {requester ? (
          <p>
            of {short(requester)} <a href={link("jobs", { state, family })}>of all artists</a>
          </p>
        ) : null}
      </form>
      <List
        name="Jobs"
        columns={JOB_COLUMNS}
        pages={pages}
        id={(job) => `${job.board}/${job.job}`}
        empty={state || family || requester ? "No job is like that." : "Nobody has created a job yet. It appears here as soon as somebody does."}
      />
    </>
  );
}

interface Choice {
  families: Family[];
  chosen: string;
  go: (family: string) => string;
}

/** All families, and one that is chosen. */
export function FamilyChoice({ families, chosen, go }: Choice) {
  const known = families.some((one) => one.family === chosen) || !chosen ? families : [...families, { family: chosen }];
  return (
    <label>
      Rendered by
      <select value={chosen} onChange={(event) => (location.hash = go(event.currentTarget.value))}>
        <option value="">all families</option>
        {known.map((one) => (
          <option key={one.family} value={one.family}>
            {familyName(one.family)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Summary({ families, version }: { families: Family[]; version: number }) {
  const queue = useAnswer<Answer<Queue>>("queue", version).answer?.item;
  const network = useAnswer<Answer<Network>>("network", version).answer?.item;
  if (!queue || !network) return null;
  return (
    <>
      {network.is_paused ? <p class="away">The network is paused: no board takes new jobs now. What was begun goes on.</p> : null}
      <Figures>
        <Figure name="Open jobs">{counted(queue.open_jobs)}</Figure>
        <Figure name="Tasks that wait" note={queue.seconds ? `about ${duration(queue.seconds)} for one worker` : undefined}>
          {counted(queue.open_tasks)}
        </Figure>
        <Figure name="Tasks in work">{counted(queue.held_tasks)}</Figure>
        <Figure name="Families" note={many(network.boards, "board")}>
          {counted(families.length)}
        </Figure>
      </Figures>
    </>
  );
}
