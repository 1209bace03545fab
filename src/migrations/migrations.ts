import type { Fleet } from '../fleet/fleet.ts';
import type { Operation, OperationRequest, OperationStarter } from '../operations/operations.ts';
import { readMigrationFiles } from './files.ts';
import type { applyMigrationsOperation } from './operation.ts';
import { type MigrationPlan, planMigrations } from './plan.ts';
import { readStatus } from './runner.ts';
import type { MigrationState, MigrationStatus } from './state.ts';

/** One migration on one cluster. What is null of the ledger's part is so while it is not applied. */
export interface Migration {
  readonly cluster: string;
  /** As in the file's name, e.g. `001`. */
  readonly version: string;
  readonly name: string;
  readonly state: MigrationState;
  /** SHA-256, hexadecimal, of the file; of the ledger when the file is missing. */
  readonly checksum: string;
  readonly hasDownScript: boolean;
  readonly appliedAt: Date | null;
  readonly appliedBy: string | null;
  readonly onBehalfOf: string | null;
  readonly durationMs: number | null;
  readonly operationId: string | null;
}

export interface ApplyMigrationsInput {
  readonly cluster: string;
  /** A version (`3`, `003`, `003_name`); null: all. */
  readonly target: string | null;
  readonly dryRun: boolean;
}

export interface ApplyMigrationsOutcome {
  /** Null for a dry run. */
  readonly operation: Operation | null;
  readonly plan: MigrationPlan;
}

export interface MigrationService {
  /**
   * Migrations for each cluster, lowest version first, in the order of `clusters` (the DataLoader contract).
   * A cluster that cannot be asked gives its error in its place.
   */
  listByCluster(clusters: readonly string[]): Promise<readonly (readonly Migration[] | Error)[]>;
  /**
   * @throws {ClusterNotFoundError} @throws {DatabaseUnavailableError} @throws {MigrationNotFoundError}
   * @throws {MigrationInvalidError} @throws {MigrationDriftedError} @throws {MigrationOutOfOrderError}
   */
  plan(cluster: string, target: string | null): Promise<MigrationPlan>;
  /** Refuses what `plan` refuses before anything is written; also throws what `OperationStarter.start` does. */
  apply(input: ApplyMigrationsInput, request: OperationRequest): Promise<ApplyMigrationsOutcome>;
}

export interface MigrationDependencies {
  readonly fleet: Fleet;
  readonly operations: OperationStarter;
  /** The product's migrations. */
  readonly directory: string;
  readonly definition: ReturnType<typeof applyMigrationsOperation>;
}

export function createMigrations(deps: MigrationDependencies): MigrationService {
  const { fleet, operations, directory, definition } = deps;
  const statusOf = async (cluster: string): Promise<readonly MigrationStatus[]> =>
    readStatus(await fleet.primary(fleet.get(cluster).name), await readMigrationFiles(directory));
  const plan = async (cluster: string, target: string | null) =>
    planMigrations(cluster, target, await statusOf(cluster));
  return {
    plan,
    async listByCluster(clusters) {
      const list = async (cluster: string) =>
        (await statusOf(cluster)).map((status) => toMigration(cluster, status));
      const settled = await Promise.allSettled(clusters.map(list));
      return settled.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error)));
    },
    async apply({ cluster, target, dryRun }, request) {
      const planned = await plan(cluster, target);
      if (dryRun) return { operation: null, plan: planned };
      const input = {
        cluster,
        target: planned.target,
        appliedBy: request.principal.name,
        onBehalfOf: request.onBehalfOf,
      };
      return { operation: await operations.start(definition, input, request), plan: planned };
    },
  };
}

function toMigration(cluster: string, status: MigrationStatus): Migration {
  const { applied, file, version, name, state, checksum } = status;
  return {
    cluster,
    version,
    name,
    state,
    checksum,
    hasDownScript: (file?.down ?? null) !== null,
    appliedAt: applied?.appliedAt ?? null,
    appliedBy: applied?.appliedBy ?? null,
    onBehalfOf: applied?.onBehalfOf ?? null,
    durationMs: applied?.durationMs ?? null,
    operationId: applied?.operationId ?? null,
  };
}
