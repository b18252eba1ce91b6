// All audits, the newest first.

import { type AuditedLease } from "../api";
import { usePages } from "../answers";
import { counted } from "../format";
import { AUDIT_KINDS } from "../kinds";
import { useLive } from "../live";
import { Badge, type Column, List, Title, WorkerLink } from "../parts";
import { link } from "../route";
import { kindWord, verdictWord } from "../words";

const VERDICTS = [
  ["", "all"],
  ["open", "under way"],
  ["accepted", "right"],
  ["rejected", "wrong"],
  ["undecided", "undecided"],
] as const;

const COLUMNS: Column<AuditedLease>[] = [
  { name: "Lease", cell: (one) => <a href={link(`audits/${one.board}/${one.lease}`)}>{one.lease}</a> },
  { name: "Of", cell: (one) => <WorkerLink worker={one.worker} /> },
  { name: "Job", cell: (one) => <a href={link(`jobs/${one.board}/${one.job}`)}>job {one.job}</a> },
  { name: "About", cell: (one) => `${kindWord(one.kind) || "pixels"}, round ${counted(one.round + 1)}` },
  { name: "Verdict", cell: (one) => (one.verdict ? <Badge {...verdictWord(one.verdict)} /> : <Badge text="under way" tone="waits" />) },
  { name: "Votes", isNumber: true, cell: (one) => (one.counted === null ? "–" : `${counted(one.counted - (one.objecting ?? 0))} : ${counted(one.objecting ?? 0)}`) },
  { name: "Drawn in block", isNumber: true, isWide: true, cell: (one) => counted(one.drawn_block ?? 0) },
];

export function AuditsPage({ query }: { query: URLSearchParams }) {
  const verdict = VERDICTS.find(([name]) => name === query.get("verdict"))?.[0] ?? "";
  const version = useLive(AUDIT_KINDS);
  const pages = usePages<AuditedLease>(`audits?limit=50${verdict ? `&verdict=${verdict}` : ""}`, version);
  return (
    <>
      <Title name="Audits">Audits</Title>
      <p class="lead">Other workers render tiles of a lease again, and vote. Votes are shown as for : against the worker.</p>
      <form class="filters" aria-label="Which audits" onSubmit={(event) => event.preventDefault()}>
        <label>
          Verdict
          <select value={verdict} onChange={(event) => (location.hash = link("audits", { verdict: event.currentTarget.value }))}>
            {VERDICTS.map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
        </label>
      </form>
      <List
        name="Audits"
        columns={COLUMNS}
        pages={pages}
        id={(one) => `${one.board}/${one.lease}/${one.audit}/${one.round}`}
        empty={verdict ? "No audit is like that." : "No lease was audited yet."}
      />
    </>
  );
}
