import type { Fleet } from '../../fleet/fleet.ts';
import type { StepContext } from '../../operations/define.ts';
import { describeBlocker, type LockWait, watchLocks } from '../../postgres/blockers.ts';
import { cancelOnAbort } from '../../postgres/cancel.ts';
import { isServerError, isUnavailable } from '../../postgres/errors.ts';
import { type Database, openDatabase } from '../../postgres/pool.ts';
import { finding, type Finding } from '../findings.ts';
import { readSpace, type TableSpace } from './dead-probe.ts';
import { describeHolders, hasKept, lookBefore, mayHelpNow } from './dead-rows.ts';
import { listLeftoversOf, readIndexState } from './index-probe.ts';
import { statementOf, type Visit } from './visit.ts';
import { beginVisit, visit } from './visit-runner.ts';

export interface VisitOrder {
  readonly cluster: string;
  readonly visit: Visit;
  /** Milliseconds since 1970 when the run is over. */
  readonly untilMs: number;
  readonly costDelayMs: number;
}

const APPLICATION_NAME = 'sunday-maintenance';
/** VACUUM and ANALYZE wait behind DDL only, and hold nobody up meanwhile but other DDL. */
const LOCK_TIMEOUT_MS = 3_000;
/** REINDEX CONCURRENTLY also waits for every transaction that may still see the old index. */
const REINDEX_LOCK_TIMEOUT_MS = 30_000;
const CLEAN_TIMEOUT_MS = 60_000;
const WATCH_MS = 500;

/**
 * One visit. What the server refuses is a finding: the next table may be free. Twice is safe: each statement finds a
 * state, and does again what is still due; a REINDEX that broke off first has its leftovers put away.
 */
export async function performVisit(fleet: Fleet, order: VisitOrder, context: StepContext): Promise<Finding> {
  const one = order.visit;
  const remainingMs = order.untilMs - Date.now();
  if (remainingMs < 1_000)
    return toFinding(one, 'INFO', 'the time of the run was over before its turn came; the next run goes on');
  context.assertLease();
  const operator = await fleet.primary(order.cluster);
  const isRebuild = one.kind === 'REINDEX';
  const db = openDatabase({
    ...(await fleet.primaryLogin(order.cluster)),
    ...{ applicationName: APPLICATION_NAME, maxConnections: 1, statementTimeoutMs: remainingMs },
  });
  try {
    if (isRebuild) await dropLeftovers(db, one);
    return await carryOut({ operator, db, remainingMs }, order, context);
  } finally {
    await db.close();
    if (isRebuild) await dropLeftoversOnFresh(fleet, order);
  }
}

interface Ways {
  /** To look and to cancel. */
  readonly operator: Database;
  /** To work: one connection whose statements may take as long as the run. */
  readonly db: Database;
  readonly remainingMs: number;
}

async function carryOut(
  { operator, db, remainingMs }: Ways,
  { visit: one, costDelayMs }: VisitOrder,
  { signal }: StepContext,
): Promise<Finding> {
  const before = await readIndexState(operator, one.schema, one.name);
  const dead = one.kind === 'VACUUM' ? await lookBefore(operator, one) : null;
  const seen: { wait: LockWait | null } = { wait: null };
  const startedAt = performance.now();
  const leftMs = () => Math.max(1, Math.round(remainingMs - (performance.now() - startedAt)));
  const onWait = (wait: LockWait) => void (seen.wait = wait);
  const visitNow = () =>
    visitOnce({ operator, db, remainingMs: leftMs() }, { visit: one, costDelayMs }, { signal, onWait });
  try {
    await visitNow();
    if (dead !== null && (await mayHelpNow(operator, one, { before: dead, signal, remainingMs: leftMs() })))
      await visitNow();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!isServerError(error) || isUnavailable(error)) throw error;
    return toFinding(one, 'WARNING', `${whyNot(error, seen.wait)} (${one.because})`, 'Run the task again.');
  }
  const took = `done in ${Math.round((performance.now() - startedAt) / 100) / 10} s: ${one.because}`;
  if (dead !== null) return toVacuumFinding(operator, one, { took, space: dead.space });
  if (one.kind !== 'REINDEX') return toFinding(one, 'INFO', took);
  const after = await readIndexState(operator, one.schema, one.name);
  if (after?.isValid !== true)
    return toFinding(one, 'CRITICAL', 'it is invalid after its rebuild', 'Run the task again.');
  return toFinding(
    one,
    'INFO',
    `${took}; ${megabytes(before?.bytes)} MB before, ${megabytes(after.bytes)} MB now`,
  );
}

async function visitOnce(
  { operator, db, remainingMs }: Ways,
  { visit: one, costDelayMs }: Pick<VisitOrder, 'visit' | 'costDelayMs'>,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: (wait: LockWait) => void },
): Promise<void> {
  const lockTimeoutMs = one.kind === 'REINDEX' ? REINDEX_LOCK_TIMEOUT_MS : LOCK_TIMEOUT_MS;
  await db.session(async (session) => {
    const pid = await beginVisit(session, { statementTimeoutMs: remainingMs, lockTimeoutMs, costDelayMs });
    await cancelOnAbort({ db: operator, pid, signal }, () =>
      watchLocks({ db: operator, pid, intervalMs: WATCH_MS, onWait }, () => visit(session, one)),
    );
  });
}

/**
 * VACUUM ends well also when it could remove nothing, since somebody may still see the rows: then it says who, for
 * nobody would look for him behind a success.
 */
async function toVacuumFinding(
  db: Database,
  one: Visit,
  { took, space }: { readonly took: string; readonly space: TableSpace },
): Promise<Finding> {
  const now = await readSpace(db, one.schema, one.name);
  const done = `${took}; ${megabytes(space.bytes)} MB before, ${megabytes(now?.bytes)} MB now`;
  if (!hasKept(space, now)) return toFinding(one, 'INFO', done);
  const who = await describeHolders(db);
  return toFinding(
    one,
    'WARNING',
    `${done}; ${now.deadRows} dead rows had to stay, since somebody may still see them: ${who}`,
    'End what still sees them, or wait for it; then run the task again.',
  );
}

function whyNot(error: { readonly code: string; readonly message: string }, wait: LockWait | null): string {
  if (error.code === '57014') return 'not done: it took longer than the run may take';
  if (error.code !== '55P03') return `not done: ${error.message}`;
  const who = wait?.blockers.map(describeBlocker).join('; ') ?? '';
  return `not done: somebody holds a lock on it${who === '' ? '' : `: ${who}`}`;
}

/** Also after a cancel, of which the step's own connection knows nothing any more. */
async function dropLeftoversOnFresh(fleet: Fleet, { cluster, visit: one }: VisitOrder): Promise<void> {
  const db = openDatabase({
    ...(await fleet.primaryLogin(cluster)),
    ...{ applicationName: APPLICATION_NAME, maxConnections: 1, statementTimeoutMs: CLEAN_TIMEOUT_MS },
    lockTimeoutMs: CLEAN_TIMEOUT_MS / 2,
  });
  try {
    await dropLeftovers(db, one);
  } catch (error) {
    // The next run finds what is left; how the rebuild ended matters more.
    if (!isServerError(error) && !isUnavailable(error)) throw error;
  } finally {
    await db.close();
  }
}

async function dropLeftovers(db: Database, { schema, name }: Visit): Promise<void> {
  for (const one of await listLeftoversOf(db, schema, name))
    await db.session((session) =>
      visit(session, { kind: 'DROP_LEFTOVER', schema, name: one.name, options: [], because: '' }),
    );
}

function toFinding(
  one: Visit,
  severity: Finding['severity'],
  message: string,
  suggestedAction: string | null = null,
): Finding {
  const statement = `${statementOf(one)};`;
  return finding(severity, `${one.schema}.${one.name}`, message, { suggestedAction, statement });
}

const megabytes = (bytes: number | undefined) =>
  bytes === undefined ? '?' : String(Math.round((bytes / 1024 ** 2) * 10) / 10);
