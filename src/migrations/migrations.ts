import type { SchemaDrift } from './drift/drift.ts';
import type { Operation, OperationRequest } from '../operations/operations.ts';
import type { Requester } from '../access/principals.ts';
import type { MigrationReview } from './review.ts';
import type { Direction, MigrationStatus } from './state.ts';
import type { ValidationBase, ValidationReport } from './validation/validate.ts';

/** One migration on one cluster. */
export interface Migration extends MigrationStatus {
  readonly cluster: string;
}

export interface PlanMigrationsInput {
  readonly cluster: string;
  readonly direction: Direction;
  /**
   * A version (`3`, `003`, `003_name`). UP: the last one to apply, null for all. DOWN: the one to go back to, `000` for
   * before the first; needed.
   */
  readonly target: string | null;
}

/** What an apply or a rollback is told besides the plan's subject. */
export interface RunMigrationsInput extends Omit<PlanMigrationsInput, 'direction'> {
  /** Id of the plan that was agreed to; null where none is needed. */
  readonly planId: string | null;
  /** True: go on although somebody has changed the schema by hand; needs a reason. */
  readonly allowDrift: boolean;
  readonly dryRun: boolean;
}

/** What came of a mutation that can be a dry run: the plan, or the operation, whose own plan says the same in words. */
export type MigrationsOutcome =
  | { readonly operation: null; readonly plan: MigrationReview }
  | { readonly operation: Operation; readonly plan: null };

export interface ValidateMigrationsInput {
  readonly cluster: string;
  /** Null: what is pending, or everything from empty when nothing is; BACKUP when one is named. */
  readonly from: ValidationBase | null;
  /** `latest`, a label or an alias of a backup to try it on; null: without rows. */
  readonly onBackup: string | null;
}

export interface RepairMigrationInput {
  readonly cluster: string;
  readonly version: string;
  /** Of the file as it was looked at. */
  readonly checksum: string;
  /** Why the file was changed; kept beside the new checksum. */
  readonly reason: string;
}

export interface AcceptDriftInput {
  readonly cluster: string;
  /** Of the schema as it was looked at. */
  readonly foundFingerprint: string;
  readonly reason: string;
}

export interface RollOutMigrationsInput {
  /** The first is the canary; null: all clusters, in the order of the configuration. */
  readonly clusters: readonly string[] | null;
  readonly target: string | null;
  /** Clusters at a time behind the canary. */
  readonly concurrency: number;
  /** How long the canary is watched before and after, each. */
  readonly observeSeconds: number;
  /** Ids of plans that were agreed to; needed for the clusters whose plan is dangerous. */
  readonly planIds: readonly string[];
  readonly dryRun: boolean;
}

/** The plans, one for each cluster in the order in which they come, or the operation. */
export type RollOutOutcome =
  | { readonly operation: null; readonly plans: readonly MigrationReview[] }
  | { readonly operation: Operation; readonly plans: null };

/** All throw {ClusterNotFoundError}, {DatabaseUnavailableError} and {MigrationInvalidError}. */
export interface MigrationService {
  /**
   * Migrations for each cluster, lowest version first, in the order of `clusters` (the DataLoader contract).
   * A cluster that cannot be asked gives its error in its place.
   */
  listByCluster(clusters: readonly string[]): Promise<readonly (readonly Migration[] | Error)[]>;
  /**
   * @throws {MigrationNotFoundError} @throws {MigrationDriftedError} @throws {MigrationOutOfOrderError}
   * @throws {MigrationUnfinishedError} and, down: {MigrationIrreversibleError}, {MigrationNeededError}.
   */
  plan(input: PlanMigrationsInput): Promise<MigrationReview>;
  /** What the schema has otherwise than after its newest migration. */
  drift(cluster: string): Promise<SchemaDrift>;
  /**
   * Refuses what `plan` refuses before anything is written; also throws what `OperationStarter.start` does.
   *
   * @throws {MigrationRefusedError} @throws {MigrationPlanRequiredError} @throws {MigrationPlanChangedError}
   * @throws {SchemaDriftedError}
   */
  apply(input: RunMigrationsInput, request: OperationRequest): Promise<MigrationsOutcome>;
  /** As `apply`. What destroys data needs the plan's id. */
  rollBack(input: RunMigrationsInput, request: OperationRequest): Promise<MigrationsOutcome>;
  /**
   * Tries up, down and up on a server of our own. @throws what `OperationStarter.start` does, on a backup the refusals of a
   * restore too. @throws {InvalidInputError}
   */
  validate(input: ValidateMigrationsInput, request: OperationRequest): Promise<Operation>;
  /** What that operation has found, also when it failed by it; null while it runs, and for other operations. */
  findValidation(operationId: string): Promise<ValidationReport | null>;
  /**
   * Takes the file as it is now for what was applied. Nothing is run.
   *
   * @throws {MigrationNotFoundError} @throws {RepairRefusedError} @throws {MigrationLockedError}
   */
  repair(input: RepairMigrationInput, requester: Requester): Promise<Migration>;
  /** Takes the schema as it is for the expected one. @throws {RepairRefusedError} @throws {MigrationLockedError} */
  acceptDrift(input: AcceptDriftInput, requester: Requester): Promise<SchemaDrift>;
  /** The plan of an apply, when it could be started as it stands. @throws what `apply` does. */
  agree(input: Omit<RunMigrationsInput, 'allowDrift' | 'dryRun'>): Promise<MigrationReview>;
  /** One cluster behind the other, the canary first. Also throws what `apply` does, for any of them. */
  rollOut(input: RollOutMigrationsInput, request: OperationRequest): Promise<RollOutOutcome>;
}
