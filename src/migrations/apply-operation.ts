import { z } from 'zod';
import {
  defineOperation,
  type OperationDefinition,
  type Plan,
  type StepContext,
} from '../operations/define.ts';
import { KEEPS_CATALOG } from './drift/drift.ts';
import { MigrationDriftedError } from './errors.ts';
import { type MigrationPlan, type MigrationPlanStep, pendingUpTo, planMigrations } from './plan.ts';
import { type PlannerDependencies, readCluster, refuseDrift, reviewCluster } from './planner.ts';
import { listGroups } from './run/group.ts';
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
 * `migrations.apply`: one step for each transaction, which is one migration (or many small ones that the runner
 * commits together), so that people see which one runs, and a successor goes on behind the last one that is committed. A second apply is refused instead of queued: its plan was made before
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
      const { migrations, groups } = await context.step('check migrations', () => check(deps, wanted));
      const total = migrations.length;
      const applied: ApplyMigrationsResult['applied'][number][] = [];
      // One that an older release has begun knows no groups.
      for (const size of groups ?? migrations.map(() => 1)) {
        const index = applied.length;
        const members = migrations.slice(index, index + size);
        // Twice is safe: a migration is committed together with its row in the ledger, and one that has a row is
        // not applied again. Without a transaction, the same holds for each of its statements.
        const durations = await context.step(`apply ${titleOf(members)}`, (stepContext) =>
          applyStep({ ...deps, wanted, members, index, total }, stepContext),
        );
        // A number alone is of an older release, too.
        const all = typeof durations === 'number' ? [durations] : durations;
        members.forEach(({ version, name }, at) => applied.push({ version, name, durationMs: all[at] ?? 0 }));
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

interface Checked extends MigrationPlan {
  /** How many the steps take, in their order. */
  readonly groups?: readonly number[];
}

/** The plan may be as old as the queue is long. */
async function check(
  deps: PlannerDependencies,
  { cluster, target, allowDrift }: ApplyMigrationsOperationInput,
): Promise<Checked> {
  const statuses = await readCluster(deps, cluster);
  const plan = planMigrations(cluster, target, statuses);
  if (!allowDrift && plan.migrations.length > 0) await refuseDrift(deps, cluster, statuses);
  return { ...plan, groups: listGroups(pendingUpTo(statuses, target)) };
}

/** E.g. `001_a`, or `001_a to 040_z`. */
function titleOf(members: readonly MigrationPlanStep[]): string {
  const [first, last] = [members[0], members.at(-1)].map((one) => `${one?.version}_${one?.name}`);
  return members.length === 1 ? `${first}` : `${first} to ${last}`;
}

interface Step extends PlannerDependencies {
  readonly wanted: ApplyMigrationsOperationInput;
  readonly members: readonly MigrationPlanStep[];
  /** Of the first; counts from 0. */
  readonly index: number;
  readonly total: number;
}

/** Gives the milliseconds of each. */
async function applyStep(
  { fleet, readFiles, wanted, members, index, total }: Step,
  context: StepContext,
): Promise<number | readonly number[]> {
  const db = await fleet.primary(wanted.cluster);
  const files = await readFiles();
  // A file may have been replaced since the plan, e.g. when another release took the operation over.
  const replaced = members.filter(
    ({ version, checksum }) => files.find((one) => one.version === version)?.checksum !== checksum,
  );
  if (replaced.length > 0) throw new MigrationDriftedError(replaced.map(({ version }) => version));
  let furthest = 0; // those of a group end together, behind the last statement
  const applied = await applyPending(db, files, {
    target: members.at(-1)?.version ?? null,
    appliedBy: wanted.appliedBy,
    onBehalfOf: wanted.onBehalfOf,
    operationId: context.operationId,
    signal: context.signal,
    fence: { lane: LANE, token: context.token },
    beforeCommit: () => context.assertLease(),
    ...KEEPS_CATALOG,
    onProgress(at) {
      const place = Math.max(
        0,
        members.findIndex(({ version }) => version === at.version),
      );
      const { version, name } = members[place] ?? { version: '', name: '' };
      const title = { title: `${version}_${name}`, index: index + place, total };
      const { fractionDone, ...progress } = describeProgress(at, title);
      furthest = Math.max(furthest, fractionDone ?? 0);
      context.progress(fractionDone === undefined ? progress : { ...progress, fractionDone: furthest });
    },
  });
  // Of what a predecessor has committed, the ledger knows.
  const rows = [...applied, ...(applied.length < members.length ? await readLedger(db) : [])];
  return members.map(({ version }) => rows.find((one) => one.version === version)?.durationMs ?? 0);
}
