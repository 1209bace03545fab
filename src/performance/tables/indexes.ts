import type { Fleet, Instance } from '../../fleet/fleet.ts';
import { writeName } from '../../postgres/names.ts';
import { type IndexFigures, listIndexes, readCountedSince } from './index-probe.ts';

/** What is to be thought of an index. */
export const INDEX_VERDICTS = ['INVALID', 'DUPLICATE', 'UNUSED', 'UNKNOWN', 'USED'] as const;
export type IndexVerdict = (typeof INDEX_VERDICTS)[number];

export interface IndexUsage extends Omit<IndexFigures, 'scans'> {
  /** On all instances together. */
  readonly scans: number;
  readonly verdict: IndexVerdict;
  readonly because: string;
  /** What would be done about it; null: nothing. */
  readonly statement: string | null;
}

export interface IndexReport {
  readonly cluster: string;
  /** The worst verdict first, then by size. */
  readonly indexes: readonly IndexUsage[];
  readonly total: number;
  /** Since when all instances count scans; null when not all answer. */
  readonly countedSince: Date | null;
  /** Instances that did not say which indexes they use. */
  readonly silent: readonly string[];
}

/** A month has month-end reports in it; a week has every weekday. */
const LEAST_COUNTED_MS = 7 * 86_400_000;

/**
 * How indexes are used, on the primary and on all its standbys: one that only reports on a standby read is in use.
 *
 * @throws {ClusterNotFoundError} @throws {DatabaseUnavailableError} when no instance answers.
 */
export async function indexUsage(fleet: Fleet, cluster: string, limit: number): Promise<IndexReport> {
  const { instances } = fleet.get(cluster);
  const answers = await Promise.allSettled(instances.map((one) => readInstance(fleet, one)));
  const known = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = answers.find((one) => one.status === 'rejected');
  if (known.length === 0 && failed) throw failed.reason;
  const silent = instances.filter((_, n) => answers[n]?.status === 'rejected').map(({ name }) => name);
  const countedSince = silent.length > 0 ? null : newest(known.map((one) => one.countedSince));
  const indexes = judgeIndexes(
    known.map((one) => one.indexes),
    { countedSince, silent, now: new Date() },
  );
  return { cluster, indexes: indexes.slice(0, limit), total: indexes.length, countedSince, silent };
}

async function readInstance(fleet: Fleet, instance: Instance) {
  const server = fleet.monitor(instance);
  const [indexes, countedSince] = await Promise.all([listIndexes(server), readCountedSince(server)]);
  return { indexes, countedSince };
}

function newest(moments: readonly (Date | null)[]): Date | null {
  const times = moments.flatMap((one) => (one === null ? [] : [one.getTime()]));
  return times.length < moments.length || times.length === 0 ? null : new Date(Math.max(...times));
}

interface Circumstances {
  readonly countedSince: Date | null;
  readonly silent: readonly string[];
  readonly now: Date;
}

/** Pure. `all`: what each instance says of the same indexes. */
export function judgeIndexes(
  all: readonly (readonly IndexFigures[])[],
  circumstances: Circumstances,
): readonly IndexUsage[] {
  const scans = new Map<string, number>();
  for (const one of all.flat()) scans.set(keyOf(one), (scans.get(keyOf(one)) ?? 0) + one.scans);
  return (all[0] ?? [])
    .map((one) => judgeIndex({ ...one, scans: scans.get(keyOf(one)) ?? 0 }, circumstances))
    .toSorted(
      (a, b) => INDEX_VERDICTS.indexOf(a.verdict) - INDEX_VERDICTS.indexOf(b.verdict) || b.bytes - a.bytes,
    );
}

const keyOf = ({ schema, name }: IndexFigures) => `${schema}.${name}`;

function judgeIndex(one: IndexFigures, { countedSince, silent, now }: Circumstances): IndexUsage {
  const judged = (verdict: IndexVerdict, because: string, statement: string | null = null): IndexUsage => ({
    ...{ ...one, verdict, because, statement },
  });
  const index = `${writeName(one.schema, one.name)}`;
  if (!one.isValid)
    return judged(
      'INVALID',
      'its build failed: it costs writes and helps nobody',
      `REINDEX INDEX CONCURRENTLY ${index};`,
    );
  if (one.duplicateOf !== null && !one.isNeeded)
    return judged(
      'DUPLICATE',
      `${one.duplicateOf} has the same columns`,
      `DROP INDEX CONCURRENTLY ${index};`,
    );
  if (one.scans > 0) return judged('USED', `${one.scans.toLocaleString('en-US')} scans`);
  if (one.isNeeded)
    return judged('USED', 'never scanned, and a constraint or the replica identity stands on it');
  if (silent.length > 0)
    return judged('UNKNOWN', `${silent.join(', ')} did not say whether it is used there`);
  if (countedSince === null) return judged('UNKNOWN', 'nobody knows since when scans are counted');
  const countedMs = now.getTime() - countedSince.getTime();
  return countedMs < LEAST_COUNTED_MS
    ? judged('UNKNOWN', `never scanned, but scans are counted only since ${countedSince.toISOString()}`)
    : judged(
        'UNUSED',
        `never scanned on any instance since ${countedSince.toISOString()}`,
        `DROP INDEX CONCURRENTLY ${index};`,
      );
}
