import type { Effect } from './analysis.ts';
import type { Work } from './effects.ts';
import type { World } from './world.ts';

/**
 * Bytes each millisecond, deliberately on the slow side: a network volume that gives 125 MB/s (the baseline of the
 * usual cloud disk) and one core. A rewrite writes heap and log; a build reads, sorts and writes.
 */
const BYTES_PER_MS: Partial<Readonly<Record<Effect, number>>> = {
  SCAN: 100_000,
  INDEX_BUILD: 25_000,
  REWRITE: 30_000,
};
const ROWS_PER_MS = 20; // one UPDATE or DELETE with its index entries and its log, half of what two cores gave

export interface Estimate {
  /** Null when it cannot be known. */
  readonly estimatedMs: number | null;
  readonly basis: string;
}

/** How long the work takes once the locks are there. A promise of the order of magnitude, not more. */
export function estimate(effect: Effect, work: readonly Work[], world: World): Estimate {
  if (effect === 'UNKNOWN')
    return { estimatedMs: null, basis: 'what its code does is not visible from outside' };
  const heavy = work.filter(
    (one) => one.effect !== 'METADATA' && one.effect !== 'NONE' && !world.isNew(one.table),
  );
  if (heavy.length === 0)
    return { estimatedMs: 0, basis: 'only the catalog, or tables that this script makes' };
  const parts = heavy.map((one) => estimateOne(one, world));
  const known = parts.flatMap((one) => one.estimatedMs ?? []);
  return {
    estimatedMs: known.length < parts.length ? null : known.reduce((sum, one) => sum + one, 0),
    basis: parts.map((one) => one.basis).join('; '),
  };
}

function estimateOne({ table, effect, rows: changed }: Work, world: World): Estimate {
  const { sizeBytes, indexBytes, rows: counted } = world.sizeOf(table);
  if (effect === 'DATA') {
    const rows = changed === undefined ? counted : changed;
    if (rows === null)
      return { estimatedMs: null, basis: `nobody knows how many rows of ${table} it changes` };
    return {
      estimatedMs: Math.ceil(rows / ROWS_PER_MS),
      basis: `at most ${rows} rows of ${table} at ${ROWS_PER_MS} rows/ms`,
    };
  }
  const rate = BYTES_PER_MS[effect] ?? 100_000;
  if (sizeBytes === null) return { estimatedMs: null, basis: `the size of ${table} is not known` };
  const bytes = effect === 'REWRITE' ? sizeBytes + indexBytes : sizeBytes;
  return {
    estimatedMs: Math.ceil(bytes / rate),
    basis: `${effect.toLowerCase().replace('_', ' ')} of ${toMegabytes(bytes)} MB (${table}) at ${rate / 1000} MB/s`,
  };
}

const toMegabytes = (bytes: number) => (bytes / 1_000_000).toFixed(1);
