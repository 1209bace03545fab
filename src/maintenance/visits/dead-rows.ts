import { setTimeout as sleep } from 'node:timers/promises';
import { describeHolder, type HorizonHolder, listHorizonHolders } from '../../postgres/horizon.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { readSpace, type TableSpace } from './dead-probe.ts';
import type { Visit } from './visit.ts';

/** How a table was before VACUUM came. */
export interface BeforeVacuum {
  readonly space: TableSpace;
  /** Who had the oldest view then; null: nobody. */
  readonly oldest: HorizonHolder | null;
}

/** Fewer are what others have changed meanwhile. */
const MANY_DEAD_ROWS = 100;
/** Of the dead rows of before: as many left, and VACUUM has not helped. */
const KEPT_SHARE = 0.5;
/** Longer than standbys are silent: they report every 10 s unless they are told otherwise. */
const REPORT_MS = 15_000;
const LOOK_MS = 500;

/** Null: the table is not there. */
export async function lookBefore(
  db: Queryable,
  { schema, name }: Pick<Visit, 'schema' | 'name'>,
): Promise<BeforeVacuum | null> {
  const space = await readSpace(db, schema, name);
  const [oldest = null] = await listHorizonHolders(db);
  return space === null ? null : { space, oldest };
}

/** Pure. */
export function hasKept(before: TableSpace, now: TableSpace | null): now is TableSpace {
  const kept = now?.deadRows ?? 0;
  return kept > MANY_DEAD_ROWS && kept >= before.deadRows * KEPT_SHARE;
}

/**
 * True: dead rows had to stay, and who still saw them has gone on since, so that another VACUUM may remove them.
 * For a standby that is waited: what it told last is some seconds old, and rows that died since then have to stay
 * although nobody sees them.
 */
export async function mayHelpNow(
  db: Queryable,
  one: Visit,
  { before, signal, remainingMs }: BeforeAndBounds,
): Promise<boolean> {
  if (!hasKept(before.space, await readSpace(db, one.schema, one.name))) return false;
  const deadline = performance.now() + Math.min(REPORT_MS, remainingMs);
  for (;;) {
    const holders = await listHorizonHolders(db);
    const [oldest] = holders;
    if (oldest?.xid !== before.oldest?.xid || oldest === undefined) return true;
    const areReporting = holders.filter(({ xid }) => xid === oldest.xid).every((it) => it.isReporting);
    if (!areReporting || performance.now() > deadline) return false;
    await sleep(LOOK_MS, undefined, { signal });
  }
}

interface BeforeAndBounds {
  readonly before: BeforeVacuum;
  readonly signal: AbortSignal;
  readonly remainingMs: number;
}

/** Who keeps dead rows now, for people. */
export async function describeHolders(db: Queryable): Promise<string> {
  const holders = await listHorizonHolders(db);
  return holders.map(describeHolder).join('; ') || 'nobody who is still there';
}
