import { z } from 'zod';
import {
  defineOperation,
  type OperationDefinition,
  type Plan,
  type StepContext,
} from '../operations/define.ts';
import type { Queryable } from '../postgres/pool.ts';
import { pickSet, stanzaOf } from './catalogue.ts';
import { planClone, stopClone, type Clone } from './clone.ts';
import { abandonDestination, assertClaimed, claimDestination, releaseDestination } from './destination.ts';
import { ProofFailedError } from './errors.ts';
import { persist } from './persist.ts';
import type { RestoreResult } from './proof.ts';
import { readInfo } from './pgbackrest.ts';
import { checkRestoreDestination, describeRestore, type DestinationRules } from './restore-plan.ts';
import * as work from './restore-steps.ts';
import * as store from './store.ts';

const input = z.object({ cluster: z.string(), label: z.string(), destination: z.string() });
export type StartRestoreOperationInput = z.output<typeof input>;

interface PlanDependencies extends DestinationRules {
  readonly db: Queryable;
}

export interface RestoreDependencies extends PlanDependencies {
  /** Directory of postgres, pg_ctl and pg_controldata. */
  readonly postgresBinaries: string;
  /** Short path; below it each restored server gets its socket directory. */
  readonly runDirectory: string;
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
    target: ({ cluster, label }) => ({ cluster, name: `${cluster}/${label}` }),
    plan: (wanted) => planRestore(deps, wanted),
    async run({ step }, wanted) {
      // Twice is safe: it only reads.
      const target = await step('check', (context) => check(deps, wanted, context));
      // Twice is safe: the destination is marked as ours before anything is put there, and made empty again first.
      const restoreMs = await step('restore files', (context) => restore(deps, wanted, target, context));
      // Twice is safe: a server that runs already is taken as it is; one that was killed recovers again.
      const recovered = await step('recover', (context) => recover(deps, wanted, target, context));
      // Twice is safe: it counts, on a server that takes no writes.
      const proof = await step('prove rows', (context) => prove(deps, wanted, target, context));
      // Twice is safe: an upsert by operation, and a mark that is removed once.
      return step('record proof', (context) =>
        record(deps, wanted, work.toResult({ wanted, target, restoreMs, recovered, proof }), context),
      );
    },
    async compensate({ step }, wanted) {
      // Twice is safe: what is not there, or not ours, is left alone.
      await step('remove restored files', async (context) => {
        await stopClone(cloneOf(deps, wanted, context));
        await abandonDestination(wanted.destination, context.operationId);
      });
    },
  });
}

/** @throws {BackupNotFoundError} @throws {DestinationRefusedError} Nothing is written. */
export async function planRestore(deps: PlanDependencies, wanted: StartRestoreOperationInput): Promise<Plan> {
  return describeRestore(deps.db, { ...wanted, ...(await find(deps, wanted, null)) });
}

async function find(deps: PlanDependencies, wanted: StartRestoreOperationInput, operationId: string | null) {
  const stanza = stanzaOf(deps.fleet, wanted.cluster);
  const set = pickSet(wanted.cluster, await readInfo(stanza), wanted.label);
  await checkRestoreDestination(deps, { ...wanted, set }, operationId);
  const [records = []] = await store.listByCluster(deps.db, [wanted.cluster]);
  const manifest = records.find((one) => one.label === wanted.label)?.manifest ?? null;
  return { stanza, set, manifest };
}

async function check(deps: RestoreDependencies, wanted: StartRestoreOperationInput, context: StepContext) {
  return work.chooseTarget(
    await persist(context.signal, () => find(deps, wanted, context.operationId)),
    context,
  );
}

async function restore(
  deps: RestoreDependencies,
  wanted: StartRestoreOperationInput,
  target: work.RestoreTarget,
  context: StepContext,
): Promise<number> {
  await stopClone(cloneOf(deps, wanted, context)); // of a run that was killed later than here, and is retried
  context.assertLease();
  await claimDestination(wanted.destination, context.operationId);
  return work.restoreFiles(stanzaOf(deps.fleet, wanted.cluster), wanted, target, context);
}

async function recover(
  deps: RestoreDependencies,
  wanted: StartRestoreOperationInput,
  target: work.RestoreTarget,
  context: StepContext,
): Promise<work.Recovered> {
  await assertClaimed(wanted.destination, context.operationId, wanted.label);
  const options = { target, timeoutMs: deps.recoveryTimeoutMs };
  return work.openAtTarget(cloneOf(deps, wanted, context), options, context, (_db, recovered) =>
    Promise.resolve(recovered),
  );
}

async function prove(
  deps: RestoreDependencies,
  wanted: StartRestoreOperationInput,
  target: work.RestoreTarget,
  context: StepContext,
): Promise<work.RowProof> {
  await assertClaimed(wanted.destination, context.operationId, wanted.label);
  const clone = cloneOf(deps, wanted, context);
  const options = { target, timeoutMs: deps.recoveryTimeoutMs };
  const proof = await work.openAtTarget(clone, options, context, (db) => work.proveRows(db, target, context));
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
  const { cluster, label, destination } = wanted;
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
  { label, destination }: StartRestoreOperationInput,
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
