// Why a job waits, in numbers of workers.

import type { Waiting } from "./api";
import { counted, many } from "./format";

const REASONS: [keyof Waiting, string][] = [
  ["without_offer", "have made no offer"],
  ["price_too_low", "want more pay for a task"],
  ["package_too_large", "take no package of that size"],
  ["memory_too_much", "have too little memory"],
  ["offer_over", "offered for a time that is over"],
];

/** The reason in a sentence, then who is kept from it by what: one worker may have several reasons. */
export function Why({ waiting, family }: { waiting: Waiting; family: string }) {
  const free = waiting.willing - waiting.busy;
  const rows: [string, number][] = [
    ["could begin now", free],
    ["would take it, and are busy with this board's leases", waiting.busy],
    ...REASONS.map(([name, text]): [string, number] => [text, waiting[name]]),
  ];
  const shown = rows.filter(([, count]) => count > 0);
  return (
    <div class="why">
      <p>{sentence(waiting, family, free)}</p>
      {shown.length ? (
        <ul class="bars">
          {shown.map(([text, count]) => (
            <li key={text}>
              <progress max={Math.max(waiting.workers, 1)} value={count} aria-hidden="true" />
              <span>
                <strong>{counted(count)}</strong> {text}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function sentence(waiting: Waiting, family: string, free: number): string {
  const tasks = `${many(waiting.open_tasks, "task")} ${waiting.open_tasks === 1 ? "waits" : "wait"}.`;
  if (!waiting.expires_in_s) return `${tasks} The job's time is up: nobody can begin any more.`;
  if (!waiting.workers) return `${tasks} Nobody in this network renders ${family}.`;
  const there = `${many(waiting.workers, "worker renders", "workers render")} ${family}`;
  if (free > 0) return `${tasks} ${there}, and ${counted(free)} of them could begin now.`;
  if (waiting.busy) return `${tasks} ${there}. Those who would take it are busy: it goes on when one of them is free.`;
  return `${tasks} ${there}, and what it offers suits none of them.`;
}
