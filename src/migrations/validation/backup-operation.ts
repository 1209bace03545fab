import { z } from 'zod';
import { defineOperation, type OperationDefinition, type Plan } from '../../operations/define.ts';
import { pendingUpTo } from '../plan.ts';
import { readStatus } from '../runner.ts';
import type { ChosenBackup, RestoredBackups } from './restored.ts';
import { assertReversible, validateRestored, type ValidationReport } from './validate.ts';
import type { ValidateDependencies } from './validate-operation.ts';
import { recordValidation } from './validation-store.ts';

const input = z.object({
  cluster: z.string(),
  /** `latest`, a label or an alias. */
  backup: z.string(),
});
export type ValidateOnBackupInput = z.output<typeof input>;

export interface ValidateOnBackupDependencies<Chosen extends ChosenBackup> extends ValidateDependencies {
  readonly restored: RestoredBackups<Chosen>;
}

/**
 * `migrations.validateOnBackup`: as `migrations.validate`, on a restored backup with all its rows, so that the times are
 * those of real data. The cluster is only read. The lane of backups: a set must not expire while it is restored.
 */
export function validateOnBackupOperation<Chosen extends ChosenBackup>(
  deps: ValidateOnBackupDependencies<Chosen>,
): OperationDefinition<ValidateOnBackupInput, ValidationReport> {
  const { restored, fleet, readFiles, db } = deps;
  return defineOperation<ValidateOnBackupInput, ValidationReport>({
    kind: 'migrations.validateOnBackup',
    input,
    lanes: ['backup'],
    whenBusy: 'QUEUE',
    target: ({ cluster, backup }) => ({ cluster, name: `${cluster}/${backup}` }),
    plan: (wanted) => plan(deps, wanted),
    async run({ step, operationId }, { cluster, backup }) {
      // Twice is safe: it only reads, and what it chose counts once it is noted.
      const chosen = await step('choose backup', (context) => restored.choose({ cluster, backup }, context));
      // Twice is safe: the directory is marked as ours before anything is put there, and made empty again first.
      const restoreMs = await step('restore files', (context) => restored.restore(chosen, context));
      // Twice is safe: a clone that an earlier try has let write is restored again.
      const report = await step('try up, down and up', (context) =>
        restored.open(chosen, context, async (clone, recoveryMs) => {
          const { label, at, databaseBytes } = chosen;
          const target = await fleet.primary(cluster);
          return validateRestored(clone, {
            ...{ readFiles, target, signal: context.signal },
            backup: { label, at, databaseBytes, restoreMs, recoveryMs },
            onProgress: (message) => context.progress({ message }),
          });
        }),
      );
      // Twice is safe: what is gone is gone.
      await step('remove clone', (context) => restored.remove(context));
      // Twice is safe: one row for each operation.
      await step('keep the report', () => recordValidation(db, operationId, report));
      assertReversible(report);
      return report;
    },
    async compensate({ step }) {
      // Twice is safe: what is not there, or not ours, is left alone.
      await step('remove clone', (context) => restored.remove(context));
    },
  });
}

async function plan<Chosen extends ChosenBackup>(
  { fleet, readFiles, restored }: ValidateOnBackupDependencies<Chosen>,
  { cluster, backup }: ValidateOnBackupInput,
): Promise<Plan> {
  const files = await readFiles();
  const pending = pendingUpTo(await readStatus(await fleet.primary(cluster), files), null);
  const preview = await restored.preview({ cluster, backup });
  const { label, databaseBytes, segments, seconds, warnings } = preview;
  const time = seconds === null ? 'how long was never measured' : `about ${Math.ceil(seconds)} s`;
  return {
    summary: `try what is pending on backup ${label} of ${cluster}, restored into a clone`,
    steps: [
      `restore backup ${label} (${databaseBytes} bytes) and ${segments} segments of log into a clone, fenced off (${time})`,
      'let it write',
      ...pending.map((one) => `up, down and up: ${one.version}_${one.name}`),
      'stop it, remove it and keep the report',
    ],
    warnings: [
      ...(pending.length === 0
        ? [`nothing is pending on ${cluster}: only what the backup lacks is tried`]
        : []),
      ...warnings,
    ],
  };
}
