import { z } from 'zod';
import type { Fleet } from '../fleet/fleet.ts';
import { defineOperation, type OperationDefinition, type StepContext } from '../operations/define.ts';
import { MigrationDriftedError } from './errors.ts';
import { readMigrationFiles } from './files.ts';
import { describePlan, type MigrationPlanStep, planMigrations } from './plan.ts';
import { describeProgress } from './progress.ts';
import type { RunOptions } from './run.ts';
import { applyPending, readStatus } from './runner.ts';
import { readLedger } from './store.ts';

const input = z.object({
  cluster: z.string(),
  /** A version as in the file's name; null: all. */
  target: z.string().nullable(),
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

interface Dependencies {
  readonly fleet: Fleet;
  readonly directory: string;
  /** Left out: no fingerprint stands in the ledger. */
  readonly fingerprint?: RunOptions['fingerprint'];
}

/** Lane of the runner's fence on the target database; the same as the lease's, since its tokens stand there. */
const LANE = 'schema';

/**
 * `migrations.apply`: one step for each migration, so that people see which one runs, and a successor goes on
 * behind the last one that is committed. A second apply is refused instead of queued: its plan was made before
 * the first one changed what there is to do.
 */
export function applyMigrationsOperation(
  deps: Dependencies,
): OperationDefinition<ApplyMigrationsOperationInput, ApplyMigrationsResult> {
  const plan = async ({ cluster, target }: ApplyMigrationsOperationInput) => {
    const files = await readMigrationFiles(deps.directory);
    return planMigrations(cluster, target, await readStatus(await deps.fleet.primary(cluster), files));
  };
  return defineOperation<ApplyMigrationsOperationInput, ApplyMigrationsResult>({
    kind: 'migrations.apply',
    input,
    lanes: [LANE],
    whenBusy: 'REFUSE',
    target: ({ cluster, target }) => ({
      cluster,
      name: target === null ? cluster : `${cluster}/${target}`,
    }),
    plan: async (wanted) => describePlan(await plan(wanted)),
    async run(context, wanted) {
      // Twice is safe: it only reads. What it found is remembered, so that a successor has the same steps.
      const { migrations } = await context.step('check migrations', () => plan(wanted));
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

interface Step extends Dependencies {
  readonly wanted: ApplyMigrationsOperationInput;
  readonly migration: MigrationPlanStep;
  readonly index: number;
  readonly total: number;
}

async function applyStep(
  { fleet, directory, fingerprint, wanted, migration, index, total }: Step,
  context: StepContext,
): Promise<number> {
  const { version, name, checksum } = migration;
  const db = await fleet.primary(wanted.cluster);
  const files = await readMigrationFiles(directory);
  const file = files.find((one) => one.version === version);
  // The file may have been replaced since the plan, e.g. when another release took the operation over.
  if (file?.checksum !== checksum) throw new MigrationDriftedError([version]);
  await applyPending(db, files, {
    target: version,
    appliedBy: wanted.appliedBy,
    onBehalfOf: wanted.onBehalfOf,
    operationId: context.operationId,
    signal: context.signal,
    fence: { lane: LANE, token: context.token },
    beforeCommit: () => context.assertLease(),
    ...(fingerprint ? { fingerprint } : {}),
    onProgress: (at) => context.progress(describeProgress(at, { title: `${version}_${name}`, index, total })),
  });
  const row = (await readLedger(db)).find((one) => one.version === version);
  return row?.durationMs ?? 0;
}
