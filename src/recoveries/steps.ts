import type { Fleet } from '../fleet/fleet.ts';
import type { StepContext } from '../operations/define.ts';
import { cancelOnAbort } from '../postgres/cancel.ts';
import { isServerError } from '../postgres/errors.ts';
import { openDatabase, type Database, type Transaction } from '../postgres/pool.ts';
import { exportRows } from './apply/export.ts';
import { type Clone, mergeMissing, type TableMerge } from './apply/merge.ts';
import { findDone } from './apply/merge-store.ts';
import type { OthersProof } from './apply/proof.ts';
import { fillSideSchema } from './apply/side-schema.ts';
import type { CloneGoal, Reached } from './clones.ts';
import { type Comparison, compareSides, pairSides, type Sides } from './compare/compare.ts';
import { beginReading, hasOrganization } from './compare/rows-probe.ts';
import { readBackend } from './compare/session-probe.ts';
import { RecoveryOrganizationNotFoundError, RecoveryRightsMissingError } from './errors.ts';
import type { RecoveryInput } from './recoveries.ts';

/** What was done with the rows. */
export interface Acted {
  readonly comparison: Comparison;
  readonly merges: readonly TableMerge[];
  readonly proof: OthersProof | null;
  readonly transactionId: string | null;
  readonly sideSchema: string | null;
  /** Rows that were written: to files, tables beside the live ones, or these. */
  readonly rowsRecovered: number;
  readonly rowsMs: number;
}

export interface ActDependencies {
  readonly fleet: Fleet;
  readonly hashLimitBytes: number;
  readonly goal: CloneGoal;
  /** Does `work` on the clone. */
  readonly open: <T>(work: (db: Database, reached: Reached) => Promise<T>) => Promise<T>;
}

type Outcome = Omit<Acted, 'rowsMs'>;

/** Compares, and does what the mode says. A merge that is committed already is not done again. */
export async function actOnRows(
  deps: ActDependencies,
  wanted: RecoveryInput,
  context: StepContext,
): Promise<Acted> {
  const startedAt = performance.now();
  const live = await openLive(deps.fleet, wanted.cluster);
  try {
    const done = wanted.mode === 'MERGE' ? await findDone<Merged>(live, context.operationId) : null;
    const outcome = done === null ? await actOnClone(deps, live, wanted, context) : ofMerge(done);
    return { ...outcome, rowsMs: performance.now() - startedAt };
  } catch (error) {
    throw isServerError(error, '42501') ? toRightsMissing(error) : error;
  } finally {
    await live.close();
  }
}

/** The plan has seen those of now: what is left are rights of then, or such as were taken away meanwhile. */
function toRightsMissing(error: Error): RecoveryRightsMissingError {
  return new RecoveryRightsMissingError(
    error.message,
    'The clone has the rights of then, the live database those of now: grant it and choose a later moment, or leave the table out with `tables`.',
    error,
  );
}

type Merged = Awaited<ReturnType<typeof mergeMissing>>;

async function actOnClone(
  deps: ActDependencies,
  live: Database,
  wanted: RecoveryInput,
  context: StepContext,
): Promise<Outcome> {
  return deps.open((clone) =>
    reading(clone, context.signal, async (then) => {
      await requireOrganization(then, wanted, deps.goal);
      if (wanted.mode === 'MERGE')
        return merge(deps, { live, clone: { tx: then, rows: clone } }, wanted, context);
      const comparison = await reading(live, context.signal, (now) =>
        compare({ then, now }, wanted, context),
      );
      const written = await write({ ...deps, live, then }, wanted, context);
      return { comparison, merges: [], proof: null, transactionId: null, ...written };
    }),
  );
}

function compare(
  sides: Sides,
  wanted: RecoveryInput,
  { progress, signal }: StepContext,
): Promise<Comparison> {
  const { organizationId, tables, overwriteChanged: withChanged } = wanted;
  return compareSides(sides, {
    ...{ organizationId, tables, withChanged },
    onProgress(table, done, total) {
      signal.throwIfAborted();
      progress({ fractionDone: done / total, message: `comparing ${table}, ${done} of ${total} tables` });
    },
  });
}

/** Files or tables with all rows of then; nothing for a mere comparison. */
async function write(
  { goal, live, then }: ActDependencies & { readonly live: Database; readonly then: Transaction },
  wanted: RecoveryInput,
  { operationId, signal, progress, assertLease }: StepContext,
): Promise<Pick<Outcome, 'sideSchema' | 'rowsRecovered'>> {
  const { mode, organizationId, cluster, destination } = wanted;
  const { chosen } = await pairSides({ then, now: then }, wanted.tables);
  const onProgress = (message: string) => progress({ message });
  assertLease();
  if (mode === 'EXPORT' && destination !== null) {
    const about = { cluster, at: goal.target, backup: goal.label };
    const options = { operationId, organizationId, ...about, directory: destination, signal, onProgress };
    const { tables } = await exportRows(then, chosen, options);
    return { sideSchema: null, rowsRecovered: tables.reduce((sum, one) => sum + one.rows, 0) };
  }
  if (mode === 'SIDE_SCHEMA') {
    const comment = `Organization ${organizationId} as it was at ${goal.target}, by operation ${operationId}`;
    const options = { operationId, organizationId, comment, signal, onProgress, pairs: chosen };
    const { schema, rows } = await fillSideSchema(live, then, options);
    return { sideSchema: schema, rowsRecovered: rows };
  }
  return { sideSchema: null, rowsRecovered: 0 };
}

async function merge(
  { goal, hashLimitBytes }: ActDependencies,
  sides: { readonly live: Database; readonly clone: Clone },
  wanted: RecoveryInput,
  { operationId, signal, token, progress, assertLease }: StepContext,
): Promise<Outcome> {
  const { organizationId, tables, overwriteChanged, planId } = wanted;
  const merged = await mergeMissing(sides.live, sides.clone, {
    ...{ operationId, organizationId, tables, overwriteChanged, hashLimitBytes, signal },
    planId: planId?.startsWith('rows-') === true ? planId : null,
    fence: { lane: 'data', token },
    note: { operationId, recoveredTo: goal.target, backup: goal.label },
    beforeCommit: assertLease,
    onProgress: (message) => progress({ message }),
  });
  return ofMerge(merged);
}

function ofMerge(merged: Merged): Outcome {
  const rowsRecovered = merged.merges.reduce((sum, one) => sum + one.restored + one.overwritten, 0);
  return { ...merged, sideSchema: null, rowsRecovered };
}

async function requireOrganization(
  then: Transaction,
  { organizationId, organizationName }: RecoveryInput,
  { target }: CloneGoal,
): Promise<void> {
  if (await hasOrganization(then, organizationId)) return;
  throw new RecoveryOrganizationNotFoundError(
    organizationName ?? organizationId,
    `in the database as it was at ${target}`,
    'It was made later, or removed earlier: choose another moment.',
  );
}

/** In one snapshot; an abort cancels the statement that runs. */
function reading<T>(db: Database, signal: AbortSignal, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await beginReading(tx);
    const pid = await readBackend(tx);
    return cancelOnAbort({ db, pid, signal }, () => work(tx));
  });
}

const APPLICATION_NAME = 'sunday-recovery';
const LONGEST_STATEMENT_MS = 6 * 3_600_000;

/** Connections of our own: those of the fleet are for short statements. */
async function openLive(fleet: Fleet, cluster: string): Promise<Database> {
  const login = await fleet.primaryLogin(cluster);
  return openDatabase({
    ...{ ...login, applicationName: APPLICATION_NAME },
    maxConnections: 2,
    statementTimeoutMs: LONGEST_STATEMENT_MS,
  });
}
