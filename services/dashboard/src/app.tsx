// The frame around all pages: where one is, how current it is, and light or dark.

import { useEffect, useState } from "preact/hooks";
import { counted, timeOfDay } from "./format";
import { NO_KINDS } from "./kinds";
import { useLive, useNow } from "./live";
import { AuditsPage } from "./pages/audits";
import { GasPage } from "./pages/gas";
import { JobPage } from "./pages/job";
import { JobsPage } from "./pages/jobs";
import { LeasePage } from "./pages/lease";
import { MarketPage } from "./pages/market";
import { PaymentsPage } from "./pages/payments";
import { WorkerPage } from "./pages/worker";
import { WorkersPage } from "./pages/workers";
import { Title } from "./parts";
import { type Route, felt, link, number, useRoute } from "./route";
import { THEMES, useTheme } from "./theme";

const PLACES = [
  ["jobs", "Jobs"],
  ["workers", "Workers"],
  ["audits", "Audits"],
  ["payments", "Payments"],
  ["market", "Market"],
  ["gas", "Gas"],
] as const;

export function App() {
  const route = useRoute();
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <Head place={route.parts[0] ?? "jobs"} />
      <Away />
      <main id="main" tabIndex={-1}>
        <Shown route={route} />
      </main>
      <Foot />
    </>
  );
}

function skip(event: Event): void {
  event.preventDefault(); // what stands after the # is the page's address
  document.getElementById("main")?.focus();
}

function Head({ place }: { place: string }) {
  const [theme, setTheme] = useTheme();
  return (
    <header class="head">
      <a class="brand" href="#/">
        <img src="./icon.svg" alt="" width="24" height="24" />
        RenderChain
      </a>
      <nav aria-label="Pages">
        <ul>
          {PLACES.map(([name, text]) => (
            <li key={name}>
              <a href={link(name)} aria-current={name === place ? "page" : undefined}>
                {text}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <State />
      <label class="theme">
        <span class="unseen">Colours</span>
        <select value={theme} onChange={(event) => setTheme(THEMES[event.currentTarget.selectedIndex] ?? "system")}>
          {THEMES.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
    </header>
  );
}

/** The newest block, and whether more is heard. */
function State() {
  const now = useNow();
  const words = { joining: "connecting", live: "live", away: "not connected" }[now.link];
  return (
    <p class={`state ${now.link}`}>
      <span role="status">{words}</span>
      {now.block === null ? null : <span class="block"> · block {counted(now.block)}</span>}
    </p>
  );
}

/** That the index can't be reached, or is behind. */
function Away() {
  const now = useNow();
  const [since, setSince] = useState<string | null>(null);
  useEffect(() => setSince(now.link === "away" ? timeOfDay(Date.now()) : null), [now.link]);
  if (since !== null) {
    const stands = now.block === null ? "" : ` What you see is of block ${counted(now.block)}.`;
    return (
      <p class="away" role="alert">
        The index can't be reached since {since}.{stands} This page tries again by itself.
      </p>
    );
  }
  if (now.lag_blocks < 20) return null;
  return (
    <p class="away" role="status">
      The index is {counted(now.lag_blocks)} blocks behind the chain and catches up. What you see is not of now.
    </p>
  );
}

function Shown({ route }: { route: Route }) {
  const [place, first, second, more] = route.parts;
  const board = felt(first);
  const id = number(second);
  if (!place || (place === "jobs" && !first)) return <JobsPage query={route.query} />;
  if (place === "jobs" && board && id && !more) return <JobPage key={`${board}/${id}`} board={board} job={id} />;
  if (place === "audits" && !first) return <AuditsPage query={route.query} />;
  if (place === "audits" && board && id && !more) return <LeasePage key={`${board}/${id}`} board={board} lease={id} />;
  if (place === "workers" && !first) return <WorkersPage query={route.query} />;
  if (place === "workers" && number(first) && !second) return <WorkerPage worker={first ?? ""} />;
  if (place === "payments" && !first) return <PaymentsPage query={route.query} />;
  if (place === "market" && !first) return <MarketPage query={route.query} />;
  if (place === "gas" && !first) return <GasPage />;
  return <Nowhere />;
}

function Nowhere() {
  useLive(NO_KINDS);
  return (
    <>
      <Title name="Not found">There is no such page</Title>
      <p>
        The address may be cut off. Go on with <a href="#/">all jobs</a>.
      </p>
    </>
  );
}

function Foot() {
  return (
    <footer class="foot">
      <p>
        What an index tells is its operator's word. Where money depends on it, ask the chain. <a href="./openapi.json">The same as JSON</a>
      </p>
    </footer>
  );
}
