import { randomUUID } from 'node:crypto';
import type { EventLog } from '../events/events.ts';
import type { Database, Transaction } from '../postgres/pool.ts';
import type { Alert, AlertSample } from './alerts.ts';
import { type Changed, decide, type Decision } from './decide.ts';
import { toNewEvent } from './events.ts';
import { announce } from './notifications/announce.ts';
import { listRules } from './rule-store.ts';
import { type AlertRule, rulesInForce } from './rules.ts';
import { listSilences, listWindows } from './silence-store.ts';
import { type Calendar, toMutes } from './silences.ts';
import * as store from './store.ts';

/** As many as are kept of each; also what one evaluation reads. */
export const MOST_RULES = 1_000;
export const MOST_SILENCES = 500;
export const MOST_WINDOWS = 200;

export interface EvaluationDependencies {
  /** The control database. */
  readonly db: Database;
  readonly events: EventLog;
  /** Instances of a cluster that are configured; null: there is no such cluster (any more). */
  readonly instancesOf: (cluster: string) => readonly string[] | null;
  readonly defaultRules: readonly AlertRule[];
  readonly calendar: Calendar;
  /** Left out: the control database's own clock. */
  readonly readClock?: (tx: Transaction) => Promise<Date>;
}

/**
 * Judges samples of one cluster and lets the time pass for what is open. One transaction holds the new states, their
 * events and what is to be told: a process that dies before its commit has done nothing, and the next look does it.
 * Workers that judge the same cluster wait for each other. Gives the alerts that are open afterwards.
 */
export async function evaluate(
  deps: EvaluationDependencies,
  cluster: string,
  samples: readonly AlertSample[],
): Promise<readonly Alert[]> {
  const { db, events } = deps;
  const { open, hasNews } = await db.transaction(async (tx) => {
    await store.lockCluster(tx, cluster);
    const before = await store.listOpen(tx, cluster);
    const decision = await decideFor(deps, tx, { cluster, samples, open: before });
    await write(tx, decision);
    await publish(deps, tx, decision.changes);
    return { open: after(before, decision), hasNews: decision.changes.length > 0 };
  });
  if (hasNews) events.ring();
  return open;
}

async function decideFor(
  { calendar, defaultRules, instancesOf, readClock = store.readClock }: EvaluationDependencies,
  tx: Transaction,
  about: {
    readonly cluster: string;
    readonly samples: readonly AlertSample[];
    readonly open: readonly Alert[];
  },
): Promise<Decision> {
  const { cluster } = about;
  const now = await readClock(tx);
  const instances = instancesOf(cluster);
  const rows = await listRules(tx, MOST_RULES);
  const silences = await listSilences(tx, now, MOST_SILENCES);
  const windows = await listWindows(tx, MOST_WINDOWS);
  return decide({
    ...about,
    now,
    instances: instances ?? [],
    rules: instances === null ? [] : rulesInForce(defaultRules, rows, cluster),
    pending: await store.listPending(tx, cluster),
    mutes: toMutes({ silences, windows }, calendar, { cluster, now }),
    newId: randomUUID,
  });
}

async function write(tx: Transaction, { gone, pending, fired, changed }: Decision): Promise<void> {
  await store.removePending(tx, gone);
  await store.putPending(tx, pending);
  // What ends goes first: it may make room for one of the same fingerprint. Then parents, which children refer to.
  const alerts = [...changed, ...fired];
  const rank = (one: Alert) => (one.resolvedAt !== null ? 0 : one.parentId === null ? 1 : 2);
  for (const wanted of [0, 1, 2])
    await store.put(
      tx,
      alerts.filter((one) => rank(one) === wanted),
    );
}

/** What is to be told, and the events; these come last, because their lock is held until the commit. */
export async function publish(
  { events }: Pick<EvaluationDependencies, 'events'>,
  tx: Transaction,
  changes: readonly Changed[],
): Promise<void> {
  if (changes.length === 0) return;
  await announce(tx, changes);
  await events.append(tx, changes.map(toNewEvent));
}

function after(before: readonly Alert[], { fired, changed }: Decision): readonly Alert[] {
  const newer = new Map([...fired, ...changed].map((one) => [one.id, one]));
  const kept = before.map((one) => newer.get(one.id) ?? one);
  return [...kept, ...fired].filter(({ resolvedAt }) => resolvedAt === null);
}
