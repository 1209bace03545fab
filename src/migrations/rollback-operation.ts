import { z } from 'zod';
import {
  defineOperation,
  type OperationDefinition,
  type Plan,
  type StepContext,
} from '../operations/define.ts';
import { MigrationPlanChangedError } from './errors.ts';
import { type PlannerDependencies, refuseDrift, reviewCluster } from './planner.ts';
import { describeProgress } from './run/progress.ts';
import { checkAgreement, describeReview } from './review.ts';
import { planRollback, type RollbackPlanStep, type RollbackTarget } from './rollback-plan.ts';
import { rollbackTo } from './run/rollback-runner.ts';
import { readStatus } from './runner.ts';

const input = z.object({
  cluster: z.string(),
  /** Everything above this version is taken back; `000`: everything. With `only`: this one alone. */
  target: z.string(),
  scope: z.enum(['ABOVE', 'ONLY']),
  /** Id of the plan that was agreed to; null where a plan was not asked for. */
  planId: z.string().nullable(),
  /** True: go on although somebody has changed the schema by hand. */
  allowDrift: z.boolean(),
  requestedBy: z.string(),
  onBehalfOf: z.string().nullable(),
});
export type RollbackMigrationsOperationInput = z.output<typeof input>;

export interface RollbackMigrationsResult {
  readonly rolledBack: readonly {
    readonly version: string;
    readonly name: string;
    readonly durationMs: number;
  }[];
}

const LANE = 'schema';

/** `migrations.rollback`: one step for each down script, newest first. Refused while another one works on the schema. */
export function rollbackMigrationsOperation(
  deps: PlannerDependencies,
): OperationDefinition<RollbackMigrationsOperationInput, RollbackMigrationsResult> {
  const plan = async (wanted: RollbackMigrationsOperationInput) => {
    const files = await deps.readFiles();
    const db = await deps.fleet.primary(wanted.cluster);
    return planRollback(wanted.cluster, targetOf(wanted), await readStatus(db, files));
  };
  return defineOperation<RollbackMigrationsOperationInput, RollbackMigrationsResult>({
    kind: 'migrations.rollback',
    input,
    lanes: [LANE],
    whenBusy: 'REFUSE',
    target: ({ cluster, target }) => ({ cluster, name: `${cluster}/${target}` }),
    plan: (wanted) => agree(deps, wanted),
    async run(context, wanted) {
      // Twice is safe: it only reads. What it found is remembered, so that a successor has the same steps.
      const { migrations } = await context.step('check migrations', async () => {
        const planned = await plan(wanted);
        // The plan may be as old as the queue is long. A later attempt has less to do than was agreed to.
        if (context.attempt === 1 && wanted.planId !== null && wanted.planId !== planned.id)
          throw new MigrationPlanChangedError(wanted.planId, planned.id);
        if (!wanted.allowDrift && planned.migrations.length > 0) await refuseDrift(deps, wanted.cluster);
        return planned;
      });
      const rolledBack: RollbackMigrationsResult['rolledBack'][number][] = [];
      for (const [index, migration] of migrations.entries()) {
        const { version, name } = migration;
        // Twice is safe: a down script is committed together with the removal of the ledger's row, and one without a
        // row is not taken back again. Without a transaction, the same holds for each of its statements.
        const durationMs = await context.step(`roll back ${version}_${name}`, (stepContext) =>
          rollBackStep({ ...deps, wanted, migration, index, total: migrations.length }, stepContext),
        );
        rolledBack.push({ version, name, durationMs });
      }
      return { rolledBack };
    },
  });
}

/** What is refused here is refused before anything is written. */
async function agree(
  deps: PlannerDependencies,
  { cluster, target, planId, allowDrift }: RollbackMigrationsOperationInput,
): Promise<Plan> {
  const review = await reviewCluster(deps, { cluster, target, direction: 'DOWN' });
  checkAgreement(review, planId);
  if (!allowDrift && review.migrations.length > 0) await refuseDrift(deps, cluster);
  return describeReview(review);
}

interface Step extends PlannerDependencies {
  readonly wanted: RollbackMigrationsOperationInput;
  readonly migration: RollbackPlanStep;
  readonly index: number;
  readonly total: number;
}

async function rollBackStep(
  { fleet, readFiles, wanted, migration, index, total }: Step,
  context: StepContext,
): Promise<number> {
  const { version, name, checksum } = migration;
  const db = await fleet.primary(wanted.cluster);
  const files = await readFiles();
  const again = planRollback(wanted.cluster, { only: version }, await readStatus(db, files));
  const [found] = again.migrations;
  // The down script may have been replaced since the plan, e.g. when another release took the operation over.
  if (found && found.checksum !== checksum) throw new MigrationPlanChangedError(checksum, found.checksum);
  const [ended] = await rollbackTo(db, files, {
    only: version,
    appliedBy: wanted.requestedBy,
    onBehalfOf: wanted.onBehalfOf,
    operationId: context.operationId,
    signal: context.signal,
    fence: { lane: LANE, token: context.token },
    beforeCommit: () => context.assertLease(),
    onProgress: (at) => context.progress(describeProgress(at, { title: `${version}_${name}`, index, total })),
  });
  return ended?.durationMs ?? 0;
}

function targetOf({ target, scope }: RollbackMigrationsOperationInput): RollbackTarget {
  return scope === 'ONLY' ? { only: target } : { target };
}
