// What all pages are put together from.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { NoAnswer } from "./api";
import type { Pages } from "./answers";
import { ago, exactStrk, familyName, moment, short, strk } from "./format";
import { useClock } from "./live";
import { link } from "./route";
import type { Tone } from "./words";

let isOpened = false; // then every other page is one that somebody went to

/** A page's heading: it has the focus when somebody comes from another page, so that it is read out first. */
export function Title({ children, name }: { children: ComponentChildren; name: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${name} · RenderChain`;
    if (isOpened && !document.activeElement?.closest("form")) heading.current?.focus();
    isOpened = true;
  }, [name]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

export function Badge({ text, tone }: { text: string; tone: Tone }) {
  return <span class={`badge ${tone}`}>{text}</span>;
}

/** An amount; the tip has all digits. */
export function Money({ fri }: { fri: string | null }) {
  return fri === null ? <>–</> : <span title={exactStrk(fri)}>{strk(fri)}</span>;
}

/** A time as people say it; the tip has the date. */
export function When({ time_s }: { time_s: number | null }) {
  const now_s = useClock();
  if (time_s === null) return <>–</>;
  return (
    <time dateTime={new Date(time_s * 1000).toISOString()} title={moment(time_s)}>
      {ago(time_s, now_s)}
    </time>
  );
}

export function FamilyLink({ felt }: { felt: string }) {
  return <a href={link("workers", { family: felt })}>{familyName(felt)}</a>;
}

export function WorkerLink({ worker }: { worker: number }) {
  return <a href={link(`workers/${worker}`)}>worker {worker}</a>;
}

/** An account, which leads to its payments. */
export function Account({ felt }: { felt: string }) {
  return (
    <a class="code" href={link("payments", { account: felt })} title={felt}>
      {short(felt)}
    </a>
  );
}

/** Something long that one may want to take along. */
export function Copied({ text, shown = short(text), name }: { text: string; shown?: string; name: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => void navigator.clipboard?.writeText(text).then(() => setCopied(true), () => setCopied(false));
  return (
    <button type="button" class="copy code" onClick={copy} title={text}>
      <span class="unseen">Copy {name}: </span>
      <span aria-live="polite">{isCopied ? "copied" : shown}</span>
    </button>
  );
}

/** How much of something there is. */
export function Meter({ share, label }: { share: number; label: string }) {
  const percent = Math.round(Math.min(Math.max(share, 0), 1) * 100);
  return <progress max={100} value={percent} aria-label={label} />;
}

/** A number that stands for itself. */
export function Figure({ name, children, note }: { name: string; children: ComponentChildren; note?: ComponentChildren }) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <strong>{children}</strong>
        {note ? <small>{note}</small> : null}
      </dd>
    </div>
  );
}

export function Figures({ children }: { children: ComponentChildren }) {
  return <dl class="figures">{children}</dl>;
}

export function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Panel({ name, children, note }: { name: string; children: ComponentChildren; note?: ComponentChildren }) {
  const id = `panel-${name.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{name}</h2>
        {note}
      </header>
      {children}
    </section>
  );
}

/** What stands where nothing is. */
export function Nothing({ children }: { children: ComponentChildren }) {
  return <p class="nothing">{children}</p>;
}

export function Loading() {
  return (
    <p class="nothing loading" role="status">
      Asking the index…
    </p>
  );
}

export function Failure({ failure }: { failure: NoAnswer }) {
  return (
    <p class="failure" role="alert">
      {failure.message} {failure.isPassing ? "It is asked again every few seconds." : ""}
    </p>
  );
}

export interface Column<T> {
  name: string;
  cell: (row: T) => ComponentChildren;
  /** Numbers stand to the right. */
  isNumber?: boolean;
  /** Left out on narrow screens. */
  isWide?: boolean;
}

interface TableOf<T> {
  name: string;
  columns: Column<T>[];
  rows: T[];
  id: (row: T) => string;
}

/** A table, which becomes cards on narrow screens; the roles keep it a table there for who hears it. */
export function Table<T>({ name, columns, rows, id }: TableOf<T>) {
  const look = (one: Column<T>) => `${one.isNumber ? "number" : ""} ${one.isWide ? "wide" : ""}`;
  return (
    <table role="table" aria-label={name}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((one) => (
            <th key={one.name} role="columnheader" scope="col" class={look(one)}>
              {one.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={id(row)} role="row">
            {columns.map((one) => (
              <td key={one.name} role="cell" class={look(one)} data-name={one.name}>
                {one.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ListOf<T> extends Omit<TableOf<T>, "rows"> {
  pages: Pages<T>;
  empty: ComponentChildren;
}

/** A list of the index, page by page. */
export function List<T>({ pages, empty, ...table }: ListOf<T>) {
  const { answer, failure, number, next, previous } = pages;
  return (
    <>
      {failure ? <Failure failure={failure} /> : null}
      {answer ? answer.items.length ? <Table {...table} rows={answer.items} /> : <Nothing>{empty}</Nothing> : failure ? null : <Loading />}
      {next || previous ? <Turn name={table.name} number={number} next={next} previous={previous} /> : null}
    </>
  );
}

interface Turned {
  name: string;
  number: number;
  next: (() => void) | null;
  previous: (() => void) | null;
}

/** Buttons to the page before and after. */
export function Turn({ name, number, next, previous }: Turned) {
  return (
    <div class="turn" role="group" aria-label={`Pages of ${name}`}>
      <button type="button" disabled={!previous} onClick={() => previous?.()}>
        Previous
      </button>
      <span aria-live="polite">Page {number}</span>
      <button type="button" disabled={!next} onClick={() => next?.()}>
        Next
      </button>
    </div>
  );
}
