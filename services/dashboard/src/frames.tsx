// A job's tasks as a field of squares that fill as frames come.

import { useEffect, useRef } from "preact/hooks";
import type { Frame } from "./api";
import { usePages } from "./answers";
import { counted } from "./format";
import { Failure, Loading, Panel, Turn } from "./parts";
import { stateWord } from "./words";

const AT_ONCE = 1000;
const STATES = ["accepted", "submitted", "claimed", "open"] as const;

interface FramesOf {
  path: string;
  tasks: number;
  version: number;
}

export function Frames({ path, tasks, version }: FramesOf) {
  const { answer, failure, number, next, previous } = usePages<Frame>(`${path}/frames?limit=${AT_ONCE}`, version);
  const frames = answer?.items ?? [];
  return (
    <Panel name="Frames" note={frames.length ? <Legend frames={frames} /> : null}>
      {failure ? <Failure failure={failure} /> : null}
      {answer ? <Field frames={frames} /> : failure ? null : <Loading />}
      {tasks > AT_ONCE ? <Turn name="Frames" number={number} next={next} previous={previous} /> : null}
    </Panel>
  );
}

function Legend({ frames }: { frames: Frame[] }) {
  return (
    <ul class="legend">
      {STATES.map((state) => (
        <li key={state}>
          <i class={`cell ${state}`} aria-hidden="true" />
          {counted(frames.filter((one) => one.state === state).length)} {stateWord(state).text}
        </li>
      ))}
    </ul>
  );
}

/** What it shows stands in the table of leases, too, where a keyboard gets to. */
function Field({ frames }: { frames: Frame[] }) {
  const before = useRef(new Map<number, string>());
  const news = frames.filter((one) => before.current.size && before.current.get(one.task) !== one.state);
  const fresh = new Set(news.map((one) => one.task));
  useEffect(() => {
    before.current = new Map(frames.map((one) => [one.task, one.state]));
  }, [frames]);
  const first = frames[0];
  const last = frames.at(-1);
  if (!first || !last) return null;
  const counts = STATES.map((state) => [frames.filter((one) => one.state === state).length, stateWord(state).text] as const);
  const told = counts.filter(([count]) => count).map(([count, text]) => `${counted(count)} ${text}`);
  const label = `Tasks ${counted(first.task + 1)} to ${counted(last.task + 1)}: ${told.join(", ")}`;
  return (
    <div class={`field ${frames.length > 300 ? "small" : ""}`} role="img" aria-label={label}>
      {frames.map((one) => (
        <i key={one.task} class={`cell ${one.state} ${fresh.has(one.task) ? "fresh" : ""}`} title={tip(one)} />
      ))}
    </div>
  );
}

function tip(frame: Frame): string {
  const who = frame.worker === null ? "" : ` by worker ${frame.worker}`;
  return `Task ${counted(frame.task + 1)}: ${stateWord(frame.state).text}${who}`;
}
