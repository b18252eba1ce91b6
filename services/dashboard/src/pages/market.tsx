// What a task of a family pays, and how that went.

import { type Answer, type Family, type History, type Market, type Page, type Queue } from "../api";
import { useAnswer } from "../answers";
import { Chart } from "../chart";
import { counted, duration, familyName, many, moment, plotted } from "../format";
import { JOB_KINDS, LEASE_KINDS } from "../kinds";
import { useLive } from "../live";
import { type Column, Figure, Figures, Loading, Money, Nothing, Panel, Table, Title } from "../parts";
import { felt, link } from "../route";
import { FamilyChoice } from "./jobs";

const KINDS = [...JOB_KINDS, ...LEASE_KINDS];
const TIMES = [
  ["24", "a day"],
  ["168", "a week"],
  ["2160", "three months"],
] as const;
type Point = History["points"][number];

const COLUMNS: Column<Point>[] = [
  { name: "From", cell: (one) => moment(one.begin_s) },
  { name: "Jobs", isNumber: true, cell: (one) => counted(one.jobs) },
  { name: "Least", isNumber: true, cell: (one) => <Money fri={one.least_fri} /> },
  { name: "Median", isNumber: true, cell: (one) => <Money fri={one.median_fri} /> },
  { name: "Most", isNumber: true, cell: (one) => <Money fri={one.most_fri} /> },
];

export function MarketPage({ query }: { query: URLSearchParams }) {
  const version = useLive(KINDS);
  const known = useAnswer<Page<Family>>("families?limit=200", version).answer;
  const families = known?.items ?? [];
  const busiest = [...families].sort((one, other) => other.open_tasks - one.open_tasks)[0];
  const family = felt(query.get("family")) ?? busiest?.family ?? "";
  const hours = TIMES.find(([name]) => name === query.get("hours"))?.[0] ?? "168";
  const go = (one: string, time: string) => link("market", { family: one, hours: time });
  return (
    <>
      <Title name="Market">Market</Title>
      {known && !family ? <Nothing>Nobody renders or asks for anything yet, so there are no prices.</Nothing> : null}
      {known ? null : <Loading />}
      {family ? (
        <>
          <form class="filters" aria-label="Which prices" onSubmit={(event) => event.preventDefault()}>
            <FamilyChoice families={families} chosen={family} go={(one) => go(one, hours)} />
            <label>
              In
              <select value={hours} onChange={(event) => (location.hash = go(family, event.currentTarget.value))}>
                {TIMES.map(([name, text]) => (
                  <option key={name} value={name}>
                    {text}
                  </option>
                ))}
              </select>
            </label>
          </form>
          <Prices family={family} hours={hours} version={version} />
        </>
      ) : null}
    </>
  );
}

function Prices({ family, hours, version }: { family: string; hours: string; version: number }) {
  const asked = `family=${family}&hours=${hours}`;
  const market = useAnswer<Answer<Market>>(`market?${asked}`, version).answer?.item;
  const answered = useAnswer<Answer<History>>(`market/history?${asked}`, version).answer;
  const history = answered?.item;
  const queue = useAnswer<Answer<Queue>>(`queue?family=${family}`, version).answer?.item;
  if (!market || !history || !queue) return <Loading />;
  return (
    <>
      <Figures>
        <Figure name="A task pays" note={`the median of ${many(market.jobs, "job")}`}>
          <Money fri={market.median_fri} />
        </Figure>
        <Figure name="From">
          <Money fri={market.least_fri} />
        </Figure>
        <Figure name="To">
          <Money fri={market.most_fri} />
        </Figure>
        <Figure name="Waits now" note={queue.seconds ? `about ${duration(queue.seconds)} for one worker` : undefined}>
          {many(queue.open_tasks, "task")}
        </Figure>
      </Figures>
      <Panel name={`Pay of a task, ${familyName(family)}`}>
        {history.points.length ? (
          <>
            <Chart name="Pay of a task over time; the table below has the figures" unit="STRK" times_s={history.points.map((one) => one.begin_s)} lines={lines(history.points)} span_s={spanOf(answered.as_of.time_s, hours, history.step_s)} />
            <details>
              <summary>The figures</summary>
              <Table name="Pay over time" columns={COLUMNS} rows={history.points} id={(one) => String(one.begin_s)} />
            </details>
          </>
        ) : (
          <Nothing>No job of this family was created in that time.</Nothing>
        )}
      </Panel>
    </>
  );
}

/** All the time that was asked for, up to now; by whole steps, so that the chart does not move with each block. */
function spanOf(now_s: number, hours: string, step_s: number): [number, number] {
  const end_s = Math.ceil((now_s + 1) / step_s) * step_s;
  return [end_s - Number(hours) * 3600, end_s];
}

function lines(points: Point[]) {
  return [
    { name: "most", values: points.map((one) => plotted(one.most_fri)), colour: "soft", isDashed: true },
    { name: "median", values: points.map((one) => plotted(one.median_fri)), colour: "accent" },
    { name: "least", values: points.map((one) => plotted(one.least_fri)), colour: "soft", isDashed: true },
  ];
}
