import type { Requester } from '../access/principals.ts';
import { InvalidInputError } from '../errors.ts';
import type { Operation, OperationRequest, OperationStarter } from '../operations/operations.ts';
import type { Queryable } from '../postgres/pool.ts';
import { schemaDrift } from './drift/drift.ts';
import { checkDriftOperation } from './drift/drift-operation.ts';
import type {
  Migration,
  MigrationService,
  MigrationsOutcome,
  RepairMigrationInput,
  RollOutMigrationsInput,
  RollOutOutcome,
  RunMigrationsInput,
  ValidateMigrationsInput,
} from './migrations.ts';
import { applyMigrationsOperation } from './apply-operation.ts';
import { type PlannerDependencies, readCluster, reviewCluster } from './planner.ts';
import { findTarget } from './plan.ts';
import { acceptDrift, repairMigration, RepairRefusedError } from './drift/repair.ts';
import { checkAgreement, type MigrationReview } from './review.ts';
import { rollbackMigrationsOperation } from './rollback-operation.ts';
import { type RolloutDependencies, rolloutOperation } from './rollout-operation.ts';
import {
  type ValidateOnBackupDependencies,
  validateOnBackupOperation,
} from './validation/backup-operation.ts';
import type { ChosenBackup } from './validation/restored.ts';
import { validateMigrationsOperation } from './validation/validate-operation.ts';
import { findValidation } from './validation/validation-store.ts';

/** The kinds of work on schemas, as they are registered with the engine. */
export interface MigrationOperations {
  readonly apply: ReturnType<typeof applyMigrationsOperation>;
  readonly rollBack: ReturnType<typeof rollbackMigrationsOperation>;
  readonly validate: ReturnType<typeof validateMigrationsOperation>;
  readonly validateOnBackup: ReturnType<typeof validateOnBackupOperation>;
  readonly checkDrift: ReturnType<typeof checkDriftOperation>;
  readonly rollOut: ReturnType<typeof rolloutOperation>;
}

/** The kinds of work, to be registered with the engine. */
export function createMigrationOperations<Chosen extends ChosenBackup>(
  deps: ValidateOnBackupDependencies<Chosen> & Omit<RolloutDependencies, 'plan'>,
): MigrationOperations {
  return {
    apply: applyMigrationsOperation(deps),
    rollBack: rollbackMigrationsOperation(deps),
    validate: validateMigrationsOperation(deps),
    validateOnBackup: validateOnBackupOperation(deps),
    checkDrift: checkDriftOperation(deps),
    rollOut: rolloutOperation({
      ...deps,
      plan: (cluster, target) => reviewCluster(deps, { cluster, target, direction: 'UP' }),
    }),
  };
}

export interface MigrationDependencies extends PlannerDependencies {
  readonly operations: OperationStarter;
  /** The control database, where the reports of validations are. */
  readonly db: Queryable;
  readonly definitions: MigrationOperations;
}

export function createMigrations(deps: MigrationDependencies): MigrationService {
  const { fleet } = deps;
  const list = async (cluster: string): Promise<readonly Migration[]> =>
    (await readCluster(deps, cluster)).map((status) => ({ ...status, cluster }));
  return {
    plan: (input) => reviewCluster(deps, input),
    apply: (input, request) => apply(deps, input, request),
    rollBack: (input, request) => rollBack(deps, input, request),
    rollOut: (input, request) => rollOut(deps, input, request),
    drift: (cluster) => schemaDrift(fleet, fleet.get(cluster).name),
    async listByCluster(clusters) {
      const settled = await Promise.allSettled(clusters.map(list));
      return settled.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error)));
    },
    validate: (input, request) => validate(deps, input, request),
    findValidation: (operationId) => findValidation(deps.db, operationId),
    repair: (input, requester) => repair(deps, input, requester),
    async acceptDrift({ cluster, foundFingerprint, reason }, { principal, onBehalfOf }) {
      const db = await fleet.primary(fleet.get(cluster).name);
      await acceptDrift(db, { foundFingerprint, reason, repairedBy: principal.name, onBehalfOf });
      return schemaDrift(fleet, cluster);
    },
    async agree({ cluster, target, planId }) {
      const review = await reviewCluster(deps, { cluster, target, direction: 'UP' });
      checkAgreement(review, planId);
      return review;
    },
  };
}

async function apply(
  deps: MigrationDependencies,
  { cluster, target, planId, dryRun, allowDrift }: RunMigrationsInput,
  request: OperationRequest,
): Promise<MigrationsOutcome> {
  requireReason(allowDrift, request);
  if (dryRun)
    return { operation: null, plan: await reviewCluster(deps, { cluster, target, direction: 'UP' }) };
  // What it refuses, its own plan refuses: behind the look at the idempotency key, so that a repeated call finds the
  // operation that has made the plan obsolete.
  const input = { cluster: deps.fleet.get(cluster).name, target, planId, allowDrift, ...whoAsks(request) };
  return { operation: await deps.operations.start(deps.definitions.apply, input, request), plan: null };
}

async function rollBack(
  deps: MigrationDependencies,
  { cluster, target, planId, dryRun, allowDrift }: RunMigrationsInput,
  request: OperationRequest,
): Promise<MigrationsOutcome> {
  requireReason(allowDrift, request);
  if (dryRun)
    return { operation: null, plan: await reviewCluster(deps, { cluster, target, direction: 'DOWN' }) };
  const input = {
    cluster: deps.fleet.get(cluster).name,
    ...{ planId, allowDrift, target: target ?? '000', scope: 'ABOVE' as const },
    requestedBy: request.principal.name,
    onBehalfOf: request.onBehalfOf,
  };
  return { operation: await deps.operations.start(deps.definitions.rollBack, input, request), plan: null };
}

async function rollOut(
  deps: MigrationDependencies,
  { clusters, dryRun, ...wanted }: RollOutMigrationsInput,
  request: OperationRequest,
): Promise<RollOutOutcome> {
  const names = [...new Set(clusters ?? deps.fleet.list().map(({ name }) => name))];
  for (const cluster of names) deps.fleet.get(cluster);
  if (!dryRun) {
    const input = { ...wanted, clusters: names, planIds: [...wanted.planIds], ...whoAsks(request) };
    return { operation: await deps.operations.start(deps.definitions.rollOut, input, request), plans: null };
  }
  const plans: MigrationReview[] = [];
  for (const cluster of names)
    plans.push(await reviewCluster(deps, { cluster, target: wanted.target, direction: 'UP' }));
  return { operation: null, plans };
}

async function validate(
  { fleet, operations, definitions }: MigrationDependencies,
  { cluster, from, onBackup }: ValidateMigrationsInput,
  request: OperationRequest,
): Promise<Operation> {
  const { name } = fleet.get(cluster);
  if (onBackup !== null && from !== null && from !== 'BACKUP')
    throw new InvalidInputError(
      ['input', 'onBackup'],
      `a trial on a backup is not one from ${from}`,
      'Give one of the two.',
    );
  if (onBackup === null && from !== 'BACKUP')
    return operations.start(definitions.validate, { cluster: name, from }, request);
  return operations.start(
    definitions.validateOnBackup,
    { cluster: name, backup: onBackup ?? 'latest' },
    request,
  );
}

/** The file must still be the one that was looked at. */
async function repair(
  deps: MigrationDependencies,
  { cluster, version, checksum, reason }: RepairMigrationInput,
  { principal, onBehalfOf }: Requester,
): Promise<Migration> {
  const find = async () => findTarget(await readCluster(deps, cluster), version);
  const { version: exact, state, file, applied } = await find();
  if (state !== 'DRIFTED' || !file || !applied)
    throw new RepairRefusedError(
      `migration ${exact} is ${state}; only a DRIFTED one has a checksum to repair`,
    );
  if (file.checksum !== checksum)
    throw new RepairRefusedError(`the file of migration ${exact} has changed again`);
  await repairMigration(await deps.fleet.primary(cluster), {
    ...{ version: applied.version, expectedChecksum: applied.checksum, newChecksum: checksum },
    ...{ reason, repairedBy: principal.name, onBehalfOf },
  });
  return { ...(await find()), cluster };
}

function requireReason(allowDrift: boolean, { reason }: OperationRequest): void {
  if (allowDrift && reason === null)
    throw new InvalidInputError(['input', 'reason'], 'going on in spite of drift needs a reason', 'Say why.');
}

function whoAsks({ principal, onBehalfOf }: OperationRequest) {
  return { appliedBy: principal.name, onBehalfOf };
}
