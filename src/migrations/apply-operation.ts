import { z } from 'zod';
import {
  defineOperation,
  type OperationDefinition,
  type Plan,
  type StepContext,
} from '../operations/define.ts';
import { recordCatalog } from './drift/drift.ts';
import { MigrationDriftedError } from './errors.ts';
import { type MigrationPlan, type MigrationPlanStep, planMigrations } from './plan.ts';
import { type PlannerDependencies, readCluster, refuseDrift, reviewCluster } from './planner.ts';
import { describeProgress } from './run/progress.ts';
import { checkAgreement, describeReview } from './review.ts';
import { applyPending } from './runner.ts';
import { readLedger } from './ledger/store.ts';

const input = z.object({
  cluster: z.string(),
  /** A version as in the file's name; null: all. */
  target: z.string().nullable(),
  /** Id of the plan that was agreed to; null where none is needed. */
  planId: z.string().nullable(),
  /** True: go on although somebody has changed the schema by hand. */
  allowDrift: z.boolean(),
  appliedBy: z.string(),
  onBehalfOf: z.string().nullable(),
});
export type ApplyMigrationsOperationInput = z.output<typeof input>;

export interface ApplyMigrationsResult {
  readonly applied: readonly {
    readonly version: string;
    readonly name: string;
    readonly durationMs: number;
  }[];
}

/** Lane of the runner's fence on the target database; the same as the lease's, since its tokens stand there. */
const LANE = 'schema';

/**
 * `migrations.apply`: one step for each migration, so that people see which one runs, and a successor goes on
 * behind the last one that is committed. A second apply is refused instead of queued: its plan was made before
 * the first one changed what there is to do.
 */
export function applyMigrationsOperation(
  deps: PlannerDependencies,
): OperationDefinition<ApplyMigrationsOperationInput, ApplyMigrationsResult> {
  return defineOperation<ApplyMigrationsOperationInput, ApplyMigrationsResult>({
    kind: 'migrations.apply',
    input,
    lanes: [LANE],
    whenBusy: 'REFUSE',
    target: ({ cluster, target }) => ({
      cluster,
      name: target === null ? cluster : `${cluster}/${target}`,
    }),
    plan: (wanted) => agree(deps, wanted),
    async run(context, wanted) {
      // Twice is safe: it only reads. What it found is remembered, so that a successor has the same steps.
      const { migrations } = await context.step('check migrations', () => check(deps, wanted));
      const applied: ApplyMigrationsResult['applied'][number][] = [];
      for (const [index, migration] of migrations.entries()) {
        // Twice is safe: a migration is committed together with its row in the ledger, and one that has a row is
        // not applied again. Without a transaction, the same holds for each of its statements.
        const durationMs = await context.step(`apply ${migration.version}_${migration.name}`, (stepContext) =>
          applyStep({ ...deps, wanted, migration, index, total: migrations.length }, stepContext),
        );
        applied.push({ version: migration.version, name: migration.name, durationMs });
      }
      return { applied };
    },
  });
}

/** What is refused here is refused before anything is written. */
async function agree(
  deps: PlannerDependencies,
  { cluster, target, planId, allowDrift }: ApplyMigrationsOperationInput,
): Promise<Plan> {
  const review = await reviewCluster(deps, { cluster, target, direction: 'UP' });
  checkAgreement(review, planId);
  if (!allowDrift && review.migrations.length > 0) await refuseDrift(deps, cluster);
  return describeReview(review);
}

/** The plan may be as old as the queue is long. */
async function check(
  deps: PlannerDependencies,
  { cluster, target, allowDrift }: ApplyMigrationsOperationInput,
): Promise<MigrationPlan> {
  const statuses = await readCluster(deps, cluster);
  const plan = planMigrations(cluster, target, statuses);
  if (!allowDrift && plan.migrations.length > 0) await refuseDrift(deps, cluster);
  return plan;
}

interface Step extends PlannerDependencies {
  readonly wanted: ApplyMigrationsOperationInput;
  readonly migration: MigrationPlanStep;
  readonly index: number;
  readonly total: number;
}

async function applyStep(
  { fleet, readFiles, wanted, migration, index, total }: Step,
  context: StepContext,
): Promise<number> {
  const { version, name, checksum } = migration;
  const db = await fleet.primary(wanted.cluster);
  const files = await readFiles();
  const file = files.find((one) => one.version === version);
  // The file may have been replaced since the plan, e.g. when another release took the operation over.
  if (file?.checksum !== checksum) throw new MigrationDriftedError([version]);
  const applied = await applyPending(db, files, {
    target: version,
    appliedBy: wanted.appliedBy,
    onBehalfOf: wanted.onBehalfOf,
    operationId: context.operationId,
    signal: context.signal,
    fence: { lane: LANE, token: context.token },
    beforeCommit: () => context.assertLease(),
    fingerprint: recordCatalog,
    onProgress: (at) => context.progress(describeProgress(at, { title: `${version}_${name}`, index, total })),
  });
  // Nothing was left to apply when a predecessor came as far as the commit.
  const row = [...applied, ...(applied.length === 0 ? await readLedger(db) : [])].find(
    (one) => one.version === version,
  );
  return row?.durationMs ?? 0;
}
