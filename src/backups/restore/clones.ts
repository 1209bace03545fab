import { setTimeout as sleep } from 'node:timers/promises';
import { SundayError } from '../../errors.ts';
import type { StepContext } from '../../operations/define.ts';
import type { Database } from '../../postgres/pool.ts';
import { stanzaOf } from '../catalogue.ts';
import { switchLog } from '../copy/probe.ts';
import { persist } from '../persist.ts';
import { withBackupDatabase } from '../pgbackrest/backup-role.ts';
import type { RestoreTimes } from '../pgbackrest/restore-command.ts';
import { planClone, stopClone, type Clone } from './clone.ts';
import { abandonDestination, assertClaimed, checkDestination, claimDestination } from './destination.ts';
import { TargetBeyondArchiveError } from './errors.ts';
import { estimateRestore, type RestoreEstimate } from './estimate.ts';
import { findRestore, type Choice, type FindDependencies, type WantedState } from './find.ts';
import { checkRestoreDestination, type DestinationRules } from './plan.ts';
import { decideGoal, openAtTarget, restoreFiles, type Recovered, type RestoreGoal } from './steps.ts';
import { describeTarget } from './target.ts';

/** A state that another noun wants to look into, on a server of its own that goes away again. */
export interface CloneWish extends WantedState {
  /** Absolute path of a directory that is not there yet. */
  readonly directory: string;
  /** Who looks into it: a role and a database of the cluster. */
  readonly login: { readonly user: string; readonly database: string };
}

/** What making it would take. */
export interface ClonePlan extends RestoreEstimate {
  readonly label: string;
  /** Why this backup. */
  readonly why: string;
  /** What was asked for, for people. */
  readonly target: string;
  readonly timeline: number;
  /** In UTC to the microsecond; null when the log does not say. */
  readonly at: string | null;
  readonly databaseBytes: bigint;
  readonly segments: number;
  readonly warnings: readonly string[];
}

/**
 * Fenced clones for other nouns. All steps can be repeated; whoever calls `make` calls `remove` in the end, also in
 * its compensation. The lane of backups must be held: a set that is being restored must not expire.
 */
export interface Clones {
  /** Reads only. @throws the refusals of restore/errors.ts, {DestinationRefusedError} */
  plan(wish: CloneWish): Promise<ClonePlan>;
  /** What is to be restored. @throws what `plan` does. */
  decide(wish: CloneWish, context: StepContext): Promise<RestoreGoal>;
  /** Restores the files. @throws {DestinationRefusedError} {RestoreFailedError} */
  make(wish: CloneWish, goal: RestoreGoal, context: StepContext): Promise<RestoreTimes>;
  /** Does `act` on it once it has stopped at its target; it runs on afterwards. @throws {RecoveryFailedError} */
  open<T>(
    wish: CloneWish,
    goal: RestoreGoal,
    context: StepContext,
    act: (db: Database, recovered: Recovered) => Promise<T>,
  ): Promise<T>;
  /** Twice is safe, and so is removing one that never was. */
  remove(wish: Pick<CloneWish, 'directory'>, context: StepContext): Promise<void>;
  /** For what a noun writes beside a clone. @throws {DestinationRefusedError} */
  checkDirectory(wish: { readonly cluster: string; readonly directory: string }): Promise<void>;
}

export interface CloneDependencies extends FindDependencies, DestinationRules {
  /** How long the recovery itself may take. */
  readonly recoveryTimeoutMs: number;
}

export function createClones(deps: CloneDependencies): Clones {
  const cloneOf = (directory: string, label: string, context: StepContext): Clone =>
    planClone({
      ...{ label, destination: directory, binaries: deps.postgresBinaries, runDirectory: deps.runDirectory },
      ...{ operationId: context.operationId, marks: context.processMarks },
    });
  return {
    async plan(wish) {
      const choice = await findSoon(deps, wish);
      await checkRoom(wish, { choice, operationId: null });
      return toPlan(wish, choice, await estimateRestore(deps, wish.cluster, choice));
    },
    async decide(wish, context) {
      const choice = await persist(context.signal, () => findSoon(deps, wish));
      await checkRoom(wish, { choice, operationId: context.operationId });
      const goal = await decideGoal(choice, wish.target, context);
      return { ...goal, login: wish.login, users: [...new Set([wish.login.user, ...goal.users])] };
    },
    async make({ cluster, directory }, goal, context) {
      await stopClone(cloneOf(directory, goal.label, context)); // of a run that was killed later than here
      context.assertLease();
      await claimDestination(directory, context.operationId);
      return restoreFiles(stanzaOf(deps.fleet, cluster), directory, goal, context);
    },
    async open({ directory }, goal, context, act) {
      await assertClaimed(directory, context.operationId, goal.label);
      const options = { goal, timeoutMs: deps.recoveryTimeoutMs };
      return openAtTarget(cloneOf(directory, goal.label, context), options, context, act);
    },
    async remove({ directory }, context) {
      await stopClone(cloneOf(directory, 'none', context));
      await abandonDestination(directory, context.operationId);
    },
    checkDirectory: ({ cluster, directory }) =>
      checkRestoreDestination(deps, { cluster, destination: directory, set: { databaseBytes: 0n } }, null),
  };
}

const ARRIVAL_MS = 12_000; // a request has 30 s
const POLL_MS = 3_000; // each look reads segments of the log

/**
 * What happened a moment ago is still in the open segment of the log: it is closed, and for a short time its way into
 * the archive is waited for.
 */
async function findSoon(deps: CloneDependencies, wish: CloneWish): Promise<Choice> {
  const deadline = performance.now() + ARRIVAL_MS;
  let isSwitched = false;
  for (;;) {
    try {
      return await findRestore(deps, wish);
    } catch (error) {
      if (!(error instanceof TargetBeyondArchiveError) || performance.now() > deadline) throw error;
      if (!isSwitched) await closeSegment(deps, wish.cluster);
      isSwitched = true;
      await sleep(POLL_MS);
    }
  }
}

/** Who may not, waits for archive_timeout. */
async function closeSegment({ fleet }: CloneDependencies, cluster: string): Promise<void> {
  try {
    await withBackupDatabase(stanzaOf(fleet, cluster), async (db) =>
      db === null ? undefined : switchLog(db),
    );
  } catch (error) {
    if (!(error instanceof SundayError) && !(error instanceof Error && 'code' in error)) throw error;
  }
}

/** Its place is ours, also below our own home; that it has room is what is to be seen. */
function checkRoom(
  { directory }: CloneWish,
  { choice, operationId }: { readonly choice: Choice; readonly operationId: string | null },
): Promise<void> {
  return checkDestination({
    ...{ destination: directory, forbidden: [], operationId },
    databaseBytes: choice.set.databaseBytes,
  });
}

function toPlan({ target }: CloneWish, choice: Choice, estimate: RestoreEstimate): ClonePlan {
  return {
    ...estimate,
    label: choice.set.label,
    why: choice.why,
    target: describeTarget(target),
    timeline: choice.recovery.timeline,
    at: choice.at,
    databaseBytes: choice.set.databaseBytes,
    segments: choice.segments.length,
    warnings: choice.warnings,
  };
}
