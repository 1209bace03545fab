/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What to apply, and where. */
export type ApplyMigrationsInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** True: only the plan; nothing is started. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** The last version to apply: its number (`3`, `003`) or its full name (`003_data_integrity`). Null: all. */
  target?: string | null | undefined;
};

/** Whether a set can be counted on. */
export type BackupState =
  /** It is in the repository, and no verification has found anything wrong with it. */
  | 'COMPLETE'
  /** The last verification found files missing or changed. Do not count on it. */
  | 'INVALID';

/** How much a backup copies. */
export type BackupType =
  /** What has changed since the last full set. */
  | 'DIFFERENTIAL'
  /** Every file. It needs no other set. */
  | 'FULL'
  /** What has changed since the last set of any type. */
  | 'INCREMENTAL';

/** Arguments of `cancelOperation`. */
export type CancelOperationInput = {
  /** Id of the operation. */
  id: string | number;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** What went wrong, for programs. Codes are never reused; new ones may be added. */
export type ErrorCode =
  /** the control plane does not answer at its URL. The CLI ends with exit code 6. */
  | 'API_UNAVAILABLE'
  /** write-ahead log does not reach the archive. The CLI ends with exit code 7. */
  | 'ARCHIVE_FAILED'
  /** the cluster has no pgBackRest stanza. The CLI ends with exit code 6. */
  | 'BACKUPS_NOT_CONFIGURED'
  /** pgBackRest reported an error. The CLI ends with exit code 7. */
  | 'BACKUP_FAILED'
  /** verification found files that are missing or corrupt. The CLI ends with exit code 7. */
  | 'BACKUP_INVALID'
  /** another pgBackRest process holds the lock of the stanza. The CLI ends with exit code 5. */
  | 'BACKUP_LOCKED'
  /** no backup set has that label. The CLI ends with exit code 3. */
  | 'BACKUP_NOT_FOUND'
  /** a program that is needed is not installed. The CLI ends with exit code 6. */
  | 'BINARY_MISSING'
  /** the request body is larger than is allowed. The CLI ends with exit code 2. */
  | 'BODY_TOO_LARGE'
  /** the operation was cancelled. The CLI ends with exit code 8. */
  | 'CANCELLED'
  /** no cluster of that name is configured. The CLI ends with exit code 3. */
  | 'CLUSTER_NOT_FOUND'
  /** our own database does not answer. The CLI ends with exit code 6. */
  | 'CONTROL_DATABASE_UNAVAILABLE'
  /** the events after this cursor are past their retention. The CLI ends with exit code 5. */
  | 'CURSOR_EXPIRED'
  /** a PostgreSQL server does not answer. The CLI ends with exit code 6. */
  | 'DATABASE_UNAVAILABLE'
  /** the database is not one that demo data may be loaded into. The CLI ends with exit code 5. */
  | 'DEMO_DATA_REFUSED'
  /** the destination directory of a restore cannot be used. The CLI ends with exit code 2. */
  | 'DESTINATION_REFUSED'
  /** a newer holder of the lane has begun, so this one may not write any more. The CLI ends with exit code 5. */
  | 'FENCED'
  /** the token lacks the scope that is needed. The CLI ends with exit code 4. */
  | 'FORBIDDEN'
  /** another process runs the embedded fleet of this directory. The CLI ends with exit code 5. */
  | 'HOME_IN_USE'
  /** the directory of the embedded fleet cannot be used. The CLI ends with exit code 6. */
  | 'HOME_REFUSED'
  /** the same idempotency key came with other arguments. The CLI ends with exit code 5. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** a bug; the request id finds it in the log. The CLI ends with exit code 1. */
  | 'INTERNAL'
  /** the configuration file or an environment variable is wrong. The CLI ends with exit code 2. */
  | 'INVALID_CONFIG'
  /** a cursor that this API never gave out. The CLI ends with exit code 2. */
  | 'INVALID_CURSOR'
  /** an argument has the wrong shape, range or characters. The CLI ends with exit code 2. */
  | 'INVALID_INPUT'
  /** an applied migration was changed afterwards. The CLI ends with exit code 5. */
  | 'MIGRATION_DRIFTED'
  /** a statement of a migration failed; nothing of that migration stays. The CLI ends with exit code 7. */
  | 'MIGRATION_FAILED'
  /** the migration files themselves are wrong. The CLI ends with exit code 2. */
  | 'MIGRATION_INVALID'
  /** another runner holds the migration lock. The CLI ends with exit code 5. */
  | 'MIGRATION_LOCKED'
  /** no migration has that version. The CLI ends with exit code 3. */
  | 'MIGRATION_NOT_FOUND'
  /** a migration that is not applied has a lower number than one that is. The CLI ends with exit code 5. */
  | 'MIGRATION_OUT_OF_ORDER'
  /** no node has that id. The CLI ends with exit code 3. */
  | 'NODE_NOT_FOUND'
  /** another operation holds the lane that this one needs. The CLI ends with exit code 5. */
  | 'OPERATION_CONFLICT'
  /** the operation has ended and cannot be cancelled any more. The CLI ends with exit code 5. */
  | 'OPERATION_ENDED'
  /** no operation has that id. The CLI ends with exit code 3. */
  | 'OPERATION_NOT_FOUND'
  /** only operations that failed or were cancelled can be tried again. The CLI ends with exit code 5. */
  | 'OPERATION_NOT_RETRYABLE'
  /** another program listens on the port. The CLI ends with exit code 6. */
  | 'PORT_TAKEN'
  /** a program ended with an error. The CLI ends with exit code 7. */
  | 'PROCESS_FAILED'
  /** a process hangs inside the kernel and cannot be ended. The CLI ends with exit code 7. */
  | 'PROCESS_STUCK'
  /** a program did not end in time and was stopped. The CLI ends with exit code 7. */
  | 'PROCESS_TIMEOUT'
  /** the restored rows are not those of the manifest. The CLI ends with exit code 7. */
  | 'PROOF_FAILED'
  /** the document costs, nests or repeats more than is allowed. The CLI ends with exit code 2. */
  | 'QUERY_TOO_EXPENSIVE'
  /** too many requests for this token. The CLI ends with exit code 5. */
  | 'RATE_LIMITED'
  /** the restored server did not reach its recovery target. The CLI ends with exit code 7. */
  | 'RECOVERY_FAILED'
  /** the backup repository has no space left. The CLI ends with exit code 6. */
  | 'REPOSITORY_FULL'
  /** the backup repository cannot be read or written. The CLI ends with exit code 6. */
  | 'REPOSITORY_UNAVAILABLE'
  /** the backup repository cannot be decrypted or parsed. The CLI ends with exit code 6. */
  | 'REPOSITORY_UNREADABLE'
  /** the request took longer than is allowed. The CLI ends with exit code 6. */
  | 'REQUEST_TIMEOUT'
  /** the files of a backup could not be restored. The CLI ends with exit code 7. */
  | 'RESTORE_FAILED'
  /** two instances of a cluster both say that they are the primary. The CLI ends with exit code 5. */
  | 'SPLIT_BRAIN'
  /** pgBackRest does not know the stanza. The CLI ends with exit code 6. */
  | 'STANZA_MISSING'
  /** no token has that id. The CLI ends with exit code 3. */
  | 'TOKEN_NOT_FOUND'
  /** the cluster already has as many unfinished operations as are allowed. The CLI ends with exit code 5. */
  | 'TOO_MANY_OPERATIONS'
  /** no token, or one that is unknown, expired or revoked. The CLI ends with exit code 4. */
  | 'UNAUTHENTICATED';

/** How something is, from best to worst: OK, UNKNOWN, WARNING, CRITICAL. */
export type HealthState =
  /** Beyond its critical limit: act now. */
  | 'CRITICAL'
  /** On the good side of its target. */
  | 'OK'
  /** It could not be found out; `reason` says why, `hint` what helps. It never counts as OK. */
  | 'UNKNOWN'
  /** Beyond its target. */
  | 'WARNING';

/** What an instance is in its cluster, as it says itself. */
export type InstanceRole =
  /** Takes writes. */
  | 'PRIMARY'
  /** Replays what the primary writes; reads only. */
  | 'STANDBY'
  /** It has not told us; `reason` says why. */
  | 'UNKNOWN';

/** Whether an instance answers. */
export type InstanceState =
  /** It does not answer. */
  | 'DOWN'
  /** It starts, recovers or shuts down, and takes no connections. */
  | 'STARTING'
  /** It answers, if only to refuse us: then its role is UNKNOWN. */
  | 'UP';

/** How much demo data, and where. */
export type LoadDemoDataInput = {
  /** Name of the cluster whose product database is filled, e.g. `main`. */
  cluster: string;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** Items over all organizations, 1 to 5,000,000; each brings about six other rows. */
  items?: number;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Organizations, 1 to 1,000. The first has the most items, the others fall off like 1/rank. */
  organizations?: number;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** The same seed gives the same rows on the same day; 0 to 2,147,483,647. Each is loaded once. Null: 1. */
  seed?: number | null | undefined;
};

/** What the files and the ledger of the database say about a migration. */
export type MigrationState =
  /** Applied, and the file is still the same. */
  | 'APPLIED'
  /** Applied, but the file was changed afterwards. Nothing is applied until it is put back. */
  | 'DRIFTED'
  /** Applied, but this server has no file of it: it is of a newer release, or was deleted. */
  | 'MISSING'
  /** Not applied, although one with a higher number is. It is refused; give it a new number. */
  | 'OUT_OF_ORDER'
  /** Not applied; it is next, or behind others that are. */
  | 'PENDING';

/** Which operations; what is left out does not narrow. */
export type OperationFilter = {
  /** Only those of this cluster, by name. Null: of all. */
  cluster?: string | null | undefined;
  /** Only those of this kind, e.g. `backups.start`. Null: of all. */
  kind?: string | null | undefined;
  /** Only those in one of these states. Null or empty: in any. */
  states?: Array<OperationState> | null | undefined;
};

/** Where an operation is in its life. */
export type OperationState =
  /** Stopped on request and cleaned up; `retryOperation` starts another attempt. */
  | 'CANCELLED'
  /** Told to stop; its tools and leftovers are being put away. */
  | 'CANCELLING'
  /** Ended with an error; `retryOperation` starts another attempt. */
  | 'FAILED'
  /** Written; no step has begun. */
  | 'QUEUED'
  /** Holds its lanes; steps are under way. */
  | 'RUNNING'
  /** Ended well; `result` is there. */
  | 'SUCCEEDED';

/** Where a step is in its life. */
export type OperationStepState =
  /** Stopped because the operation was cancelled. */
  | 'CANCELLED'
  /** Ended with an error. */
  | 'FAILED'
  /** Under way, or about to be taken over from a worker that died. */
  | 'RUNNING'
  /** Done; it does not run again. */
  | 'SUCCEEDED';

/** Arguments of `retryOperation`. */
export type RetryOperationInput = {
  /** Id of an operation that failed or was cancelled. */
  id: string | number;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** A named bundle of scopes. All checks are on scopes. */
export type Role =
  /** Also makes and revokes tokens, and reads the audit log. */
  | 'ADMIN'
  /** Also starts, cancels and retries work. */
  | 'OPERATOR'
  /** Reads everything but the audit log. */
  | 'VIEWER';

/** What to back up, and how. */
export type StartBackupInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** How much to copy. Null: FULL. Without a full set before it, every type becomes FULL. */
  type?: BackupType | null | undefined;
};

/** Which backup to restore, and where to. */
export type StartRestoreInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** Absolute path of a directory that is empty or not there yet, on the host that does the work; 1 to 400 characters. Nothing of the cluster itself is touched. */
  destination: string;
  /** True: only the plan; nothing is started. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** Label of the backup; 1 to 100 characters. */
  label: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Which backup to verify. */
export type VerifyBackupInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** Label of the backup; 1 to 100 characters. */
  label: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

export type BackupsQueryVariables = Exact<{
  cluster: string;
  first: number;
  after?: string | null | undefined;
}>;


export type BackupsQuery = { cluster: { backups: { edges: Array<{ node: { label: string, type: BackupType, state: BackupState, startedAt: string, finishedAt: string, databaseBytes: string, repositoryBytes: string | null, verifiedAt: string | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type StartBackupMutationVariables = Exact<{
  input: StartBackupInput;
}>;


export type StartBackupMutation = { startBackup:
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StartBackupSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type VerifyBackupMutationVariables = Exact<{
  input: VerifyBackupInput;
}>;


export type VerifyBackupMutation = { verifyBackup:
    | { __typename: 'BackupFailedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'VerifyBackupSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
   };

export type StartRestoreMutationVariables = Exact<{
  input: StartRestoreInput;
}>;


export type StartRestoreMutation = { startRestore:
    | { __typename: 'BackupFailedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DestinationRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StartRestoreSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { summary: string, steps: Array<string>, warnings: Array<string> } }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type ClusterNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type ClusterNamesQuery = { clusters: Array<{ name: string }> };

export type ClustersQueryVariables = Exact<{ [key: string]: never; }>;


export type ClustersQuery = { clusters: Array<{ name: string, database: string, stanza: string | null, instances: Array<{ name: string, role: InstanceRole, state: InstanceState }>, primary: { name: string, version: string | null } | null }> };

export type ClusterQueryVariables = Exact<{
  name: string;
}>;


export type ClusterQuery = { cluster: { name: string, database: string, stanza: string | null, instances: Array<{ name: string, host: string, port: number, role: InstanceRole, state: InstanceState, version: string | null, timeline: number | null, lagBytes: string | null, lagSeconds: number | null, startedAt: string | null, reason: string | null }> } | null };

export type InstanceLineFragment = { name: string, host: string, port: number, role: InstanceRole, state: InstanceState, version: string | null, timeline: number | null, lagBytes: string | null, lagSeconds: number | null, startedAt: string | null, reason: string | null };

export type LoadDemoDataMutationVariables = Exact<{
  input: LoadDemoDataInput;
}>;


export type LoadDemoDataMutation = { loadDemoData:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DemoDataRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'LoadDemoDataSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type MetricLineFragment = { name: string, instance: string | null, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null };

export type HealthQueryVariables = Exact<{
  cluster: string;
}>;


export type HealthQuery = { checkDatabaseHealth: { state: HealthState, checkedAt: string, metrics: Array<{ name: string, instance: string | null, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null }> } };

export type MigrationsQueryVariables = Exact<{
  cluster: string;
}>;


export type MigrationsQuery = { cluster: { migrations: Array<{ version: string, name: string, state: MigrationState, checksum: string, appliedAt: string | null, appliedBy: string | null, durationMs: number | null }> | null } | null };

export type MigrationPlanQueryVariables = Exact<{
  cluster: string;
  target?: string | null | undefined;
}>;


export type MigrationPlanQuery = { migrationPlan: { target: string | null, warnings: Array<string>, migrations: Array<{ version: string, name: string, statementCount: number }> } };

export type ApplyMigrationsMutationVariables = Exact<{
  input: ApplyMigrationsInput;
}>;


export type ApplyMigrationsMutation = { applyMigrations:
    | { __typename: 'ApplyMigrationsSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { target: string | null, warnings: Array<string>, migrations: Array<{ version: string, name: string, statementCount: number }> } }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationDriftedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationOutOfOrderError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type MigrationPlanLinesFragment = { target: string | null, warnings: Array<string>, migrations: Array<{ version: string, name: string, statementCount: number }> };

export type OperationsQueryVariables = Exact<{
  first: number;
  filter?: OperationFilter | null | undefined;
}>;


export type OperationsQuery = { operations: { edges: Array<{ node: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }> } };

export type OperationQueryVariables = Exact<{
  id: string | number;
}>;


export type OperationQuery = { operation: { onBehalfOf: string | null, reason: string | null, input: unknown, result: unknown, id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null, steps: Array<{ name: string, attempt: number, state: OperationStepState, startedAt: string, finishedAt: string | null }>, error: { code: ErrorCode, message: string, hint: string | null, retryable: boolean } | null } | null };

export type OperationEndedQueryVariables = Exact<{
  id: string | number;
}>;


export type OperationEndedQuery = { operation: { result: unknown, id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null, error: { code: ErrorCode, message: string, hint: string | null, retryable: boolean } | null } | null };

export type CancelOperationMutationVariables = Exact<{
  input: CancelOperationInput;
}>;


export type CancelOperationMutation = { cancelOperation:
    | { __typename: 'CancelOperationSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationEndedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type RetryOperationMutationVariables = Exact<{
  input: RetryOperationInput;
}>;


export type RetryOperationMutation = { retryOperation:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationNotRetryableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RetryOperationSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type FollowOperationSubscriptionVariables = Exact<{
  id: string | number;
  after?: string | null | undefined;
}>;


export type FollowOperationSubscription = { operationEvents:
    | { __typename: 'CursorExpired', cursor: string, phase: string | null, message: string, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, at: string, operation: { id: string, state: OperationState } | null }
    | { __typename: 'OperationProgress', cursor: string, phase: string | null, message: string, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, at: string, operation: { id: string, state: OperationState } }
   };

type Refusal_BackupFailedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_BackupNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_BackupsNotConfiguredError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ClusterNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_DatabaseUnavailableError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_DemoDataRefusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_DestinationRefusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ForbiddenError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_IdempotencyKeyReusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_InvalidInputError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationDriftedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationInvalidError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationOutOfOrderError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_OperationConflictError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_OperationEndedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_OperationNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_OperationNotRetryableError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RepositoryUnavailableError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RepositoryUnreadableError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_StanzaMissingError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TokenNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TooManyOperationsError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

export type RefusalFragment =
  | Refusal_BackupFailedError_Fragment
  | Refusal_BackupNotFoundError_Fragment
  | Refusal_BackupsNotConfiguredError_Fragment
  | Refusal_ClusterNotFoundError_Fragment
  | Refusal_DatabaseUnavailableError_Fragment
  | Refusal_DemoDataRefusedError_Fragment
  | Refusal_DestinationRefusedError_Fragment
  | Refusal_ForbiddenError_Fragment
  | Refusal_IdempotencyKeyReusedError_Fragment
  | Refusal_InvalidInputError_Fragment
  | Refusal_MigrationDriftedError_Fragment
  | Refusal_MigrationInvalidError_Fragment
  | Refusal_MigrationNotFoundError_Fragment
  | Refusal_MigrationOutOfOrderError_Fragment
  | Refusal_OperationConflictError_Fragment
  | Refusal_OperationEndedError_Fragment
  | Refusal_OperationNotFoundError_Fragment
  | Refusal_OperationNotRetryableError_Fragment
  | Refusal_RepositoryUnavailableError_Fragment
  | Refusal_RepositoryUnreadableError_Fragment
  | Refusal_StanzaMissingError_Fragment
  | Refusal_TokenNotFoundError_Fragment
  | Refusal_TooManyOperationsError_Fragment
;

export type OperationLineFragment = { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null };

export type OperationEndFragment = { result: unknown, id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null, error: { code: ErrorCode, message: string, hint: string | null, retryable: boolean } | null };

export type StatusQueryVariables = Exact<{ [key: string]: never; }>;


export type StatusQuery = { viewer: { name: string, role: Role }, clusters: Array<{ name: string, instances: Array<{ name: string, role: InstanceRole, state: InstanceState, lagSeconds: number | null, reason: string | null }>, health: { state: HealthState, metrics: Array<{ name: string, instance: string | null, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null }> }, backups: { edges: Array<{ node: { label: string, type: BackupType, finishedAt: string } }> } | null }>, operations: { edges: Array<{ node: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const InstanceLineFragmentDoc = new TypedDocumentString(`
    fragment InstanceLine on Instance {
  name
  host
  port
  role
  state
  version
  timeline
  lagBytes
  lagSeconds
  startedAt
  reason
}
    `, {"fragmentName":"InstanceLine"}) as unknown as TypedDocumentString<InstanceLineFragment, unknown>;
export const MetricLineFragmentDoc = new TypedDocumentString(`
    fragment MetricLine on HealthMetric {
  name
  instance
  value
  unit
  state
  target
  critical
  reason
  hint
}
    `, {"fragmentName":"MetricLine"}) as unknown as TypedDocumentString<MetricLineFragment, unknown>;
export const MigrationPlanLinesFragmentDoc = new TypedDocumentString(`
    fragment MigrationPlanLines on MigrationPlan {
  target
  migrations {
    version
    name
    statementCount
  }
  warnings
}
    `, {"fragmentName":"MigrationPlanLines"}) as unknown as TypedDocumentString<MigrationPlanLinesFragment, unknown>;
export const RefusalFragmentDoc = new TypedDocumentString(`
    fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}
    `, {"fragmentName":"Refusal"}) as unknown as TypedDocumentString<RefusalFragment, unknown>;
export const OperationLineFragmentDoc = new TypedDocumentString(`
    fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}
    `, {"fragmentName":"OperationLine"}) as unknown as TypedDocumentString<OperationLineFragment, unknown>;
export const OperationEndFragmentDoc = new TypedDocumentString(`
    fragment OperationEnd on Operation {
  ...OperationLine
  result
  error {
    code
    message
    hint
    retryable
  }
}
    fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}`, {"fragmentName":"OperationEnd"}) as unknown as TypedDocumentString<OperationEndFragment, unknown>;
export const BackupsDocument = new TypedDocumentString(`
    query Backups($cluster: String!, $first: Int!, $after: String) {
  cluster(name: $cluster) {
    backups(first: $first, after: $after) {
      edges {
        node {
          label
          type
          state
          startedAt
          finishedAt
          databaseBytes
          repositoryBytes
          verifiedAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<BackupsQuery, BackupsQueryVariables>;
export const StartBackupDocument = new TypedDocumentString(`
    mutation StartBackup($input: StartBackupInput!) {
  startBackup(input: $input) {
    __typename
    ... on StartBackupSuccess {
      operation {
        ...OperationLine
      }
    }
    ...Refusal
  }
}
    fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}
fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}`) as unknown as TypedDocumentString<StartBackupMutation, StartBackupMutationVariables>;
export const VerifyBackupDocument = new TypedDocumentString(`
    mutation VerifyBackup($input: VerifyBackupInput!) {
  verifyBackup(input: $input) {
    __typename
    ... on VerifyBackupSuccess {
      operation {
        ...OperationLine
      }
    }
    ...Refusal
  }
}
    fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}
fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}`) as unknown as TypedDocumentString<VerifyBackupMutation, VerifyBackupMutationVariables>;
export const StartRestoreDocument = new TypedDocumentString(`
    mutation StartRestore($input: StartRestoreInput!) {
  startRestore(input: $input) {
    __typename
    ... on StartRestoreSuccess {
      operation {
        ...OperationLine
      }
      plan {
        summary
        steps
        warnings
      }
    }
    ...Refusal
  }
}
    fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}
fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}`) as unknown as TypedDocumentString<StartRestoreMutation, StartRestoreMutationVariables>;
export const ClusterNamesDocument = new TypedDocumentString(`
    query ClusterNames {
  clusters {
    name
  }
}
    `) as unknown as TypedDocumentString<ClusterNamesQuery, ClusterNamesQueryVariables>;
export const ClustersDocument = new TypedDocumentString(`
    query Clusters {
  clusters {
    name
    database
    stanza
    instances {
      name
      role
      state
    }
    primary {
      name
      version
    }
  }
}
    `) as unknown as TypedDocumentString<ClustersQuery, ClustersQueryVariables>;
export const ClusterDocument = new TypedDocumentString(`
    query Cluster($name: String!) {
  cluster(name: $name) {
    name
    database
    stanza
    instances {
      ...InstanceLine
    }
  }
}
    fragment InstanceLine on Instance {
  name
  host
  port
  role
  state
  version
  timeline
  lagBytes
  lagSeconds
  startedAt
  reason
}`) as unknown as TypedDocumentString<ClusterQuery, ClusterQueryVariables>;
export const LoadDemoDataDocument = new TypedDocumentString(`
    mutation LoadDemoData($input: LoadDemoDataInput!) {
  loadDemoData(input: $input) {
    __typename
    ... on LoadDemoDataSuccess {
      operation {
        ...OperationLine
      }
    }
    ...Refusal
  }
}
    fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}
fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}`) as unknown as TypedDocumentString<LoadDemoDataMutation, LoadDemoDataMutationVariables>;
export const HealthDocument = new TypedDocumentString(`
    query Health($cluster: String!) {
  checkDatabaseHealth(cluster: $cluster) {
    state
    checkedAt
    metrics {
      ...MetricLine
    }
  }
}
    fragment MetricLine on HealthMetric {
  name
  instance
  value
  unit
  state
  target
  critical
  reason
  hint
}`) as unknown as TypedDocumentString<HealthQuery, HealthQueryVariables>;
export const MigrationsDocument = new TypedDocumentString(`
    query Migrations($cluster: String!) {
  cluster(name: $cluster) {
    migrations {
      version
      name
      state
      checksum
      appliedAt
      appliedBy
      durationMs
    }
  }
}
    `) as unknown as TypedDocumentString<MigrationsQuery, MigrationsQueryVariables>;
export const MigrationPlanDocument = new TypedDocumentString(`
    query MigrationPlan($cluster: String!, $target: String) {
  migrationPlan(cluster: $cluster, target: $target) {
    ...MigrationPlanLines
  }
}
    fragment MigrationPlanLines on MigrationPlan {
  target
  migrations {
    version
    name
    statementCount
  }
  warnings
}`) as unknown as TypedDocumentString<MigrationPlanQuery, MigrationPlanQueryVariables>;
export const ApplyMigrationsDocument = new TypedDocumentString(`
    mutation ApplyMigrations($input: ApplyMigrationsInput!) {
  applyMigrations(input: $input) {
    __typename
    ... on ApplyMigrationsSuccess {
      operation {
        ...OperationLine
      }
      plan {
        ...MigrationPlanLines
      }
    }
    ...Refusal
  }
}
    fragment MigrationPlanLines on MigrationPlan {
  target
  migrations {
    version
    name
    statementCount
  }
  warnings
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}
fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}`) as unknown as TypedDocumentString<ApplyMigrationsMutation, ApplyMigrationsMutationVariables>;
export const OperationsDocument = new TypedDocumentString(`
    query Operations($first: Int!, $filter: OperationFilter) {
  operations(first: $first, filter: $filter) {
    edges {
      node {
        ...OperationLine
      }
    }
  }
}
    fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}`) as unknown as TypedDocumentString<OperationsQuery, OperationsQueryVariables>;
export const OperationDocument = new TypedDocumentString(`
    query Operation($id: ID!) {
  operation(id: $id) {
    ...OperationEnd
    onBehalfOf
    reason
    input
    steps {
      name
      attempt
      state
      startedAt
      finishedAt
    }
  }
}
    fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}
fragment OperationEnd on Operation {
  ...OperationLine
  result
  error {
    code
    message
    hint
    retryable
  }
}`) as unknown as TypedDocumentString<OperationQuery, OperationQueryVariables>;
export const OperationEndedDocument = new TypedDocumentString(`
    query OperationEnded($id: ID!) {
  operation(id: $id) {
    ...OperationEnd
  }
}
    fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}
fragment OperationEnd on Operation {
  ...OperationLine
  result
  error {
    code
    message
    hint
    retryable
  }
}`) as unknown as TypedDocumentString<OperationEndedQuery, OperationEndedQueryVariables>;
export const CancelOperationDocument = new TypedDocumentString(`
    mutation CancelOperation($input: CancelOperationInput!) {
  cancelOperation(input: $input) {
    __typename
    ... on CancelOperationSuccess {
      operation {
        ...OperationLine
      }
    }
    ...Refusal
  }
}
    fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}
fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}`) as unknown as TypedDocumentString<CancelOperationMutation, CancelOperationMutationVariables>;
export const RetryOperationDocument = new TypedDocumentString(`
    mutation RetryOperation($input: RetryOperationInput!) {
  retryOperation(input: $input) {
    __typename
    ... on RetryOperationSuccess {
      operation {
        ...OperationLine
      }
    }
    ...Refusal
  }
}
    fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}
fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}`) as unknown as TypedDocumentString<RetryOperationMutation, RetryOperationMutationVariables>;
export const FollowOperationDocument = new TypedDocumentString(`
    subscription FollowOperation($id: ID!, $after: String) {
  operationEvents(id: $id, after: $after) {
    __typename
    cursor
    operation {
      id
      state
    }
    phase
    message
    fractionDone
    bytesDone
    bytesTotal
    etaSeconds
    at
  }
}
    `) as unknown as TypedDocumentString<FollowOperationSubscription, FollowOperationSubscriptionVariables>;
export const StatusDocument = new TypedDocumentString(`
    query Status {
  viewer {
    name
    role
  }
  clusters {
    name
    instances {
      name
      role
      state
      lagSeconds
      reason
    }
    health {
      state
      metrics {
        ...MetricLine
      }
    }
    backups(first: 1) {
      edges {
        node {
          label
          type
          finishedAt
        }
      }
    }
  }
  operations(first: 10, filter: { states: [QUEUED, RUNNING, CANCELLING] }) {
    edges {
      node {
        ...OperationLine
      }
    }
  }
}
    fragment MetricLine on HealthMetric {
  name
  instance
  value
  unit
  state
  target
  critical
  reason
  hint
}
fragment OperationLine on Operation {
  id
  kind
  target
  state
  phase
  message
  fractionDone
  bytesDone
  bytesTotal
  etaSeconds
  attempts
  requestedBy
  createdAt
  startedAt
  finishedAt
}`) as unknown as TypedDocumentString<StatusQuery, StatusQueryVariables>;