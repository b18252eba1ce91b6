// A chart over time. What it shows stands in a table below it, for who can't see it.

import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface Line {
  name: string;
  values: number[];
  /** The name of a colour of the page. */
  colour: string;
  isDashed?: boolean;
}

interface ChartOf {
  name: string;
  unit: string;
  times_s: number[];
  lines: Line[];
  /** From when to when. */
  span_s: [number, number];
}

const HEIGHT = 260;

function colour(name: string): string {
  // A canvas knows no light-dark(): the browser resolves it for an element.
  const probe = document.createElement("i");
  probe.className = `probe ${name}`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** Grows when light becomes dark or the other way round. */
function useColours(): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const changed = () => setVersion((before) => before + 1);
    const system = matchMedia("(prefers-color-scheme: dark)");
    const chosen = new MutationObserver(changed);
    system.addEventListener("change", changed);
    chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      system.removeEventListener("change", changed);
      chosen.disconnect();
    };
  }, []);
  return version;
}

export function Chart({ name, unit, times_s, lines, span_s }: ChartOf) {
  const place = useRef<HTMLDivElement>(null);
  const colours = useColours();
  const shape = JSON.stringify([times_s, lines, span_s]);
  useEffect(() => {
    const at = place.current;
    if (!at) return;
    const [soft, line] = [colour("soft"), colour("line")];
    const axis: uPlot.Axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "12px system-ui" };
    const chart = new uPlot(
      {
        width: at.clientWidth,
        height: HEIGHT,
        cursor: { points: { size: 7 } },
        scales: { x: { range: span_s }, y: { range: (_, least, most) => [0, Math.max(most, least) * 1.1 || 1] } },
        axes: [axis, { ...axis, size: 64, values: (_, shown) => shown.map((one) => String(Number(one.toPrecision(6)))), label: unit, labelSize: 18, labelFont: "12px system-ui" }],
        series: [
          {},
          ...lines.map((one) => ({
            label: one.name,
            stroke: colour(one.colour),
            width: 2,
            points: { show: times_s.length < 40, size: 6 },
            ...(one.isDashed ? { dash: [5, 5] } : {}),
          })),
        ],
      },
      [times_s, ...lines.map((one) => one.values)],
      at,
    );
    const resized = new ResizeObserver(() => chart.setSize({ width: at.clientWidth, height: HEIGHT }));
    resized.observe(at);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [shape, colours]);
  return <div class="chart" ref={place} role="img" aria-label={name} />;
}
