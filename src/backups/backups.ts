import type { StandbySettings } from '../config/backup-settings.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { OperationDefinition } from '../operations/define.ts';
import type { Operation, OperationRequest, OperationStarter } from '../operations/operations.ts';
import type { Database } from '../postgres/pool.ts';
import { findByName } from './alias.ts';
import { createCatalogue, stanzaOf, type Backup } from './catalogue.ts';
import {
  expireBackupsOperation,
  type ExpireBackupsOperationInput,
  type ExpireBackupsResult,
} from './retention/expire-operation.ts';
import { type ExpiryPlan, type ExpiryScope, planExpiry } from './retention/expire-plan.ts';
import { findRunning, type RunningBackup, type RunningDependencies } from './running.ts';
import type { RestoreResult } from './restore/proof.ts';
import type { MemberDependencies } from './restore/in-place/members.ts';
import {
  restoreInPlaceOperation,
  type RestoreInPlaceInput,
  type RestoreInPlaceResult,
} from './restore/in-place/operation.ts';
import { startRestoreOperation, type StartRestoreOperationInput } from './restore/operation.ts';
import { createRestores, type RestoreService } from './restore/service.ts';
import { createRetention, type RetentionDependencies, type RetentionService } from './retention/service.ts';
import {
  startBackupOperation,
  type StartBackupOperationInput,
  type StartBackupResult,
} from './copy/start-operation.ts';
import {
  verifyBackupOperation,
  type VerifyBackupOperationInput,
  type VerifyBackupResult,
} from './verification/verify-operation.ts';

/** All throw {ClusterNotFoundError}, {BackupsNotConfiguredError} and the typed failures of a repository. */
export interface BackupService extends RetentionService, RestoreService {
  /** @throws what `OperationStarter.start` does. */
  start(input: StartBackupOperationInput, request: OperationRequest): Promise<Operation>;
  /** @throws {BackupNotFoundError} */
  verify(input: VerifyBackupOperationInput, request: OperationRequest): Promise<Operation>;
  /** What the policy would remove now. */
  planExpiry(scope: ExpiryScope): Promise<ExpiryPlan>;
  /** Removes it. @throws {OperationConflictError} while another expiry of the cluster is under way. */
  expire(input: ExpireBackupsOperationInput, request: OperationRequest): Promise<Operation>;
  /** Sets that the repository has no more, newest first. */
  listExpired(cluster: string): Promise<readonly Backup[]>;
  /**
   * Newest first, live from the repositories, in the order of `clusters` (the DataLoader contract).
   * A cluster that cannot be asked, or has no stanza, gives its error in its place.
   */
  listByCluster(clusters: readonly string[]): Promise<readonly (readonly Backup[] | Error)[]>;
  /** The set that is being made now; null: none. */
  findRunning(cluster: string): Promise<RunningBackup | null>;
  /** By label or alias, expired ones too. Null when there never was such a set. */
  find(cluster: string, label: string): Promise<Backup | null>;
}

export interface BackupDependencies {
  readonly fleet: Fleet;
  /** The control database. */
  readonly db: Database;
  /** When backups use standbys; left out: the defaults. */
  readonly standby?: StandbySettings;
  readonly postgresBinaries: string;
  readonly runDirectory: string;
  /** Directories that no restore may touch, besides data directories and repositories. */
  readonly protectedDirectories: readonly string[];
  /** The servers of a cluster, for a restore in place. Left out: none is ours to stop. */
  readonly listServers?: MemberDependencies['listServers'];
}

export interface BackupOperations {
  readonly start: OperationDefinition<StartBackupOperationInput, StartBackupResult>;
  readonly verify: OperationDefinition<VerifyBackupOperationInput, VerifyBackupResult>;
  readonly expire: OperationDefinition<ExpireBackupsOperationInput, ExpireBackupsResult>;
  readonly restore: OperationDefinition<StartRestoreOperationInput, RestoreResult>;
  readonly restoreInPlace: OperationDefinition<RestoreInPlaceInput, RestoreInPlaceResult>;
}

const RECOVERY_TIMEOUT_MS = 12 * 3_600_000; // replaying a day of a busy primary takes hours

/** The kinds of work, to be registered with the engine. */
export function createBackupOperations(deps: BackupDependencies): BackupOperations {
  return {
    start: startBackupOperation(deps),
    verify: verifyBackupOperation(deps),
    expire: expireBackupsOperation(deps),
    restore: startRestoreOperation({ ...deps, recoveryTimeoutMs: RECOVERY_TIMEOUT_MS }),
    restoreInPlace: restoreInPlaceOperation({ ...deps, recoveryTimeoutMs: RECOVERY_TIMEOUT_MS }),
  };
}

export function createBackups(
  deps: BackupDependencies &
    Pick<RetentionDependencies, 'recordAudit'> & {
      readonly operations: OperationStarter;
      readonly findOperation: RunningDependencies['findOperation'];
      readonly definitions: BackupOperations;
    },
): BackupService {
  const { fleet, operations, definitions } = deps;
  const catalogue = createCatalogue(deps);
  const list = async (cluster: string): Promise<readonly Backup[]> => {
    stanzaOf(fleet, cluster);
    const [found = []] = await catalogue.listByCluster([cluster]);
    if (found instanceof Error) throw found;
    return found;
  };
  return {
    ...createRetention(deps),
    ...createRestores(deps),
    listByCluster: (clusters) => catalogue.listByCluster(clusters),
    findRunning: (cluster) => findRunning(deps, cluster),
    listExpired: (cluster) => catalogue.listExpired(cluster),
    find: async (cluster, name) =>
      findByName(await list(cluster), name) ?? findByName(await catalogue.listExpired(cluster), name),
    start: (input, request) => operations.start(definitions.start, input, request),
    verify: (input, request) => operations.start(definitions.verify, input, request),
    planExpiry: (scope) => planExpiry(deps, scope),
    expire: (input, request) => operations.start(definitions.expire, input, request),
  };
}
