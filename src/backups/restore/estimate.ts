import type { Queryable } from '../../postgres/pool.ts';
import type { Choice } from './find.ts';
import { readRates, type RestoreRates } from './store.ts';

/** How long until the restored database could be opened. */
export interface RestoreEstimate {
  /** Null when nothing like it was ever measured here: never a guess. */
  readonly seconds: number | null;
  /** What the figure comes from, or why there is none. */
  readonly basis: string;
}

/** From what restores of this cluster took, else those of the fleet. */
export async function estimateRestore(
  db: Queryable,
  cluster: string,
  choice: Pick<Choice, 'set' | 'segments' | 'segmentBytes'>,
): Promise<RestoreEstimate> {
  const own = await readRates(db, cluster);
  if (own.restores > 0) return toEstimate(own, choice, `the latest ${own.restores} restores of ${cluster}`);
  const all = await readRates(db, null);
  return toEstimate(all, choice, `the latest ${all.restores} restores of other clusters`);
}

/** Pure. */
export function toEstimate(
  { restores, bytesASecond, walBytesASecond }: RestoreRates,
  { set, segments, segmentBytes }: Pick<Choice, 'set' | 'segments' | 'segmentBytes'>,
  whose: string,
): RestoreEstimate {
  if (restores === 0 || bytesASecond === null)
    return { seconds: null, basis: 'no restore has been measured yet' };
  const filesSeconds = Number(set.databaseBytes) / bytesASecond;
  const files = `${whose}: ${Math.round(bytesASecond)} bytes of files a second`;
  if (walBytesASecond === null || walBytesASecond <= 0)
    return { seconds: filesSeconds, basis: `${files}; how fast log is replayed was not measured` };
  const walSeconds = (segments.length * segmentBytes) / walBytesASecond;
  return {
    seconds: filesSeconds + walSeconds,
    basis: `${files} and ${Math.round(walBytesASecond)} bytes of log`,
  };
}
