// Answers of the index for a page that is shown: asked when it opens, and again when something happened.

import { useEffect, useState } from "preact/hooks";
import { type AsOf, type Page, NoAnswer, ask } from "./api";
import { heard } from "./live";

const RETRY_MS = 5_000;

export interface Asked<T> {
  /** What came last; it stays while it is asked again. */
  answer: T | null;
  /** Why the last question had no answer. */
  failure: NoAnswer | null;
}

/** Ask for a page of the index, again whenever the version is another one; null: nothing is asked. */
export function useAnswer<T extends { as_of: AsOf }>(path: string | null, version: number): Asked<T> {
  const [asked, setAsked] = useState<Asked<T> & { path: string | null }>({ path, answer: null, failure: null });
  useEffect(() => {
    if (path === null) return;
    const ended = new AbortController();
    let retry: ReturnType<typeof setTimeout> | undefined;
    const go = async () => {
      try {
        const answer = await ask<T>(path, ended.signal);
        if (ended.signal.aborted) return;
        heard(answer.as_of);
        setAsked({ path, answer, failure: null });
      } catch (error) {
        if (ended.signal.aborted) return;
        const failure = error instanceof NoAnswer ? error : new NoAnswer(String(error), false);
        setAsked((before) => ({ path, answer: before.path === path ? before.answer : null, failure }));
        if (failure.isPassing) retry = setTimeout(go, RETRY_MS);
      }
    };
    void go();
    return () => {
      ended.abort();
      clearTimeout(retry);
    };
  }, [path, version]);
  return asked.path === path ? asked : { answer: null, failure: null };
}

export interface Pages<T> extends Asked<Page<T>> {
  /** Which page it is, from 1 on. */
  number: number;
  next: (() => void) | null;
  previous: (() => void) | null;
}

/** A list, page by page; `path` may have a query. */
export function usePages<T>(path: string, version: number): Pages<T> {
  const [turned, setTurned] = useState<{ path: string; pages: string[] }>({ path, pages: [""] });
  const pages = turned.path === path ? turned.pages : [""];
  const mark = path.includes("?") ? "&" : "?";
  const asked = useAnswer<Page<T>>(`${path}${mark}page=${pages.at(-1) ?? ""}`, version);
  const next = asked.answer?.next ?? null;
  return {
    ...asked,
    number: pages.length,
    next: next === null ? null : () => setTurned({ path, pages: [...pages, next] }),
    previous: pages.length > 1 ? () => setTurned({ path, pages: pages.slice(0, -1) }) : null,
  };
}
