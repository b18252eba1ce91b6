// What gas costs, and with it each call.

import { type Answer, type Gas } from "../api";
import { useAnswer } from "../answers";
import { Chart } from "../chart";
import { counted, gigaFri, plottedGiga } from "../format";
import { NO_KINDS } from "../kinds";
import { useLive } from "../live";
import { type Column, Failure, Figure, Figures, Loading, Money, Nothing, Panel, Table, Title } from "../parts";

const WORDS: Record<string, string> = {
  create_job: "create a job",
  claim: "take a lease",
  submit: "send a lease in",
  draw: "let chance say whether it is audited",
  accept: "accept and pay a lease",
  seal_vote: "seal a vote",
  open_leaves: "open the drawn leaves",
  reveal_vote: "open a vote that found the same",
  reveal_vote_with_prints: "open a vote with prints",
  close_audit: "close an audit",
  withdraw: "cancel a job and take the rest out",
};
type Row = Gas["calls"][number] & { fri: string };

const COLUMNS: Column<Row>[] = [
  { name: "To", cell: (one) => WORDS[one.call] ?? one.call },
  { name: "Gas", isNumber: true, cell: (one) => counted(one.gas) },
  { name: "Costs now", isNumber: true, cell: (one) => <Money fri={one.fri} /> },
];

export function GasPage() {
  const version = useLive(NO_KINDS);
  const { answer, failure } = useAnswer<Answer<Gas>>("gas?hours=24", version);
  const gas = answer?.item;
  return (
    <>
      <Title name="Gas">Gas</Title>
      {failure ? <Failure failure={failure} /> : null}
      {gas ? <Shown gas={gas} now_s={answer.as_of.time_s} /> : failure ? null : <Loading />}
    </>
  );
}

function Shown({ gas, now_s }: { gas: Gas; now_s: number }) {
  const end_s = Math.ceil((now_s + 1) / gas.step_s) * gas.step_s;
  const price = gas.price_fri;
  if (price === null) return <Nothing>The index's node named no price of gas yet.</Nothing>;
  const rows = gas.calls.map((one) => ({ ...one, fri: (BigInt(price) * BigInt(one.gas)).toString() }));
  const [low, high] = [gas.points.map((one) => one.least_fri), gas.points.map((one) => one.most_fri)];
  return (
    <>
      <Figures>
        <Figure name="A unit of gas now">{gigaFri(price)}</Figure>
        <Figure name="Least in a day">{gigaFri(low.reduce(smaller, price))}</Figure>
        <Figure name="Most in a day">{gigaFri(high.reduce(larger, price))}</Figure>
      </Figures>
      <Panel name="Price of a unit in the last day">
        <Chart
          name={`The price of gas over a day, now ${gigaFri(price)}`}
          unit="gFri"
          span_s={[end_s - 24 * 3600, end_s]}
          times_s={gas.points.map((one) => one.begin_s)}
          lines={[
            { name: "most", values: high.map(plottedGiga), colour: "accent" },
            { name: "least", values: low.map(plottedGiga), colour: "soft", isDashed: true },
          ]}
        />
      </Panel>
      <Panel name="What calls cost">
        <p class="lead">Gas as it was measured, each call in a transaction of its own; many go together for less.</p>
        <Table name="Calls" columns={COLUMNS} rows={rows} id={(one) => one.call} />
      </Panel>
    </>
  );
}

function smaller(one: string, other: string): string {
  return BigInt(one) < BigInt(other) ? one : other;
}

function larger(one: string, other: string): string {
  return BigInt(one) > BigInt(other) ? one : other;
}
