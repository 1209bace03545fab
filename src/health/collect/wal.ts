import { measured, quiet, unknown, type Figure } from '../measure.ts';
import { growthOf, secondsBetween, type HotLook } from './look.ts';
import { round } from './sessions.ts';

/** Write-ahead log, slots, checkpoints and what the disk gave back wrong. */
export function judgeLog(instance: string, before: HotLook | null, after: HotLook): readonly Figure[] {
  const { hot } = after;
  return [
    judgeWalRate(instance, before, after),
    judgeHeld(instance, after),
    measured('inactive_slots', instance, hot.inactiveSlots),
    ...judgeCheckpoints(instance, before, after),
    judgeChecksums(instance, after),
  ];
}

/** Also over a promotion: the log goes on where the standby had replayed it to. */
function judgeWalRate(instance: string, before: HotLook | null, after: HotLook): Figure {
  const seconds = secondsBetween(before?.hot ?? null, after.hot);
  const grown = growthOf(before?.hot.walBytes, after.hot.walBytes);
  if (seconds === null || grown === null)
    return quiet('wal_rate', instance, 'a rate needs two looks at one log');
  return measured('wal_rate', instance, round(grown / seconds));
}

function judgeHeld(instance: string, { hot }: HotLook): Figure {
  const metric = measured('wal_held_by_slots', instance, Math.max(0, hot.heldBytes ?? 0));
  if (metric.state === 'OK' || hot.worstSlot === null) return metric;
  return {
    ...metric,
    reason: `slot ${hot.worstSlot} holds back the most`,
    hint: 'See whether its reader is alive, or drop it with pg_drop_replication_slot: the log fills the disk.',
  };
}

function judgeCheckpoints(instance: string, before: HotLook | null, { hot }: HotLook): readonly Figure[] {
  const counts = [
    ['checkpoints_timed', growthOf(before?.hot.checkpointsTimed, hot.checkpointsTimed)],
    ['checkpoints_requested', growthOf(before?.hot.checkpointsRequested, hot.checkpointsRequested)],
  ] as const;
  return counts.map(([name, count]) =>
    count === null
      ? quiet(name, instance, 'what happened in between needs two looks')
      : measured(name, instance, count),
  );
}

function judgeChecksums(instance: string, { hot }: HotLook): Figure {
  if (hot.checksumFailures === null)
    return unknown('checksum_failures', instance, {
      reason: 'data checksums are off: nobody would notice a page that the disk has changed',
      hint: 'Stop the instance, run pg_checksums --enable, and start it.',
    });
  const metric = measured('checksum_failures', instance, hot.checksumFailures);
  return metric.state === 'OK'
    ? metric
    : { ...metric, hint: 'Find the page in the log, and restore from a backup or switch to a standby.' };
}
