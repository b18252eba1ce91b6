// Who renders, by family, with record and load.

import { type Family, type Page, type Worker } from "../api";
import { useAnswer, usePages } from "../answers";
import { counted, familyName, many } from "../format";
import { LEASE_KINDS, WORKER_KINDS } from "../kinds";
import { useLive } from "../live";
import { type Column, List, Meter, Money, Title, WorkerLink } from "../parts";
import { felt, link } from "../route";
import { FamilyChoice } from "./jobs";

const KINDS = [...WORKER_KINDS, ...LEASE_KINDS];

const COLUMNS: Column<Worker>[] = [
  { name: "Worker", cell: (one) => <WorkerLink worker={one.worker} /> },
  { name: "Load", cell: (one) => <Load worker={one} /> },
  { name: "Record", cell: (one) => <Record worker={one} /> },
  { name: "Stake", isNumber: true, cell: (one) => <Money fri={one.stake_fri} /> },
  { name: "Locked", isNumber: true, isWide: true, cell: (one) => <Money fri={one.locked_fri} /> },
  { name: "Lost", isNumber: true, isWide: true, cell: (one) => <Money fri={one.slashed_fri} /> },
];

/** How many leases it has, of those that it takes at a time. */
export function Load({ worker }: { worker: Worker }) {
  const { held_leases: held, offer } = worker;
  if (!offer) return <>{held ? many(held, "lease") : "no offer"}</>;
  return (
    <span class="done">
      <Meter share={held / Math.max(offer.slots, 1)} label={`${counted(held)} leases held, ${counted(offer.slots)} at a time`} />
      {counted(held)} of {counted(offer.slots)}
    </span>
  );
}

/** What became of its leases. */
export function Record({ worker }: { worker: Worker }) {
  if (!worker.leases) return <>new</>;
  return (
    <>
      {counted(worker.accepted_leases)} accepted{worker.lost_leases ? <span class="bad">, {counted(worker.lost_leases)} lost</span> : null}
    </>
  );
}

export function WorkersPage({ query }: { query: URLSearchParams }) {
  const family = felt(query.get("family")) ?? "";
  const version = useLive(KINDS);
  const pages = usePages<Worker>(`workers?limit=50${family ? `&family=${family}` : ""}`, version);
  const families = useAnswer<Page<Family>>("families?limit=200", version).answer?.items ?? [];
  return (
    <>
      <Title name="Workers">Workers</Title>
      {families.length ? <Families families={families} chosen={family} /> : null}
      <form class="filters" aria-label="Which workers" onSubmit={(event) => event.preventDefault()}>
        <FamilyChoice families={families} chosen={family} go={(one) => link("workers", { family: one })} />
      </form>
      <List
        name="Workers"
        columns={COLUMNS}
        pages={pages}
        id={(one) => String(one.worker)}
        empty={family ? `Nobody renders ${familyName(family)} now.` : "No worker is registered yet."}
      />
    </>
  );
}

function Families({ families, chosen }: { families: Family[]; chosen: string }) {
  return (
    <ul class="cards" aria-label="Families">
      {families.map((one) => (
        <li key={one.family} class={one.family === chosen ? "chosen" : ""}>
          <a href={link("workers", { family: one.family === chosen ? "" : one.family })} aria-current={one.family === chosen ? "true" : undefined}>
            {familyName(one.family)}
          </a>
          <span>
            {many(one.workers, "worker")}, {many(one.units, "seat")}
          </span>
          <span>{one.open_tasks ? `${many(one.open_tasks, "task")} of ${many(one.open_jobs, "job")} open` : "nothing to do"}</span>
        </li>
      ))}
    </ul>
  );
}
