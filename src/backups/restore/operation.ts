import { z } from 'zod';
import {
  defineOperation,
  type OperationDefinition,
  type Plan,
  type StepContext,
} from '../../operations/define.ts';
import { pickSet, stanzaOf } from '../catalogue.ts';
import { planClone, stopClone, type Clone } from './clone.ts';
import { abandonDestination, assertClaimed, claimDestination, releaseDestination } from './destination.ts';
import { ProofFailedError } from '../errors.ts';
import { persist } from '../persist.ts';
import type { RestoreResult } from './proof.ts';
import { readInfo } from '../pgbackrest/pgbackrest.ts';
import type { RestoreTimes } from '../pgbackrest/restore-command.ts';
import { limitGoal, selectDatabases } from './databases.ts';
import { estimateRestore } from './estimate.ts';
import { findRestore, type Choice, type FindDependencies } from './find.ts';
import { checkRestoreDestination, describeRestore, type DestinationRules } from './plan.ts';
import { toResult } from './result.ts';
import * as work from './steps.ts';
import { describeTarget, restoreTargetSchema, type RestoreTarget } from './target.ts';
import * as store from '../store.ts';

const input = z
  .object({
    cluster: z.string(),
    destination: z.string(),
    /** The same as a target of kind SET; exactly one of the two. */
    label: z.string().optional(),
    target: restoreTargetSchema.optional(),
    timeline: z.number().int().nullable().optional(),
    /** Sets of this repository only; left out: of any. */
    repository: z.string().nullable().optional(),
    /** Only these; left out: all. */
    databases: z.array(z.string()).readonly().nullable().optional(),
  })
  .refine((one) => (one.label === undefined) !== (one.target === undefined), 'a label or a target');
export type StartRestoreOperationInput = z.output<typeof input>;

interface PlanDependencies extends DestinationRules, FindDependencies {}

export interface RestoreDependencies extends PlanDependencies {
  /** How long the recovery itself may take. */
  readonly recoveryTimeoutMs: number;
}

/**
 * `backups.restore`: into a new directory, proven there. Production is only read, but the lane of backups is held:
 * a backup expires old sets when it ends, and that must not be the one that is being restored.
 */
export function startRestoreOperation(
  deps: RestoreDependencies,
): OperationDefinition<StartRestoreOperationInput, RestoreResult> {
  return defineOperation<StartRestoreOperationInput, RestoreResult>({
    kind: 'backups.restore',
    input,
    lanes: ['backup'],
    whenBusy: 'QUEUE',
    target: (wanted) => ({ cluster: wanted.cluster, name: nameOf(wanted) }),
    plan: (wanted) => planRestore(deps, wanted),
    async run({ step }, wanted) {
      // Twice is safe: it only reads.
      const goal = await step('check', (context) => check(deps, wanted, context));
      // Twice is safe: the destination is marked as ours before anything is put there, and made empty again first.
      const times = await step('restore files', (context) => restore(deps, wanted, goal, context));
      // Twice is safe: a server that runs already is taken as it is; one that was killed recovers again.
      const recovered = await step('recover', (context) => recover(deps, wanted, goal, context));
      // Twice is safe: it counts, on a server that takes no writes.
      const proof = await step('prove rows', (context) => prove(deps, wanted, goal, context));
      const { destination } = wanted;
      // Twice is safe: an upsert by operation, and a mark that is removed once.
      return step('record proof', (context) =>
        record(deps, wanted, toResult({ destination, goal, times, recovered, proof }), context),
      );
    },
    async compensate({ step }, wanted) {
      // Twice is safe: what is not there, or not ours, is left alone.
      await step('remove restored files', async (context) => {
        await stopClone(cloneOf(deps, wanted, nameOf(wanted), context));
        await abandonDestination(wanted.destination, context.operationId);
      });
    },
  });
}

/** What was asked for: a label alone is the set. */
function targetOf({ label, target }: StartRestoreOperationInput): RestoreTarget {
  return target ?? { kind: 'SET', label: label ?? '' };
}

function nameOf(wanted: StartRestoreOperationInput): string {
  const target = targetOf(wanted);
  return `${wanted.cluster}/${target.kind === 'SET' ? target.label : describeTarget(target)}`;
}

/** @throws {BackupNotFoundError} @throws {DestinationRefusedError} and what `findRestore` does. Nothing is written. */
export async function planRestore(deps: PlanDependencies, wanted: StartRestoreOperationInput): Promise<Plan> {
  const { cluster, destination } = wanted;
  const choice = await find(deps, wanted, null);
  const selection = await selectDatabases(choice, wanted.databases ?? null);
  const estimate = await estimateRestore(deps, cluster, choice);
  return describeRestore(choice, { cluster, destination, target: targetOf(wanted), estimate, selection });
}

async function find(
  deps: PlanDependencies,
  wanted: StartRestoreOperationInput,
  operationId: string | null,
): Promise<Choice> {
  const { cluster, destination, timeline = null, repository = null } = wanted;
  const choice = await findRestore(deps, { cluster, target: targetOf(wanted), timeline, repository });
  await checkRestoreDestination(deps, { cluster, destination, set: choice.set }, operationId);
  return choice;
}

async function check(
  deps: RestoreDependencies,
  wanted: StartRestoreOperationInput,
  context: StepContext,
): Promise<work.RestoreGoal> {
  const choice = await persist(context.signal, () => find(deps, wanted, context.operationId));
  const selection = await selectDatabases(choice, wanted.databases ?? null);
  return limitGoal(await work.decideGoal(choice, targetOf(wanted), context), selection);
}

async function restore(
  deps: RestoreDependencies,
  wanted: StartRestoreOperationInput,
  goal: work.RestoreGoal,
  context: StepContext,
): Promise<RestoreTimes> {
  await stopClone(cloneOf(deps, wanted, goal.label, context)); // of a run that was killed later than here, and is retried
  context.assertLease();
  await claimDestination(wanted.destination, context.operationId);
  return work.restoreFiles(stanzaOf(deps.fleet, wanted.cluster), wanted.destination, goal, context);
}

async function recover(
  deps: RestoreDependencies,
  wanted: StartRestoreOperationInput,
  goal: work.RestoreGoal,
  context: StepContext,
): Promise<work.Recovered> {
  await assertClaimed(wanted.destination, context.operationId, goal.label);
  const options = { goal, timeoutMs: deps.recoveryTimeoutMs };
  return work.openAtTarget(cloneOf(deps, wanted, goal.label, context), options, context, (_db, recovered) =>
    Promise.resolve(recovered),
  );
}

async function prove(
  deps: RestoreDependencies,
  wanted: StartRestoreOperationInput,
  goal: work.RestoreGoal,
  context: StepContext,
): Promise<work.RowProof> {
  await assertClaimed(wanted.destination, context.operationId, goal.label);
  const clone = cloneOf(deps, wanted, goal.label, context);
  const options = { goal, timeoutMs: deps.recoveryTimeoutMs };
  const proof = await work.openAtTarget(clone, options, context, (db) => work.proveRows(db, goal, context));
  await stopClone(clone);
  return proof;
}

/** @throws {ProofFailedError} once the evidence is written down. */
async function record(
  deps: RestoreDependencies,
  wanted: StartRestoreOperationInput,
  result: RestoreResult,
  { operationId, assertLease, signal }: StepContext,
): Promise<RestoreResult> {
  const { cluster, destination } = wanted;
  const { label } = result;
  const set = pickSet(cluster, await readInfo(stanzaOf(deps.fleet, cluster)), label);
  assertLease();
  await persist(signal, () => store.recordProof(deps.db, { cluster, operationId, set, result }));
  if (result.tablesFailed > 0) {
    const failed = result.tables.filter((one) => !one.ok).map((one) => one.table);
    throw new ProofFailedError(label, failed);
  }
  await releaseDestination(destination, operationId);
  return result;
}

function cloneOf(
  { postgresBinaries, runDirectory }: RestoreDependencies,
  { destination }: StartRestoreOperationInput,
  label: string,
  { operationId, processMarks }: StepContext,
): Clone {
  return planClone({
    label,
    binaries: postgresBinaries,
    destination,
    runDirectory,
    operationId,
    marks: processMarks,
  });
}
