// How amounts, times and names are said.

const FRI_PER_STRK = 10n ** 18n;
const FAR_FUTURE_S = 253_402_300_799; // the year 9999: no time of ours comes after it

const counting = new Intl.NumberFormat("en");
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false });
const exactly = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

/** 1,234 */
export function counted(count: number): string {
  return counting.format(count);
}

/** 1 task, 3 tasks */
export function many(count: number, one: string, more = `${one}s`): string {
  return `${counted(count)} ${count === 1 ? one : more}`;
}

/** Whole fri as STRK, to the last digit. */
export function exactStrk(fri: string): string {
  const value = BigInt(fri);
  const rest = (value % FRI_PER_STRK).toString().padStart(18, "0").replace(/0+$/, "");
  return `${(value / FRI_PER_STRK).toLocaleString("en")}${rest ? `.${rest}` : ""} STRK`;
}

/** Fri as people say it: STRK in four digits, or in fri where it is next to nothing. */
export function strk(fri: string): string {
  const value = BigInt(fri);
  if (value === 0n) return "0 STRK";
  if (value < 10n ** 12n) return `${value.toLocaleString("en")} fri`;
  const whole = value / FRI_PER_STRK;
  const digits = whole ? Math.max(4 - whole.toString().length, 0) : 4 + leadingZeros(value);
  const unit = 10n ** BigInt(18 - Math.min(digits, 18));
  const rounded = ((value + unit / 2n) / unit) * unit;
  const rest = (rounded % FRI_PER_STRK).toString().padStart(18, "0").replace(/0+$/, "");
  return `${(rounded / FRI_PER_STRK).toLocaleString("en")}${rest ? `.${rest}` : ""} STRK`;
}

function leadingZeros(fri: bigint): number {
  return 18 - fri.toString().length;
}

/** The share of two amounts or counts, from 0 to 1. */
export function share(part: string | number, whole: string | number): number {
  const [upper, lower] = [BigInt(part), BigInt(whole)];
  return lower > 0n ? Number((upper * 10_000n) / lower) / 10_000 : 0;
}

/** A time out of an answer; one beyond all calendars is that of the last day. */
export function seconds(text: string | number): number {
  const value = BigInt(text);
  return value > BigInt(FAR_FUTURE_S) ? FAR_FUTURE_S : Number(value);
}

/** 3 minutes, 2 hours, 5 days */
export function duration(length_s: number): string {
  const rounded = Math.max(Math.round(length_s), 0);
  if (rounded < 100) return many(rounded, "second");
  if (rounded < 100 * 60) return many(Math.round(rounded / 60), "minute");
  if (rounded < 48 * 3600) return many(Math.round(rounded / 3600), "hour");
  return many(Math.round(rounded / 86_400), "day");
}

/** Just now, 5 minutes ago, in 2 hours, 3 Mar 2027 */
export function ago(time_s: number, now_s: number): string {
  if (time_s >= FAR_FUTURE_S) return "never";
  const past_s = now_s - time_s;
  if (Math.abs(past_s) > 30 * 86_400) return day.format(time_s * 1000);
  if (Math.abs(past_s) < 5) return "just now";
  return past_s > 0 ? `${duration(past_s)} ago` : `in ${duration(-past_s)}`;
}

/** 14:03 */
export function timeOfDay(time_ms: number): string {
  return clock.format(time_ms);
}

/** Date and time of day. */
export function moment(time_s: number): string {
  return time_s >= FAR_FUTURE_S ? "never" : exactly.format(time_s * 1000);
}

/** 0x12ab…90cd */
export function short(felt: string): string {
  return felt.length > 13 ? `${felt.slice(0, 6)}…${felt.slice(-4)}` : felt;
}

/** A short string of Starknet as its text, where it is one: 4.5/cycles/cpu */
export function familyName(felt: string): string {
  const digits = felt.slice(2);
  const pairs = (digits.length % 2 ? `0${digits}` : digits).match(/../g) ?? [];
  const codes = pairs.map((pair) => parseInt(pair, 16));
  const isText = codes.length > 0 && codes.every((code) => code > 0x20 && code < 0x7f);
  return isText ? String.fromCharCode(...codes) : short(felt);
}

/** 1.5 MB */
export function bytes(text: string): string {
  let value = BigInt(text);
  if (value < 1000n) return `${value} B`;
  let unit = 0;
  while (value >= 1_000_000n && unit < 5) {
    value /= 1000n;
    unit += 1;
  }
  const tenths = (value + 50n) / 100n;
  return `${tenths / 10n}.${tenths % 10n} ${["kB", "MB", "GB", "TB", "PB", "EB"][unit]}`;
}

/** Tasks 1 to 8, counted from 1 as people do. */
export function span(first: number, count: number): string {
  return count === 1 ? counted(first + 1) : `${counted(first + 1)}–${counted(first + count)}`;
}

/** What of 2^-e is drawn: every lease, one in 4. */
export function odds(exponent: number): string {
  return exponent === 0 ? "every lease" : `one lease in ${counted(2 ** Math.min(exponent, 40))}`;
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** The address in IPFS of a package whose digest that is. */
export function cid(digest: string): string {
  const raw = [0x01, 0x70, 0x12, 0x20, ...(digest.slice(2).padStart(64, "0").match(/../g) ?? []).map((one) => parseInt(one, 16))];
  let text = "";
  let bits = 0;
  let held = 0;
  for (const one of raw) {
    held = (held << 8) | one;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(held >> bits) & 31];
      held &= (1 << bits) - 1;
    }
  }
  return `b${text}${bits ? BASE32[(held << (5 - bits)) & 31] : ""}`;
}

/** A price of gas: 3.25 gFri */
export function gigaFri(fri: string): string {
  const hundredths = (BigInt(fri) + 5_000_000n) / 10_000_000n;
  return hundredths ? `${hundredths / 100n}.${(hundredths % 100n).toString().padStart(2, "0")} gFri` : `${BigInt(fri).toLocaleString("en")} fri`;
}

/** An amount as a height in a chart, in STRK; it is shown, not reckoned with. */
export function plotted(fri: string): number {
  return Number(BigInt(fri) / 10n ** 12n) / 1e6;
}

/** The same of a price of gas, in gFri. */
export function plottedGiga(fri: string): number {
  return Number(BigInt(fri) / 10n ** 6n) / 1e3;
}
