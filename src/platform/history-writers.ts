import { explained, measured, round, type PlatformFigure } from './figures.ts';

/** How workers write into the history that a service keeps. */
export interface HistoryWriters {
  /** Null: nothing waits. */
  readonly waitingSeconds: number | null;
  readonly waiting: number;
  readonly lost: number;
  readonly reason: string | null;
}

/** Pure. */
export function judgeWriters({
  waitingSeconds,
  waiting,
  lost,
  reason,
}: HistoryWriters): readonly PlatformFigure[] {
  const because = reason === null ? '' : `: ${reason}`;
  return [
    explained(measured('history_write_delay', round(waitingSeconds ?? 0)), {
      reason: waiting === 0 ? null : `${waiting} values wait${because}`,
      hint: 'See whether it runs, has room, and lets its user write. Nothing else waits for it.',
    }),
    explained(measured('history_lost', lost), {
      reason: lost === 0 ? null : `too many waited, so the oldest were dropped${because}`,
      hint: 'The history has a gap there. Alerts and what is shown now do not come from it.',
    }),
  ];
}
