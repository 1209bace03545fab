import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SundayError } from '../errors.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { StepContext } from '../operations/define.ts';
import { cancelOnAbort } from '../postgres/cancel.ts';
import { isUnavailable } from '../postgres/errors.ts';
import type { Database } from '../postgres/pool.ts';
import { chooseMoment } from './choose.ts';
import type { CloneGoal, CloneSource, CloneWish, DrillWindow } from './clones.ts';
import type { DrillCheck, DrillCheckName, DrillInput } from './drills.ts';
import { DrillWindowEmptyError } from './errors.ts';
import { checkIndexes } from './index-check.ts';
import { findSuperuser, readBackend, readServerBytes } from './probe.ts';
import { checkCatalog, checkQuality, judgeRows, type Live } from './state-checks.ts';

export interface DrillStepDependencies<Goal extends CloneGoal> {
  readonly fleet: Fleet;
  readonly clones: CloneSource<Goal>;
  /** Where clones are put. */
  readonly workDirectory: string;
  readonly listWindows: (cluster: string) => Promise<readonly DrillWindow[]>;
}

/** What is restored; decided once, so that a step that runs again means the same. */
export interface Decided<Goal> {
  readonly wish: CloneWish;
  readonly goal: Goal;
  readonly startedAt: string;
}

/** Where the clone of an operation is. */
export function toDirectory(workDirectory: string, operationId: string | null): string {
  const id = operationId === null ? 'plan' : operationId.replaceAll('-', '').slice(-12);
  return join(workDirectory, `sunday-drill-${id}`);
}

/** As a superuser of the cluster where it has one: amcheck needs it, on the clone only. */
export async function toWish(
  { fleet, workDirectory }: Pick<DrillStepDependencies<CloneGoal>, 'fleet' | 'workDirectory'>,
  { cluster, target, timeline }: DrillInput & { readonly target: CloneWish['target'] },
  operationId: string | null,
): Promise<CloneWish> {
  const { user, database } = await fleet.primaryLogin(cluster);
  const superuser = await findSuperuser(await fleet.primary(cluster));
  const directory = toDirectory(workDirectory, operationId);
  return { cluster, target, timeline, directory, login: { user: superuser ?? user, database } };
}

const TRIES = 5;

/** @throws {DrillWindowEmptyError} and the refusals of a restore. */
export async function decide<Goal extends CloneGoal>(
  deps: DrillStepDependencies<Goal>,
  wanted: DrillInput,
  context: StepContext,
): Promise<Decided<Goal>> {
  const startedAt = new Date().toISOString();
  if (wanted.target !== null) {
    const wish = await toWish(deps, { ...wanted, target: wanted.target }, context.operationId);
    return { wish, goal: await deps.clones.decide(wish, context), startedAt };
  }
  const windows = await deps.listWindows(wanted.cluster);
  for (let attempt = 1; ; attempt += 1) {
    const chosen = chooseMoment(windows, Math.random());
    if (chosen === null) throw new DrillWindowEmptyError(wanted.cluster);
    const wish = await toWish(deps, { ...wanted, ...chosen }, context.operationId);
    try {
      return { wish, goal: await deps.clones.decide(wish, context), startedAt };
    } catch (error) {
      // A set may have expired, or a moment lie on the edge: another one will do.
      if (attempt === TRIES || !(error instanceof SundayError)) throw error;
    }
  }
}

/** A step's finding, or the check that it failed. */
export type Found<Value> =
  { readonly value: Value; readonly failed: null } | { readonly value: null; readonly failed: DrillCheck };

const FINDINGS: readonly string[] = ['RESTORE_FAILED', 'RECOVERY_FAILED'];

/** That a backup can't be restored is what a drill is to find out: a finding, and evidence, not an accident. */
export async function asFinding<Value>(
  name: DrillCheckName,
  { signal }: StepContext,
  work: () => Promise<Value>,
): Promise<Found<Value>> {
  try {
    return { value: await work(), failed: null };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SundayError) || !FINDINGS.includes(error.code)) throw error;
    return {
      value: null,
      failed: { name, state: 'FAILED', found: null, expected: null, reason: error.message },
    };
  }
}

export interface Proof {
  readonly checks: readonly DrillCheck[];
  readonly proofMs: number;
}

/** Beside the files of the clone: it has left recovery, so that it can't be opened at its target any more. */
const PROMOTED = 'sunday-drill-promoted';

/** All checks of the clone. A clone that an earlier try has let write is made again. */
export async function prove<Goal extends CloneGoal>(
  deps: DrillStepDependencies<Goal>,
  { wish, goal }: Decided<Goal>,
  context: StepContext,
): Promise<Proof> {
  const mark = join(wish.directory, PROMOTED);
  const wasPromoted = await access(mark).then(
    () => true,
    () => false,
  );
  if (wasPromoted) await deps.clones.make(wish, goal, context);
  return deps.clones.open(wish, goal, context, async (clone, reached) => {
    const startedAt = performance.now();
    const live = await openLive(deps.fleet, wish.cluster);
    const at = goal.at ?? reached.committedAt;
    const say = (message: string) => context.progress({ message });
    say('comparing the catalog');
    const checks = [await checkCatalog(clone, live, at === null ? null : new Date(at))];
    const counted =
      goal.manifest?.database === wish.login.database
        ? await deps.clones.countRows(clone, goal, context)
        : [];
    checks.push(judgeRows(goal, wish.login.database, counted));
    checks.push(...(await checkQualities(clone, live, context)));
    checks.push(await checkAllIndexes(clone, mark, context));
    return { checks, proofMs: performance.now() - startedAt };
  });
}

async function checkQualities(clone: Database, live: Live, context: StepContext): Promise<DrillCheck[]> {
  const checks: DrillCheck[] = [];
  for (const view of ['data_quality_issues', 'orphaned_records'] as const) {
    context.signal.throwIfAborted();
    context.progress({ message: `reading ${view}` });
    checks.push(await checkQuality(clone, live, view));
  }
  return checks;
}

/** Last: it may end the recovery. */
function checkAllIndexes(clone: Database, mark: string, context: StepContext): Promise<DrillCheck> {
  const { signal } = context;
  return clone.session(async (session) =>
    cancelOnAbort({ db: clone, pid: await readBackend(session), signal }, () =>
      checkIndexes(session, {
        signal,
        beforePromotion: () => writeFile(mark, '', { mode: 0o600 }),
        onProgress: (done, total, name) =>
          context.progress({ fractionDone: done / total, message: `checking ${name}, ${done} of ${total}` }),
      }),
    ),
  );
}

async function openLive(fleet: Fleet, cluster: string): Promise<Live> {
  try {
    return await fleet.primary(cluster);
  } catch (error) {
    if (isUnavailable(error)) return null;
    throw error;
  }
}

/** Any server of the cluster will do: they are copies. Null when none answers. */
export async function readLiveBytes(fleet: Fleet, cluster: string): Promise<bigint | null> {
  for (const instance of fleet.get(cluster).instances) {
    try {
      return await readServerBytes(fleet.monitor(instance));
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
  }
  return null;
}
