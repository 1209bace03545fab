import type { Database, Transaction } from '../../postgres/pool.ts';
import type { SampleArchive } from './history.ts';
import { keepPartitions } from './partitions-store.ts';
import { chooseRanges } from './ranges.ts';
import { lockMaintenance, readProgress, rollUpHours, rollUpMinutes } from './rollup-store.ts';
import { ensureLayout, insert, readBuckets } from './sample-store.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** A scrape writes its row at once; one that has not come after so long is lost anyway. */
const GRACE_MS = 15_000;
/** At most so many of a level at a time: what has piled up while nobody was there is worked off in pieces. */
const MOST_AT_A_TIME = 60;

/** History in the control database. */
export function createControlArchive(db: Database): SampleArchive {
  const layouts = new Map<string, number>();
  return {
    async record(sample) {
      const metrics = [...sample.values.keys()];
      const key = metrics.join(' ');
      const layout = layouts.get(key) ?? (await ensureLayout(db, metrics));
      layouts.set(key, layout);
      await insert(db, sample, layout);
    },
    async read(query) {
      const progress = await readProgress(db);
      const ranges = chooseRanges(query, progress, progress.now);
      return { stepSeconds: ranges.stepSeconds, buckets: await readBuckets(db, query, ranges) };
    },
    async maintain() {
      for (let piece = 0; piece < MOST_AT_A_TIME; piece++) {
        const isMore = await db.transaction(async (tx) => (await lockMaintenance(tx)) && maintainPiece(tx));
        if (!isMore) return;
      }
    },
  };
}

/** Partitions, then one piece of each level. True: there is more to roll up. */
async function maintainPiece(tx: Transaction): Promise<boolean> {
  const { now, minute, hour } = await readProgress(tx);
  await keepPartitions(tx, now, hour);
  const minutes = pieceAfter(minute, now.getTime() - GRACE_MS, MINUTE_MS);
  await rollUpMinutes(tx, minutes);
  const hours = pieceAfter(hour, minutes.to.getTime(), HOUR_MS);
  await rollUpHours(tx, hours);
  return now.getTime() - GRACE_MS - minutes.to.getTime() >= MINUTE_MS;
}

/** Whole units after `through`, none that is not over at `end`. */
function pieceAfter(through: Date, end: number, unitMs: number) {
  const from = through.getTime();
  const units = Math.max(0, Math.min(MOST_AT_A_TIME, Math.floor((end - from) / unitMs)));
  return { from: through, to: new Date(from + units * unitMs) };
}
