import type { Cluster, Fleet, Instance } from '../../fleet/fleet.ts';
import type { Database } from '../../postgres/pool.ts';
import { subtract, type StatementCounters } from './intervals.ts';
import {
  lookAtStatements,
  readTexts,
  type StatementLook,
  StatementsUnknownError,
} from './statement-probe.ts';
import * as store from './store.ts';

/** How long an interval is; between the looks the server does nothing for us. */
export const INTERVAL_MS = 300_000;
const KEPT_MS = 7 * 86_400_000;
/** The dearest statements of an interval that are kept one by one. */
const KEPT_STATEMENTS = 200;

export interface RecorderOptions {
  readonly fleet: Fleet;
  /** The control database. */
  readonly db: Database;
  readonly onError: (error: unknown, instance: Instance) => void;
  /** Left out: five minutes. */
  readonly intervalMs?: number;
}

/** Keeps what statements cost, interval by interval. Twice at once, here or in another worker, is safe. */
export interface StatementRecorder {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createRecorder(options: RecorderOptions): StatementRecorder {
  const { fleet, db, intervalMs = INTERVAL_MS } = options;
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> | null = null;
  const turn = async () => {
    for (const cluster of fleet.list()) await recordCluster(options, cluster);
    await store.removeBefore(db, new Date(Date.now() - KEPT_MS)).catch(() => {});
  };
  const tick = () => {
    // One at a time: a server that hangs must not gather a crowd.
    underWay ??= turn().finally(() => (underWay = null));
  };
  return {
    name: 'statement recorder',
    start() {
      timer = setInterval(tick, intervalMs);
      tick();
      return Promise.resolve();
    },
    async stop() {
      clearInterval(timer);
      await underWay;
    },
  };
}

async function recordCluster(options: RecorderOptions, cluster: Cluster): Promise<void> {
  const { fleet, db, intervalMs = INTERVAL_MS, onError } = options;
  for (const instance of cluster.instances) {
    const at = { cluster: cluster.name, instance: instance.name };
    const last = await store.findLookedAt(db, at).catch(() => null);
    // Another worker was here; a tenth of leeway, so that the own clock's jitter skips no turn.
    if (last !== null && Date.now() - last.getTime() < intervalMs * 0.9) continue;
    await recordInterval(fleet.monitor(instance), db, at).catch((error: unknown) => {
      if (!(error instanceof StatementsUnknownError)) onError(error, instance);
    });
  }
}

/** Looks once, and keeps what ran since the look before. @throws {StatementsUnknownError} */
export async function recordInterval(
  server: Database,
  db: Database,
  at: { readonly cluster: string; readonly instance: string },
): Promise<void> {
  const look = await lookAtStatements(server);
  const unknown = await db.transaction(async (tx) => {
    const before = await store.lockLook(tx, at);
    if (before !== null && before.lookedAt >= look.lookedAt) return [];
    const interval = before === null ? null : intervalOf(before, look);
    if (interval !== null) await store.saveInterval(tx, at, interval);
    await store.saveLook(tx, at, look);
    const ids = (interval?.statements ?? []).map(({ queryId }) => queryId);
    return store.listWithoutText(tx, at.cluster, ids);
  });
  if (unknown.length === 0) return;
  const texts = await readTexts(server, unknown);
  await db.transaction((tx) => store.saveTexts(tx, at.cluster, texts));
}

/** What ran between two looks; after a reset, all that the counters hold. */
export function intervalOf(before: StatementLook, look: StatementLook): store.StatementInterval {
  const isSameReset = before.resetAt?.getTime() === look.resetAt?.getTime();
  const ran = subtract(look.counters, isSameReset ? before.counters : []).toSorted(
    (a, b) => b.totalMs - a.totalMs,
  );
  const others = ran.slice(KEPT_STATEMENTS);
  return {
    beganAt: isSameReset || look.resetAt === null ? before.lookedAt : look.resetAt,
    endedAt: look.lookedAt,
    statements: ran.slice(0, KEPT_STATEMENTS),
    otherCalls: sumOf(others, 'calls'),
    otherMs: sumOf(others, 'totalMs'),
  };
}

function sumOf(statements: readonly StatementCounters[], key: 'calls' | 'totalMs'): number {
  return statements.reduce((sum, one) => sum + one[key], 0);
}
