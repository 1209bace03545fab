import { ClockWentBackError } from '../errors.ts';
import type { BackupSet } from '../pgbackrest/info.ts';

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
