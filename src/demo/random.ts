/** A source of numbers that are the same for the same seed, on every machine. Never for secrets. */
export interface Random {
  /** 0 up to, without, 1. */
  next(): number;
  /** A whole number from 0 up to, without, `below`. */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T;
  /** The first ones far more often than the last ones: as a few people write most of the comments. */
  pickSkewed<T>(from: readonly T[]): T;
  uuid(): string;
}

const SKEW = 2.5;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** `stream` keeps sources of one seed apart, so that more rows in one place don't change the rows in another. */
export function createRandom(seed: number, stream: string): Random {
  const uint32 = createSfc32(`${seed}/${stream}`);
  const next = () => uint32() / 2 ** 32;
  const at = <T>(from: readonly T[], index: number): T => {
    if (from.length === 0) throw new RangeError('nothing to pick from');
    return from[index] as T;
  };
  return {
    next,
    int: (below) => Math.floor(next() * below),
    chance: (probability) => next() < probability,
    pick: (from) => at(from, Math.floor(next() * from.length)),
    pickSkewed: (from) => at(from, Math.floor(next() ** SKEW * from.length)),
    uuid: () => toUuid(uint32(), uint32(), uint32(), uint32()),
  };
}

/**
 * Splits `total` into `parts` whole numbers that fall off like 1/rank (Zipf): one large, some middling, many small.
 * Their sum is exactly `total`; the largest comes first.
 */
export function splitSkewed(total: number, parts: number): readonly number[] {
  const weights = Array.from({ length: parts }, (_, index) => 1 / (index + 1));
  const sum = weights.reduce((one, other) => one + other, 0);
  const sizes = weights.map((weight) => Math.floor((total * weight) / sum));
  const rest = total - sizes.reduce((one, other) => one + other, 0);
  return sizes.map((size, index) => (index < rest ? size + 1 : size));
}

/** sfc32 by Chris Doty-Humphrey (PractRand, public domain), seeded by an FNV-1a hash of the text. */
function createSfc32(text: string): () => number {
  let [a, b, c, counter] = [hash(text, 1), hash(text, 2), hash(text, 3), 1];
  const step = () => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let round = 0; round < 15; round += 1) step(); // until the seed is mixed into all of the state
  return step;
}

function hash(text: string, salt: number): number {
  let value = 0x811c9dc5 ^ salt;
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value | 0;
}

/** Version 4 in form, so that nothing downstream can tell it from a real one. */
function toUuid(a: number, b: number, c: number, d: number): string {
  const version = (b & 0xffff0fff) | 0x4000;
  const variant = (c & 0x3fffffff) | 0x80000000;
  return `${hex32(a)}-${hex16(version >>> 16)}-${hex16(version)}-${hex16(variant >>> 16)}-${hex16(variant)}${hex32(d)}`;
}

function hex32(value: number): string {
  return hex16(value >>> 16) + hex16(value);
}

function hex16(value: number): string {
  return `${HEX[(value >>> 8) & 255]}${HEX[value & 255]}`;
}
