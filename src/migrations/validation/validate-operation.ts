import { z } from 'zod';
import type { Fleet } from '../../fleet/fleet.ts';
import { defineOperation, type OperationDefinition, type Plan } from '../../operations/define.ts';
import type { Queryable } from '../../postgres/pool.ts';
import type { MigrationReader } from '../files/files.ts';
import { checkScripts } from '../files/script.ts';
import { pendingUpTo } from '../plan.ts';
import { readStatus } from '../runner.ts';

import { assertReversible, VALIDATION_BASES, validateMigrations, type ValidationReport } from './validate.ts';
import { recordValidation } from './validation-store.ts';

const input = z.object({
  cluster: z.string(),
  /** Null: what is pending, or everything from empty when nothing is. */
  from: z.enum(VALIDATION_BASES).exclude(['BACKUP']).nullable(),
});
export type ValidateMigrationsOperationInput = z.output<typeof input>;

export interface ValidateDependencies {
  readonly fleet: Fleet;
  /** The control database: the report stays there, also of a validation that fails by it. */
  readonly db: Queryable;
  /** The product's migrations. */
  readonly readFiles: MigrationReader;
  readonly postgresBinaries: string;
  readonly runDirectory: string;
}

/**
 * `migrations.validate`: fails with MIGRATION_NOT_REVERSIBLE when a down script is not right, since a success that has
 * to be read to be understood is one too many. It takes no lane of those that change the target: it only reads it.
 */
export function validateMigrationsOperation(
  deps: ValidateDependencies,
): OperationDefinition<ValidateMigrationsOperationInput, ValidationReport> {
  return defineOperation<ValidateMigrationsOperationInput, ValidationReport>({
    kind: 'migrations.validate',
    input,
    lanes: ['maintenance'],
    whenBusy: 'QUEUE',
    target: ({ cluster }) => ({ cluster, name: cluster }),
    plan: (wanted) => plan(deps, wanted),
    async run({ step, operationId }, { cluster, from }) {
      // Twice is safe: each run has a server of its own, and removes the one that a killed run left behind.
      const report = await step('try up, down and up', async ({ signal, processMarks, progress }) =>
        validateMigrations({
          readFiles: deps.readFiles,
          target: await deps.fleet.primary(cluster),
          login: await deps.fleet.primaryLogin(cluster),
          postgresBinaries: deps.postgresBinaries,
          runDirectory: deps.runDirectory,
          from,
          marks: processMarks,
          signal,
          onProgress: (message) => progress({ message }),
        }),
      );
      // Twice is safe: one row for each operation.
      await step('keep the report', () => recordValidation(deps.db, operationId, report));
      assertReversible(report);
      return report;
    },
  });
}

async function plan(
  { fleet, readFiles }: ValidateDependencies,
  { cluster, from }: ValidateMigrationsOperationInput,
): Promise<Plan> {
  const files = await readFiles();
  const pending = pendingUpTo(await readStatus(await fleet.primary(cluster), files), null);
  checkScripts(pending);
  const isEmpty = from === 'EMPTY' || (from === null && pending.length === 0);
  const tried = isEmpty ? files : pending;
  return {
    summary: isEmpty
      ? `try all ${tried.length} migration(s) on an empty database`
      : `try ${tried.length} pending migration(s) on a clone of the schema of ${cluster}`,
    steps: tried.map((one) => `up, down and up: ${one.version}_${one.name}`),
    warnings: isEmpty ? [] : [`pg_dump reads the schema of ${cluster}; DDL there waits while it does`],
  };
}
