// Prints as pictures: what they say of a tile, drawn by us. No image of anybody's is opened.

import type { Print } from "./api";

const SIDE = 64;
const BLOCKS = 4;
const CHANNELS = 3;
const NO_BLOCK = 0;
const LAST_LEVEL = 4093; // above: mostly negative, mostly no number
const STEPS_AN_OCTAVE = 64;

export interface Painted {
  side: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
}

function paint(side: number, colour: (at: number) => readonly [number, number, number, number?]): Painted {
  const pixels = new Uint8ClampedArray(4 * side * side);
  for (let at = 0; at < side * side; at += 1) {
    const [red, green, blue, alpha = 255] = colour(at);
    pixels.set([red, green, blue, alpha], 4 * at);
  }
  return { side, pixels };
}

function isSymbol(level: number): boolean {
  return level === NO_BLOCK || level > LAST_LEVEL;
}

/** The light of tiles, with one exposure for all: the brightest block is white. */
export function lightOf(prints: Print[]): Painted[] {
  const levels = prints.flatMap((one) => one.levels).filter((level) => !isSymbol(level));
  const brightest = Math.max(...levels, 1);
  const shown = (level: number) => (isSymbol(level) ? 0 : encoded(2 ** ((level - brightest) / STEPS_AN_OCTAVE)));
  return prints.map(({ levels: mine }) =>
    paint(BLOCKS, (at) => {
      const [red = 0, green = 0, blue = 0] = mine.slice(CHANNELS * at, CHANNELS * at + CHANNELS);
      return [red, green, blue].every((level) => level === NO_BLOCK) ? [0, 0, 0, 0] : [shown(red), shown(green), shown(blue)];
    }),
  );
}

/** Linear light as a screen takes it. */
function encoded(light: number): number {
  return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
}

function bit(bits: string, at: number): number {
  return (parseInt(bits[at >> 2] ?? "0", 16) >> (3 - (at & 3))) & 1;
}

export function noiseOf({ bits }: Print): Painted {
  return paint(SIDE, (at) => (bit(bits, at) ? [226, 226, 226] : [38, 38, 38]));
}

export function differentBits(mine: Print, theirs: Print): Painted {
  return paint(SIDE, (at) => (bit(mine.bits, at) === bit(theirs.bits, at) ? [38, 38, 38] : [255, 96, 64]));
}

/** What share of a tile's pixels has another bit, in words. */
export function bitsApart(mine: Print, theirs: Print): string {
  if (mine.area !== theirs.area) return "all, as the tiles have other sizes,";
  let apart = 0;
  for (let at = 0; at < SIDE * SIDE; at += 1) apart += bit(mine.bits, at) === bit(theirs.bits, at) ? 0 : 1;
  const area = BigInt(mine.area);
  if (area === 0n) return "none";
  const tenths = (BigInt(apart) * 1000n) / area;
  return `${tenths / 10n}.${tenths % 10n} %`;
}

function blockSteps(mine: Print, theirs: Print, block: number): number | null {
  let most = 0;
  for (let at = CHANNELS * block; at < CHANNELS * (block + 1); at += 1) {
    const [one = 0, other = 0] = [mine.levels[at], theirs.levels[at]];
    if (one !== other && (isSymbol(one) || isSymbol(other))) return null;
    most = Math.max(most, Math.abs(one - other));
  }
  return most;
}

/** How far the light of the block that differs most is apart; null where one is of another kind. */
export function stepsApart(mine: Print, theirs: Print): number | null {
  const steps = Array.from({ length: BLOCKS * BLOCKS }, (_, block) => blockSteps(mine, theirs, block));
  return steps.includes(null) ? null : Math.max(...steps.map((one) => one ?? 0));
}

const SEEN = 24; // so many steps, a quarter and more of the light, are as bright as it gets

export function differentLight(mine: Print, theirs: Print): Painted {
  return paint(BLOCKS, (at) => {
    const share = Math.min((blockSteps(mine, theirs, at) ?? SEEN) / SEEN, 1);
    return [38 + 217 * share, 38 + 58 * share, 38 + 26 * share];
  });
}
