import { type Requester, SCOPES_OF } from '../access/principals.ts';
import type { Queryable } from '../postgres/pool.ts';
import { listMadeDefaults, recordDefault } from './default-store.ts';
import type { ScheduleService } from './schedules.ts';

/** A schedule that is there from the first start on. */
export interface DefaultSchedule {
  readonly name: string;
  readonly kind: string;
  /** Null: its operations belong to no cluster. */
  readonly cluster: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
}

export interface DefaultScheduleDependencies {
  readonly db: Queryable;
  readonly schedules: Pick<ScheduleService, 'find' | 'upsert'>;
}

/** What they all have: at any time, and a run that was missed is caught up once. */
const COMMON = {
  at: null,
  window: null,
  jitterSeconds: 0,
  missedPolicy: 'RUN_ONCE',
  isPaused: null,
  dryRun: false,
} as const;

const BY: Requester = {
  principal: { id: 'sunday', name: 'sunday', role: 'OPERATOR', scopes: SCOPES_OF.OPERATOR },
  action: 'makeDefaultSchedule',
  onBehalfOf: null,
  reason: null,
  requestId: 'start',
};

/**
 * Makes the default schedules that never were; one that people changed or deleted stays as they left it. Twice at once
 * is safe: the second one finds the name taken, or makes the same again.
 */
export async function ensureDefaultSchedules(
  { db, schedules }: DefaultScheduleDependencies,
  defaults: readonly DefaultSchedule[],
): Promise<void> {
  const made = new Set(await listMadeDefaults(db));
  for (const schedule of defaults.filter(({ name }) => !made.has(name))) {
    // Remembered last: a crash before that finds the name taken the next time.
    if ((await schedules.find(schedule.name)) === null)
      await schedules.upsert({ ...COMMON, ...schedule }, BY);
    await recordDefault(db, schedule.name);
  }
}
