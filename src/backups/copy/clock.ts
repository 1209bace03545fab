import type { Fleet } from '../../fleet/fleet.ts';
import { isUnavailable } from '../../postgres/errors.ts';
import type { Queryable } from '../../postgres/pool.ts';
import type { BackupSet } from '../pgbackrest/info.ts';
import { ClocksDisagreeError, ClockWentBackError } from './errors.ts';
import { readServerClock } from './probe.ts';

/**
 * Sets are named and ordered by the clock. With one that has gone back pgBackRest finds out only when all is copied,
 * and what it says then is that the repository is broken.
 *
 * @throws {ClockWentBackError} when the newest set was made later than now.
 */
export function assertClock(stanza: string, sets: readonly Pick<BackupSet, 'label' | 'startedAt'>[]): void {
  const now = new Date();
  const newest = sets.reduce<(typeof sets)[number] | null>(
    (latest, one) => (latest === null || one.startedAt > latest.startedAt ? one : latest),
    null,
  );
  if (newest !== null && newest.startedAt > now)
    throw new ClockWentBackError(stanza, { label: newest.label, at: newest.startedAt, now });
}

/** NTP keeps clocks within a second; minutes are a machine that was asleep or set by hand. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * Compares the clock of this host with those of the control database and of the primary. A set that is named by a clock
 * which runs ahead blocks all later ones until its time has come, and to retention all sets would look old. A primary
 * that does not answer is not asked: what needs it says so itself.
 *
 * @throws {ClocksDisagreeError} when they are more than five minutes apart.
 */
export async function assertClocksAgree(
  { fleet, db }: { readonly fleet: Fleet; readonly db: Queryable },
  cluster: string,
): Promise<void> {
  await compareClock('the control database', db);
  const primary = await fleet.primary(cluster).catch(unlessAway);
  if (primary !== null) await compareClock(`the primary of ${cluster}`, primary).catch(unlessAway);
}

async function compareClock(other: string, db: Queryable): Promise<void> {
  const askedAt = Date.now();
  const theirs = await readServerClock(db);
  const now = new Date((askedAt + Date.now()) / 2);
  if (Math.abs(theirs.getTime() - now.getTime()) > TOLERANCE_MS)
    throw new ClocksDisagreeError(other, { now, theirs });
}

function unlessAway(error: unknown): null {
  if (isUnavailable(error)) return null;
  throw error;
}
