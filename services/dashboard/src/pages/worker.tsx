// A worker: what it offers, what verifiers found of it, and what it does.

import { type Answer, type Lease, type WholeWorker, type WorkerFamily, type WorkerRecord } from "../api";
import { useAnswer, usePages } from "../answers";
import { bytes, counted, duration, many, seconds, span } from "../format";
import { AUDIT_KINDS, LEASE_KINDS, WORKER_KINDS } from "../kinds";
import { useLive } from "../live";
import { Account, Badge, type Column, Facts, Failure, FamilyLink, Figure, Figures, List, Loading, Money, Nothing, Panel, Table, Title, When } from "../parts";
import { link } from "../route";
import { drawWord, stateWord } from "../words";
import { Load, Record } from "./workers";

const KINDS = [...WORKER_KINDS, ...LEASE_KINDS, ...AUDIT_KINDS];

const LEASES: Column<Lease>[] = [
  { name: "Job", cell: (lease) => <a href={link(`jobs/${lease.board}/${lease.job}`)}>Job {lease.job}</a> },
  { name: "Tasks", cell: (lease) => <a href={link(`audits/${lease.board}/${lease.lease}`)}>{span(lease.first, lease.count)}</a> },
  { name: "State", cell: (lease) => <Badge {...stateWord(lease.state)} /> },
  { name: "Audit", cell: (lease) => (lease.submitted_s === null ? "–" : <Badge {...drawWord(lease.draw || "not_drawn")} />) },
  { name: "Taken", isNumber: true, cell: (lease) => <When time_s={lease.claimed_s} /> },
  { name: "Paid", isNumber: true, cell: (lease) => (lease.is_paid ? <Money fri={lease.paid_fri} /> : "–") },
];

export function WorkerPage({ worker: id }: { worker: string }) {
  const version = useLive(KINDS, { worker: id });
  const { answer, failure } = useAnswer<Answer<WholeWorker>>(`workers/${id}`, version);
  const record = useAnswer<Answer<WorkerRecord>>(`workers/${id}/record`, version).answer?.item ?? null;
  const leases = usePages<Lease>(`workers/${id}/leases?limit=50`, version);
  const worker = answer?.item;
  return (
    <>
      <p class="up">
        <a href="#/workers">Workers</a>
      </p>
      <Title name={`Worker ${id}`}>Worker {id}</Title>
      {failure ? <Failure failure={failure} /> : null}
      {worker ? (
        <>
          <p class="lead">
            Owned by <Account felt={worker.owner} />
            {worker.registered_s ? (
              <>
                , registered <When time_s={worker.registered_s} />
              </>
            ) : null}
          </p>
          <Figures>
            <Figure name="Leases now">
              <Load worker={worker} />
            </Figure>
            <Figure name="So far">
              <Record worker={worker} />
            </Figure>
            <Figure name="Stake" note={worker.locked_fri ? <><Money fri={worker.locked_fri} /> locked</> : undefined}>
              <Money fri={worker.stake_fri} />
            </Figure>
            <Figure name="Lost of it">
              <Money fri={worker.slashed_fri} />
            </Figure>
          </Figures>
          <Families families={worker.families} record={record} />
          <Offered worker={worker} />
          <Panel name="Leases">
            <List name="Leases" columns={LEASES} pages={leases} id={(lease) => `${lease.board}/${lease.lease}`} empty="It has taken no work yet." />
          </Panel>
        </>
      ) : failure ? null : (
        <Loading />
      )}
    </>
  );
}

function Families({ families, record }: { families: WorkerFamily[]; record: WorkerRecord | null }) {
  const speed = (family: string) => record?.speeds.find((one) => one.family === family);
  const columns: Column<WorkerFamily>[] = [
    { name: "Family", cell: (one) => <FamilyLink felt={one.family} /> },
    { name: "Renders it", cell: (one) => (one.is_supported ? "yes" : "no more") },
    { name: "Seats", isNumber: true, cell: (one) => counted(one.units ?? 0) },
    { name: "Audited", isNumber: true, cell: (one) => counted(one.audited ?? 0) },
    { name: "Found wrong", isNumber: true, cell: (one) => (one.losses ? <span class="bad">{counted(one.losses)}</span> : "0") },
    {
      name: "A task takes",
      isNumber: true,
      cell: (one) => {
        const found = speed(one.family);
        return found ? <span title={`the median of ${many(found.leases, "lease")}`}>{duration(found.median_s)}</span> : "–";
      },
    },
  ];
  return (
    <Panel name="Families">
      {families.length ? <Table name="Families" columns={columns} rows={families} id={(one) => one.family} /> : <Nothing>It has named no family yet.</Nothing>}
    </Panel>
  );
}

function Offered({ worker }: { worker: WholeWorker }) {
  const { offer } = worker;
  return (
    <Panel name="What it offers">
      {offer ? (
        <Facts
          rows={[
            ["At least for a task", <Money fri={offer.least_reward_fri} />],
            ["For a vote in an audit", <Money fri={offer.audit_fee_fri} />],
            ["Leases at a time", counted(offer.slots)],
            ["Largest package", bytes(offer.largest_package_bytes)],
            ["Memory", offer.memory_mib ? `${counted(offer.memory_mib)} MiB` : "not stated"],
            ["Until", <When time_s={seconds(offer.until_s)} />],
          ]}
        />
      ) : (
        <Nothing>It has made no offer: it takes work when it likes, and none is offered to it.</Nothing>
      )}
    </Panel>
  );
}
