import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidInputError } from '../../errors.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { findSessions, listSessions, type Session } from './session-probe.ts';
import { isOurOwn } from './signals.ts';
import { sendSignals } from './signal-runner.ts';

/** Which sessions of an instance are ended together. */
export interface CrowdInput {
  readonly cluster: string;
  /** Null: that of the primary. */
  readonly instance: string | null;
  /** What they call themselves; null: any name, and then `userName` is needed. */
  readonly applicationName: string | null;
  /** Null: any role. */
  readonly userName: string | null;
  /** As in pg_stat_activity, e.g. `idle`. Those in another state are left alone. */
  readonly states: readonly string[];
  /** Only those that have been in their state for so long. */
  readonly leastSeconds: number;
  readonly dryRun: boolean;
}

export interface CrowdOutcome {
  readonly cluster: string;
  readonly instance: string;
  /** Those that match, the oldest in their state first, as they were right before; at most 500. */
  readonly sessions: readonly Session[];
  /** How many have ended; null for a dry run. */
  readonly ended: number | null;
  /** They match, and our role may not end them: a superuser's. */
  readonly spared: number;
}

const MOST = 500;
const WAIT_MS = 5_000;
const POLL_MS = 50;

/** Ends idle sessions of one application or role. @throws {InvalidInputError} when everybody would be meant. */
export async function endCrowd(db: Queryable, instance: string, input: CrowdInput): Promise<CrowdOutcome> {
  if (input.applicationName === null && input.userName === null)
    throw new InvalidInputError(
      ['input', 'application'],
      'this or `user` is needed: otherwise everybody would be meant',
    );
  const all = await listSessions(db, { includeBackground: false, includeIdle: true, limit: MOST });
  const meant = all.filter((one) => isMeant(one, input)).map(({ total: _total, ...one }) => one);
  const sessions = meant
    .filter((one) => !one.isSuperuser)
    .toSorted((a, b) => (b.stateSeconds ?? 0) - (a.stateSeconds ?? 0));
  const found = { cluster: input.cluster, instance, sessions, spared: meant.length - sessions.length };
  if (input.dryRun) return { ...found, ended: null };
  await sendSignals(db, sessions);
  return { ...found, ended: await countEnded(db, sessions) };
}

/** Never one of ours: what we do is ended by `cancelOperation`. */
function isMeant(one: Session, { applicationName, userName, states, leastSeconds }: CrowdInput): boolean {
  return (
    !isOurOwn(one) &&
    (applicationName === null || one.applicationName === applicationName) &&
    (userName === null || one.userName === userName) &&
    states.includes(one.state ?? '') &&
    (one.stateSeconds ?? 0) >= leastSeconds
  );
}

async function countEnded(db: Queryable, sessions: readonly Session[]): Promise<number> {
  const startedAt = new Map(sessions.map((one) => [one.pid, one.startedAt.getTime()]));
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const there = await findSessions(db, [...startedAt.keys()]);
    const left = there.filter((one) => startedAt.get(one.pid) === one.startedAt.getTime()).length;
    if (left === 0 || performance.now() > deadline) return sessions.length - left;
    await sleep(POLL_MS);
  }
}
