import {
  defineOperation,
  type OperationContext,
  type OperationDefinition,
  type StepContext,
} from '../operations/define.ts';
import { removeExport } from './apply/export.ts';
import { dropSideSchema, toSchemaName } from './apply/side-store.ts';
import type { CloneGoal, CloneSource } from './clones.ts';
import { planRecovery, type PlanDependencies, requireAgreement, toDirectory, toWish } from './plan.ts';
import { type RecoveryInput, type RecoveryReport, recoverySchema } from './recoveries.ts';
import { toReport } from './report.ts';
import { actOnRows, type Acted } from './steps.ts';

export interface RecoveryDependencies<Goal extends CloneGoal> extends PlanDependencies {
  readonly clones: CloneSource<Goal>;
  /** Up to so many bytes of live tables, rows of others are hashed around a merge. */
  readonly hashLimitBytes: number;
}

const STEPS: Readonly<Record<RecoveryInput['mode'], string>> = {
  COMPARE: 'compare',
  EXPORT: 'compare and export',
  SIDE_SCHEMA: 'compare and copy',
  MERGE: 'compare and merge',
};

/**
 * `recoveries.recover`: one organization's rows of then. Its lanes: a set must not expire while it is restored, and no
 * other operation may write rows of organizations.
 */
export function recoverOrganizationOperation<Goal extends CloneGoal>(
  deps: RecoveryDependencies<Goal>,
): OperationDefinition<RecoveryInput, RecoveryReport> {
  return defineOperation<RecoveryInput, RecoveryReport>({
    kind: 'recoveries.recover',
    input: recoverySchema,
    lanes: ['backup', 'data'],
    whenBusy: 'QUEUE',
    target: ({ cluster, organizationName, organizationId }) => ({
      cluster,
      name: `${cluster}/${organizationName ?? organizationId}`,
    }),
    async plan(wanted) {
      const { summary, steps, warnings, id } = await planRecovery(deps, wanted);
      requireAgreement(wanted, id);
      return { summary, steps, warnings };
    },
    run: (context, wanted) => recover(deps, wanted, context),
    compensate: (context, wanted) => takeBack(deps, wanted, context),
  });
}

async function recover<Goal extends CloneGoal>(
  deps: RecoveryDependencies<Goal>,
  wanted: RecoveryInput,
  { step }: OperationContext,
): Promise<RecoveryReport> {
  const wishOf = ({ operationId }: StepContext) => toWish(deps, wanted, operationId);
  // Twice is safe: it only reads.
  const goal = await step('check', async (context) => deps.clones.decide(await wishOf(context), context));
  // Twice is safe: the directory is marked as ours before anything is put there, and made empty again first.
  const { restoreMs } = await step('restore files', async (context) =>
    deps.clones.make(await wishOf(context), goal, context),
  );
  // Twice is safe: a server that runs already is taken as it is; one that was killed recovers again.
  const reached = await step('recover', async (context) =>
    deps.clones.open(await wishOf(context), goal, context, (_db, found) => Promise.resolve(found)),
  );
  // Twice is safe: files and schemas are made anew, and a merge is one transaction that names this operation.
  const acted = await step(STEPS[wanted.mode], (context) => act(deps, wanted, goal, context));
  // No step follows a merge, so that a cancel finds either nothing done or everything.
  if (wanted.mode !== 'MERGE') await step('remove clone', (context) => removeClone(deps, wanted, context)); // twice is safe
  return toReport(wanted, { goal, reached, restoreMs, acted });
}

async function act<Goal extends CloneGoal>(
  deps: RecoveryDependencies<Goal>,
  wanted: RecoveryInput,
  goal: Goal,
  context: StepContext,
): Promise<Acted> {
  const wish = await toWish(deps, wanted, context.operationId);
  const acted = await actOnRows(
    {
      ...{ fleet: deps.fleet, hashLimitBytes: deps.hashLimitBytes, goal },
      open: (work) => deps.clones.open(wish, goal, context, work),
    },
    wanted,
    context,
  );
  if (wanted.mode === 'MERGE') await removeClone(deps, wanted, context);
  return acted;
}

function removeClone<Goal extends CloneGoal>(
  deps: RecoveryDependencies<Goal>,
  wanted: RecoveryInput,
  context: StepContext,
): Promise<void> {
  return deps.clones.remove({ directory: toDirectory(deps, wanted, context.operationId) }, context);
}

/** Twice is safe: what is not there, or not ours, is left alone. A merge takes itself back. */
async function takeBack<Goal extends CloneGoal>(
  deps: RecoveryDependencies<Goal>,
  wanted: RecoveryInput,
  { step }: OperationContext,
): Promise<void> {
  const { mode, destination, cluster } = wanted;
  await step('remove clone', (context) => removeClone(deps, wanted, context));
  if (destination !== null)
    await step('remove export', ({ operationId }) => removeExport(destination, operationId));
  if (mode === 'SIDE_SCHEMA')
    await step('remove side schema', async ({ operationId }) =>
      dropSideSchema(await deps.fleet.primary(cluster), toSchemaName(operationId)),
    );
}
