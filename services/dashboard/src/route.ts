// Where in the dashboard one is: all of it stands after the # of the address.

import { useEffect, useState } from "preact/hooks";

export interface Route {
  parts: string[];
  query: URLSearchParams;
}

const FELT = /^0x[0-9a-f]{1,63}$/i;
const NUMBER = /^[0-9]{1,20}$/;

/** A felt of an address, or null: nothing else goes into a question. */
export function felt(text: string | null | undefined): string | null {
  return text && FELT.test(text) ? text.toLowerCase() : null;
}

/** A whole number of an address as its text, or null. */
export function number(text: string | null | undefined): string | null {
  return text && NUMBER.test(text) ? text : null;
}

function read(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { parts: path.split("/").filter(Boolean), query: new URLSearchParams(query) };
}

/** The route, kept current. */
export function useRoute(): Route {
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const changed = () => setRoute(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

/** An address with a query of what is not empty. */
export function link(path: string, query: Record<string, string> = {}): string {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  return `#/${path}${asked ? `?${asked}` : ""}`;
}
