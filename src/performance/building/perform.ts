import type { Fleet } from '../../fleet/fleet.ts';
import type { StepContext } from '../../operations/define.ts';
import { describeBlocker, type LockWait, watchLocks } from '../../postgres/blockers.ts';
import { cancelOnAbort } from '../../postgres/cancel.ts';
import { isServerError, isUnavailable } from '../../postgres/errors.ts';
import { type Database, openDatabase } from '../../postgres/pool.ts';
import { IndexNotCreatedError } from '../errors.ts';
import { beginBuild, dropBuilt, findBuilt, readProgress, runBuild } from './build-runner.ts';
import type { CreateIndexResult } from './operation.ts';
import type { BuildStatement } from './statements.ts';

export interface BuildOrder {
  readonly cluster: string;
  readonly build: BuildStatement;
  /** Milliseconds since 1970 when no more time is left. */
  readonly untilMs: number;
}

const APPLICATION_NAME = 'sunday-create-index';
/** It waits for every transaction that may still see the table without the index; nobody waits behind it meanwhile. */
const LOCK_TIMEOUT_MS = 60_000;
const CLEAN_TIMEOUT_MS = 60_000;
const WATCH_MS = 500;

type Made = CreateIndexResult['indexes'][number];

/**
 * One statement. Twice is safe: an index that is there and valid is left alone, and what a build that broke off has
 * left goes first.
 *
 * @throws {IndexNotCreatedError}
 */
export async function performBuild(
  fleet: Fleet,
  order: BuildOrder,
  context: StepContext,
): Promise<Made | null> {
  const { build, cluster, untilMs } = order;
  const timeoutMs = untilMs - Date.now();
  if (timeoutMs < 1_000)
    throw new IndexNotCreatedError(build.text, 'the time of the operation is over', null);
  context.assertLease();
  const operator = await fleet.primary(cluster);
  const before = build.index === null ? null : await findBuilt(operator, build);
  if (before?.isValid === true) return { name: before.name, bytes: before.bytes, isNew: false };
  // Of a partitioned table the index of the parent is invalid until its last leaf has one: that is no leftover.
  const isParent = build.index !== null && !build.isConcurrent;
  if (before !== null && isParent) return { name: before.name, bytes: 0, isNew: false };
  const db = openDatabase({
    ...(await fleet.primaryLogin(cluster)),
    ...{ applicationName: APPLICATION_NAME, maxConnections: 1, statementTimeoutMs: timeoutMs },
  });
  try {
    if (before !== null) await dropBuilt(db, before);
    await send({ operator, db, timeoutMs }, build, context);
  } finally {
    await db.close();
  }
  if (build.index === null) return null;
  const after = await findBuilt(operator, build);
  if (after === null || (!after.isValid && !isParent))
    throw new IndexNotCreatedError(build.text, 'the server left it invalid', null);
  return { name: after.name, bytes: after.bytes, isNew: true };
}

interface Ways {
  /** To look and to cancel. */
  readonly operator: Database;
  /** To work. */
  readonly db: Database;
  readonly timeoutMs: number;
}

async function send(
  { operator, db, timeoutMs }: Ways,
  build: BuildStatement,
  context: StepContext,
): Promise<void> {
  const { progress, signal } = context;
  const seen: { wait: LockWait | null } = { wait: null };
  try {
    await db.session(async (session) => {
      const pid = await beginBuild(session, { timeoutMs, lockTimeoutMs: LOCK_TIMEOUT_MS });
      const onWait = (wait: LockWait) => {
        seen.wait = wait;
        progress({ message: `waits for ${wait.blockers.map(describeBlocker).join('; ')}` });
      };
      const onTick = async () => {
        const found = await readProgress(operator, pid);
        if (found !== null) progress({ message: found.phase, fractionDone: found.fractionDone });
      };
      await cancelOnAbort({ db: operator, pid, signal }, () =>
        watchLocks({ db: operator, pid, intervalMs: WATCH_MS, onWait, onTick }, () =>
          runBuild(session, build),
        ),
      );
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!isServerError(error) || isUnavailable(error)) throw error;
    const who = seen.wait?.blockers.map(describeBlocker).join('; ') ?? '';
    const why = error.code === '55P03' && who !== '' ? `${error.message}: ${who}` : error.message;
    throw new IndexNotCreatedError(build.text, why, error);
  }
}

/** Indexes of these statements that are there and are not valid. */
export async function dropLeftovers(
  fleet: Fleet,
  cluster: string,
  builds: readonly BuildStatement[],
): Promise<void> {
  const db = openDatabase({
    ...(await fleet.primaryLogin(cluster)),
    ...{ applicationName: APPLICATION_NAME, maxConnections: 1, statementTimeoutMs: CLEAN_TIMEOUT_MS },
    lockTimeoutMs: CLEAN_TIMEOUT_MS / 2,
  });
  try {
    for (const build of builds) {
      if (!build.isConcurrent) continue;
      const found = await findBuilt(db, build);
      if (found !== null && !found.isValid) await dropBuilt(db, found);
    }
  } finally {
    await db.close();
  }
}
