// What the index tells as it comes, and whether it is there at all.

import { useEffect, useState } from "preact/hooks";
import type { AsOf } from "./api";

export type Link = "joining" | "live" | "away";

export interface Now {
  link: Link;
  /** The newest block that was heard of; null before the first answer. */
  block: number | null;
  block_s: number;
  lag_blocks: number;
}

const REFRESH_MS = 2_000; // at most so often is asked again, however much happens
const SLOW_REFRESH_MS = 15_000; // with every block, for what no event tells
const RETRY_MS = 3_000;
const CLOCK_MS = 5_000;

let now: Now = { link: "joining", block: null, block_s: 0, lag_blocks: 0 };
const watchers = new Set<(now: Now) => void>();

function set(change: Partial<Now>): void {
  now = { ...now, ...change };
  for (const watcher of watchers) watcher(now);
}

/** An answer came: its block is known. */
export function heard(as_of: AsOf): void {
  set({ block: as_of.block, block_s: as_of.time_s, lag_blocks: as_of.lag_blocks });
}

/** The link and the newest block, kept current. */
export function useNow(): Now {
  const [shown, show] = useState(now);
  useEffect(() => {
    watchers.add(show);
    show(now);
    return () => void watchers.delete(show);
  }, []);
  return shown;
}

/** Seconds since 1970: the chain's, where this machine's clock is behind it. */
export function useClock(): number {
  const [time_s, tick] = useState(clock_s);
  useEffect(() => {
    const timer = setInterval(() => tick(clock_s()), CLOCK_MS);
    return () => clearInterval(timer);
  }, []);
  return Math.max(time_s, now.block_s);
}

function clock_s(): number {
  return Math.floor(Date.now() / 1000);
}

/** Events of these kinds (and about that board, job, lease or worker) make the number that it returns grow. */
export function useLive(kinds: readonly string[], about: Record<string, string> = {}): number {
  const [version, setVersion] = useState(0);
  const query = new URLSearchParams({ kinds: kinds.join(","), ...about }).toString();
  useEffect(() => listen(kinds, query, () => setVersion((before) => before + 1)), [query]);
  return version;
}

function listen(kinds: readonly string[], query: string, changed: () => void): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let pending: ReturnType<typeof setTimeout> | undefined;
  let last = Date.now();

  const ask = () => {
    pending = undefined;
    last = Date.now();
    changed();
  };
  const soon = () => {
    pending ??= setTimeout(ask, Math.max(last + REFRESH_MS - Date.now(), 0));
  };
  const block = (event: MessageEvent<string>) => {
    const told = JSON.parse(event.data) as { number: number; time_s: number };
    set({ block: told.number, block_s: told.time_s });
    if (Date.now() - last > SLOW_REFRESH_MS) soon();
  };
  const open = () => {
    source = new EventSource(`./v1/events?${query}`);
    source.onopen = () => {
      if (now.link === "away") soon();
      set({ link: "live" });
    };
    source.onerror = () => {
      set({ link: "away" });
      if (source?.readyState !== EventSource.CLOSED) return; // else the browser itself tries again
      retry = setTimeout(open, RETRY_MS);
    };
    source.addEventListener("block", block);
    for (const kind of ["reorg", ...kinds]) source.addEventListener(kind, soon);
  };
  const close = () => {
    source?.close();
    clearTimeout(retry);
    clearTimeout(pending);
    pending = undefined;
  };
  // A page that nobody sees listens to nothing: browsers have few connections to a server for all pages.
  const seen = () => {
    close();
    if (document.hidden) return;
    open();
    soon();
  };
  document.addEventListener("visibilitychange", seen);
  if (!document.hidden) open();
  return () => {
    document.removeEventListener("visibilitychange", seen);
    close();
  };
}
