// The prints of a round, the worker's beside those that verifiers held against it, and how they differ.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Against, Answer, Print, Prints, Round, Vote } from "./api";
import { useAnswer } from "./answers";
import { counted, many } from "./format";
import { Badge } from "./parts";
import { type Painted, bitsApart, differentBits, differentLight, lightOf, noiseOf, stepsApart } from "./tiles";

const SIDE = 64;

interface PrintsOfRound {
  path: string;
  round: Round;
  votes: Vote[];
  version: number;
}

export function PrintsOf({ path, round, votes, version }: PrintsOfRound) {
  const asked = round.is_sealed ? `${path}/prints?audit=${round.audit}&round=${round.round}` : null;
  const prints = useAnswer<Answer<Prints>>(asked, version).answer?.item;
  const [chosen, choose] = useState<number | null>(null);
  if (!prints?.leaves.length) return null;
  const against = prints.votes.flatMap((vote) => vote.against);
  const isApart = (at: number) => against.some((one) => one.leaf === at && !one.agrees);
  const isOther = (at: number) => against.some((one) => one.leaf === at);
  const places = prints.leaves.map((_, at) => at);
  const leaf = chosen ?? places.find(isApart) ?? places.find(isOther) ?? 0;
  const worker = prints.leaves[leaf]?.print ?? null;
  const found = prints.votes.flatMap(({ seat, against: held }) => held.filter((one) => one.leaf === leaf).map((one) => ({ seat, one })));
  const name = `leaf-${round.audit}-${round.round}`;
  return (
    <div class="prints">
      <h3>What was held against what</h3>
      <p class="lead">
        The chain has no pixels: frames are sealed for their artist. Of a tile that is looked at it has the print: the light of 16 blocks, and a bit of the
        noise of each pixel.
      </p>
      <p class="filters">
        <label for={name}>
          Tile
          <select id={name} value={leaf} onChange={(event) => choose(event.currentTarget.selectedIndex)}>
            {places.map((at) => (
              <option key={at} value={at}>
                {at + 1} of {places.length}
                {isApart(at) ? ", too far apart" : isOther(at) ? ", other bits" : ", the same"}
              </option>
            ))}
          </select>
        </label>
      </p>
      {worker === null ? <p>This tile's print was not shown.</p> : null}
      {worker && !found.length ? <Alone worker={worker} /> : null}
      {worker ? found.map(({ seat, one }) => <Pair key={seat} worker={worker} against={one} vote={votes.find((vote) => vote.seat === seat)} seat={seat} />) : null}
    </div>
  );
}

function Alone({ worker }: { worker: Print }) {
  return (
    <>
      <p>Nobody found anything else here.</p>
      <div class="tiles">
        <Tile name="Light" painted={lightOf([worker])[0]} />
        <Tile name="Noise" painted={noiseOf(worker)} />
      </div>
    </>
  );
}

interface Paired {
  worker: Print;
  against: Against;
  vote: Vote | undefined;
  seat: number;
}

function Pair({ worker, against, vote, seat }: Paired) {
  const theirs = against.print;
  const [ours, others] = lightOf([worker, theirs]);
  const share = bitsApart(worker, theirs);
  const steps = stepsApart(worker, theirs);
  const light = steps === null ? "of another kind somewhere" : `${many(steps, "step")} apart where it is most`;
  const who = vote ? `Worker ${vote.worker}` : `Seat ${seat + 1}`;
  return (
    <figure class="pair">
      <figcaption>
        {who} in seat {seat + 1}: {share} of the noise differs, the light is {light}.{" "}
        <Badge text={against.agrees ? "within the limits" : "too far apart"} tone={against.agrees ? "good" : "bad"} />
      </figcaption>
      <div class="tiles">
        <Tile name="Light, as sent in" painted={ours} />
        <Tile name={`Light, ${who.toLowerCase()}`} painted={others} />
        <Tile name="Light that differs" painted={differentLight(worker, theirs)} />
        <Tile name="Noise, as sent in" painted={noiseOf(worker)} />
        <Tile name={`Noise, ${who.toLowerCase()}`} painted={noiseOf(theirs)} />
        <Tile name="Noise that differs" painted={differentBits(worker, theirs)} />
      </div>
    </figure>
  );
}

function Tile({ name, painted }: { name: string; painted: Painted | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context && painted) context.putImageData(new ImageData(painted.pixels, painted.side), 0, 0);
  }, [painted]);
  const side = painted?.side ?? SIDE;
  return (
    <div class="tile">
      <canvas ref={canvas} width={side} height={side} role="img" aria-label={`${name}, ${counted(side)} by ${counted(side)}`} />
      <span aria-hidden="true">{name}</span>
    </div>
  );
}
