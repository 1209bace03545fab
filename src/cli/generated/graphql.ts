/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Arguments of `abortOrganizationMove`. */
export type AbortOrganizationMoveInput = {
  /** Id of the move. */
  id: string | number;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Which state of the schema to take for the right one. */
export type AcceptSchemaDriftInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** `SchemaDrift.foundFingerprint` as it was looked at; another one is refused. */
  foundFingerprint: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why it is to stay; 1 to 500 characters. Kept with the fingerprint. */
  reason: string;
};

/** Arguments of `acknowledgeAlert`. `reason` is shown with the alert. */
export type AcknowledgeAlertInput = {
  /** Id of the alert. */
  id: string | number;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Which cluster becomes a shard. */
export type AddShardInput = {
  /** Above it the shard is FULL, in bytes, 1 or more. Null: no limit. */
  capacityBytes?: string | null | undefined;
  /** Name of a cluster of the configuration; the shard gets the same name. */
  cluster: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Where it stands; 1 to 63 characters. Null: not said. */
  region?: string | null | undefined;
  /** What it should hold in proportion to the others, 1 to 10,000. Null: 100. */
  weight?: number | null | undefined;
};

/** What advice about indexes rests on. */
export type AdviceMethod =
  /** The planner was asked what it would do if the index were there (HypoPG). */
  | 'HYPOTHETICAL_INDEXES'
  /** Rules decided, because no hypothetical index could be made. */
  | 'RULES';

/** What happened to an alert. */
export type AlertChange =
  /** Somebody has it in hand. */
  | 'ACKNOWLEDGED'
  /** Nobody has acknowledged it in time. */
  | 'ESCALATED'
  /** It was wrong for as long as its rule says. */
  | 'FIRED'
  /** It has a cause that has an alert of its own, `parentId`. */
  | 'GROUPED'
  /** It went from WARNING to CRITICAL. */
  | 'RAISED'
  /** It is FIRING since the last word about it. */
  | 'REMINDED'
  /** It is over. */
  | 'RESOLVED'
  /** A silence or a maintenance window began. */
  | 'SILENCED'
  /** That cause is gone, and it is still wrong. */
  | 'UNGROUPED'
  /** That ended, and it is still wrong. */
  | 'UNSILENCED';

/** On which side of a threshold a figure is wrong. */
export type AlertComparison =
  /** What is above is wrong. */
  | 'ABOVE'
  /** What is below is wrong. */
  | 'BELOW';

/** Which alerts. What is null is any. */
export type AlertFilter = {
  /** Names of clusters. Null: all. */
  clusters?: Array<string> | null | undefined;
  /** Names of metrics, e.g. `connections`. Null: all. */
  metrics?: Array<string> | null | undefined;
  /** Null: all. */
  severities?: Array<AlertSeverity> | null | undefined;
  /** Null: all. */
  states?: Array<AlertState> | null | undefined;
};

/** How bad it is. */
export type AlertSeverity =
  /** Act now. */
  | 'CRITICAL'
  /** Somebody should look at it in working hours. */
  | 'WARNING';

/** Where an alert is in its life. */
export type AlertState =
  /** It is wrong, and somebody has it in hand: no reminders, no escalation. */
  | 'ACKNOWLEDGED'
  /** It is wrong, and people are told. */
  | 'FIRING'
  /** It was well again for as long as its rule says. It never fires again: that is another alert. */
  | 'RESOLVED'
  /** It is wrong, but a silence or a maintenance window is open: nobody is told. */
  | 'SILENCED';

/** What to apply, and where. */
export type ApplyMigrationsInput = {
  /** True: go on although somebody has changed the schema by hand; say why in `reason`. Null: false. */
  allowDrift?: boolean | null | undefined;
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** True: only the plan; nothing is started. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** `MigrationPlan.id` of the plan that was looked at. Needed for what is DANGEROUS or destroys data; refused when it is not what would be done now. Null: none. */
  planId?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** The last version to apply: its number (`3`, `003`) or its full name (`003_data_integrity`). Null: all. */
  target?: string | null | undefined;
};

/** Which partition to archive. */
export type ArchivePartitionInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** True: only the plan; nothing is done. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Name of the partition. */
  partition: string;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Name of the table, with its schema and a dot in front where that is not `public`. */
  table: string;
};

/** What a schedule of backups does. */
export type BackupAction =
  /** Removes the backups that nothing keeps. */
  | 'CLEANUP'
  /** Takes a differential backup. */
  | 'DIFFERENTIAL'
  /** Takes a full backup. */
  | 'FULL'
  /** Takes an incremental backup. */
  | 'INCREMENTAL'
  /** Verifies all backups. */
  | 'VERIFY';

/** Whether a promise was kept. */
export type BackupObjectiveState =
  /** It was kept all the time. */
  | 'MET'
  /** It was not kept: `reason` says when or by what. */
  | 'MISSED'
  /** It was not measured, or not all the time. */
  | 'UNKNOWN';

/** Which server the files of a backup come from. */
export type BackupSourceChoice =
  /** A standby that keeps up, else the primary; `Backup.takenFrom` says which and why. */
  | 'AUTO'
  /** The primary. */
  | 'PRIMARY'
  /** A standby that keeps up; refused when there is none. */
  | 'STANDBY';

/** Whether a set can be counted on. */
export type BackupState =
  /** It is in the repository, and no verification has found anything wrong with it. */
  | 'COMPLETE'
  /** The repository has it no more: retention removed it, or somebody did so outside of us. */
  | 'EXPIRED'
  /** The last verification found files missing or changed. Do not count on it. */
  | 'INVALID'
  /** It is being made; sizes, write-ahead log and end are not known yet. */
  | 'RUNNING';

/** How much a backup copies. */
export type BackupType =
  /** What has changed since the last full set. */
  | 'DIFFERENTIAL'
  /** Every file. It needs no other set. */
  | 'FULL'
  /** What has changed since the last set of any type. */
  | 'INCREMENTAL';

/** What came of a verification. */
export type BackupVerificationState =
  /** Files, or write-ahead log that it needs, are missing or not what was written. */
  | 'INVALID'
  /** Every file is what was written. */
  | 'VALID';

/** On which side of a limit the good values lie. */
export type BetterDirection =
  /** A value below the limit is beyond it. */
  | 'HIGHER'
  /** A value above the limit is beyond it. */
  | 'LOWER';

/** Arguments of `cancelOperation`. */
export type CancelOperationInput = {
  /** Id of the operation. */
  id: string | number;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Arguments of `cancelQuery`. */
export type CancelQueryInput = {
  /** True: only look whether it could. Null: false. */
  dryRun?: boolean | null | undefined;
  /** True: also when it belongs to this control plane. Null: false. */
  force?: boolean | null | undefined;
  /** `Session.id`: this session and no later one. */
  id: string | number;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** What can come to an end. */
export type Capacity =
  /** max_connections, by the highest of each day. */
  | 'CONNECTIONS'
  /** The file system of the data directory. */
  | 'DISK'
  /** Multixact ids, if nothing is frozen any more. */
  | 'MULTIXACT'
  /** The sequence that is nearest to its end. */
  | 'SEQUENCE'
  /** Transaction ids, if nothing is frozen any more. */
  | 'XID';

/** How one object of a schema differs from what was expected. */
export type CatalogChange =
  /** It is there and should not be. */
  | 'ADDED'
  /** It is there in another form. */
  | 'CHANGED'
  /** It should be there and is not. */
  | 'REMOVED';

/** Arguments of `completeOrganizationMove`. */
export type CompleteOrganizationMoveInput = {
  /** True: delete the rows on the source although both sides are not the same, or were not proven to be after the cutover and cannot be any more; the move keeps why in `problem`. Null: false, which refuses with MOVE_DIFFERS, MOVE_UNPROVEN or MOVE_STREAM_BROKEN. */
  acceptDifferences?: boolean | null | undefined;
  /** Id of the move. */
  id: string | number;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Which plain table, replaced by a partitioned one, is to be dropped. */
export type CompletePartitionTableInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** The name of the table once more. Null is refused, unless it is a dry run. */
  confirm?: string | null | undefined;
  /** True: only the plan; nothing is done. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Name of the table, with its schema and a dot in front where that is not `public`. */
  table: string;
};

/** Which partition to make. */
export type CreatePartitionInput = {
  /** Any moment of the partition; it is made for the whole interval of the table. */
  at: string;
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** True: only the plan; nothing is done. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Name of the table, with its schema and a dot in front where that is not `public`. */
  table: string;
};

/** Which moment to name, and where. */
export type CreateRestorePointInput = {
  /** Names of the clusters, at most 100. Null: all that have backups. */
  clusters?: Array<string> | null | undefined;
  /** 1 to 63 letters, digits and `_.:-`, never used before in any of the clusters. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** When the home changes. */
export type CutoverMode =
  /** As soon as both sides are proven equal, or when its window opens. */
  | 'AUTOMATIC'
  /** Waits in READY for `cutoverOrganizationMove`. */
  | 'MANUAL';

/** Arguments of `cutoverOrganizationMove`. */
export type CutoverOrganizationMoveInput = {
  /** Id of the move. */
  id: string | number;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** A time of each day, in UTC; one that ends before it begins goes over midnight. */
export type CutoverWindowInput = {
  /** Begin, `HH:MM`. */
  from: string;
  /** End, `HH:MM`. */
  to: string;
};

/** A time of each day, in UTC; one that ends before it begins goes over midnight. */
export type DailyWindowInput = {
  /** `HH:MM`. */
  from: string;
  /** `HH:MM`. */
  to: string;
};

/** What keeps dead rows. */
export type DeadRowKeeperKind =
  /** A prepared transaction that nobody has ended. */
  | 'PREPARED'
  /** A session whose transaction began before the rows died. */
  | 'SESSION'
  /** A replication slot that keeps what its standby said last. */
  | 'SLOT'
  /** A standby that tells what it still sees (hot_standby_feedback). */
  | 'STANDBY';

/** Arguments of `deleteAlertMaintenanceWindow`. */
export type DeleteAlertMaintenanceWindowInput = {
  /** Name of the window: 1 to 63 lower case letters, digits, underscores and hyphens. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Arguments of `deleteAlertRule`. */
export type DeleteAlertRuleInput = {
  /** The one for this cluster. Null: the one for all. */
  cluster?: string | null | undefined;
  /** Name of the rule: 1 to 63 lower case letters, digits, underscores and hyphens. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Arguments of `deleteNotificationChannel`. */
export type DeleteNotificationChannelInput = {
  /** Name of the channel: 1 to 63 lower case letters, digits, underscores and hyphens. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Arguments of `deleteSchedule`. */
export type DeleteScheduleInput = {
  /** Name of the schedule: 1 to 63 lower case letters, digits and hyphens, e.g. `nightly-backup`. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Which shard takes no more organizations. */
export type DrainShardInput = {
  /** True: only the plan of what would leave it. Null: false. */
  dryRun?: boolean | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Name of the shard, e.g. `shard-1`. */
  shard: string;
  /** True: it is ACTIVE again. Null: false. */
  undo?: boolean | null | undefined;
};

/** What Elasticsearch says of its shards. */
export type ElasticsearchStatus =
  /** All shards have all their copies. */
  | 'GREEN'
  /** Some data is not there. */
  | 'RED'
  /** All data is there, some copies are not. */
  | 'YELLOW';

/** Arguments of `endAlertSilence`. */
export type EndAlertSilenceInput = {
  /** Id of the silence. */
  id: string | number;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** What went wrong, for programs. Codes are never reused; new ones may be added. */
export type ErrorCode =
  /** there are as many rules, silences, windows or channels as are allowed. The CLI ends with exit code 5. */
  | 'ALERT_LIMIT_REACHED'
  /** no alert has that id. The CLI ends with exit code 3. */
  | 'ALERT_NOT_FOUND'
  /** the alert is over. The CLI ends with exit code 5. */
  | 'ALERT_RESOLVED'
  /** an alert rule contradicts itself, or is about nothing that is measured. The CLI ends with exit code 2. */
  | 'ALERT_RULE_INVALID'
  /** people made no alert rule of that name. The CLI ends with exit code 3. */
  | 'ALERT_RULE_NOT_FOUND'
  /** no silence has that id. The CLI ends with exit code 3. */
  | 'ALERT_SILENCE_NOT_FOUND'
  /** no maintenance window of alerts has that name. The CLI ends with exit code 3. */
  | 'ALERT_WINDOW_NOT_FOUND'
  /** the control plane does not answer at its URL. The CLI ends with exit code 6. */
  | 'API_UNAVAILABLE'
  /** write-ahead log does not reach the archive. The CLI ends with exit code 7. */
  | 'ARCHIVE_FAILED'
  /** the cluster has no pgBackRest stanza. The CLI ends with exit code 6. */
  | 'BACKUPS_NOT_CONFIGURED'
  /** pgBackRest would build the backup on another set than the one that was named. The CLI ends with exit code 5. */
  | 'BACKUP_BASE_REFUSED'
  /** the backup has no database of that name. The CLI ends with exit code 3. */
  | 'BACKUP_DATABASE_NOT_FOUND'
  /** the backup set is being removed, so it cannot be held. The CLI ends with exit code 5. */
  | 'BACKUP_EXPIRING'
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
  /** the clocks of this host and of a database server are minutes apart. The CLI ends with exit code 6. */
  | 'CLOCKS_DISAGREE'
  /** the clock of the host is behind the newest backup. The CLI ends with exit code 6. */
  | 'CLOCK_WENT_BACK'
  /** a restored clone could not be let write, so nothing can be tried on it. The CLI ends with exit code 7. */
  | 'CLONE_READ_ONLY'
  /** no cluster of that name is configured. The CLI ends with exit code 3. */
  | 'CLUSTER_NOT_FOUND'
  /** our own database does not answer. The CLI ends with exit code 6. */
  | 'CONTROL_DATABASE_UNAVAILABLE'
  /** a text is no cron expression. The CLI ends with exit code 2. */
  | 'CRON_INVALID'
  /** the events after this cursor are past their retention. The CLI ends with exit code 5. */
  | 'CURSOR_EXPIRED'
  /** a PostgreSQL server does not answer. The CLI ends with exit code 6. */
  | 'DATABASE_UNAVAILABLE'
  /** the database is not one that demo data may be loaded into. The CLI ends with exit code 5. */
  | 'DEMO_DATA_REFUSED'
  /** the destination directory of a restore cannot be used. The CLI ends with exit code 2. */
  | 'DESTINATION_REFUSED'
  /** a recovery drill found that something is not as it should be. The CLI ends with exit code 7. */
  | 'DRILL_FAILED'
  /** there is nothing that a recovery drill could restore. The CLI ends with exit code 5. */
  | 'DRILL_WINDOW_EMPTY'
  /** a newer holder of the lane has begun, so this one may not write any more. The CLI ends with exit code 5. */
  | 'FENCED'
  /** the token lacks the scope that is needed. The CLI ends with exit code 4. */
  | 'FORBIDDEN'
  /** the ClickHouse that keeps the history of metrics does not answer, or refuses. The CLI ends with exit code 6. */
  | 'HISTORY_UNAVAILABLE'
  /** another process runs the embedded fleet of this directory. The CLI ends with exit code 5. */
  | 'HOME_IN_USE'
  /** the directory of the embedded fleet cannot be used. The CLI ends with exit code 6. */
  | 'HOME_REFUSED'
  /** the same idempotency key came with other arguments. The CLI ends with exit code 5. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** a server did not make an index that was asked for. The CLI ends with exit code 7. */
  | 'INDEX_NOT_CREATED'
  /** a cluster has no instance of that name. The CLI ends with exit code 3. */
  | 'INSTANCE_NOT_FOUND'
  /** nobody told us how a server is started, so it is not ours to start. The CLI ends with exit code 4. */
  | 'INSTANCE_NOT_OURS'
  /** the start of a server would do harm, e.g. make a second primary. The CLI ends with exit code 5. */
  | 'INSTANCE_START_REFUSED'
  /** a bug; the request id finds it in the log. The CLI ends with exit code 1. */
  | 'INTERNAL'
  /** the configuration file or an environment variable is wrong. The CLI ends with exit code 2. */
  | 'INVALID_CONFIG'
  /** a cursor that this API never gave out. The CLI ends with exit code 2. */
  | 'INVALID_CURSOR'
  /** an argument has the wrong shape, range or characters. The CLI ends with exit code 2. */
  | 'INVALID_INPUT'
  /** no other shard takes organizations, so this one cannot be drained. The CLI ends with exit code 5. */
  | 'LAST_SHARD'
  /** a local time comes twice in its timezone. The CLI ends with exit code 2. */
  | 'LOCAL_TIME_AMBIGUOUS'
  /** a local time never comes in its timezone. The CLI ends with exit code 2. */
  | 'LOCAL_TIME_MISSING'
  /** other sessions hold what a migration needs; it has given up. The CLI ends with exit code 5. */
  | 'MIGRATION_BLOCKED'
  /** an applied migration was changed afterwards. The CLI ends with exit code 5. */
  | 'MIGRATION_DRIFTED'
  /** a statement of a migration failed; nothing of that migration stays. The CLI ends with exit code 7. */
  | 'MIGRATION_FAILED'
  /** an index of that name exists with another definition. The CLI ends with exit code 7. */
  | 'MIGRATION_INDEX_DIFFERS'
  /** the migration files themselves are wrong. The CLI ends with exit code 2. */
  | 'MIGRATION_INVALID'
  /** a migration cannot be taken back. The CLI ends with exit code 5. */
  | 'MIGRATION_IRREVERSIBLE'
  /** another runner holds the migration lock. The CLI ends with exit code 5. */
  | 'MIGRATION_LOCKED'
  /** a migration cannot be taken back while one that depends on it is applied. The CLI ends with exit code 5. */
  | 'MIGRATION_NEEDED'
  /** no migration has that version. The CLI ends with exit code 3. */
  | 'MIGRATION_NOT_FOUND'
  /** a down script does not restore the catalog, or cannot be run. The CLI ends with exit code 7. */
  | 'MIGRATION_NOT_REVERSIBLE'
  /** a migration that is not applied has a lower number than one that is. The CLI ends with exit code 5. */
  | 'MIGRATION_OUT_OF_ORDER'
  /** what would be done is not what the plan said any more. The CLI ends with exit code 5. */
  | 'MIGRATION_PLAN_CHANGED'
  /** the plan is dangerous or destroys data, so its id has to be named. The CLI ends with exit code 5. */
  | 'MIGRATION_PLAN_REQUIRED'
  /** a statement of a migration cannot work on this database, or must not. The CLI ends with exit code 5. */
  | 'MIGRATION_REFUSED'
  /** a migration stands in the middle and cannot go on in this direction. The CLI ends with exit code 5. */
  | 'MIGRATION_UNFINISHED'
  /** no role that may make subscriptions is configured for a cluster. The CLI ends with exit code 5. */
  | 'MOVER_MISSING'
  /** open transactions are in the way of a move; it has given up. The CLI ends with exit code 5. */
  | 'MOVE_BLOCKED'
  /** the rows of an organization are not the same on both shards of its move. The CLI ends with exit code 7. */
  | 'MOVE_DIFFERS'
  /** a move has ended and something of it is still there. The CLI ends with exit code 7. */
  | 'MOVE_LEFTOVERS'
  /** no move has that id. The CLI ends with exit code 3. */
  | 'MOVE_NOT_FOUND'
  /** a cutover was asked for outside of its time of day. The CLI ends with exit code 5. */
  | 'MOVE_OUTSIDE_WINDOW'
  /** a shard of a move takes no writes. The CLI ends with exit code 6. */
  | 'MOVE_READ_ONLY'
  /** a move would fail, so it was not begun. The CLI ends with exit code 5. */
  | 'MOVE_REFUSED'
  /** the role that moves organizations may not do what it has to. The CLI ends with exit code 6. */
  | 'MOVE_RIGHTS_MISSING'
  /** the move is not in a state in which this can be done. The CLI ends with exit code 5. */
  | 'MOVE_STATE'
  /** the copy or the stream of a move does not go on. The CLI ends with exit code 7. */
  | 'MOVE_STREAM_BROKEN'
  /** the rows of a move can not be proven any more, and would be deleted on one side. The CLI ends with exit code 7. */
  | 'MOVE_UNPROVEN'
  /** a shard would have to keep more write-ahead log for a move than it may. The CLI ends with exit code 7. */
  | 'MOVE_WAL_LIMIT'
  /** no node has that id. The CLI ends with exit code 3. */
  | 'NODE_NOT_FOUND'
  /** a notification channel has no address that messages may be sent to. The CLI ends with exit code 2. */
  | 'NOTIFICATION_CHANNEL_INVALID'
  /** no notification channel has that name. The CLI ends with exit code 3. */
  | 'NOTIFICATION_CHANNEL_NOT_FOUND'
  /** no dead letter has that id. The CLI ends with exit code 3. */
  | 'NOTIFICATION_DELIVERY_NOT_FOUND'
  /** an object store has no object of that key. The CLI ends with exit code 3. */
  | 'OBJECT_NOT_FOUND'
  /** an object store answers and does not let us in. The CLI ends with exit code 6. */
  | 'OBJECT_STORE_REFUSED'
  /** an object store does not answer, or its certificate is not trusted. The CLI ends with exit code 6. */
  | 'OBJECT_STORE_UNAVAILABLE'
  /** another operation holds the lane that this one needs. The CLI ends with exit code 5. */
  | 'OPERATION_CONFLICT'
  /** the operation has ended and cannot be cancelled any more. The CLI ends with exit code 5. */
  | 'OPERATION_ENDED'
  /** no operation of that kind can be scheduled. The CLI ends with exit code 2. */
  | 'OPERATION_KIND_UNKNOWN'
  /** no operation has that id. The CLI ends with exit code 3. */
  | 'OPERATION_NOT_FOUND'
  /** only operations that failed or were cancelled can be tried again. The CLI ends with exit code 5. */
  | 'OPERATION_NOT_RETRYABLE'
  /** the organization is on its way to another shard already. The CLI ends with exit code 5. */
  | 'ORGANIZATION_MOVING'
  /** the directory knows no organization of that id. The CLI ends with exit code 3. */
  | 'ORGANIZATION_NOT_FOUND'
  /** no table of that name is partitioned by ranges of time. The CLI ends with exit code 3. */
  | 'PARTITIONED_TABLE_NOT_FOUND'
  /** an archived partition is not what was written. The CLI ends with exit code 7. */
  | 'PARTITION_ARCHIVE_CORRUPT'
  /** the place of archived partitions cannot be read or written. The CLI ends with exit code 6. */
  | 'PARTITION_ARCHIVE_UNAVAILABLE'
  /** other sessions hold what a change of partitions needs; it has given up. The CLI ends with exit code 5. */
  | 'PARTITION_BLOCKED'
  /** a table changes too fast to be swapped for its partitioned one. The CLI ends with exit code 5. */
  | 'PARTITION_CONVERSION_BEHIND'
  /** a partitioned table is not what the plain one is, so it was not swapped. The CLI ends with exit code 7. */
  | 'PARTITION_CONVERSION_DIFFERS'
  /** another partition, or a table of its name, is where the new one would be. The CLI ends with exit code 5. */
  | 'PARTITION_EXISTS'
  /** PostgreSQL refused a statement about a partition. The CLI ends with exit code 7. */
  | 'PARTITION_FAILED'
  /** some of what maintenance of partitions had to do could not be done. The CLI ends with exit code 7. */
  | 'PARTITION_MAINTENANCE_INCOMPLETE'
  /** a slot, a move or the next backup still needs the rows of a partition. The CLI ends with exit code 5. */
  | 'PARTITION_NEEDED'
  /** the table has no such partition, or it is not in the state that is needed. The CLI ends with exit code 3. */
  | 'PARTITION_NOT_FOUND'
  /** the rows of an archived partition do not fit into its table any more. The CLI ends with exit code 5. */
  | 'PARTITION_SHAPE_DIFFERS'
  /** a cutover would have let writers wait for longer than they may. The CLI ends with exit code 5. */
  | 'PAUSE_BUDGET_EXCEEDED'
  /** a signal from outside has ended pgBackRest. The CLI ends with exit code 7. */
  | 'PGBACKREST_INTERRUPTED'
  /** the organization is not where it was said to be any more. The CLI ends with exit code 5. */
  | 'PLACEMENT_CHANGED'
  /** no service of that name is configured beside the clusters. The CLI ends with exit code 3. */
  | 'PLATFORM_SERVICE_NOT_FOUND'
  /** a service beside the clusters does not answer, or does not do what was asked. The CLI ends with exit code 6. */
  | 'PLATFORM_SERVICE_UNAVAILABLE'
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
  /** the operation is no rebalance that is under way. The CLI ends with exit code 5. */
  | 'REBALANCE_NOT_RUNNING'
  /** no rebalance plan has that id, or it is too old. The CLI ends with exit code 3. */
  | 'REBALANCE_PLAN_NOT_FOUND'
  /** a rebalance has stopped before its end. The CLI ends with exit code 7. */
  | 'REBALANCE_STOPPED'
  /** the restored server did not reach its recovery target. The CLI ends with exit code 7. */
  | 'RECOVERY_FAILED'
  /** several organizations have that name: the id says which. The CLI ends with exit code 2. */
  | 'RECOVERY_ORGANIZATION_AMBIGUOUS'
  /** no organization of that name or id can be recovered. The CLI ends with exit code 3. */
  | 'RECOVERY_ORGANIZATION_NOT_FOUND'
  /** what would be recovered is not what the plan said any more. The CLI ends with exit code 5. */
  | 'RECOVERY_PLAN_CHANGED'
  /** rows are put back only by the id of a plan, or with the name typed back. The CLI ends with exit code 5. */
  | 'RECOVERY_PLAN_REQUIRED'
  /** rows of other organizations would have been changed. The CLI ends with exit code 7. */
  | 'RECOVERY_PROOF_FAILED'
  /** the live database does not take the rows of then. The CLI ends with exit code 7. */
  | 'RECOVERY_REJECTED'
  /** the operator role of a cluster may not see or write the rows of all organizations. The CLI ends with exit code 6. */
  | 'RECOVERY_RIGHTS_MISSING'
  /** rows of then do not fit the tables of now. The CLI ends with exit code 5. */
  | 'RECOVERY_SCHEMA_DIFFERS'
  /** the ledger is not what the repair was made for. The CLI ends with exit code 5. */
  | 'REPAIR_REFUSED'
  /** the backup repository has no space left. The CLI ends with exit code 6. */
  | 'REPOSITORY_FULL'
  /** the stanza has no repository of that name. The CLI ends with exit code 3. */
  | 'REPOSITORY_NOT_FOUND'
  /** the backup repository cannot be read or written. The CLI ends with exit code 6. */
  | 'REPOSITORY_UNAVAILABLE'
  /** backups in the repository would not be encrypted, and nobody has said that this is meant. The CLI ends with exit code 5. */
  | 'REPOSITORY_UNENCRYPTED'
  /** the backup repository cannot be decrypted or parsed. The CLI ends with exit code 6. */
  | 'REPOSITORY_UNREADABLE'
  /** the request took longer than is allowed. The CLI ends with exit code 6. */
  | 'REQUEST_TIMEOUT'
  /** the files of a backup could not be restored. The CLI ends with exit code 7. */
  | 'RESTORE_FAILED'
  /** a cluster cannot be restored in place by us. The CLI ends with exit code 5. */
  | 'RESTORE_IN_PLACE_REFUSED'
  /** the name of the cluster was not typed back. The CLI ends with exit code 5. */
  | 'RESTORE_NOT_CONFIRMED'
  /** the name of a restore point was used before. The CLI ends with exit code 5. */
  | 'RESTORE_POINT_EXISTS'
  /** a restore point was not made on every cluster. The CLI ends with exit code 7. */
  | 'RESTORE_POINT_INCOMPLETE'
  /** no restore point has that name. The CLI ends with exit code 3. */
  | 'RESTORE_POINT_NOT_FOUND'
  /** the restored primary is open, but something behind that failed. The CLI ends with exit code 7. */
  | 'RESTORE_UNFINISHED'
  /** a rollout stopped half-way: some clusters have the migrations, others have not. The CLI ends with exit code 7. */
  | 'ROLLOUT_STOPPED'
  /** the operation of a schedule would not take its input. The CLI ends with exit code 2. */
  | 'SCHEDULE_INPUT_INVALID'
  /** the moment of a schedule is over. The CLI ends with exit code 2. */
  | 'SCHEDULE_MOMENT_PAST'
  /** no moment or window of a schedule ever comes. The CLI ends with exit code 2. */
  | 'SCHEDULE_NEVER_RUNS'
  /** no schedule has that name. The CLI ends with exit code 3. */
  | 'SCHEDULE_NOT_FOUND'
  /** the schema is not what the last migration left. The CLI ends with exit code 5. */
  | 'SCHEMA_DRIFTED'
  /** the database could not be cloned for a trial. The CLI ends with exit code 7. */
  | 'SCRATCH_FAILED'
  /** a session of a server has ended, or its process id is another one’s now. The CLI ends with exit code 3. */
  | 'SESSION_NOT_FOUND'
  /** a session of a server must not be stopped, or not by our role. The CLI ends with exit code 4. */
  | 'SESSION_PROTECTED'
  /** no shard takes the organization. The CLI ends with exit code 5. */
  | 'SHARDS_FULL'
  /** a shard of that name or on that cluster is there already. The CLI ends with exit code 5. */
  | 'SHARD_EXISTS'
  /** no shard has that name. The CLI ends with exit code 3. */
  | 'SHARD_NOT_FOUND'
  /** rows that all shards share contradict each other. The CLI ends with exit code 5. */
  | 'SHARED_TABLES_CONFLICT'
  /** two instances of a cluster both say that they are the primary. The CLI ends with exit code 5. */
  | 'SPLIT_BRAIN'
  /** a text is not SQL that PostgreSQL could read. The CLI ends with exit code 2. */
  | 'SQL_INVALID'
  /** no standby can be backed up. The CLI ends with exit code 6. */
  | 'STANDBY_UNAVAILABLE'
  /** pgBackRest does not take the settings of the stanza. The CLI ends with exit code 6. */
  | 'STANZA_MISCONFIGURED'
  /** pgBackRest does not know the stanza. The CLI ends with exit code 6. */
  | 'STANZA_MISSING'
  /** pgBackRest is stopped for the stanza, and nothing is archived. The CLI ends with exit code 6. */
  | 'STANZA_STOPPED'
  /** a text is not one statement that has a plan, or it may not be executed. The CLI ends with exit code 2. */
  | 'STATEMENT_REFUSED'
  /** a server cannot plan the statement. The CLI ends with exit code 2. */
  | 'STATEMENT_UNPLANNABLE'
  /** a table cannot be partitioned as it is, or would lose something. The CLI ends with exit code 5. */
  | 'TABLE_NOT_CONVERTIBLE'
  /** no table of that name is there. The CLI ends with exit code 3. */
  | 'TABLE_NOT_FOUND'
  /** the archive does not reach the target of a restore. The CLI ends with exit code 5. */
  | 'TARGET_BEYOND_ARCHIVE'
  /** the target of a restore has not come yet. The CLI ends with exit code 2. */
  | 'TARGET_IN_FUTURE'
  /** write-ahead log in front of the target of a restore is missing. The CLI ends with exit code 2. */
  | 'TARGET_IN_GAP'
  /** the target of a restore is not on the way to its timeline. The CLI ends with exit code 2. */
  | 'TARGET_ON_OTHER_TIMELINE'
  /** no backup ends before the target of a restore. The CLI ends with exit code 2. */
  | 'TARGET_TOO_EARLY'
  /** the archive has no such timeline, or more than one that could be meant. The CLI ends with exit code 3. */
  | 'TIMELINE_NOT_FOUND'
  /** no timezone of the IANA database has that name. The CLI ends with exit code 2. */
  | 'TIMEZONE_INVALID'
  /** no token has that id. The CLI ends with exit code 3. */
  | 'TOKEN_NOT_FOUND'
  /** the cluster already has as many unfinished operations as are allowed. The CLI ends with exit code 5. */
  | 'TOO_MANY_OPERATIONS'
  /** there are as many schedules as are allowed. The CLI ends with exit code 5. */
  | 'TOO_MANY_SCHEDULES'
  /** no token, or one that is unknown, expired or revoked. The CLI ends with exit code 4. */
  | 'UNAUTHENTICATED';

/** Whose backups to expire. */
export type ExpireBackupsInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** True: only the plan; nothing is removed. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Name of the repository whose backups may go, 1 to 31 characters; only that one has to answer. Null: all. */
  repository?: string | null | undefined;
};

/** How bad a finding is. */
export type FindingSeverity =
  /** Act now. */
  | 'CRITICAL'
  /** Good to know, or what was done. */
  | 'INFO'
  /** It could not be looked at; the finding says why, and what would make it readable. */
  | 'UNKNOWN'
  /** Act soon. */
  | 'WARNING';

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

/** A part of the past. */
export type HistoryRange = {
  /** Its start. */
  from: string;
  /** Its end, not part of it. Null: now. */
  to?: string | null | undefined;
};

/** Which backup must stay, and how long. */
export type HoldBackupInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** Label or alias of the backup; 1 to 100 characters. */
  label: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for whoever looks at it later; 1 to 500 characters. */
  reason: string;
  /** When the hold ends by itself, in the future. Null: when it is released. */
  until?: string | null | undefined;
};

/** What is to be thought of an index. */
export type IndexVerdict =
  /** Another index has the same columns. */
  | 'DUPLICATE'
  /** Its build failed. */
  | 'INVALID'
  /** Never scanned, and that says nothing yet; `because` tells why. */
  | 'UNKNOWN'
  /** Never scanned, on any instance, for a week or more. */
  | 'UNUSED'
  /** It is scanned, or a constraint stands on it. */
  | 'USED';

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

/** Where to maintain partitions. */
export type MaintainPartitionsInput = {
  /** Names of the clusters, at most 500. Null: all of them. */
  clusters?: Array<string> | null | undefined;
  /** True: only the plan; nothing is done. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** How often the guide asks for a task. */
export type MaintenanceCadence =
  /** Once a day. */
  | 'DAILY'
  /** Once a month. */
  | 'MONTHLY'
  /** Once a week. */
  | 'WEEKLY';

/** A task of the guide’s chapter Monitoring & Maintenance. */
export type MaintenanceTaskName =
  /** ANALYZE of tables whose rows have changed. */
  | 'ANALYZE'
  /** Done by `verifyBackup`. */
  | 'BACKUP_VERIFICATION'
  /** What runs out, and when. */
  | 'CAPACITY_PLANNING'
  /** Connections, idle transactions, and who holds up others. */
  | 'CONNECTION_CHECK'
  /** Done by `startRecoveryDrill`. */
  | 'DR_DRILL'
  /** Errors that servers have logged since the last time, by message, new ones first. */
  | 'ERROR_LOG_REVIEW'
  /** Invalid, duplicate and unused indexes. */
  | 'INDEX_USAGE_REVIEW'
  /** What moves that have ended left behind on a shard. */
  | 'MOVE_LEFTOVER_CHECK'
  /** Done by `maintainPartitions`. */
  | 'PARTITION_MAINTENANCE'
  /** Statements whose plan is another one than at the last review. */
  | 'PLAN_REVIEW'
  /** Rebuilds of bloated and invalid indexes while readers and writers go on. */
  | 'REINDEX'
  /** Done by the operation `migrations.checkDrift`, on a schedule. */
  | 'SCHEMA_DRIFT_CHECK'
  /** Roles, grants, row-level security, passwords, pg_hba.conf, extensions. */
  | 'SECURITY_AUDIT'
  /** The statements that cost most in the last day. */
  | 'SLOW_QUERY_REVIEW'
  /** VACUUM of tables that need it, those near wraparound first, throttled. */
  | 'VACUUM';

/** When work may begin. */
export type MaintenanceWindowInput = {
  /** When it opens: five fields, or six with the seconds first, e.g. `0 1 * * SUN`. */
  cron: string;
  /** How long it stays open, in minutes: 1 to 10,080. */
  durationMinutes: number;
  /** IANA timezone of `cron`, e.g. `Europe/Berlin`. Null: that of the schedule. */
  timezone?: string | null | undefined;
};

/** What a metric is about. */
export type MetricGroup =
  /** The machine, the instance as a program, and what watching costs. */
  | 'HOST'
  /** Primary, standbys, archive and write-ahead log. */
  | 'REPLICATION'
  /** Who works, how fast, and who waits for whom. */
  | 'SESSIONS'
  /** What is stored, how well it is kept, and what will run out. */
  | 'STORAGE';

/** Which of the two scripts of a migration. */
export type MigrationDirection =
  /** The one that takes it back. */
  | 'DOWN'
  /** The one that makes the change. */
  | 'UP';

/** How much a finding weighs. */
export type MigrationFindingSeverity =
  /** Data is lost, or others are locked out for long: DANGEROUS. */
  | 'DANGER'
  /** Good to know; it changes no verdict. */
  | 'INFO'
  /** It cannot work, or must not. */
  | 'REFUSED'
  /** Others will wait: NEEDS_WINDOW. */
  | 'WARNING';

/** Whether it can be done now; from harmless to impossible. */
export type MigrationPlanVerdict =
  /** It destroys data, or locks others out for long. It is started only with the id of the plan. */
  | 'DANGEROUS'
  /** Others will wait for a while, or are in its way now: do it when little goes on. */
  | 'NEEDS_WINDOW'
  /** It cannot work on this database, or must not: change the script. */
  | 'REFUSED'
  /** Nobody will notice. */
  | 'SAFE';

/** What the files and the ledger of the database say about a migration. */
export type MigrationState =
  /** Applied, and the file is still the same. */
  | 'APPLIED'
  /** Applied, but the file was changed afterwards. Nothing is applied until it is put back or repaired. */
  | 'DRIFTED'
  /** Not applied: the last attempt failed. Or it stands in the middle, if it runs without a transaction. */
  | 'FAILED'
  /** Applied, but this server has no file of it: it is of a newer release, or was deleted. */
  | 'MISSING'
  /** Not applied, although one with a higher number is. It is refused; give it a new number. */
  | 'OUT_OF_ORDER'
  /** Not applied; it is next, or behind others that are. */
  | 'PENDING'
  /** Not applied: it was, and was taken back. */
  | 'ROLLED_BACK';

/** How the statements of a script are committed. */
export type MigrationTransaction =
  /** One after the other, remembered step by step: for statements that cannot run in a transaction. */
  | 'NONE'
  /** All in one transaction: all or nothing. */
  | 'ONE';

/** What migrations are tried on. */
export type MigrationValidationBase =
  /** What is pending there, on a restored backup with all its rows. */
  | 'BACKUP'
  /** All migrations, on an empty database. */
  | 'EMPTY'
  /** What is pending, on a copy of the cluster's present schema. */
  | 'TARGET';

/** What came of one migration when it was tried up, down and up again. */
export type MigrationVerdict =
  /** A statement of its down script failed. */
  | 'DOWN_FAILED'
  /** Declared so, with a reason; applied once. */
  | 'IRREVERSIBLE'
  /** One before it failed, so nothing is known. */
  | 'NOT_REACHED'
  /** Down was right, but up a second time fails or leads elsewhere. */
  | 'NOT_REPEATABLE'
  /** After down the catalog is another one than before up. */
  | 'NOT_RESTORED'
  /** Down gave back the catalog from before, and up again the one from after. */
  | 'REVERSIBLE'
  /** A statement of its script failed. */
  | 'UP_FAILED';

/** What becomes of a moment that passed by more than a minute, or whose window closed. */
export type MissedPolicy =
  /** What was missed is caught up by one run, in the next window when there is one. */
  | 'RUN_ONCE'
  /** What was missed is reported and not run. */
  | 'SKIP';

/** Which organization goes where, and how its home changes. */
export type MoveOrganizationInput = {
  /** When the home changes. Null: AUTOMATIC. */
  cutover?: CutoverMode | null | undefined;
  /** True: only what the move would meet; nothing is made. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** A shard that has to keep more write-ahead log than this for the move is freed of it, in bytes, from 16 MiB. Null: 4 GiB. */
  maxRetainedWalBytes?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Id of the organization, a uuid. */
  organization: string | number;
  /** Longest pause of its writers, 10 to 60,000 milliseconds; a cutover that would break it gives up. Null: 250. */
  pauseBudgetMs?: number | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** How long to wait for transactions that are open when the stream begins, 1 to 3,600 seconds. Null: 30. */
  slotTimeoutSeconds?: number | null | undefined;
  /** Name of the shard it goes to. */
  toShard: string;
  /** Only then may it be cut over. Null: at any time. */
  window?: CutoverWindowInput | null | undefined;
};

/** Which words a receiver understands. */
export type NotificationChannelKind =
  /** Prometheus Alertmanager's API v2: `/api/v2/alerts` below the URL. */
  | 'ALERTMANAGER'
  /** An incoming webhook of Slack, Mattermost or Rocket.Chat. */
  | 'SLACK'
  /** Our own JSON: the change, the alert and its evidence. */
  | 'WEBHOOK';

/** Where a message is on its way. */
export type NotificationDeliveryState =
  /** All attempts failed, or it made no sense to go on. `retryDelivery` begins again. */
  | 'DEAD'
  /** The receiver took it. */
  | 'DELIVERED'
  /** It waits for its first or next attempt. */
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

/** What a look before a move came to. */
export type OrganizationMoveCheckState =
  /** The move would fail, so it is not begun. */
  | 'FAILED'
  /** Looked at, and right. */
  | 'OK'
  /** It could not be looked at; the detail says why. */
  | 'UNKNOWN'
  /** It may go wrong, or take longer. */
  | 'WARNING';

/** Where a move is on its way. */
export type OrganizationMoveState =
  /** Nothing was moved, and nothing of it is left. The end. */
  | 'ABORTED'
  /** All tables are there; the stream nears the source. */
  | 'CATCHING_UP'
  /** The rows on the source are gone. The end. */
  | 'COMPLETED'
  /** The target copies the tables. */
  | 'COPYING'
  /** Writers wait, or have just been sent to the target. */
  | 'CUTOVER'
  /** Everything that could go wrong is looked at; nothing is made. */
  | 'PREFLIGHT'
  /** Equal, and kept equal; the source is still the home. */
  | 'READY'
  /** The source is the home again, the rows on the target are gone. The end. */
  | 'REVERSED'
  /** The target is the home, and the source is kept equal. */
  | 'REVERSIBLE'
  /** Both sides are compared, row by row, as they were at one moment. */
  | 'VERIFYING';

/** How far one table of a move is. */
export type OrganizationMoveTableState =
  /** Its rows are there; what was changed meanwhile is being applied. */
  | 'COPIED'
  /** Its rows are being copied. */
  | 'COPYING'
  /** It follows the source. */
  | 'STREAMING'
  /** Its copy has not begun. */
  | 'WAITING';

/** How it is, from good to bad. */
export type PartitionHealthState =
  /** Rows are refused or out of sight, or will be soon. */
  | 'CRITICAL'
  /** All is well. */
  | 'OK'
  /** It could not be looked at; `detail` says why, `hint` what would help. */
  | 'UNKNOWN'
  /** Something should be done. */
  | 'WARNING';

/** How long the partitions of a table are. */
export type PartitionInterval =
  /** A day of UTC. */
  | 'DAY'
  /** A month of UTC. */
  | 'MONTH'
  /** Three months of UTC, from January, April, July or October. */
  | 'QUARTER'
  /** Seven days of UTC from a Monday. */
  | 'WEEK'
  /** A year of UTC. */
  | 'YEAR';

/** What maintenance does to a partition. */
export type PartitionMaintenanceKind =
  /** Archive a partition that is older than its policy keeps, verify the file, and drop it. */
  | 'ARCHIVE'
  /** Make a partition, and move rows of the default partition that belong there. */
  | 'CREATE'
  /** Finish a detach that broke off. */
  | 'FINALIZE';

/** Where the rows of an archived partition go. */
export type PartitionRestoreMode =
  /** Into a partition of its table, as they were. */
  | 'ATTACHED'
  /** Into a plain table `<partition>_restored` beside it, without indexes or constraints. */
  | 'BESIDE';

/** Where a partition is in its life. */
export type PartitionState =
  /** Dropped; its rows are in a verified file. */
  | 'ARCHIVED'
  /** Part of its table. */
  | 'ATTACHED'
  /** A plain table beside the one that it belonged to. */
  | 'DETACHED'
  /** Half detached: its rows are out of sight. `maintainPartitions` finishes it. */
  | 'DETACH_PENDING';

/** Which plain table is to be partitioned, and how. */
export type PartitionTableInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** Column of time by whose ranges it is partitioned; it must be NOT NULL. */
  column: string;
  /** True: only the plan; nothing is done. Null: false. */
  dryRun?: boolean | null | undefined;
  /** True: unique keys without the column get it appended, so that the same key may then stand at two moments. Null: false, and such a key stops it. */
  extendKeys?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** How long a partition is. Null: MONTH. */
  interval?: PartitionInterval | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Months that its policy makes ahead, 1 to 24. Null: 3. */
  premakeMonths?: number | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Months that its policy keeps, 1 to 1,200; older partitions are archived by maintenance. */
  retentionMonths: number;
  /** The copy goes no faster, 100 to 10,000,000 rows a second. Null: as fast as it goes. */
  rowsPerSecond?: number | null | undefined;
  /** How long it tries to get its locks, half a second at a time, before it gives up and removes what it made, 1 to 86,400 seconds. Null: 600. */
  swapPatienceSeconds?: number | null | undefined;
  /** Name of the table, with its schema and a dot in front where that is not `public`. */
  table: string;
};

/** Which rebalance begins no further move. */
export type PauseRebalanceInput = {
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Id of the operation that rebalances. */
  operation: string | number;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Arguments of `pauseSchedule`. */
export type PauseScheduleInput = {
  /** Name of the schedule: 1 to 63 lower case letters, digits and hyphens, e.g. `nightly-backup`. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** What for, and what must not happen. */
export type PlanRebalanceInput = {
  /** Names of shards to plan for as if they were drained, at most 100. Null: none. */
  drain?: Array<string> | null | undefined;
  /** What it is for. */
  goal: RebalanceGoal;
  /** Uuids of organizations that stay, at most 1,000. Null: none. */
  keep?: Array<string> | null | undefined;
  /** Larger organizations stay, in bytes. Null: none is too large. */
  maxMoveBytes?: string | null | undefined;
  /** At most so many moves, 1 to 1,000. Null: 20. */
  maxMoves?: number | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Enough when so much of the load is in the wrong place, 0 to 1. Null: 0.05. */
  tolerance?: number | null | undefined;
};

/** What stands beside the clusters. */
export type PlatformKind =
  /** A ClickHouse server. */
  | 'CLICKHOUSE'
  /** An Elasticsearch cluster. */
  | 'ELASTICSEARCH'
  /** A Redis server. */
  | 'REDIS'
  /** A bucket of an object store that speaks S3. */
  | 'S3';

/** What is in the way of a good plan. */
export type QueryFindingCode =
  /** All rows are counted where one would answer the question. */
  | 'COUNT_FOR_EXISTENCE'
  /** A column inside a function or a cast cannot use an index on the column. */
  | 'FUNCTION_ON_COLUMN'
  /** The column is converted for each row, because the value has another type. */
  | 'IMPLICIT_CAST'
  /** A pattern that begins with a wildcard cannot use a B-tree. */
  | 'LEADING_WILDCARD'
  /** NOT IN with a sub-query is no anti-join, and gives no row at all once the sub-query gives a NULL. */
  | 'NOT_IN_SUBQUERY'
  /** The table was never analyzed: the plan is a guess. */
  | 'NO_STATISTICS'
  /** The rows before the page are read and thrown away, more with each page. */
  | 'OFFSET_PAGING'
  /** All rows are sorted and sent. */
  | 'ORDER_WITHOUT_LIMIT'
  /** An OR over several columns needs an index for each, or reads the whole table. */
  | 'OR_OVER_COLUMNS'
  /** All columns are read, also those that nobody needs; no index can cover it. */
  | 'SELECT_STAR'
  /** All rows of the table are written. */
  | 'WRITE_WITHOUT_WHERE';

/** How grave a finding is. */
export type QueryFindingSeverity =
  /** Wrong results or a lot of harm are likely. */
  | 'CRITICAL'
  /** Good to know. */
  | 'INFO'
  /** Slow, or will be with more rows. */
  | 'WARNING';

/** What a rebalance is for. */
export type RebalanceGoal =
  /** Every shard has its share of what happens, by weight: hot organizations part. */
  | 'BALANCE_ACTIVITY'
  /** Every shard has its share of the bytes, by weight. */
  | 'BALANCE_BYTES'
  /** Shards that are drained become empty; nothing else moves. */
  | 'DRAIN'
  /** Every organization that causes most of what happens on its shard gets a shard of its own; whatever is less to move goes. */
  | 'ISOLATE_HOT';

/** Whose rows, of which moment, and what to do with them. */
export type RecoverOrganizationInput = {
  /** The state to go back to: a moment, a place in the log, a restore point or a backup. */
  at: RestoreTargetInput;
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** The name, slug or id of the organization typed back, instead of `planId`. Null: not typed. */
  confirm?: string | null | undefined;
  /** For EXPORT: absolute path of a directory that is not there yet, on the host that does the work. Null otherwise. */
  destination?: string | null | undefined;
  /** True: only the plan, with its id; nothing is restored or started. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** What to do with the rows once they are compared. */
  mode: RecoveryMode;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Id, name or slug of the organization; 1 to 200 characters. One that was deleted as a whole: its id. */
  organization: string;
  /** True: rows that have other values now get those of then (MERGE), or belong to the plan (COMPARE). Null: false. */
  overwriteChanged?: boolean | null | undefined;
  /** MERGE needs this or `confirm`: id of a dry run, or of a comparison, which then stands for exactly its rows. Null: none. */
  planId?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Only these tables, by name, e.g. `items`; at most 500. Null: all that hold rows of organizations. */
  tables?: Array<string> | null | undefined;
  /** Timeline to recover along, 1 or more. Null: as `startRestore` does. */
  timeline?: number | null | undefined;
  /** Absolute path of a directory with room for the whole cluster: the clone lies there for a while. Null: the configured `runDirectory`. */
  workDirectory?: string | null | undefined;
};

/** What came of one check. */
export type RecoveryDrillCheckState =
  /** It is not as it should be. */
  | 'FAILED'
  /** It is as it should be. */
  | 'PASSED'
  /** It could not be told: `reason` says why. It fails nothing. */
  | 'UNKNOWN';

/** What came of a drill. */
export type RecoveryDrillState =
  /** A check failed: `checks` says which, and why. */
  | 'FAILED'
  /** No check failed. Some may be UNKNOWN. */
  | 'PASSED';

/** What is done with the rows of then. */
export type RecoveryMode =
  /** Only look: what was added, changed and deleted since. */
  | 'COMPARE'
  /** Write all rows of then into files, a CSV file for each table. */
  | 'EXPORT'
  /** Put the rows back that are missing in the live tables. Nothing is deleted. */
  | 'MERGE'
  /** Copy all rows of then into a schema of their own in the live database. */
  | 'SIDE_SCHEMA';

/** How it is known that rows of others were left alone. */
export type RecoveryProofKind =
  /** The tables are too large to be hashed: the server counted the rows that the transaction wrote, and these are the ones that were put back. */
  | 'COUNTERS'
  /** All rows of others were hashed before and behind, in the snapshot of the transaction that merged. */
  | 'HASHES';

/** Whose rows a table holds. */
export type RecoveryTableKind =
  /** Rows of no organization: those that rows of this one referred to were compared, and never written. */
  | 'REFERENCE'
  /** Rows of organizations: all rows of this one were compared. */
  | 'TENANT';

/** What a Redis is to others. */
export type RedisRole =
  /** Takes writes. */
  | 'PRIMARY'
  /** Repeats what its primary writes. */
  | 'REPLICA';

/** Which backup need not stay any more. */
export type ReleaseBackupInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** Label or alias of the backup; 1 to 100 characters. */
  label: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Which checksum to accept. */
export type RepairMigrationInput = {
  /** `Migration.checksum` of the file as it was looked at; another one is refused. */
  checksum: string;
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why the change of the file changes nothing; 1 to 500 characters. Kept with the checksum. */
  reason: string;
  /** A migration that is DRIFTED. */
  version: string;
};

/** Whose a replication slot is. */
export type ReplicationSlotOwner =
  /** Somebody else reads it now. */
  | 'CLIENT'
  /** A move of an organization. */
  | 'MOVE'
  /** Nobody reads it, and nothing of the cluster names it: it keeps log for nobody, or for a stranger who is away. */
  | 'NOBODY'
  /** The tables that all shards share. */
  | 'SHARED_TABLES'
  /** A standby of the cluster streams through it, or is told to. */
  | 'STANDBY'
  /** A subscription of the cluster, or its first copy of a table. */
  | 'SUBSCRIPTION'
  /** Nobody reads it, and an instance that may own it does not answer. */
  | 'UNKNOWN';

/** What a slot sends. */
export type ReplicationSlotType =
  /** Changes of rows that a plugin has read from the log. */
  | 'LOGICAL'
  /** The log as it is. */
  | 'PHYSICAL';

/** What a walsender sends. */
export type ReplicationStreamKind =
  /** The files of the server, once. */
  | 'BACKUP'
  /** Changes of rows. */
  | 'LOGICAL'
  /** The log as it is: to a standby, or to an archive. */
  | 'PHYSICAL';

/** What came of a check. */
export type RepositoryCheckState =
  /** It is not as it must be: `reason` says why. */
  | 'FAILED'
  /** It is as it should be. */
  | 'PASSED'
  /** Nobody says: `reason` is why. */
  | 'UNKNOWN'
  /** It works, and should be better: `reason` says why. */
  | 'WARNING';

/** What a repository is. */
export type RepositoryType =
  /** A bucket of an S3 object store. */
  | 'BUCKET'
  /** A directory on the host that does the work. */
  | 'DIRECTORY'
  /** On a repository host, or of a kind that only pgBackRest reaches. */
  | 'REMOTE';

/** Which archived partition to bring back, and where to. */
export type RestorePartitionInput = {
  /** Where its rows go. */
  as: PartitionRestoreMode;
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** True: only the plan; nothing is done. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Name that the partition had. */
  partition: string;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Name of the table, with its schema and a dot in front where that is not `public`. */
  table: string;
};

/** Where a restore stops: exactly one of these. */
export type RestoreTargetInput =
  {   /** The end of the archive; only true. */
  latest: boolean; lsn?: never; name?: never; set?: never; time?: never; }
  |  { latest?: never;   /** All that was written to the log before this place, e.g. `1/74000028`. */
  lsn: string; name?: never; set?: never; time?: never; }
  |  { latest?: never; lsn?: never;   /** A restore point that `createRestorePoint` or a backup has made; 1 to 63 characters. */
  name: string; set?: never; time?: never; }
  |  { latest?: never; lsn?: never; name?: never;   /** Exactly this backup, by its label; 1 to 100 characters. */
  set: string; time?: never; }
  |  { latest?: never; lsn?: never; name?: never; set?: never;   /** All that was committed at or before this moment. */
  time: RestoreTimeInput; };

/** A moment: with an offset, or as the clocks of a timezone show it. */
export type RestoreTimeInput = {
  /** For example `2026-11-22T12:00:00.5+01:00`, or without an offset together with `timezone`. To the microsecond. */
  at: string;
  /** Name in the IANA database, e.g. `Europe/Berlin`, when `at` has no offset. A time that comes twice there, or never, is refused. Null: `at` has an offset. */
  timezone?: string | null | undefined;
};

/** Which rebalance goes on. */
export type ResumeRebalanceInput = {
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Id of the operation that rebalances. */
  operation: string | number;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Arguments of `resumeSchedule`. */
export type ResumeScheduleInput = {
  /** Name of the schedule: 1 to 63 lower case letters, digits and hyphens, e.g. `nightly-backup`. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Arguments of `retryDelivery`. */
export type RetryDeliveryInput = {
  /** Id of a delivery that is DEAD. */
  id: string | number;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

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

/** Arguments of `reverseOrganizationMove`. */
export type ReverseOrganizationMoveInput = {
  /** True: go back although both sides are not the same, because what is on the target is wrong. Null: false. */
  acceptDifferences?: boolean | null | undefined;
  /** Id of the move. */
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

/** How far to go back, and where. */
export type RollbackMigrationsInput = {
  /** True: go on although somebody has changed the schema by hand; say why in `reason`. Null: false. */
  allowDrift?: boolean | null | undefined;
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** True: only the plan; nothing is started. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** `MigrationPlan.id` of the plan that was looked at. Needed for what is DANGEROUS or destroys data; refused when it is not what would be done now. Null: none. */
  planId?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** The version that stays the newest: everything above it is taken back, newest first. `000`: everything. */
  target: string;
};

/** What to apply to many clusters, and how carefully. */
export type RolloutMigrationsInput = {
  /** Names, the canary first; 1 to 1,000. Null: all, in the order of the configuration. */
  clusters?: Array<string> | null | undefined;
  /** Clusters at a time behind the canary: 1 to 16. Null: 2. */
  concurrency?: number | null | undefined;
  /** True: only the plan; nothing is started. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** How long the canary is watched before and after, each, in seconds: 0 (not at all) to 3,600. Null: 30. */
  observeSeconds?: number | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** `MigrationPlan.id`s that were agreed to, for clusters where one is needed. Null: none. */
  planIds?: Array<string> | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** The last version to apply: its number (`3`, `003`) or its full name (`003_data_integrity`). Null: all. */
  target?: string | null | undefined;
};

/** Which task to run, where, and within which bounds. */
export type RunMaintenanceTaskInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** Pause of VACUUM and ANALYZE after each piece of work (vacuum_cost_delay), in milliseconds, 0 to 100. Null: 2. */
  costDelayMs?: number | null | undefined;
  /** True: only the plan; nothing is done. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** When so many minutes are over no further table is begun, and the statement under way is cancelled; 1 to 720. Null: 60. */
  minutes?: number | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Which task. */
  task: MaintenanceTaskName;
};

/** What to do to which service. */
export type RunServiceActionInput = {
  /** What to do. */
  action: ServiceAction;
  /** True: only say what would be done. Null: false. */
  dryRun?: boolean | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Name of the service, e.g. `redis`. */
  service: string;
};

/** What to apply, and when: `at` one moment, or once in the next `window`. */
export type ScheduleMigrationInput = {
  /** Once, at this moment; with a window: once in the first one that is open then or later. Null: now. */
  at?: string | null | undefined;
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** True: only say what would run when. Null: false. */
  dryRun?: boolean | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** `MigrationPlan.id` of the plan that was looked at. Needed for what is DANGEROUS or destroys data; refused when it is not what would be done now. Null: none. */
  planId?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** The last version to apply: its number (`3`, `003`) or its full name (`003_data_integrity`). Null: all. */
  target?: string | null | undefined;
  /** IANA timezone in which times are shown, and of a window that names none. Null: `UTC`. */
  timezone?: string | null | undefined;
  /** It begins only while this is open; a missed one is skipped and reported. Null: at any time. */
  window?: MaintenanceWindowInput | null | undefined;
};

/** What became of one moment of a schedule. */
export type ScheduleRunOutcome =
  /** The operation was refused; `reason` says why. */
  | 'FAILED_TO_START'
  /** No worker was there to start it in time, or before its window closed. */
  | 'MISSED'
  /** The operation of the run before was unfinished. */
  | 'SKIPPED'
  /** The operation was written; what came of it is said by the operation. */
  | 'STARTED';

/** Where a schedule is in its life. */
export type ScheduleState =
  /** Waits for its next moment. */
  | 'ACTIVE'
  /** Its only moment was, or no other one will come. */
  | 'ENDED'
  /** Its moments pass, and nothing is noted, until it is resumed. */
  | 'PAUSED';

/** Whether a schema is what its migrations say. */
export type SchemaDriftState =
  /** Somebody has changed it in another way since. Migrations are refused until that is settled. */
  | 'DRIFTED'
  /** The schema is what the newest applied migration left. */
  | 'NONE'
  /** Nothing was kept to compare with; `reason` says why. */
  | 'UNKNOWN';

/** What we may do to a service. Each harms nothing, also when it is done twice. */
export type ServiceAction =
  /** To REDIS: MEMORY PURGE. The allocator gives back the pages that hold nothing any more. */
  | 'PURGE_MEMORY'
  /** To ELASTICSEARCH: POST /_cluster/reroute?retry_failed=true. Copies of shards whose allocation was given up after five attempts are tried once more. */
  | 'RETRY_SHARDS'
  /** To REDIS: BGSAVE SCHEDULE. A child process writes a snapshot; writes are taken again when it succeeds. */
  | 'SAVE_SNAPSHOT';

/** What a shard does with organizations. */
export type ShardState =
  /** Takes new organizations. */
  | 'ACTIVE'
  /** Takes none, and gives away all that may leave. */
  | 'DRAINING'
  /** Above its capacity: takes none, and gives away what is more than its share. */
  | 'FULL'
  /** Takes none and gives none away. */
  | 'READ_ONLY';

/** Whether the tables that all shards share are the same on a shard as at their home. */
export type SharedTablesStateKind =
  /** They are not, but changes are on their way. */
  | 'BEHIND'
  /** The stream has stopped. */
  | 'BROKEN'
  /** They are not, and nothing is on its way. */
  | 'DIFFERENT'
  /** The rows are those of the home. */
  | 'EQUAL'
  /** Here they are written. */
  | 'HOME'
  /** The shard does not follow the home. */
  | 'NOT_SET_UP'
  /** One of both did not answer, or the tables are not there. */
  | 'UNKNOWN';

/** Which alerts, those that are to come too, and for how long. What is null is any; one must be given. */
export type SilenceAlertsInput = {
  /** Only of this cluster. */
  cluster?: string | null | undefined;
  /** The rule, cluster and instance of this alert. */
  id?: string | number | null | undefined;
  /** Only of this instance. */
  instance?: string | null | undefined;
  /** Only of this metric. */
  metric?: string | null | undefined;
  /** For how long, in minutes: 1 to 43,200 (30 days). Each silence ends. */
  minutes: number;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Only of this rule. */
  rule?: string | null | undefined;
  /** Only of this severity. */
  severity?: AlertSeverity | null | undefined;
};

/** Where figures of statements come from. */
export type SlowQueriesMethod =
  /** Differences of the counters over the window. */
  | 'INTERVALS'
  /** There are no figures; `reason` says why. */
  | 'NONE'
  /** The counters as they are, since they began: there is no earlier look to compare with yet. */
  | 'SINCE_RESET';

/** What comes first. */
export type SlowQueryOrder =
  /** By how often they ran. */
  | 'CALLS'
  /** By blocks read from outside of memory, temporary ones too. */
  | 'IO'
  /** By the time of one call. */
  | 'MEAN_TIME'
  /** By the bound that 95 % of the calls stay below. */
  | 'P95_BOUND'
  /** By the time they took together: what to mend first. */
  | 'TOTAL_TIME';

/** What to back up, and how. */
export type StartBackupInput = {
  /** Label or alias of the set that it must build on, for types other than FULL; 1 to 100 characters. Refused when pgBackRest would take another. Null: the newest that fits. */
  base?: string | null | undefined;
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** The server that the files come from. Null: AUTO. */
  from?: BackupSourceChoice | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Name of the repository that gets it, 1 to 31 characters. Null: the first. */
  repository?: string | null | undefined;
  /** How much to copy. Null: FULL. Without a full set before it, every type becomes FULL. */
  type?: BackupType | null | undefined;
  /** True: then reads every file of the stanza back, and fails when the set is invalid. Null: false. */
  verify?: boolean | null | undefined;
};

/** Which plan is carried out, and how gently. */
export type StartRebalanceInput = {
  /** Moves at the same time, 1 to 8; those that share a shard come one after the other. Null: 1. */
  concurrency?: number | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** True: the window is the longest run of hours with less than half of the usual load, as it was measured. Null: false. */
  inQuietHours?: boolean | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Writers of an organization wait for at most so many milliseconds, 1 to 60,000. Null: what moves take by themselves. */
  pauseBudgetMs?: number | null | undefined;
  /** Id of the plan. */
  plan: string | number;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Moves begin and cut over only then. Null: at any time. */
  window?: DailyWindowInput | null | undefined;
};

/** What to restore for a drill. */
export type StartRecoveryDrillInput = {
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
  /** Where the restore stops. Null: a random moment inside the recovery windows. */
  target?: RestoreTargetInput | null | undefined;
  /** Timeline to recover along, 1 or more. Null: as `startRestore` does. */
  timeline?: number | null | undefined;
};

/** What to restore, and where to. Either `target` or `label` is given. */
export type StartRestoreInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** The name of the cluster, typed back, 1 to 63 characters. Needed in place only; else null. */
  confirm?: string | null | undefined;
  /** Names of the databases that are wanted, at most 100; the files of all others become zeros that take no space, to be dropped afterwards. Null: all. */
  databases?: Array<string> | null | undefined;
  /** Absolute path of a directory that is empty or not there yet, on the host that does the work; 1 to 400 characters. Nothing of the cluster itself is touched. Null: it is restored in place. */
  destination?: string | null | undefined;
  /** True: only the plan; nothing is started. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** True: the live cluster itself goes back. It is restored and proven beside it first, then the cluster is stopped, the files change places, and the standbys are made anew. Null: false. */
  inPlace?: boolean | null | undefined;
  /** In place: whether the data directory from before stays, as the way back. Either way there has to be room for both. Null: true. */
  keepOld?: boolean | null | undefined;
  /** The same as `target: { set }`; 1 to 100 characters. Null: `target` says what. */
  label?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Name of the repository whose backups are looked at, 1 to 31 characters. Null: all. Write-ahead log comes from whichever has it. */
  repository?: string | null | undefined;
  /** Where the restore stops. Null: `label` says what. */
  target?: RestoreTargetInput | null | undefined;
  /** Timeline to recover along, 1 or more. Null: that of the primary; of a backup or a named point, its own. */
  timeline?: number | null | undefined;
};

/** What the server has to do for a statement. */
export type StatementEffect =
  /** The rows that the statement names. */
  | 'DATA'
  /** The whole table is read, and an index is written. */
  | 'INDEX_BUILD'
  /** Only the catalog is changed, whatever the size of the table. */
  | 'METADATA'
  /** Nothing is changed. */
  | 'NONE'
  /** The whole table is written anew, with its indexes. */
  | 'REWRITE'
  /** The whole table is read. */
  | 'SCAN'
  /** Code that only the server runs: a DO block, a function. */
  | 'UNKNOWN';

/** Why an organization stays where there is too much. */
export type StayReason =
  /** The request keeps it. */
  | 'KEPT'
  /** It is on its way already. */
  | 'MOVING'
  /** No other shard takes it. */
  | 'NO_ROOM'
  /** Somebody chose its shard. */
  | 'PINNED'
  /** No other shard that has room stands in its region. */
  | 'REGION'
  /** It is larger than a move may be. */
  | 'TOO_LARGE';

/** What sort of index is suggested. */
export type SuggestedIndexKind =
  /** A B-tree over one column. */
  | 'BTREE'
  /** A B-tree that carries other columns along, so that the table is not read. */
  | 'COVERING'
  /** A B-tree over an expression, or with the order of bytes for patterns. */
  | 'EXPRESSION'
  /** An inverted index: parts of documents, words, trigrams. */
  | 'GIN'
  /** A B-tree over several columns. */
  | 'MULTI_COLUMN'
  /** A B-tree over the rows for which a condition holds. */
  | 'PARTIAL';

/** Which shard follows the home of the shared tables anew. */
export type SyncSharedTablesInput = {
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Name of the shard, e.g. `shard-1`. */
  shard: string;
};

/** Which tables come first. */
export type TableOrder =
  /** By space that rows do not fill. */
  | 'BLOAT'
  /** By rows that VACUUM would remove. */
  | 'DEAD_ROWS'
  /** By rows that sequential scans read: where an index may be missing. */
  | 'SEQUENTIAL_ROWS'
  /** By size, with the indexes. */
  | 'SIZE'
  /** By transactions since the oldest row was frozen. */
  | 'XID_AGE';

/** Arguments of `terminateSession`. */
export type TerminateSessionInput = {
  /** True: only look whether it could. Null: false. */
  dryRun?: boolean | null | undefined;
  /** True: also when it belongs to this control plane. Null: false. */
  force?: boolean | null | undefined;
  /** `Session.id`: this session and no later one. */
  id: string | number;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Arguments of `testNotificationChannel`. */
export type TestNotificationChannelInput = {
  /** Name of the channel: 1 to 63 lower case letters, digits, underscores and hyphens. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** For what limits were set. */
export type ThresholdScope =
  /** For this cluster. */
  | 'CLUSTER'
  /** By nobody: they are those of the program. */
  | 'DEFAULT'
  /** For all that have none of their own. */
  | 'FLEET'
  /** For this service beside the clusters. */
  | 'SERVICE';

/** Arguments of `triggerSchedule`. */
export type TriggerScheduleInput = {
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** Name of the schedule: 1 to 63 lower case letters, digits and hyphens, e.g. `nightly-backup`. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** All of the policy of a cluster. */
export type UpdateBackupRetentionInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** Younger backups stay, in days: 1 to 36,500; null: age is no reason to stay. */
  keepDays?: number | null | undefined;
  /** So many valid full backups stay, the newest, with all that builds on them: 1 to 1,000. */
  keepFulls: number;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Every moment of so many days can be recovered, 0 to 36,500: the backups and the write-ahead log for that stay. */
  recoveryDays: number;
};

/** What of a shard becomes another one. What is left out stays as it is. */
export type UpdateShardInput = {
  /** Above it the shard is FULL, in bytes, 1 or more. Null: no limit. Left out: as it is. */
  capacityBytes?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** True: it takes no organizations and gives none away (READ_ONLY); those on it go on writing. False: it is ACTIVE again if it was. Null: as it is. */
  readOnly?: boolean | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Where it stands; 1 to 63 characters. Null: not said. Left out: as it is. */
  region?: string | null | undefined;
  /** Name of the shard, e.g. `shard-1`. */
  shard: string;
  /** What it should hold in proportion to the others, 1 to 10,000. Null: as it is. */
  weight?: number | null | undefined;
};

/** All of a maintenance window. */
export type UpsertAlertMaintenanceWindowInput = {
  /** Only of these clusters, 1 to 100. Null: all. */
  clusters?: Array<string> | null | undefined;
  /** When it opens: five fields, or six with the seconds first, e.g. `0 1 * * SUN`. */
  cron: string;
  /** How long it stays open, in minutes: 1 to 10,080. */
  durationMinutes: number;
  /** False: it does not open. Null: true. */
  isEnabled?: boolean | null | undefined;
  /** Only these metrics, 1 to 100. Null: all. */
  metrics?: Array<string> | null | undefined;
  /** Name of the window: 1 to 63 lower case letters, digits, underscores and hyphens. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** IANA timezone of `cron`, e.g. `Europe/Berlin`. Null: `UTC`. */
  timezone?: string | null | undefined;
};

/** All of a rule. What is null is as the rule of this name has it that is in force now; of a new one as most have it. */
export type UpsertAlertRuleInput = {
  /** The only cluster that it is for. Null: all. */
  cluster?: string | null | undefined;
  /** On which side it is wrong. */
  comparison?: AlertComparison | null | undefined;
  /** It is escalated when nobody has it in hand; 0: never. 0 to 604,800 seconds. */
  escalateAfterSeconds?: number | null | undefined;
  /** It fires when it was wrong for so long. 0 to 604,800 seconds. */
  forSeconds?: number | null | undefined;
  /** False: it makes no alerts. */
  isEnabled?: boolean | null | undefined;
  /** What it is about, e.g. `connections`. */
  metric?: string | null | undefined;
  /** Name of the rule; that of a rule of the product replaces it: 1 to 63 lower case letters, digits, underscores and hyphens. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Only on its good side is it well again. */
  recoveryThreshold?: number | null | undefined;
  /** People are told again each time; 0: once. 0 to 604,800 seconds. */
  reminderSeconds?: number | null | undefined;
  /** It is resolved when it was well for so long. 0 to 604,800 seconds. */
  resolveAfterSeconds?: number | null | undefined;
  /** What to do, 1 to 2,000 characters. */
  runbook?: string | null | undefined;
  /** How bad it is. */
  severity?: AlertSeverity | null | undefined;
  /** In the metric's unit. */
  threshold?: number | null | undefined;
  /** True: the metric's own target and critical limit decide, whatever threshold the rule had. Null: false. */
  usesMetricLimits?: boolean | null | undefined;
};

/** All of a schedule of backups. There is one for each cluster and action, unless it is named. */
export type UpsertBackupScheduleInput = {
  /** What it does. */
  action: BackupAction;
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** When: five fields, or six with the seconds first, e.g. `0 2 * * SUN`. */
  cron: string;
  /** True: only say what would run when. Null: false. */
  dryRun?: boolean | null | undefined;
  /** True: it waits for `resumeSchedule`. Null: as it was, and active when it is new. */
  isPaused?: boolean | null | undefined;
  /** Each run starts up to so many seconds later, 0 to 3,600, and less than the time to the next. Null: 0. */
  jitterSeconds?: number | null | undefined;
  /** What becomes of moments that were missed. Null: RUN_ONCE. */
  missedPolicy?: MissedPolicy | null | undefined;
  /** Name of the schedule: 1 to 63 lower case letters, digits and hyphens. Null: that of the default one, e.g. `main-full-backup`. */
  name?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Name of the repository, 1 to 31 characters: it gets the backup, or is verified or cleaned up, and is part of the default name. Null: of a backup the first, else all. */
  repository?: string | null | undefined;
  /** IANA timezone of `cron`, e.g. `Europe/Berlin`. Null: `UTC`. */
  timezone?: string | null | undefined;
  /** Of a backup: true reads the stanza back afterwards. Null: true. */
  verify?: boolean | null | undefined;
  /** Runs start only while it is open; one that is due outside waits for it. Without a moment: once, in the next one. Null: at any time. */
  window?: MaintenanceWindowInput | null | undefined;
};

/** All of a channel. */
export type UpsertNotificationChannelInput = {
  /** Only these, and the end of what was told: FIRED, RAISED, ACKNOWLEDGED, UNSILENCED, REMINDED, ESCALATED, UNGROUPED, RESOLVED. For people who are only called when nobody else has come: ESCALATED. Null: all. */
  changes?: Array<AlertChange> | null | undefined;
  /** Only these, 1 to 100. Null: all. */
  clusters?: Array<string> | null | undefined;
  /** False: nothing is put into its queue. Null: true. */
  isEnabled?: boolean | null | undefined;
  /** How it is told there. */
  kind: NotificationChannelKind;
  /** Name of the channel: 1 to 63 lower case letters, digits, underscores and hyphens. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** When so many wait more are DEAD at once: 1 to 100,000. Null: 1,000. */
  queueLimit?: number | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Absolute path, on the hosts that send, of a file of mode 0600 with the key that messages are signed with. Null: they are not signed. */
  secretFile?: string | null | undefined;
  /** Only these. Null: all. */
  severities?: Array<AlertSeverity> | null | undefined;
  /** Where to, http or https. Redirects are not followed. Null, for SLACK only: the secret file holds it. */
  url?: string | null | undefined;
};

/** All of a schedule: what it starts, and when. One of `at`, `cron`, or `window` alone. */
export type UpsertScheduleInput = {
  /** Once, at this moment. Not together with `cron`. Null: not so. */
  at?: string | null | undefined;
  /** Name of the cluster, put into the input of the operation. Null: it is there, or none. */
  cluster?: string | null | undefined;
  /** Again and again: five fields, or six with the seconds first, e.g. `0 2 * * SUN`. A moment in an hour that the clocks leave out comes right after it, one in an hour that exists twice comes once. Null: once. */
  cron?: string | null | undefined;
  /** True: only say what would run when. Null: false. */
  dryRun?: boolean | null | undefined;
  /** True: it waits for `resumeSchedule`. Null: as it was, and active when it is new. */
  isPaused?: boolean | null | undefined;
  /** Each run starts up to so many seconds later, 0 to 3,600, and less than the time to the next. Null: 0. */
  jitterSeconds?: number | null | undefined;
  /** Kind of the operation, e.g. `backups.start`. */
  kind: string;
  /** What becomes of moments that were missed. Null: SKIP. */
  missedPolicy?: MissedPolicy | null | undefined;
  /** Name of the schedule: 1 to 63 lower case letters, digits and hyphens, e.g. `nightly-backup`. */
  name: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** An object with what else the operation takes, e.g. `{"type": "FULL"}`. Null: nothing. */
  operationInput?: unknown;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** IANA timezone of `cron`, e.g. `Europe/Berlin`. Null: `UTC`. */
  timezone?: string | null | undefined;
  /** Runs start only while it is open; one that is due outside waits for it. Without a moment: once, in the next one. Null: at any time. */
  window?: MaintenanceWindowInput | null | undefined;
};

/** Both limits of a metric. */
export type UpsertThresholdInput = {
  /** Name of a cluster. Null: for all that have no limits of their own, or for `service`. */
  cluster?: string | null | undefined;
  /** Beyond it: CRITICAL, in the unit of the metric. Null: no such limit. */
  critical?: number | null | undefined;
  /** True: only say what would hold. Null: false. */
  dryRun?: boolean | null | undefined;
  /** Name of the metric, e.g. `replication_lag`. */
  metric: string;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** True: take back what was set; `target` and `critical` are then left out. Null: false. */
  restoreDefault?: boolean | null | undefined;
  /** Name of a service beside the clusters, whose metric it is then. Null: none. */
  service?: string | null | undefined;
  /** Beyond it: WARNING, in the unit of the metric. Null: no such limit. */
  target?: number | null | undefined;
};

/** Why a table needs VACUUM or ANALYZE. */
export type VacuumReason =
  /** More dead rows than autovacuum lets be. */
  | 'DEAD_ROWS'
  /** More new rows than autovacuum lets be without marking their pages. */
  | 'INSERTED_ROWS'
  /** More changed rows than the planner’s statistics bear. */
  | 'STALE_STATISTICS'
  /** Autovacuum is switched off for it. */
  | 'VACUUM_OFF'
  /** Its oldest row must be frozen soon; at the limit the server does it whatever else goes on. */
  | 'WRAPAROUND';

/** What to try, and for which cluster. */
export type ValidateMigrationsInput = {
  /** Name of the cluster whose schema is copied, e.g. `main`. */
  cluster: string;
  /** What to try on. Null: BACKUP when one is named, else TARGET when something is pending, else EMPTY. */
  from?: MigrationValidationBase | null | undefined;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** A backup to restore for it: `latest`, a label or an alias; 1 to 100 characters. Null: no rows, unless `from` is BACKUP: then the latest. */
  onBackup?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
};

/** Which backups to verify. */
export type VerifyBackupInput = {
  /** Name of the cluster, e.g. `main`. */
  cluster: string;
  /** Makes a repeated call the same call for 24 hours: same key and arguments give the same operation. 1 to 255 characters. Null: every call is a new one. */
  idempotencyKey?: string | null | undefined;
  /** Label or alias of the backup; 1 to 100 characters. Null: all of the cluster. */
  label?: string | null | undefined;
  /** The person a bot acts for, for the audit log; 1 to 200 characters. Null: for itself. */
  onBehalfOf?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. Null: not said. */
  reason?: string | null | undefined;
  /** Name of the repository that is read, 1 to 31 characters. Null: that of the backup, or all. */
  repository?: string | null | undefined;
};

export type AlertsQueryVariables = Exact<{
  filter?: AlertFilter | null | undefined;
  first: number;
}>;


export type AlertsQuery = { alerts: { edges: Array<{ node: { id: string, severity: AlertSeverity, state: AlertState, clusterName: string, instance: string | null, metric: string, summary: string, value: number | null, unit: string, threshold: number | null, since: string, acknowledgedBy: string | null } }> } };

export type AlertQueryVariables = Exact<{
  id: string | number;
}>;


export type AlertQuery = { alert: { rule: string, reason: string | null, cause: string, runbook: string, firedValue: number | null, firedAt: string, lastSeenAt: string, resolvedAt: string | null, resolvedBecause: string | null, acknowledgedAt: string | null, acknowledgedBecause: string | null, silencedUntil: string | null, silencedBy: string | null, reminders: number, escalatedAt: string | null, id: string, severity: AlertSeverity, state: AlertState, clusterName: string, instance: string | null, metric: string, summary: string, value: number | null, unit: string, threshold: number | null, since: string, acknowledgedBy: string | null, suggestedActions: Array<{ title: string, mutation: string, input: unknown, isAvailable: boolean }>, operations: Array<{ kind: string, state: OperationState, finishedAt: string | null }>, evidence: { reason: string | null, lastWords: Array<string> | null, costly: Array<{ query: string | null, calls: number, meanMs: number, shareOfTime: number }> | null, indexes: Array<{ table: string, statements: Array<string>, bytes: number | null, gain: number | null }> | null, clients: Array<{ userName: string, applicationName: string, state: string | null, sessions: number, longestSeconds: number | null }> | null, deadSpace: Array<{ table: string, bytes: number | null, because: string }> | null, keepers: Array<{ kind: DeadRowKeeperKind, name: string, detail: string | null, ageTransactions: number }> | null, blockers: Array<{ pid: number, userName: string, applicationName: string, query: string, blocks: Array<number>, waitsFor: number | null, transactionAgeMs: number | null }>, statements: Array<{ pid: number, userName: string, applicationName: string, state: string | null, query: string, transactionAgeMs: number | null }> } | null, children: Array<{ id: string, summary: string, state: AlertState }>, parent: { id: string, summary: string } | null, deliveries: { edges: Array<{ node: { channel: string, change: string, state: NotificationDeliveryState, attempts: number, lastError: string | null, createdAt: string } }> } } | null };

export type FollowAlertsSubscriptionVariables = Exact<{
  filter?: AlertFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type FollowAlertsSubscription = { alertEvents:
    | { __typename: 'AlertCursorExpired', cursor: string }
    | { __typename: 'AlertEvent', at: string, change: AlertChange, by: string | null, clusterName: string, instance: string | null, metric: string, severity: AlertSeverity, state: AlertState, summary: string, value: number | null, unit: string, cursor: string, alert: { id: string } | null }
   };

export type AlertRulesQueryVariables = Exact<{
  cluster?: string | null | undefined;
}>;


export type AlertRulesQuery = { alertRules: Array<{ name: string, clusterName: string | null, metric: string, comparison: AlertComparison, threshold: number | null, recoveryThreshold: number | null, severity: AlertSeverity | null, forSeconds: number, resolveAfterSeconds: number, reminderSeconds: number | null, escalateAfterSeconds: number | null, isEnabled: boolean, isDefault: boolean }> };

export type AlertSilencesQueryVariables = Exact<{ [key: string]: never; }>;


export type AlertSilencesQuery = { alertSilences: Array<{ id: string, clusterName: string | null, rule: string | null, metric: string | null, instance: string | null, severity: AlertSeverity | null, endsAt: string, reason: string | null, createdBy: string }> };

export type AcknowledgeAlertMutationVariables = Exact<{
  input: AcknowledgeAlertInput;
}>;


export type AcknowledgeAlertMutation = { acknowledgeAlert:
    | { __typename: 'AcknowledgeAlertSuccess', alert: { id: string, severity: AlertSeverity, state: AlertState, clusterName: string, instance: string | null, metric: string, summary: string, value: number | null, unit: string, threshold: number | null, since: string, acknowledgedBy: string | null } }
    | { __typename: 'AlertNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'AlertResolvedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type SilenceAlertsMutationVariables = Exact<{
  input: SilenceAlertsInput;
}>;


export type SilenceAlertsMutation = { silenceAlerts:
    | { __typename: 'AlertLimitError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'AlertNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'SilenceAlertsSuccess', silence: { id: string, clusterName: string | null, rule: string | null, metric: string | null, instance: string | null, severity: AlertSeverity | null, endsAt: string, reason: string | null, createdBy: string }, alerts: Array<{ id: string, severity: AlertSeverity, state: AlertState, clusterName: string, instance: string | null, metric: string, summary: string, value: number | null, unit: string, threshold: number | null, since: string, acknowledgedBy: string | null }> }
   };

export type EndAlertSilenceMutationVariables = Exact<{
  input: EndAlertSilenceInput;
}>;


export type EndAlertSilenceMutation = { endAlertSilence:
    | { __typename: 'AlertSilenceNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'EndAlertSilenceSuccess', silence: { id: string, clusterName: string | null, rule: string | null, metric: string | null, instance: string | null, severity: AlertSeverity | null, endsAt: string, reason: string | null, createdBy: string } }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type UpsertAlertRuleMutationVariables = Exact<{
  input: UpsertAlertRuleInput;
}>;


export type UpsertAlertRuleMutation = { upsertAlertRule:
    | { __typename: 'AlertLimitError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'AlertRuleInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'UpsertAlertRuleSuccess', rule: { name: string, clusterName: string | null, metric: string, comparison: AlertComparison, threshold: number | null, recoveryThreshold: number | null, severity: AlertSeverity | null, forSeconds: number, resolveAfterSeconds: number, reminderSeconds: number | null, escalateAfterSeconds: number | null, isEnabled: boolean, isDefault: boolean } }
   };

export type DeleteAlertRuleMutationVariables = Exact<{
  input: DeleteAlertRuleInput;
}>;


export type DeleteAlertRuleMutation = { deleteAlertRule:
    | { __typename: 'AlertRuleNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DeleteAlertRuleSuccess', name: string, rule: { name: string, clusterName: string | null, metric: string, comparison: AlertComparison, threshold: number | null, recoveryThreshold: number | null, severity: AlertSeverity | null, forSeconds: number, resolveAfterSeconds: number, reminderSeconds: number | null, escalateAfterSeconds: number | null, isEnabled: boolean, isDefault: boolean } | null }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type AlertLineFragment = { id: string, severity: AlertSeverity, state: AlertState, clusterName: string, instance: string | null, metric: string, summary: string, value: number | null, unit: string, threshold: number | null, since: string, acknowledgedBy: string | null };

export type AlertRuleLineFragment = { name: string, clusterName: string | null, metric: string, comparison: AlertComparison, threshold: number | null, recoveryThreshold: number | null, severity: AlertSeverity | null, forSeconds: number, resolveAfterSeconds: number, reminderSeconds: number | null, escalateAfterSeconds: number | null, isEnabled: boolean, isDefault: boolean };

export type AlertSilenceLineFragment = { id: string, clusterName: string | null, rule: string | null, metric: string | null, instance: string | null, severity: AlertSeverity | null, endsAt: string, reason: string | null, createdBy: string };

export type BackupsQueryVariables = Exact<{
  cluster: string;
  first: number;
  after?: string | null | undefined;
  includeExpired?: boolean | null | undefined;
}>;


export type BackupsQuery = { cluster: { backups: { edges: Array<{ node: { label: string, alias: string, type: BackupType, state: BackupState, startedAt: string, finishedAt: string | null, databaseBytes: string | null, repositoryBytes: string | null, repository: string, verifiedAt: string | null, expiresAt: string | null, verification: { state: BackupVerificationState } | null, hold: { until: string | null } | null, keptBecause: Array<{ text: string }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type StartBackupMutationVariables = Exact<{
  input: StartBackupInput;
}>;


export type StartBackupMutation = { startBackup:
    | { __typename: 'BackupBaseRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupFailedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PgBackRestInterruptedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnencryptedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StandbyUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMisconfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaStoppedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
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
    | { __typename: 'PgBackRestInterruptedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMisconfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaStoppedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'VerifyBackupSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
   };

export type ExpireBackupsMutationVariables = Exact<{
  input: ExpireBackupsInput;
}>;


export type ExpireBackupsMutation = { expireBackups:
    | { __typename: 'BackupFailedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ExpireBackupsSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { freedBytes: string, warnings: Array<string>, policy: { keepFulls: number, keepDays: number | null, recoveryDays: number }, kept: Array<{ label: string, alias: string, reasons: Array<string>, expiresAt: string | null }>, expiring: Array<{ label: string, alias: string, type: BackupType, finishedAt: string, freedBytes: string }>, windows: Array<{ repositoryKey: number, earliestBefore: string | null, earliestAfter: string | null, momentsLost: Array<string> }> } }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PgBackRestInterruptedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMisconfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaStoppedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type BackupRetentionQueryVariables = Exact<{
  cluster: string;
}>;


export type BackupRetentionQuery = { cluster: { backupRetention: { keepFulls: number, keepDays: number | null, recoveryDays: number, updatedBy: string | null, updatedAt: string | null } | null } | null };

export type UpdateBackupRetentionMutationVariables = Exact<{
  input: UpdateBackupRetentionInput;
}>;


export type UpdateBackupRetentionMutation = { updateBackupRetention:
    | { __typename: 'BackupFailedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PgBackRestInterruptedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMisconfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaStoppedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'UpdateBackupRetentionSuccess', retention: { keepFulls: number, keepDays: number | null, recoveryDays: number, updatedBy: string | null, updatedAt: string | null } }
   };

export type HoldBackupMutationVariables = Exact<{
  input: HoldBackupInput;
}>;


export type HoldBackupMutation = { holdBackup:
    | { __typename: 'BackupExpiringError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupFailedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'HoldBackupSuccess', backup: { label: string, alias: string, hold: { until: string | null, reason: string } | null } }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PgBackRestInterruptedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMisconfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaStoppedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type ReleaseBackupMutationVariables = Exact<{
  input: ReleaseBackupInput;
}>;


export type ReleaseBackupMutation = { releaseBackup:
    | { __typename: 'BackupFailedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PgBackRestInterruptedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ReleaseBackupSuccess', backup: { label: string, alias: string, keptBecause: Array<{ text: string }> } }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMisconfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaStoppedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type BackupSchedulesQueryVariables = Exact<{
  cluster?: string | null | undefined;
}>;


export type BackupSchedulesQuery = { backupSchedules: Array<{ name: string, backupAction: BackupAction | null, target: string, state: ScheduleState, cron: string | null, timezone: string, nextRuns: Array<{ localTime: string }> }> };

export type UpsertBackupScheduleMutationVariables = Exact<{
  input: UpsertBackupScheduleInput;
}>;


export type UpsertBackupScheduleMutation = { upsertBackupSchedule:
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'CronInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationKindUnknownError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ScheduleInputInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ScheduleNeverRunsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TimezoneInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManySchedulesError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'UpsertBackupScheduleSuccess', schedule: { name: string, backupAction: BackupAction | null } | null, nextRuns: Array<{ localTime: string }> }
   };

export type ClusterNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type ClusterNamesQuery = { clusters: Array<{ name: string, isShard: boolean }> };

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

export type StartRecoveryDrillMutationVariables = Exact<{
  input: StartRecoveryDrillInput;
}>;


export type StartRecoveryDrillMutation = { startRecoveryDrill:
    | { __typename: 'BackupFailedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DestinationRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DrillWindowEmptyError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'LocalTimeAmbiguousError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'LocalTimeMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PgBackRestInterruptedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RestorePointNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMisconfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaStoppedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StartRecoveryDrillSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { summary: string, steps: Array<string>, warnings: Array<string> } }
    | { __typename: 'TargetBeyondArchiveError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetInFutureError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetInGapError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetOnOtherTimelineError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetTooEarlyError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TimelineNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type RecoveryDrillsQueryVariables = Exact<{
  cluster: string;
}>;


export type RecoveryDrillsQuery = { recoveryDrills: Array<{ id: string, target: string, backup: string, recoveredAt: string | null, state: RecoveryDrillState, databaseBytes: string, liveBytes: string | null, predictedRtoSeconds: number | null, predictionBasis: string, startedAt: string, finishedAt: string, checks: Array<{ name: string, state: RecoveryDrillCheckState, found: string | null, expected: string | null, reason: string | null }>, rto: Array<{ phase: string, seconds: number }> }> };

export type RecoveryDrillQueryVariables = Exact<{
  id: string | number;
}>;


export type RecoveryDrillQuery = { recoveryDrill: { id: string, target: string, backup: string, recoveredAt: string | null, state: RecoveryDrillState, databaseBytes: string, liveBytes: string | null, predictedRtoSeconds: number | null, predictionBasis: string, startedAt: string, finishedAt: string, checks: Array<{ name: string, state: RecoveryDrillCheckState, found: string | null, expected: string | null, reason: string | null }>, rto: Array<{ phase: string, seconds: number }> } | null };

export type DrillEvidenceFragment = { id: string, target: string, backup: string, recoveredAt: string | null, state: RecoveryDrillState, databaseBytes: string, liveBytes: string | null, predictedRtoSeconds: number | null, predictionBasis: string, startedAt: string, finishedAt: string, checks: Array<{ name: string, state: RecoveryDrillCheckState, found: string | null, expected: string | null, reason: string | null }>, rto: Array<{ phase: string, seconds: number }> };

export type MetricLineFragment = { name: string, group: MetricGroup, instance: string | null, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string, sampledAt: string };

export type HealthQueryVariables = Exact<{
  cluster: string;
}>;


export type HealthQuery = { checkDatabaseHealth: { state: HealthState, checkedAt: string, metrics: Array<{ name: string, group: MetricGroup, instance: string | null, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string, sampledAt: string }> }, platformServices: Array<
    | { __typename: 'BucketService', name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
    | { __typename: 'ClickHouseService', version: string | null, uptimeSeconds: number | null, replicatedTables: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
    | { __typename: 'ElasticsearchService', version: string | null, clusterName: string | null, status: ElasticsearchStatus | null, nodes: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
    | { __typename: 'RedisService', version: string | null, role: RedisRole | null, connectedReplicas: number | null, uptimeSeconds: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
  > };

export type MetricHistoryQueryVariables = Exact<{
  cluster: string;
  instance?: string | null | undefined;
  metric: string;
  range: HistoryRange;
  step?: number | null | undefined;
}>;


export type MetricHistoryQuery = { metricHistory: { unit: string, from: string, to: string, stepSeconds: number, buckets: Array<{ at: string, min: number, avg: number, max: number, last: number, samples: number }> } };

export type ThresholdsQueryVariables = Exact<{
  cluster: string;
}>;


export type ThresholdsQuery = { thresholds: Array<{ group: MetricGroup | null, metric: string, unit: string, better: BetterDirection, target: number | null, critical: number | null, source: string, setFor: ThresholdScope, updatedAt: string | null }> };

export type ThresholdLineFragment = { metric: string, unit: string, better: BetterDirection, target: number | null, critical: number | null, source: string, setFor: ThresholdScope, updatedAt: string | null };

export type UpsertThresholdMutationVariables = Exact<{
  input: UpsertThresholdInput;
}>;


export type UpsertThresholdMutation = { upsertThreshold:
    | { code: ErrorCode, message: string, hint: string | null, retryable: boolean }
    | { code: ErrorCode, message: string, hint: string | null, retryable: boolean }
    | { code: ErrorCode, message: string, hint: string | null, retryable: boolean }
    | { code: ErrorCode, message: string, hint: string | null, retryable: boolean }
    | { threshold: { metric: string, unit: string, better: BetterDirection, target: number | null, critical: number | null, source: string, setFor: ThresholdScope, updatedAt: string | null } }
   };

export type FindingLineFragment = { severity: FindingSeverity, subject: string, message: string, suggestedAction: string | null, statement: string | null };

export type MaintenanceTasksQueryVariables = Exact<{
  cluster: string;
}>;


export type MaintenanceTasksQuery = { maintenanceTasks: Array<{ name: MaintenanceTaskName, cadence: MaintenanceCadence, about: string, isActing: boolean, kinds: Array<string>, schedules: Array<{ name: string, cron: string | null, timezone: string, state: ScheduleState, nextRuns: Array<{ dueAt: string }> }>, lastRun: { startedAt: string, finishedAt: string, lookedAt: Array<string>, findings: Array<{ severity: FindingSeverity, subject: string, message: string, suggestedAction: string | null, statement: string | null }> } | null, lastOperation: { id: string, kind: string, state: OperationState, finishedAt: string | null } | null }> };

export type MaintenanceHistoryQueryVariables = Exact<{
  cluster: string;
}>;


export type MaintenanceHistoryQuery = { maintenanceTasks: Array<{ name: MaintenanceTaskName, runs: Array<{ startedAt: string, finishedAt: string, lookedAt: Array<string>, findings: Array<{ severity: FindingSeverity, subject: string, message: string, suggestedAction: string | null, statement: string | null }> }> }> };

export type RunMaintenanceTaskMutationVariables = Exact<{
  input: RunMaintenanceTaskInput;
}>;


export type RunMaintenanceTaskMutation = { runMaintenanceTask:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RunMaintenanceTaskSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { summary: string, steps: Array<string>, warnings: Array<string> } }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type MigrationsQueryVariables = Exact<{
  cluster: string;
}>;


export type MigrationsQuery = { cluster: { migrations: Array<{ version: string, name: string, state: MigrationState, checksum: string, appliedAt: string | null, appliedBy: string | null, onBehalfOf: string | null, durationMs: number | null, statementCount: number | null, doneStatements: number | null, hasDownScript: boolean, irreversibleReason: string | null, lastAttempt: { direction: MigrationDirection, outcome: string, endedAt: string, statementNumber: number | null, line: number | null, statement: string | null, sqlState: string | null, message: string | null } | null }> | null } | null };

export type MigrationPlanQueryVariables = Exact<{
  cluster: string;
  target?: string | null | undefined;
  direction: MigrationDirection;
}>;


export type MigrationPlanQuery = { migrationPlan: { id: string, direction: MigrationDirection, target: string | null, verdict: MigrationPlanVerdict, estimatedMs: number | null, dataLoss: Array<string>, warnings: Array<string>, migrations: Array<{ checksum: string, version: string, name: string, transaction: MigrationTransaction, statementCount: number, estimatedMs: number | null, verdict: MigrationPlanVerdict, measured: { upMs: number, backup: string, databaseBytes: string, measuredAt: string } | null, findings: Array<{ rule: string, severity: MigrationFindingSeverity, message: string, hint: string, line: number }>, statements: Array<{ line: number, text: string, effect: StatementEffect, estimatedMs: number | null, estimateBasis: string, verdict: MigrationPlanVerdict, dataLoss: string | null, locks: Array<{ table: string, mode: string, hold: string, isNew: boolean }>, tables: Array<{ name: string, rows: string | null, sizeBytes: string | null }>, findings: Array<{ rule: string, severity: MigrationFindingSeverity, message: string, hint: string, line: number }> }> }>, blockers: Array<{ pid: number, user: string, applicationName: string, state: string, query: string, ageMs: number, table: string | null, mode: string | null }>, cluster: { name: string } } };

export type SchemaDriftQueryVariables = Exact<{
  cluster: string;
}>;


export type SchemaDriftQuery = { schemaDrift: { state: SchemaDriftState, reason: string | null, version: string | null, expectedFingerprint: string | null, foundFingerprint: string, takenAt: string | null, differences: Array<{ kind: string, object: string, change: CatalogChange, expected: string | null, found: string | null }> } };

export type ApplyMigrationsMutationVariables = Exact<{
  input: ApplyMigrationsInput;
}>;


export type ApplyMigrationsMutation = { applyMigrations:
    | { __typename: 'ApplyMigrationsSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationDriftedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationOutOfOrderError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationPlanChangedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationPlanRequiredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationUnfinishedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'SchemaDriftedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type RollbackMigrationsMutationVariables = Exact<{
  input: RollbackMigrationsInput;
}>;


export type RollbackMigrationsMutation = { rollbackMigrations:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationIrreversibleError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationNeededError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationPlanChangedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationPlanRequiredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationUnfinishedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RollbackMigrationsSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type ValidateMigrationsMutationVariables = Exact<{
  input: ValidateMigrationsInput;
}>;


export type ValidateMigrationsMutation = { validateMigrations:
    | { __typename: 'BackupFailedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DestinationRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PgBackRestInterruptedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMisconfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaStoppedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetInGapError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ValidateMigrationsSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
   };

export type RepairMigrationMutationVariables = Exact<{
  input: RepairMigrationInput;
}>;


export type RepairMigrationMutation = { repairMigration:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationLockedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepairMigrationSuccess', migration: { version: string, name: string, state: MigrationState, checksum: string, appliedAt: string | null, appliedBy: string | null, onBehalfOf: string | null, durationMs: number | null, statementCount: number | null, doneStatements: number | null, hasDownScript: boolean, irreversibleReason: string | null, lastAttempt: { direction: MigrationDirection, outcome: string, endedAt: string, statementNumber: number | null, line: number | null, statement: string | null, sqlState: string | null, message: string | null } | null } }
    | { __typename: 'RepairRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type AcceptSchemaDriftMutationVariables = Exact<{
  input: AcceptSchemaDriftInput;
}>;


export type AcceptSchemaDriftMutation = { acceptSchemaDrift:
    | { __typename: 'AcceptSchemaDriftSuccess', drift: { state: SchemaDriftState, reason: string | null, version: string | null, expectedFingerprint: string | null, foundFingerprint: string, takenAt: string | null, differences: Array<{ kind: string, object: string, change: CatalogChange, expected: string | null, found: string | null }> } }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationLockedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepairRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type ScheduleMigrationMutationVariables = Exact<{
  input: ScheduleMigrationInput;
}>;


export type ScheduleMigrationMutation = { scheduleMigration:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'CronInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationDriftedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationOutOfOrderError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationPlanChangedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationPlanRequiredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationUnfinishedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ScheduleMigrationSuccess', schedule: { name: string, kind: string, target: string, state: ScheduleState, at: string | null, cron: string | null, timezone: string, window: { cron: string, durationMinutes: number, timezone: string } | null } | null, nextRuns: Array<{ dueAt: string, startAt: string, closesAt: string | null, localTime: string }>, plan: { id: string, direction: MigrationDirection, target: string | null, verdict: MigrationPlanVerdict, estimatedMs: number | null, dataLoss: Array<string>, warnings: Array<string>, cluster: { name: string }, migrations: Array<{ version: string, name: string, transaction: MigrationTransaction, statementCount: number, estimatedMs: number | null, verdict: MigrationPlanVerdict }> } }
    | { __typename: 'ScheduleMomentPastError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ScheduleNeverRunsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'SchemaDriftedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TimezoneInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManySchedulesError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type RolloutMigrationsMutationVariables = Exact<{
  input: RolloutMigrationsInput;
}>;


export type RolloutMigrationsMutation = { rolloutMigrations:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationDriftedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationOutOfOrderError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationPlanChangedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationPlanRequiredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MigrationUnfinishedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RolloutMigrationsSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plans: Array<{ id: string, direction: MigrationDirection, target: string | null, verdict: MigrationPlanVerdict, estimatedMs: number | null, dataLoss: Array<string>, warnings: Array<string>, cluster: { name: string }, migrations: Array<{ version: string, name: string, transaction: MigrationTransaction, statementCount: number, estimatedMs: number | null, verdict: MigrationPlanVerdict }> }> | null }
    | { __typename: 'SchemaDriftedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type RolloutEndQueryVariables = Exact<{
  id: string | number;
}>;


export type RolloutEndQuery = { operation: { children: Array<{ target: string, state: OperationState, startedAt: string | null, finishedAt: string | null, error: { code: ErrorCode, message: string } | null }> } | null };

export type MigrationLineFragment = { version: string, name: string, state: MigrationState, checksum: string, appliedAt: string | null, appliedBy: string | null, onBehalfOf: string | null, durationMs: number | null, statementCount: number | null, doneStatements: number | null, hasDownScript: boolean, irreversibleReason: string | null, lastAttempt: { direction: MigrationDirection, outcome: string, endedAt: string, statementNumber: number | null, line: number | null, statement: string | null, sqlState: string | null, message: string | null } | null };

export type SchemaDriftPartsFragment = { state: SchemaDriftState, reason: string | null, version: string | null, expectedFingerprint: string | null, foundFingerprint: string, takenAt: string | null, differences: Array<{ kind: string, object: string, change: CatalogChange, expected: string | null, found: string | null }> };

export type MigrationPlanHeadFragment = { id: string, direction: MigrationDirection, target: string | null, verdict: MigrationPlanVerdict, estimatedMs: number | null, dataLoss: Array<string>, warnings: Array<string>, cluster: { name: string }, migrations: Array<{ version: string, name: string, transaction: MigrationTransaction, statementCount: number, estimatedMs: number | null, verdict: MigrationPlanVerdict }> };

export type MigrationPlanPartsFragment = { id: string, direction: MigrationDirection, target: string | null, verdict: MigrationPlanVerdict, estimatedMs: number | null, dataLoss: Array<string>, warnings: Array<string>, migrations: Array<{ checksum: string, version: string, name: string, transaction: MigrationTransaction, statementCount: number, estimatedMs: number | null, verdict: MigrationPlanVerdict, measured: { upMs: number, backup: string, databaseBytes: string, measuredAt: string } | null, findings: Array<{ rule: string, severity: MigrationFindingSeverity, message: string, hint: string, line: number }>, statements: Array<{ line: number, text: string, effect: StatementEffect, estimatedMs: number | null, estimateBasis: string, verdict: MigrationPlanVerdict, dataLoss: string | null, locks: Array<{ table: string, mode: string, hold: string, isNew: boolean }>, tables: Array<{ name: string, rows: string | null, sizeBytes: string | null }>, findings: Array<{ rule: string, severity: MigrationFindingSeverity, message: string, hint: string, line: number }> }> }>, blockers: Array<{ pid: number, user: string, applicationName: string, state: string, query: string, ageMs: number, table: string | null, mode: string | null }>, cluster: { name: string } };

export type MigrationFindingLineFragment = { rule: string, severity: MigrationFindingSeverity, message: string, hint: string, line: number };

export type MigrationValidationQueryVariables = Exact<{
  operation: string | number;
}>;


export type MigrationValidationQuery = { migrationValidation: { from: MigrationValidationBase, isValid: boolean, backup: { label: string, at: string | null, databaseBytes: string, restoreMs: number, recoveryMs: number } | null, migrations: Array<{ version: string, name: string, verdict: MigrationVerdict, upMs: number | null, downMs: number | null, secondUpMs: number | null, problem: string | null, differenceCount: number, work: { rewritten: Array<{ table: string, sizeBytes: string }>, locks: Array<{ table: string, mode: string, sizeBytes: string }> | null } | null, differences: Array<{ kind: string, object: string, change: CatalogChange, expected: string | null, found: string | null }> }>, cloneDifferences: Array<{ kind: string, object: string, change: CatalogChange, expected: string | null, found: string | null }> } | null };

export type CatalogDifferencePartsFragment = { kind: string, object: string, change: CatalogChange, expected: string | null, found: string | null };

export type OrganizationMovesQueryVariables = Exact<{
  first: number;
  organization?: string | number | null | undefined;
  shard?: string | null | undefined;
}>;


export type OrganizationMovesQuery = { organizationMoves: { edges: Array<{ node: { id: string, organizationId: string, fromShard: string, toShard: string, state: OrganizationMoveState, problem: string | null, fractionCopied: number | null, startedAt: string, cutOverAt: string | null, finishedAt: string | null, pauses: Array<{ reason: string, milliseconds: number }> } }> } };

export type OrganizationMoveQueryVariables = Exact<{
  id: string | number;
}>;


export type OrganizationMoveQuery = { organizationMove: { cutover: CutoverMode, pauseBudgetMs: number, id: string, organizationId: string, fromShard: string, toShard: string, state: OrganizationMoveState, problem: string | null, fractionCopied: number | null, startedAt: string, cutOverAt: string | null, finishedAt: string | null, checks: Array<{ name: string, state: OrganizationMoveCheckState, detail: string, hint: string | null }>, tables: Array<{ name: string, state: OrganizationMoveTableState, rows: number, rowsCopied: number }>, verifications: Array<{ at: string, isAfterCutover: boolean, isEqual: boolean, rows: number, tables: number, differences: Array<string> }>, pauses: Array<{ reason: string, milliseconds: number }> } | null };

export type MoveLeftoversQueryVariables = Exact<{ [key: string]: never; }>;


export type MoveLeftoversQuery = { findMoveLeftovers: { found: Array<{ shard: string, kind: string, name: string, moveId: string | null }>, unknown: Array<{ shard: string, reason: string }> } };

export type MoveLineFragment = { id: string, organizationId: string, fromShard: string, toShard: string, state: OrganizationMoveState, problem: string | null, fractionCopied: number | null, startedAt: string, cutOverAt: string | null, finishedAt: string | null, pauses: Array<{ reason: string, milliseconds: number }> };

export type MoveOrganizationMutationVariables = Exact<{
  input: MoveOrganizationInput;
}>;


export type MoveOrganizationMutation = { moveOrganization:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MoveOrganizationSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { fromShard: string, toShard: string, isPossible: boolean, rows: number, checks: Array<{ name: string, state: OrganizationMoveCheckState, detail: string, hint: string | null }> } | null }
    | { __typename: 'MoveRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OrganizationMovingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OrganizationNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ShardNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type CutoverOrganizationMoveMutationVariables = Exact<{
  input: CutoverOrganizationMoveInput;
}>;


export type CutoverOrganizationMoveMutation = { cutoverOrganizationMove:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'CutoverOrganizationMoveSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MoveNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MoveStateError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type ReverseOrganizationMoveMutationVariables = Exact<{
  input: ReverseOrganizationMoveInput;
}>;


export type ReverseOrganizationMoveMutation = { reverseOrganizationMove:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MoveNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MoveStateError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ReverseOrganizationMoveSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type CompleteOrganizationMoveMutationVariables = Exact<{
  input: CompleteOrganizationMoveInput;
}>;


export type CompleteOrganizationMoveMutation = { completeOrganizationMove:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'CompleteOrganizationMoveSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MoveNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MoveStateError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type AbortOrganizationMoveMutationVariables = Exact<{
  input: AbortOrganizationMoveInput;
}>;


export type AbortOrganizationMoveMutation = { abortOrganizationMove:
    | { __typename: 'AbortOrganizationMoveSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MoveNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MoveStateError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type ChannelLineFragment = { name: string, kind: NotificationChannelKind, address: string | null, secretFile: string | null, clusterNames: Array<string> | null, severities: Array<AlertSeverity> | null, changes: Array<AlertChange> | null, queueLimit: number, isEnabled: boolean, updatedBy: string };

export type DeliveryLineFragment = { id: string, channel: string, change: string, state: NotificationDeliveryState, attempts: number, nextAttemptAt: string | null, lastStatus: number | null, lastError: string | null, durationMs: number | null, createdAt: string, finishedAt: string | null, alert: { id: string, summary: string } | null };

export type AlertWindowLineFragment = { name: string, clusterNames: Array<string> | null, metrics: Array<string> | null, cron: string, durationMinutes: number, timezone: string, isEnabled: boolean, updatedBy: string };

export type NotificationChannelsQueryVariables = Exact<{ [key: string]: never; }>;


export type NotificationChannelsQuery = { notificationChannels: Array<{ name: string, kind: NotificationChannelKind, address: string | null, secretFile: string | null, clusterNames: Array<string> | null, severities: Array<AlertSeverity> | null, changes: Array<AlertChange> | null, queueLimit: number, isEnabled: boolean, updatedBy: string }> };

export type NotificationDeliveriesQueryVariables = Exact<{
  channel?: string | null | undefined;
  states?: Array<NotificationDeliveryState> | NotificationDeliveryState | null | undefined;
  first: number;
}>;


export type NotificationDeliveriesQuery = { notificationDeliveries: { edges: Array<{ node: { id: string, channel: string, change: string, state: NotificationDeliveryState, attempts: number, nextAttemptAt: string | null, lastStatus: number | null, lastError: string | null, durationMs: number | null, createdAt: string, finishedAt: string | null, alert: { id: string, summary: string } | null } }> } };

export type UpsertNotificationChannelMutationVariables = Exact<{
  input: UpsertNotificationChannelInput;
}>;


export type UpsertNotificationChannelMutation = { upsertNotificationChannel:
    | { __typename: 'AlertLimitError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'NotificationChannelInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'UpsertNotificationChannelSuccess', channel: { name: string, kind: NotificationChannelKind, address: string | null, secretFile: string | null, clusterNames: Array<string> | null, severities: Array<AlertSeverity> | null, changes: Array<AlertChange> | null, queueLimit: number, isEnabled: boolean, updatedBy: string } }
   };

export type DeleteNotificationChannelMutationVariables = Exact<{
  input: DeleteNotificationChannelInput;
}>;


export type DeleteNotificationChannelMutation = { deleteNotificationChannel:
    | { __typename: 'DeleteNotificationChannelSuccess', name: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'NotificationChannelNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type TestNotificationChannelMutationVariables = Exact<{
  input: TestNotificationChannelInput;
}>;


export type TestNotificationChannelMutation = { testNotificationChannel:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'NotificationChannelNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TestNotificationChannelSuccess', delivery: { id: string, channel: string, change: string, state: NotificationDeliveryState, attempts: number, nextAttemptAt: string | null, lastStatus: number | null, lastError: string | null, durationMs: number | null, createdAt: string, finishedAt: string | null, alert: { id: string, summary: string } | null } }
   };

export type RetryDeliveryMutationVariables = Exact<{
  input: RetryDeliveryInput;
}>;


export type RetryDeliveryMutation = { retryDelivery:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'NotificationDeliveryNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RetryDeliverySuccess', delivery: { id: string, channel: string, change: string, state: NotificationDeliveryState, attempts: number, nextAttemptAt: string | null, lastStatus: number | null, lastError: string | null, durationMs: number | null, createdAt: string, finishedAt: string | null, alert: { id: string, summary: string } | null } }
   };

export type AlertWindowsQueryVariables = Exact<{ [key: string]: never; }>;


export type AlertWindowsQuery = { alertMaintenanceWindows: Array<{ name: string, clusterNames: Array<string> | null, metrics: Array<string> | null, cron: string, durationMinutes: number, timezone: string, isEnabled: boolean, updatedBy: string }> };

export type UpsertAlertWindowMutationVariables = Exact<{
  input: UpsertAlertMaintenanceWindowInput;
}>;


export type UpsertAlertWindowMutation = { upsertAlertMaintenanceWindow:
    | { __typename: 'AlertLimitError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'CronInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TimezoneInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'UpsertAlertMaintenanceWindowSuccess', window: { name: string, clusterNames: Array<string> | null, metrics: Array<string> | null, cron: string, durationMinutes: number, timezone: string, isEnabled: boolean, updatedBy: string } }
   };

export type DeleteAlertWindowMutationVariables = Exact<{
  input: DeleteAlertMaintenanceWindowInput;
}>;


export type DeleteAlertWindowMutation = { deleteAlertMaintenanceWindow:
    | { __typename: 'AlertWindowNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DeleteAlertMaintenanceWindowSuccess', name: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

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

export type OrganizationsQueryVariables = Exact<{
  shard?: string | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type OrganizationsQuery = { organizations: { edges: Array<{ node: { organizationId: string, name: string | null, bytes: string | null, rows: string | null, placement: { shardName: string, epoch: string, isPinned: boolean } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type SearchOrganizationsQueryVariables = Exact<{
  text: string;
  first: number;
}>;


export type SearchOrganizationsQuery = { searchOrganizations: { isPartial: boolean, missing: Array<{ shard: string, reason: string }>, found: Array<{ organizationId: string, name: string, slug: string, shard: string }> } };

export type RouteOrganizationsQueryVariables = Exact<{
  ids: Array<string> | string;
}>;


export type RouteOrganizationsQuery = { routeOrganizations: Array<{ organizationId: string, shardName: string, cluster: string, epoch: string }>, validateCrossShardOperation: { isSingleShard: boolean, unknown: Array<string>, parts: Array<{ shard: string, organizations: Array<string> }> } };

export type OrganizationQueryVariables = Exact<{
  id: string | number;
}>;


export type OrganizationQuery = { organization: { organizationId: string, name: string | null, slug: string | null, reason: string | null, placement: { shardName: string, cluster: string, epoch: string, isPinned: boolean, region: string | null, placedAt: string, updatedAt: string }, load: { bytes: string, rows: string, rowsMargin: string, activityPerMinute: number | null, growthBytesPerDay: number | null, isHot: boolean } | null } | null };

export type PartitionedTablesQueryVariables = Exact<{
  cluster: string;
}>;


export type PartitionedTablesQuery = { cluster: { partitionedTables: Array<{ schema: string, name: string, keyColumn: string, interval: PartitionInterval | null, premakeMonths: number | null, retentionMonths: number | null, coverageUntil: string | null, rowsInDefault: string | null, problems: Array<string>, partitions: Array<{ name: string, state: PartitionState, from: string | null, to: string | null, isDefault: boolean, bytes: string, rowEstimate: string | null, lastWriteAt: string | null, indexesValid: boolean | null, replicaIdentity: string | null, archive: { location: string, folder: string, rows: string | null, storedBytes: string | null, sha256: string | null, droppedAt: string | null, restoredAt: string | null } | null }> }> | null } | null };

export type PartitionHealthQueryVariables = Exact<{
  cluster: string;
}>;


export type PartitionHealthQuery = { checkPartitionHealth: { checkedAt: string, state: PartitionHealthState, checks: Array<{ table: string, check: string, state: PartitionHealthState, detail: string | null, hint: string | null }> } };

export type MaintainPartitionsMutationVariables = Exact<{
  input: MaintainPartitionsInput;
}>;


export type MaintainPartitionsMutation = { maintainPartitions:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MaintainPartitionsSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plans: Array<{ cluster: string, problem: string | null, warnings: Array<string>, actions: Array<{ kind: PartitionMaintenanceKind, table: string, partition: string, text: string }> }> }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type CreatePartitionMutationVariables = Exact<{
  input: CreatePartitionInput;
}>;


export type CreatePartitionMutation = { createPartition:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'CreatePartitionSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { summary: string, steps: Array<string>, warnings: Array<string> } }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PartitionExistsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PartitionedTableNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type ArchivePartitionMutationVariables = Exact<{
  input: ArchivePartitionInput;
}>;


export type ArchivePartitionMutation = { archivePartition:
    | { __typename: 'ArchivePartitionSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { summary: string, steps: Array<string>, warnings: Array<string> } }
    | { __typename: 'ArchiveUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PartitionNeededError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PartitionNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PartitionedTableNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type RestorePartitionMutationVariables = Exact<{
  input: RestorePartitionInput;
}>;


export type RestorePartitionMutation = { restorePartition:
    | { __typename: 'ArchiveCorruptError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ArchiveUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PartitionExistsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PartitionNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PartitionShapeError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PartitionedTableNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RestorePartitionSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { summary: string, steps: Array<string>, warnings: Array<string> } }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type PartitionTableMutationVariables = Exact<{
  input: PartitionTableInput;
}>;


export type PartitionTableMutation = { partitionTable:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PartitionTableSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { summary: string, steps: Array<string>, warnings: Array<string>, rows: string, bytes: string, freeBytes: string | null, partitions: number | null, from: string | null, to: string | null, estimatedSeconds: number, problems: Array<{ check: string, detail: string, hint: string }>, locks: Array<{ what: string, lock: string, on: string, estimatedMs: number, whoWaits: string }> } }
    | { __typename: 'TableNotConvertibleError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TableNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type CompletePartitionTableMutationVariables = Exact<{
  input: CompletePartitionTableInput;
}>;


export type CompletePartitionTableMutation = { completePartitionTable:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'CompletePartitionTableSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { summary: string, steps: Array<string>, warnings: Array<string> } }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TableNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type PerformanceReportQueryVariables = Exact<{
  cluster: string;
  from: string;
  to?: string | null | undefined;
}>;


export type PerformanceReportQuery = { performanceReport: { cluster: string, from: string, to: string, generatedAt: string, seriesReason: string | null, statementsReason: string | null, html: string, series: Array<{ metric: string, instance: string, unit: string, points: Array<{ at: string, mean: number, highest: number }> }>, statements: Array<{ query: string | null, calls: number, totalMs: number, meanMs: number, p95BoundMs: number, shareOfTime: number }>, indexes: Array<{ subject: string, because: string, statement: string | null }>, tables: Array<{ subject: string, because: string, statement: string | null }> } };

export type SessionLineFragment = { id: string, instance: string, pid: number, kind: string, user: string, database: string, application: string, clientAddress: string | null, state: string | null, waitsFor: string | null, transactionSeconds: number | null, statementSeconds: number | null, stateSeconds: number | null, query: string };

export type ActivityQueryVariables = Exact<{
  cluster: string;
  instance?: string | null | undefined;
  includeIdle: boolean;
  includeBackground: boolean;
  first: number;
}>;


export type ActivityQuery = { activity: { instance: string, total: number, checkedAt: string, reason: string | null, hint: string | null, sessions: Array<{ id: string, instance: string, pid: number, kind: string, user: string, database: string, application: string, clientAddress: string | null, state: string | null, waitsFor: string | null, transactionSeconds: number | null, statementSeconds: number | null, stateSeconds: number | null, query: string }> } };

export type LockTreeQueryVariables = Exact<{
  cluster: string;
  instance?: string | null | undefined;
}>;


export type LockTreeQuery = { lockTree: { instance: string, checkedAt: string, nodes: Array<{ depth: number, pid: number, blockedCount: number, session: { id: string, instance: string, pid: number, kind: string, user: string, database: string, application: string, clientAddress: string | null, state: string | null, waitsFor: string | null, transactionSeconds: number | null, statementSeconds: number | null, stateSeconds: number | null, query: string } | null, wait: { blockedBy: Array<number>, relation: string | null, lockType: string | null, mode: string | null, waitingSeconds: number | null } | null }> } };

export type CancelQueryMutationVariables = Exact<{
  input: CancelQueryInput;
}>;


export type CancelQueryMutation = { cancelQuery:
    | { __typename: 'CancelQuerySuccess', isDone: boolean | null, waitedMs: number, session: { id: string, instance: string, pid: number, kind: string, user: string, database: string, application: string, clientAddress: string | null, state: string | null, waitsFor: string | null, transactionSeconds: number | null, statementSeconds: number | null, stateSeconds: number | null, query: string } }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InstanceNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'SessionNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'SessionProtectedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type TerminateSessionMutationVariables = Exact<{
  input: TerminateSessionInput;
}>;


export type TerminateSessionMutation = { terminateSession:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InstanceNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'SessionNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'SessionProtectedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TerminateSessionSuccess', isDone: boolean | null, waitedMs: number, session: { id: string, instance: string, pid: number, kind: string, user: string, database: string, application: string, clientAddress: string | null, state: string | null, waitsFor: string | null, transactionSeconds: number | null, statementSeconds: number | null, stateSeconds: number | null, query: string } }
   };

export type SlowQueriesQueryVariables = Exact<{
  cluster: string;
  instance?: string | null | undefined;
  windowSeconds: number;
  orderBy: SlowQueryOrder;
  first: number;
  withPlan?: boolean | null | undefined;
}>;


export type SlowQueriesQuery = { slowQueries: { instance: string, from: string | null, to: string | null, method: SlowQueriesMethod, totalCalls: number, totalMs: number, reason: string | null, hint: string | null, queries: Array<{ queryId: string, query: string | null, calls: number, totalMs: number, meanMs: number, p95BoundMs: number, shareOfTime: number, rows: number, hitRatio: number | null, plan?: { text: string | null, totalCost: number | null, reason: string | null, hint: string | null } }> } };

export type TableLineFragment = { schema: string, name: string, parent: string | null, liveRows: number, deadRows: number, deadShare: number, tableBytes: number, indexBytes: number, bloatBytes: number | null, bloatShare: number | null, sequentialScans: number, sequentialRows: number, indexScans: number, vacuumedAt: string | null, analyzedAt: string | null, xidAge: number, needs: Array<{ reason: VacuumReason, urgency: number, because: string, statement: string }> };

export type TableStatsQueryVariables = Exact<{
  cluster: string;
  instance?: string | null | undefined;
  orderBy: TableOrder;
  first: number;
}>;


export type TableStatsQuery = { tableStats: { instance: string, total: number, reason: string | null, hint: string | null, tables: Array<{ schema: string, name: string, parent: string | null, liveRows: number, deadRows: number, deadShare: number, tableBytes: number, indexBytes: number, bloatBytes: number | null, bloatShare: number | null, sequentialScans: number, sequentialRows: number, indexScans: number, vacuumedAt: string | null, analyzedAt: string | null, xidAge: number, needs: Array<{ reason: VacuumReason, urgency: number, because: string, statement: string }> }> } };

export type VacuumNeedsQueryVariables = Exact<{
  cluster: string;
  instance?: string | null | undefined;
  first: number;
}>;


export type VacuumNeedsQuery = { vacuumNeeds: { instance: string, total: number, tables: Array<{ schema: string, name: string, parent: string | null, liveRows: number, deadRows: number, deadShare: number, tableBytes: number, indexBytes: number, bloatBytes: number | null, bloatShare: number | null, sequentialScans: number, sequentialRows: number, indexScans: number, vacuumedAt: string | null, analyzedAt: string | null, xidAge: number, needs: Array<{ reason: VacuumReason, urgency: number, because: string, statement: string }> }> } };

export type IndexUsageQueryVariables = Exact<{
  cluster: string;
  first: number;
}>;


export type IndexUsageQuery = { indexUsage: { total: number, countedSince: string | null, silent: Array<string>, indexes: Array<{ schema: string, table: string, name: string, bytes: number, scans: number, verdict: IndexVerdict, because: string, statement: string | null }> } };

export type CapacityForecastQueryVariables = Exact<{
  cluster: string;
  days: number;
}>;


export type CapacityForecastQuery = { capacityForecast: Array<{ capacity: Capacity, instance: string, unit: string, current: number | null, limit: number, perDay: number | null, perDayError: number | null, r2: number | null, daysLeft: number | null, daysLeftSoonest: number | null, daysLeftLatest: number | null, reason: string | null }> };

type PlatformLine_BucketService_Fragment = { __typename: 'BucketService', name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> };

type PlatformLine_ClickHouseService_Fragment = { __typename: 'ClickHouseService', version: string | null, uptimeSeconds: number | null, replicatedTables: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> };

type PlatformLine_ElasticsearchService_Fragment = { __typename: 'ElasticsearchService', version: string | null, clusterName: string | null, status: ElasticsearchStatus | null, nodes: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> };

type PlatformLine_RedisService_Fragment = { __typename: 'RedisService', version: string | null, role: RedisRole | null, connectedReplicas: number | null, uptimeSeconds: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> };

export type PlatformLineFragment =
  | PlatformLine_BucketService_Fragment
  | PlatformLine_ClickHouseService_Fragment
  | PlatformLine_ElasticsearchService_Fragment
  | PlatformLine_RedisService_Fragment
;

export type PlatformServicesQueryVariables = Exact<{
  kind?: PlatformKind | null | undefined;
}>;


export type PlatformServicesQuery = { platformServices: Array<
    | { __typename: 'BucketService', name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
    | { __typename: 'ClickHouseService', version: string | null, uptimeSeconds: number | null, replicatedTables: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
    | { __typename: 'ElasticsearchService', version: string | null, clusterName: string | null, status: ElasticsearchStatus | null, nodes: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
    | { __typename: 'RedisService', version: string | null, role: RedisRole | null, connectedReplicas: number | null, uptimeSeconds: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
  > };

export type PlatformServiceQueryVariables = Exact<{
  name: string;
}>;


export type PlatformServiceQuery = { platformService:
    | { __typename: 'BucketService', name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
    | { __typename: 'ClickHouseService', version: string | null, uptimeSeconds: number | null, replicatedTables: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
    | { __typename: 'ElasticsearchService', version: string | null, clusterName: string | null, status: ElasticsearchStatus | null, nodes: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
    | { __typename: 'RedisService', version: string | null, role: RedisRole | null, connectedReplicas: number | null, uptimeSeconds: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
   | null };

export type PlatformHistoryQueryVariables = Exact<{
  name: string;
  metric: string;
  range: HistoryRange;
  step?: number | null | undefined;
}>;


export type PlatformHistoryQuery = { platformService:
    | { name: string, history: { unit: string, from: string, to: string, stepSeconds: number, buckets: Array<{ at: string, min: number, avg: number, max: number, last: number, samples: number }> } }
    | { name: string, history: { unit: string, from: string, to: string, stepSeconds: number, buckets: Array<{ at: string, min: number, avg: number, max: number, last: number, samples: number }> } }
    | { name: string, history: { unit: string, from: string, to: string, stepSeconds: number, buckets: Array<{ at: string, min: number, avg: number, max: number, last: number, samples: number }> } }
    | { name: string, history: { unit: string, from: string, to: string, stepSeconds: number, buckets: Array<{ at: string, min: number, avg: number, max: number, last: number, samples: number }> } }
   | null };

export type PlatformThresholdsQueryVariables = Exact<{
  name: string;
}>;


export type PlatformThresholdsQuery = { platformService:
    | { name: string, thresholds: Array<{ metric: string, unit: string, better: BetterDirection, target: number | null, critical: number | null, source: string, setFor: ThresholdScope, updatedAt: string | null }> }
    | { name: string, thresholds: Array<{ metric: string, unit: string, better: BetterDirection, target: number | null, critical: number | null, source: string, setFor: ThresholdScope, updatedAt: string | null }> }
    | { name: string, thresholds: Array<{ metric: string, unit: string, better: BetterDirection, target: number | null, critical: number | null, source: string, setFor: ThresholdScope, updatedAt: string | null }> }
    | { name: string, thresholds: Array<{ metric: string, unit: string, better: BetterDirection, target: number | null, critical: number | null, source: string, setFor: ThresholdScope, updatedAt: string | null }> }
   | null };

export type RunServiceActionMutationVariables = Exact<{
  input: RunServiceActionInput;
}>;


export type RunServiceActionMutation = { runServiceAction:
    | { code: ErrorCode, message: string, hint: string | null, retryable: boolean }
    | { code: ErrorCode, message: string, hint: string | null, retryable: boolean }
    | { code: ErrorCode, message: string, hint: string | null, retryable: boolean }
    | { code: ErrorCode, message: string, hint: string | null, retryable: boolean }
    | { service: string, action: ServiceAction, command: string, effect: string, isDone: boolean }
   };

export type IndexSuggestionLineFragment = { kind: SuggestedIndexKind, method: AdviceMethod, schema: string, table: string, name: string, statements: Array<string>, bytes: number | null, costBefore: number, costAfter: number | null, gain: number | null, because: string, writes: { entriesPerDay: number, hotUpdatesPerDay: number, existingIndexes: number } };

export type OptimizeQueryQueryVariables = Exact<{
  cluster: string;
  instance?: string | null | undefined;
  sql: string;
  analyze: boolean;
  budgetBytes: number;
}>;


export type OptimizeQueryQuery = { optimizeQuery: { cluster: string, instance: string, statement: string, plannedAs: string | null, isExecuted: boolean, totalCost: number | null, method: AdviceMethod, hints: Array<string>, reason: string | null, hint: string | null, plan: Array<{ depth: number, position: number, kind: string, relation: string | null, index: string | null, condition: string | null, rows: number, totalCost: number, ownCost: number, actualRows: number | null, actualMs: number | null }>, findings: Array<{ code: QueryFindingCode, severity: QueryFindingSeverity, explanation: string, suggestion: string }>, indexes: Array<{ kind: SuggestedIndexKind, method: AdviceMethod, schema: string, table: string, name: string, statements: Array<string>, bytes: number | null, costBefore: number, costAfter: number | null, gain: number | null, because: string, writes: { entriesPerDay: number, hotUpdatesPerDay: number, existingIndexes: number } }> } };

export type IndexAdviceQueryVariables = Exact<{
  cluster: string;
  instance?: string | null | undefined;
  windowSeconds: number;
  budgetBytes: number;
  first: number;
}>;


export type IndexAdviceQuery = { indexAdvice: { cluster: string, instance: string, method: AdviceMethod, from: string | null, to: string | null, looked: number, planned: number, shareOfTime: number, bytes: number, hints: Array<string>, reason: string | null, hint: string | null, indexes: Array<{ kind: SuggestedIndexKind, method: AdviceMethod, schema: string, table: string, name: string, statements: Array<string>, bytes: number | null, costBefore: number, costAfter: number | null, gain: number | null, because: string, writes: { entriesPerDay: number, hotUpdatesPerDay: number, existingIndexes: number } }> } };

export type RecoverOrganizationMutationVariables = Exact<{
  input: RecoverOrganizationInput;
}>;


export type RecoverOrganizationMutation = { recoverOrganization:
    | { __typename: 'BackupFailedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DestinationRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'LocalTimeAmbiguousError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'LocalTimeMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PgBackRestInterruptedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RecoverOrganizationSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { id: string, organizationId: string, organizationName: string | null, tables: Array<string>, backup: string, at: string | null, databaseBytes: string, estimatedSeconds: number | null, estimateBasis: string, plan: { summary: string, steps: Array<string>, warnings: Array<string> } } | null }
    | { __typename: 'RecoveryOrganizationAmbiguousError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RecoveryOrganizationNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RecoveryPlanChangedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RecoveryPlanRequiredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RecoveryRightsMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RecoverySchemaDiffersError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RestorePointNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMisconfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaStoppedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetBeyondArchiveError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetInFutureError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetInGapError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetOnOtherTimelineError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetTooEarlyError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TimelineNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type OrganizationRecoveryQueryVariables = Exact<{
  operationId: string | number;
}>;


export type OrganizationRecoveryQuery = { organizationRecovery: { operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null }, report: { cluster: string, organizationId: string, organizationName: string | null, mode: RecoveryMode, target: string, backup: string, lastCommitAt: string | null, planId: string, rowsRecovered: number, transactionId: string | null, destination: string | null, sideSchema: string | null, warnings: Array<string>, restoreMs: number, recoveryMs: number, rowsMs: number, tables: Array<{ table: string, kind: RecoveryTableKind, rowsThen: number, rowsNow: number, added: number, changed: number, deleted: number, restored: number, overwritten: number, conflicts: number }>, proof: { kind: RecoveryProofKind, statement: string, tables: number, rows: number, before: string | null, after: string | null } | null } | null } | null };

export type RecoveryReportFragment = { cluster: string, organizationId: string, organizationName: string | null, mode: RecoveryMode, target: string, backup: string, lastCommitAt: string | null, planId: string, rowsRecovered: number, transactionId: string | null, destination: string | null, sideSchema: string | null, warnings: Array<string>, restoreMs: number, recoveryMs: number, rowsMs: number, tables: Array<{ table: string, kind: RecoveryTableKind, rowsThen: number, rowsNow: number, added: number, changed: number, deleted: number, restored: number, overwritten: number, conflicts: number }>, proof: { kind: RecoveryProofKind, statement: string, tables: number, rows: number, before: string | null, after: string | null } | null };

export type RecoveryWindowsQueryVariables = Exact<{
  cluster: string;
}>;


export type RecoveryWindowsQuery = { cluster: { recoveryWindow: { earliestAt: string | null, latestAt: string | null, checkedAt: string, loss: { seconds: number | null, bytes: string | null, isEverything: boolean, reason: string }, archiving: { isFailing: boolean, newestStoredSegment: string | null, newestStoredAt: string | null, unsentSegments: number | null, waitingSegments: number | null, lastFailedSegment: string | null, spoolErrors: Array<{ segment: string, message: string }> | null, slots: Array<{ name: string, isActive: boolean, heldBytes: string | null }> | null }, gaps: Array<{ from: string | null, to: string | null, timeline: number, segments: number, firstSegment: string, lastSegment: string, isAmbiguous: boolean, brokenSets: Array<string> }>, timelines: Array<{ id: number, parent: number | null, children: Array<number>, switchLsn: string | null, reason: string | null, isCurrent: boolean, hasHistory: boolean }> } | null, recoveryWindows: Array<{ timeline: number, isCurrent: boolean, earliestAt: string, latestAt: string | null, latestStoredAt: string | null, earliestLsn: string, latestLsn: string, reason: string | null, sets: Array<{ label: string, type: BackupType, finishedAt: string }> }> | null } | null };

export type ReplicationQueryVariables = Exact<{
  cluster: string;
}>;


export type ReplicationQuery = { replication: { cluster: string, primary: string | null, endLsn: string | null, checkedAt: string, instances: Array<{ name: string, role: InstanceRole, state: InstanceState, reason: string | null, hint: string | null }>, streams: Array<{ instance: string | null, source: string | null, kind: ReplicationStreamKind | null, pid: number | null, application: string | null, clientAddress: string | null, state: string | null, syncState: string | null, sentLsn: string | null, writeLsn: string | null, flushLsn: string | null, replayLsn: string | null, sentLagBytes: string | null, writeLagBytes: string | null, flushLagBytes: string | null, replayLagBytes: string | null, writeLagSeconds: number | null, flushLagSeconds: number | null, replayLagSeconds: number | null, reason: string | null, hint: string | null, receiver: { status: string | null, slotName: string | null, receivedLsn: string | null, replayedLsn: string | null, waitingBytes: string | null, lastMessageSeconds: number | null, lastReplayedSeconds: number | null, isReplayPaused: boolean, conflicts: Array<{ kind: string, count: number }> } | null }>, slots: Array<{ instance: string, name: string, type: ReplicationSlotType, plugin: string | null, database: string | null, isTemporary: boolean, isActive: boolean, activePid: number | null, walStatus: string | null, restartLsn: string | null, confirmedFlushLsn: string | null, retainedBytes: string | null, safeWalBytes: string | null, owner: ReplicationSlotOwner, ownerName: string | null, because: string }>, subscriptions: Array<{ instance: string, name: string, database: string, slotName: string | null, isEnabled: boolean, workerPid: number | null, copyWorkers: number, receivedLsn: string | null, lastMessageSeconds: number | null, applyErrors: string, copyErrors: string, errorsSince: string | null }> } };

export type ReplicationStreamLineFragment = { instance: string | null, source: string | null, kind: ReplicationStreamKind | null, pid: number | null, application: string | null, clientAddress: string | null, state: string | null, syncState: string | null, sentLsn: string | null, writeLsn: string | null, flushLsn: string | null, replayLsn: string | null, sentLagBytes: string | null, writeLagBytes: string | null, flushLagBytes: string | null, replayLagBytes: string | null, writeLagSeconds: number | null, flushLagSeconds: number | null, replayLagSeconds: number | null, reason: string | null, hint: string | null, receiver: { status: string | null, slotName: string | null, receivedLsn: string | null, replayedLsn: string | null, waitingBytes: string | null, lastMessageSeconds: number | null, lastReplayedSeconds: number | null, isReplayPaused: boolean, conflicts: Array<{ kind: string, count: number }> } | null };

export type BackupReportQueryVariables = Exact<{
  cluster: string;
  from: string;
  to: string;
}>;


export type BackupReportQuery = { backupReport: { from: string, to: string, document: unknown, html: string, objectives: Array<{ name: string, state: BackupObjectiveState, target: string, found: string, reason: string | null }> } };

export type RepositoriesQueryVariables = Exact<{
  cluster: string;
}>;


export type RepositoriesQuery = { cluster: { repositories: Array<{ name: string, number: number, type: RepositoryType, place: string, encrypted: boolean, isDefault: boolean, reachable: boolean | null, problem: string | null, latencyMs: number | null, bytes: string | null, objects: number | null, isCountComplete: boolean | null }> } | null };

export type RepositoryChecksQueryVariables = Exact<{
  cluster: string;
}>;


export type RepositoryChecksQuery = { cluster: { repositories: Array<{ name: string, place: string, reachable: boolean | null, problem: string | null, checks: Array<{ name: string, state: RepositoryCheckState, found: string | null, expected: string, reason: string | null }> }> } | null };

export type StartRestoreMutationVariables = Exact<{
  input: StartRestoreInput;
}>;


export type StartRestoreMutation = { startRestore:
    | { __typename: 'BackupDatabaseNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupFailedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DestinationRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'LocalTimeAmbiguousError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'LocalTimeMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PgBackRestInterruptedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RestoreInPlaceRefusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RestoreNotConfirmedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RestorePointNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMisconfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaStoppedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StartRestoreSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } | null, plan: { summary: string, steps: Array<string>, warnings: Array<string> } }
    | { __typename: 'TargetBeyondArchiveError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetInFutureError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetInGapError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetOnOtherTimelineError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TargetTooEarlyError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TimelineNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type RestorePlanQueryVariables = Exact<{
  cluster: string;
  target: RestoreTargetInput;
  timeline?: number | null | undefined;
  inPlace?: boolean | null | undefined;
  repository?: string | null | undefined;
}>;


export type RestorePlanQuery = { restorePlan: { target: string, label: string, repository: string, reason: string, timeline: number, lsn: string | null, at: string | null, databaseBytes: string, segments: number, firstSegment: string | null, lastSegment: string | null, walBytes: string, estimatedSeconds: number | null, estimateBasis: string, lossWindowSeconds: number | null, stops: Array<string>, warnings: Array<string> } };

export type CreateRestorePointMutationVariables = Exact<{
  input: CreateRestorePointInput;
}>;


export type CreateRestorePointMutation = { createRestorePoint:
    | { __typename: 'BackupFailedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'BackupsNotConfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'CreateRestorePointSuccess', spreadMs: number, points: Array<{ cluster: string, name: string, lsn: string | null, at: string | null }> }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PgBackRestInterruptedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RepositoryUnreadableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RestorePointExistsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RestorePointIncompleteError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMisconfiguredError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StanzaStoppedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type SchedulesQueryVariables = Exact<{
  cluster?: string | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type SchedulesQuery = { schedules: { edges: Array<{ node: { name: string, kind: string, target: string, state: ScheduleState, at: string | null, cron: string | null, timezone: string, nextRuns: Array<{ dueAt: string, startAt: string, closesAt: string | null, localTime: string }>, window: { cron: string, durationMinutes: number, timezone: string } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ScheduleQueryVariables = Exact<{
  name: string;
}>;


export type ScheduleQuery = { schedule: { input: unknown, missedPolicy: MissedPolicy, jitterSeconds: number, createdBy: string, updatedBy: string, onBehalfOf: string | null, updatedAt: string, name: string, kind: string, target: string, state: ScheduleState, at: string | null, cron: string | null, timezone: string, lastOperation: { id: string, state: OperationState } | null, nextRuns: Array<{ dueAt: string, startAt: string, closesAt: string | null, localTime: string }>, window: { cron: string, durationMinutes: number, timezone: string } | null } | null };

export type ScheduleRunsQueryVariables = Exact<{
  name: string;
  first: number;
  after?: string | null | undefined;
}>;


export type ScheduleRunsQuery = { schedule: { runs: { edges: Array<{ node: { dueAt: string, recordedAt: string, outcome: ScheduleRunOutcome, reason: string | null, errorCode: ErrorCode | null, moments: number, requestedBy: string | null, operation: { id: string, state: OperationState } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type UpsertScheduleMutationVariables = Exact<{
  input: UpsertScheduleInput;
}>;


export type UpsertScheduleMutation = { upsertSchedule:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'CronInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationKindUnknownError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ScheduleInputInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ScheduleMomentPastError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ScheduleNeverRunsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TimezoneInvalidError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManySchedulesError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'UpsertScheduleSuccess', target: string, schedule: { name: string, kind: string, target: string, state: ScheduleState, at: string | null, cron: string | null, timezone: string, window: { cron: string, durationMinutes: number, timezone: string } | null } | null, nextRuns: Array<{ dueAt: string, startAt: string, closesAt: string | null, localTime: string }> }
   };

export type DeleteScheduleMutationVariables = Exact<{
  input: DeleteScheduleInput;
}>;


export type DeleteScheduleMutation = { deleteSchedule:
    | { __typename: 'DeleteScheduleSuccess', deletedId: string, name: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ScheduleNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type PauseScheduleMutationVariables = Exact<{
  input: PauseScheduleInput;
}>;


export type PauseScheduleMutation = { pauseSchedule:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PauseScheduleSuccess', schedule: { name: string, kind: string, target: string, state: ScheduleState, at: string | null, cron: string | null, timezone: string, window: { cron: string, durationMinutes: number, timezone: string } | null } }
    | { __typename: 'ScheduleNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type ResumeScheduleMutationVariables = Exact<{
  input: ResumeScheduleInput;
}>;


export type ResumeScheduleMutation = { resumeSchedule:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationKindUnknownError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ResumeScheduleSuccess', schedule: { name: string, kind: string, target: string, state: ScheduleState, at: string | null, cron: string | null, timezone: string, window: { cron: string, durationMinutes: number, timezone: string } | null } }
    | { __typename: 'ScheduleMomentPastError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ScheduleNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type TriggerScheduleMutationVariables = Exact<{
  input: TriggerScheduleInput;
}>;


export type TriggerScheduleMutation = { triggerSchedule:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationKindUnknownError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ScheduleNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'TriggerScheduleSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
   };

export type ScheduleLineFragment = { name: string, kind: string, target: string, state: ScheduleState, at: string | null, cron: string | null, timezone: string, window: { cron: string, durationMinutes: number, timezone: string } | null };

export type PlannedRunLineFragment = { dueAt: string, startAt: string, closesAt: string | null, localTime: string };

export type ShardsQueryVariables = Exact<{ [key: string]: never; }>;


export type ShardsQuery = { shardLoadDistribution: Array<{ bytes: string | null, rows: string | null, share: number | null, fairShare: number, deviation: number | null, reason: string | null, shard: { name: string, state: ShardState, weight: number, region: string | null, capacityBytes: string | null, organizationCount: number, sharedTables: { state: SharedTablesStateKind, reason: string | null } } }> };

export type ShardLoadQueryVariables = Exact<{
  shard: string;
  first: number;
}>;


export type ShardLoadQuery = { shardLoad: { measuredAt: string, bytes: string, rows: string, connections: number, transactionsPerSecond: number | null, queriesPerSecond: number | null, growthBytesPerDay: number | null, unattributedBytes: string, method: string, organizations: Array<{ bytes: string, rows: string, rowsMargin: string, activityPerMinute: number | null, growthBytesPerDay: number | null, isHot: boolean, organization: { organizationId: string, name: string | null } | null }> } };

export type RebalancePlanLinesFragment = { id: string, goal: RebalanceGoal, imbalanceBefore: number, imbalanceAfter: number, isPaused: boolean, warnings: Array<string>, moves: Array<{ organizationId: string, from: string, to: string, reason: string, bytes: string, rows: string, estimatedSeconds: number, estimatedPauseMs: number }>, stays: Array<{ organizationId: string, shard: string, reason: StayReason }> };

export type PlanRebalanceMutationVariables = Exact<{
  input: PlanRebalanceInput;
}>;


export type PlanRebalanceMutation = { planRebalance:
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PlanRebalanceSuccess', plan: { id: string, goal: RebalanceGoal, imbalanceBefore: number, imbalanceAfter: number, isPaused: boolean, warnings: Array<string>, moves: Array<{ organizationId: string, from: string, to: string, reason: string, bytes: string, rows: string, estimatedSeconds: number, estimatedPauseMs: number }>, stays: Array<{ organizationId: string, shard: string, reason: StayReason }> } }
    | { __typename: 'ShardUnknownError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type StartRebalanceMutationVariables = Exact<{
  input: StartRebalanceInput;
}>;


export type StartRebalanceMutation = { startRebalance:
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'IdempotencyKeyReusedError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'OperationConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RebalancePlanNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'StartRebalanceSuccess', operation: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }
    | { __typename: 'TooManyOperationsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type PauseRebalanceMutationVariables = Exact<{
  input: PauseRebalanceInput;
}>;


export type PauseRebalanceMutation = { pauseRebalance:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'PauseRebalanceSuccess', plan: { id: string, goal: RebalanceGoal, imbalanceBefore: number, imbalanceAfter: number, isPaused: boolean, warnings: Array<string>, moves: Array<{ organizationId: string, from: string, to: string, reason: string, bytes: string, rows: string, estimatedSeconds: number, estimatedPauseMs: number }>, stays: Array<{ organizationId: string, shard: string, reason: StayReason }> } }
    | { __typename: 'RebalanceNotRunningError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type ResumeRebalanceMutationVariables = Exact<{
  input: ResumeRebalanceInput;
}>;


export type ResumeRebalanceMutation = { resumeRebalance:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'RebalanceNotRunningError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ResumeRebalanceSuccess', plan: { id: string, goal: RebalanceGoal, imbalanceBefore: number, imbalanceAfter: number, isPaused: boolean, warnings: Array<string>, moves: Array<{ organizationId: string, from: string, to: string, reason: string, bytes: string, rows: string, estimatedSeconds: number, estimatedPauseMs: number }>, stays: Array<{ organizationId: string, shard: string, reason: StayReason }> } }
   };

export type DrainShardMutationVariables = Exact<{
  input: DrainShardInput;
}>;


export type DrainShardMutation = { drainShard:
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'DrainShardSuccess', plan: { id: string, goal: RebalanceGoal, imbalanceBefore: number, imbalanceAfter: number, isPaused: boolean, warnings: Array<string>, moves: Array<{ organizationId: string, from: string, to: string, reason: string, bytes: string, rows: string, estimatedSeconds: number, estimatedPauseMs: number }>, stays: Array<{ organizationId: string, shard: string, reason: StayReason }> } }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'LastShardError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ShardUnknownError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type AddShardMutationVariables = Exact<{
  input: AddShardInput;
}>;


export type AddShardMutation = { addShard:
    | { __typename: 'AddShardSuccess', shard: { name: string, state: ShardState, weight: number } }
    | { __typename: 'ClusterNotFoundError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ShardExistsError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
   };

export type UpdateShardMutationVariables = Exact<{
  input: UpdateShardInput;
}>;


export type UpdateShardMutation = { updateShard:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'LastShardError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ShardUnknownError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'UpdateShardSuccess', shard: { name: string, state: ShardState, weight: number, capacityBytes: string | null, region: string | null } }
   };

export type SyncSharedTablesMutationVariables = Exact<{
  input: SyncSharedTablesInput;
}>;


export type SyncSharedTablesMutation = { syncSharedTables:
    | { __typename: 'DatabaseUnavailableError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'MoverMissingError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'ShardUnknownError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'SharedTablesConflictError', code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean }
    | { __typename: 'SyncSharedTablesSuccess', tables: { state: SharedTablesStateKind, different: Array<string>, reason: string | null } }
   };

type Refusal_AlertLimitError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_AlertNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_AlertResolvedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_AlertRuleInvalidError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_AlertRuleNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_AlertSilenceNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_AlertWindowNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ArchiveCorruptError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ArchiveUnavailableError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_BackupBaseRefusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_BackupDatabaseNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_BackupExpiringError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_BackupFailedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_BackupNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_BackupsNotConfiguredError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ClusterNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_CronInvalidError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_DatabaseUnavailableError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_DemoDataRefusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_DestinationRefusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_DrillWindowEmptyError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ForbiddenError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_IdempotencyKeyReusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_InstanceNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_InvalidInputError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_LastShardError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_LocalTimeAmbiguousError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_LocalTimeMissingError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationDriftedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationInvalidError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationIrreversibleError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationLockedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationNeededError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationOutOfOrderError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationPlanChangedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationPlanRequiredError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationRefusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MigrationUnfinishedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MoveNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MoveRefusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MoveStateError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_MoverMissingError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_NoShardTakesError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_NotificationChannelInvalidError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_NotificationChannelNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_NotificationDeliveryNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_OperationConflictError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_OperationEndedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_OperationKindUnknownError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_OperationNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_OperationNotRetryableError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_OrganizationMovingError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_OrganizationNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_OrganizationUnknownError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_PartitionExistsError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_PartitionNeededError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_PartitionNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_PartitionShapeError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_PartitionedTableNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_PgBackRestInterruptedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_PlatformServiceNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_PlatformServiceUnavailableError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RebalanceNotRunningError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RebalancePlanNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RecoveryOrganizationAmbiguousError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RecoveryOrganizationNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RecoveryPlanChangedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RecoveryPlanRequiredError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RecoveryRightsMissingError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RecoverySchemaDiffersError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RepairRefusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RepositoryNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RepositoryUnavailableError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RepositoryUnencryptedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RepositoryUnreadableError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RestoreInPlaceRefusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RestoreNotConfirmedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RestorePointExistsError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RestorePointIncompleteError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_RestorePointNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ScheduleInputInvalidError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ScheduleMomentPastError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ScheduleNeverRunsError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ScheduleNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_SchemaDriftedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ServerNotOursError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_SessionNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_SessionProtectedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ShardExistsError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ShardNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_ShardUnknownError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_SharedTablesConflictError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_SqlSyntaxError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_StandbyUnavailableError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_StanzaMisconfiguredError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_StanzaMissingError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_StanzaStoppedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_StartRefusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_StatementRefusedError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_StatementUnplannableError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TableNotConvertibleError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TableNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TargetBeyondArchiveError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TargetInFutureError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TargetInGapError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TargetOnOtherTimelineError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TargetTooEarlyError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TimelineNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TimezoneInvalidError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TokenNotFoundError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TooManyOperationsError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

type Refusal_TooManySchedulesError_Fragment = { code: ErrorCode, message: string, hint: string | null, path: Array<string> | null, retryable: boolean };

export type RefusalFragment =
  | Refusal_AlertLimitError_Fragment
  | Refusal_AlertNotFoundError_Fragment
  | Refusal_AlertResolvedError_Fragment
  | Refusal_AlertRuleInvalidError_Fragment
  | Refusal_AlertRuleNotFoundError_Fragment
  | Refusal_AlertSilenceNotFoundError_Fragment
  | Refusal_AlertWindowNotFoundError_Fragment
  | Refusal_ArchiveCorruptError_Fragment
  | Refusal_ArchiveUnavailableError_Fragment
  | Refusal_BackupBaseRefusedError_Fragment
  | Refusal_BackupDatabaseNotFoundError_Fragment
  | Refusal_BackupExpiringError_Fragment
  | Refusal_BackupFailedError_Fragment
  | Refusal_BackupNotFoundError_Fragment
  | Refusal_BackupsNotConfiguredError_Fragment
  | Refusal_ClusterNotFoundError_Fragment
  | Refusal_CronInvalidError_Fragment
  | Refusal_DatabaseUnavailableError_Fragment
  | Refusal_DemoDataRefusedError_Fragment
  | Refusal_DestinationRefusedError_Fragment
  | Refusal_DrillWindowEmptyError_Fragment
  | Refusal_ForbiddenError_Fragment
  | Refusal_IdempotencyKeyReusedError_Fragment
  | Refusal_InstanceNotFoundError_Fragment
  | Refusal_InvalidInputError_Fragment
  | Refusal_LastShardError_Fragment
  | Refusal_LocalTimeAmbiguousError_Fragment
  | Refusal_LocalTimeMissingError_Fragment
  | Refusal_MigrationDriftedError_Fragment
  | Refusal_MigrationInvalidError_Fragment
  | Refusal_MigrationIrreversibleError_Fragment
  | Refusal_MigrationLockedError_Fragment
  | Refusal_MigrationNeededError_Fragment
  | Refusal_MigrationNotFoundError_Fragment
  | Refusal_MigrationOutOfOrderError_Fragment
  | Refusal_MigrationPlanChangedError_Fragment
  | Refusal_MigrationPlanRequiredError_Fragment
  | Refusal_MigrationRefusedError_Fragment
  | Refusal_MigrationUnfinishedError_Fragment
  | Refusal_MoveNotFoundError_Fragment
  | Refusal_MoveRefusedError_Fragment
  | Refusal_MoveStateError_Fragment
  | Refusal_MoverMissingError_Fragment
  | Refusal_NoShardTakesError_Fragment
  | Refusal_NotificationChannelInvalidError_Fragment
  | Refusal_NotificationChannelNotFoundError_Fragment
  | Refusal_NotificationDeliveryNotFoundError_Fragment
  | Refusal_OperationConflictError_Fragment
  | Refusal_OperationEndedError_Fragment
  | Refusal_OperationKindUnknownError_Fragment
  | Refusal_OperationNotFoundError_Fragment
  | Refusal_OperationNotRetryableError_Fragment
  | Refusal_OrganizationMovingError_Fragment
  | Refusal_OrganizationNotFoundError_Fragment
  | Refusal_OrganizationUnknownError_Fragment
  | Refusal_PartitionExistsError_Fragment
  | Refusal_PartitionNeededError_Fragment
  | Refusal_PartitionNotFoundError_Fragment
  | Refusal_PartitionShapeError_Fragment
  | Refusal_PartitionedTableNotFoundError_Fragment
  | Refusal_PgBackRestInterruptedError_Fragment
  | Refusal_PlatformServiceNotFoundError_Fragment
  | Refusal_PlatformServiceUnavailableError_Fragment
  | Refusal_RebalanceNotRunningError_Fragment
  | Refusal_RebalancePlanNotFoundError_Fragment
  | Refusal_RecoveryOrganizationAmbiguousError_Fragment
  | Refusal_RecoveryOrganizationNotFoundError_Fragment
  | Refusal_RecoveryPlanChangedError_Fragment
  | Refusal_RecoveryPlanRequiredError_Fragment
  | Refusal_RecoveryRightsMissingError_Fragment
  | Refusal_RecoverySchemaDiffersError_Fragment
  | Refusal_RepairRefusedError_Fragment
  | Refusal_RepositoryNotFoundError_Fragment
  | Refusal_RepositoryUnavailableError_Fragment
  | Refusal_RepositoryUnencryptedError_Fragment
  | Refusal_RepositoryUnreadableError_Fragment
  | Refusal_RestoreInPlaceRefusedError_Fragment
  | Refusal_RestoreNotConfirmedError_Fragment
  | Refusal_RestorePointExistsError_Fragment
  | Refusal_RestorePointIncompleteError_Fragment
  | Refusal_RestorePointNotFoundError_Fragment
  | Refusal_ScheduleInputInvalidError_Fragment
  | Refusal_ScheduleMomentPastError_Fragment
  | Refusal_ScheduleNeverRunsError_Fragment
  | Refusal_ScheduleNotFoundError_Fragment
  | Refusal_SchemaDriftedError_Fragment
  | Refusal_ServerNotOursError_Fragment
  | Refusal_SessionNotFoundError_Fragment
  | Refusal_SessionProtectedError_Fragment
  | Refusal_ShardExistsError_Fragment
  | Refusal_ShardNotFoundError_Fragment
  | Refusal_ShardUnknownError_Fragment
  | Refusal_SharedTablesConflictError_Fragment
  | Refusal_SqlSyntaxError_Fragment
  | Refusal_StandbyUnavailableError_Fragment
  | Refusal_StanzaMisconfiguredError_Fragment
  | Refusal_StanzaMissingError_Fragment
  | Refusal_StanzaStoppedError_Fragment
  | Refusal_StartRefusedError_Fragment
  | Refusal_StatementRefusedError_Fragment
  | Refusal_StatementUnplannableError_Fragment
  | Refusal_TableNotConvertibleError_Fragment
  | Refusal_TableNotFoundError_Fragment
  | Refusal_TargetBeyondArchiveError_Fragment
  | Refusal_TargetInFutureError_Fragment
  | Refusal_TargetInGapError_Fragment
  | Refusal_TargetOnOtherTimelineError_Fragment
  | Refusal_TargetTooEarlyError_Fragment
  | Refusal_TimelineNotFoundError_Fragment
  | Refusal_TimezoneInvalidError_Fragment
  | Refusal_TokenNotFoundError_Fragment
  | Refusal_TooManyOperationsError_Fragment
  | Refusal_TooManySchedulesError_Fragment
;

export type OperationLineFragment = { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null };

export type OperationEndFragment = { result: unknown, id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null, error: { code: ErrorCode, message: string, hint: string | null, retryable: boolean } | null };

export type StatusQueryVariables = Exact<{ [key: string]: never; }>;


export type StatusQuery = { viewer: { name: string, role: Role }, clusters: Array<{ name: string, instances: Array<{ name: string, role: InstanceRole, state: InstanceState, lagSeconds: number | null, reason: string | null }>, health: { state: HealthState, metrics: Array<{ name: string, group: MetricGroup, instance: string | null, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string, sampledAt: string }> }, backups: { edges: Array<{ node: { label: string, type: BackupType, finishedAt: string | null } }> } | null }>, platformServices: Array<
    | { __typename: 'BucketService', name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
    | { __typename: 'ClickHouseService', version: string | null, uptimeSeconds: number | null, replicatedTables: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
    | { __typename: 'ElasticsearchService', version: string | null, clusterName: string | null, status: ElasticsearchStatus | null, nodes: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
    | { __typename: 'RedisService', version: string | null, role: RedisRole | null, connectedReplicas: number | null, uptimeSeconds: number | null, name: string, kind: PlatformKind, address: string, state: HealthState, checkedAt: string | null, metrics: Array<{ name: string, value: number | null, unit: string, state: HealthState, target: number | null, critical: number | null, reason: string | null, hint: string | null, source: string }> }
  >, operations: { edges: Array<{ node: { id: string, kind: string, target: string, state: OperationState, phase: string | null, message: string | null, fractionDone: number | null, bytesDone: string | null, bytesTotal: string | null, etaSeconds: number | null, attempts: number, requestedBy: string, createdAt: string, startedAt: string | null, finishedAt: string | null } }> } };

export type SearchUsersQueryVariables = Exact<{
  text: string;
  first: number;
  timeoutMs: number;
}>;


export type SearchUsersQuery = { searchUsers: { isPartial: boolean, missing: Array<{ shard: string, reason: string }>, found: Array<{ userId: string, email: string, name: string, shards: Array<string>, membershipCount: number, deletedAt: string | null, memberships: Array<{ organizationId: string, name: string, shard: string, role: string, status: string }> }> } };

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
export const AlertLineFragmentDoc = new TypedDocumentString(`
    fragment AlertLine on Alert {
  id
  severity
  state
  clusterName
  instance
  metric
  summary
  value
  unit
  threshold
  since
  acknowledgedBy
}
    `, {"fragmentName":"AlertLine"}) as unknown as TypedDocumentString<AlertLineFragment, unknown>;
export const AlertRuleLineFragmentDoc = new TypedDocumentString(`
    fragment AlertRuleLine on AlertRule {
  name
  clusterName
  metric
  comparison
  threshold
  recoveryThreshold
  severity
  forSeconds
  resolveAfterSeconds
  reminderSeconds
  escalateAfterSeconds
  isEnabled
  isDefault
}
    `, {"fragmentName":"AlertRuleLine"}) as unknown as TypedDocumentString<AlertRuleLineFragment, unknown>;
export const AlertSilenceLineFragmentDoc = new TypedDocumentString(`
    fragment AlertSilenceLine on AlertSilence {
  id
  clusterName
  rule
  metric
  instance
  severity
  endsAt
  reason
  createdBy
}
    `, {"fragmentName":"AlertSilenceLine"}) as unknown as TypedDocumentString<AlertSilenceLineFragment, unknown>;
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
export const DrillEvidenceFragmentDoc = new TypedDocumentString(`
    fragment DrillEvidence on RecoveryDrill {
  id
  target
  backup
  recoveredAt
  state
  checks {
    name
    state
    found
    expected
    reason
  }
  rto {
    phase
    seconds
  }
  databaseBytes
  liveBytes
  predictedRtoSeconds
  predictionBasis
  startedAt
  finishedAt
}
    `, {"fragmentName":"DrillEvidence"}) as unknown as TypedDocumentString<DrillEvidenceFragment, unknown>;
export const MetricLineFragmentDoc = new TypedDocumentString(`
    fragment MetricLine on HealthMetric {
  name
  group
  instance
  value
  unit
  state
  target
  critical
  reason
  hint
  source
  sampledAt
}
    `, {"fragmentName":"MetricLine"}) as unknown as TypedDocumentString<MetricLineFragment, unknown>;
export const ThresholdLineFragmentDoc = new TypedDocumentString(`
    fragment ThresholdLine on HealthThreshold {
  metric
  unit
  better
  target
  critical
  source
  setFor
  updatedAt
}
    `, {"fragmentName":"ThresholdLine"}) as unknown as TypedDocumentString<ThresholdLineFragment, unknown>;
export const FindingLineFragmentDoc = new TypedDocumentString(`
    fragment FindingLine on MaintenanceFinding {
  severity
  subject
  message
  suggestedAction
  statement
}
    `, {"fragmentName":"FindingLine"}) as unknown as TypedDocumentString<FindingLineFragment, unknown>;
export const MigrationLineFragmentDoc = new TypedDocumentString(`
    fragment MigrationLine on Migration {
  version
  name
  state
  checksum
  appliedAt
  appliedBy
  onBehalfOf
  durationMs
  statementCount
  doneStatements
  hasDownScript
  irreversibleReason
  lastAttempt {
    direction
    outcome
    endedAt
    statementNumber
    line
    statement
    sqlState
    message
  }
}
    `, {"fragmentName":"MigrationLine"}) as unknown as TypedDocumentString<MigrationLineFragment, unknown>;
export const CatalogDifferencePartsFragmentDoc = new TypedDocumentString(`
    fragment CatalogDifferenceParts on CatalogDifference {
  kind
  object
  change
  expected
  found
}
    `, {"fragmentName":"CatalogDifferenceParts"}) as unknown as TypedDocumentString<CatalogDifferencePartsFragment, unknown>;
export const SchemaDriftPartsFragmentDoc = new TypedDocumentString(`
    fragment SchemaDriftParts on SchemaDrift {
  state
  reason
  version
  expectedFingerprint
  foundFingerprint
  takenAt
  differences {
    ...CatalogDifferenceParts
  }
}
    fragment CatalogDifferenceParts on CatalogDifference {
  kind
  object
  change
  expected
  found
}`, {"fragmentName":"SchemaDriftParts"}) as unknown as TypedDocumentString<SchemaDriftPartsFragment, unknown>;
export const MigrationPlanHeadFragmentDoc = new TypedDocumentString(`
    fragment MigrationPlanHead on MigrationPlan {
  id
  direction
  target
  verdict
  estimatedMs
  dataLoss
  warnings
  cluster {
    name
  }
  migrations {
    version
    name
    transaction
    statementCount
    estimatedMs
    verdict
  }
}
    `, {"fragmentName":"MigrationPlanHead"}) as unknown as TypedDocumentString<MigrationPlanHeadFragment, unknown>;
export const MigrationFindingLineFragmentDoc = new TypedDocumentString(`
    fragment MigrationFindingLine on MigrationFinding {
  rule
  severity
  message
  hint
  line
}
    `, {"fragmentName":"MigrationFindingLine"}) as unknown as TypedDocumentString<MigrationFindingLineFragment, unknown>;
export const MigrationPlanPartsFragmentDoc = new TypedDocumentString(`
    fragment MigrationPlanParts on MigrationPlan {
  ...MigrationPlanHead
  migrations {
    checksum
    measured {
      upMs
      backup
      databaseBytes
      measuredAt
    }
    findings {
      ...MigrationFindingLine
    }
    statements {
      line
      text
      effect
      estimatedMs
      estimateBasis
      verdict
      dataLoss
      locks {
        table
        mode
        hold
        isNew
      }
      tables {
        name
        rows
        sizeBytes
      }
      findings {
        ...MigrationFindingLine
      }
    }
  }
  blockers {
    pid
    user
    applicationName
    state
    query
    ageMs
    table
    mode
  }
}
    fragment MigrationPlanHead on MigrationPlan {
  id
  direction
  target
  verdict
  estimatedMs
  dataLoss
  warnings
  cluster {
    name
  }
  migrations {
    version
    name
    transaction
    statementCount
    estimatedMs
    verdict
  }
}
fragment MigrationFindingLine on MigrationFinding {
  rule
  severity
  message
  hint
  line
}`, {"fragmentName":"MigrationPlanParts"}) as unknown as TypedDocumentString<MigrationPlanPartsFragment, unknown>;
export const MoveLineFragmentDoc = new TypedDocumentString(`
    fragment MoveLine on OrganizationMove {
  id
  organizationId
  fromShard
  toShard
  state
  problem
  fractionCopied
  pauses {
    reason
    milliseconds
  }
  startedAt
  cutOverAt
  finishedAt
}
    `, {"fragmentName":"MoveLine"}) as unknown as TypedDocumentString<MoveLineFragment, unknown>;
export const ChannelLineFragmentDoc = new TypedDocumentString(`
    fragment ChannelLine on NotificationChannel {
  name
  kind
  address
  secretFile
  clusterNames
  severities
  changes
  queueLimit
  isEnabled
  updatedBy
}
    `, {"fragmentName":"ChannelLine"}) as unknown as TypedDocumentString<ChannelLineFragment, unknown>;
export const DeliveryLineFragmentDoc = new TypedDocumentString(`
    fragment DeliveryLine on NotificationDelivery {
  id
  channel
  change
  state
  attempts
  nextAttemptAt
  lastStatus
  lastError
  durationMs
  createdAt
  finishedAt
  alert {
    id
    summary
  }
}
    `, {"fragmentName":"DeliveryLine"}) as unknown as TypedDocumentString<DeliveryLineFragment, unknown>;
export const AlertWindowLineFragmentDoc = new TypedDocumentString(`
    fragment AlertWindowLine on AlertMaintenanceWindow {
  name
  clusterNames
  metrics
  cron
  durationMinutes
  timezone
  isEnabled
  updatedBy
}
    `, {"fragmentName":"AlertWindowLine"}) as unknown as TypedDocumentString<AlertWindowLineFragment, unknown>;
export const SessionLineFragmentDoc = new TypedDocumentString(`
    fragment SessionLine on Session {
  id
  instance
  pid
  kind
  user
  database
  application
  clientAddress
  state
  waitsFor
  transactionSeconds
  statementSeconds
  stateSeconds
  query
}
    `, {"fragmentName":"SessionLine"}) as unknown as TypedDocumentString<SessionLineFragment, unknown>;
export const TableLineFragmentDoc = new TypedDocumentString(`
    fragment TableLine on TableStats {
  schema
  name
  parent
  liveRows
  deadRows
  deadShare
  tableBytes
  indexBytes
  bloatBytes
  bloatShare
  sequentialScans
  sequentialRows
  indexScans
  vacuumedAt
  analyzedAt
  xidAge
  needs {
    reason
    urgency
    because
    statement
  }
}
    `, {"fragmentName":"TableLine"}) as unknown as TypedDocumentString<TableLineFragment, unknown>;
export const PlatformLineFragmentDoc = new TypedDocumentString(`
    fragment PlatformLine on PlatformService {
  __typename
  name
  kind
  address
  state
  checkedAt
  metrics {
    name
    value
    unit
    state
    target
    critical
    reason
    hint
    source
  }
  ... on RedisService {
    version
    role
    connectedReplicas
    uptimeSeconds
  }
  ... on ClickHouseService {
    version
    uptimeSeconds
    replicatedTables
  }
  ... on ElasticsearchService {
    version
    clusterName
    status
    nodes
  }
}
    `, {"fragmentName":"PlatformLine"}) as unknown as TypedDocumentString<PlatformLineFragment, unknown>;
export const IndexSuggestionLineFragmentDoc = new TypedDocumentString(`
    fragment IndexSuggestionLine on IndexSuggestion {
  kind
  method
  schema
  table
  name
  statements
  bytes
  costBefore
  costAfter
  gain
  because
  writes {
    entriesPerDay
    hotUpdatesPerDay
    existingIndexes
  }
}
    `, {"fragmentName":"IndexSuggestionLine"}) as unknown as TypedDocumentString<IndexSuggestionLineFragment, unknown>;
export const RecoveryReportFragmentDoc = new TypedDocumentString(`
    fragment RecoveryReport on OrganizationRecoveryReport {
  cluster
  organizationId
  organizationName
  mode
  target
  backup
  lastCommitAt
  planId
  tables {
    table
    kind
    rowsThen
    rowsNow
    added
    changed
    deleted
    restored
    overwritten
    conflicts
  }
  rowsRecovered
  proof {
    kind
    statement
    tables
    rows
    before
    after
  }
  transactionId
  destination
  sideSchema
  warnings
  restoreMs
  recoveryMs
  rowsMs
}
    `, {"fragmentName":"RecoveryReport"}) as unknown as TypedDocumentString<RecoveryReportFragment, unknown>;
export const ReplicationStreamLineFragmentDoc = new TypedDocumentString(`
    fragment ReplicationStreamLine on ReplicationStream {
  instance
  source
  kind
  pid
  application
  clientAddress
  state
  syncState
  sentLsn
  writeLsn
  flushLsn
  replayLsn
  sentLagBytes
  writeLagBytes
  flushLagBytes
  replayLagBytes
  writeLagSeconds
  flushLagSeconds
  replayLagSeconds
  reason
  hint
  receiver {
    status
    slotName
    receivedLsn
    replayedLsn
    waitingBytes
    lastMessageSeconds
    lastReplayedSeconds
    isReplayPaused
    conflicts {
      kind
      count
    }
  }
}
    `, {"fragmentName":"ReplicationStreamLine"}) as unknown as TypedDocumentString<ReplicationStreamLineFragment, unknown>;
export const ScheduleLineFragmentDoc = new TypedDocumentString(`
    fragment ScheduleLine on Schedule {
  name
  kind
  target
  state
  at
  cron
  timezone
  window {
    cron
    durationMinutes
    timezone
  }
}
    `, {"fragmentName":"ScheduleLine"}) as unknown as TypedDocumentString<ScheduleLineFragment, unknown>;
export const PlannedRunLineFragmentDoc = new TypedDocumentString(`
    fragment PlannedRunLine on PlannedRun {
  dueAt
  startAt
  closesAt
  localTime
}
    `, {"fragmentName":"PlannedRunLine"}) as unknown as TypedDocumentString<PlannedRunLineFragment, unknown>;
export const RebalancePlanLinesFragmentDoc = new TypedDocumentString(`
    fragment RebalancePlanLines on RebalancePlan {
  id
  goal
  imbalanceBefore
  imbalanceAfter
  isPaused
  warnings
  moves {
    organizationId
    from
    to
    reason
    bytes
    rows
    estimatedSeconds
    estimatedPauseMs
  }
  stays {
    organizationId
    shard
    reason
  }
}
    `, {"fragmentName":"RebalancePlanLines"}) as unknown as TypedDocumentString<RebalancePlanLinesFragment, unknown>;
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
export const AlertsDocument = new TypedDocumentString(`
    query Alerts($filter: AlertFilter, $first: Int!) {
  alerts(filter: $filter, first: $first) {
    edges {
      node {
        ...AlertLine
      }
    }
  }
}
    fragment AlertLine on Alert {
  id
  severity
  state
  clusterName
  instance
  metric
  summary
  value
  unit
  threshold
  since
  acknowledgedBy
}`) as unknown as TypedDocumentString<AlertsQuery, AlertsQueryVariables>;
export const AlertDocument = new TypedDocumentString(`
    query Alert($id: ID!) {
  alert(id: $id) {
    ...AlertLine
    rule
    reason
    cause
    runbook
    firedValue
    firedAt
    lastSeenAt
    resolvedAt
    resolvedBecause
    acknowledgedAt
    acknowledgedBecause
    silencedUntil
    silencedBy
    reminders
    escalatedAt
    suggestedActions {
      title
      mutation
      input
      isAvailable
    }
    operations {
      kind
      state
      finishedAt
    }
    evidence {
      reason
      costly {
        query
        calls
        meanMs
        shareOfTime
      }
      indexes {
        table
        statements
        bytes
        gain
      }
      clients {
        userName
        applicationName
        state
        sessions
        longestSeconds
      }
      deadSpace {
        table
        bytes
        because
      }
      keepers {
        kind
        name
        detail
        ageTransactions
      }
      lastWords
      blockers {
        pid
        userName
        applicationName
        query
        blocks
        waitsFor
        transactionAgeMs
      }
      statements {
        pid
        userName
        applicationName
        state
        query
        transactionAgeMs
      }
    }
    children {
      id
      summary
      state
    }
    parent {
      id
      summary
    }
    deliveries(first: 10) {
      edges {
        node {
          channel
          change
          state
          attempts
          lastError
          createdAt
        }
      }
    }
  }
}
    fragment AlertLine on Alert {
  id
  severity
  state
  clusterName
  instance
  metric
  summary
  value
  unit
  threshold
  since
  acknowledgedBy
}`) as unknown as TypedDocumentString<AlertQuery, AlertQueryVariables>;
export const FollowAlertsDocument = new TypedDocumentString(`
    subscription FollowAlerts($filter: AlertFilter, $after: String) {
  alertEvents(filter: $filter, after: $after) {
    __typename
    cursor
    ... on AlertEvent {
      at
      change
      by
      clusterName
      instance
      metric
      severity
      state
      summary
      value
      unit
      alert {
        id
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FollowAlertsSubscription, FollowAlertsSubscriptionVariables>;
export const AlertRulesDocument = new TypedDocumentString(`
    query AlertRules($cluster: String) {
  alertRules(cluster: $cluster) {
    ...AlertRuleLine
  }
}
    fragment AlertRuleLine on AlertRule {
  name
  clusterName
  metric
  comparison
  threshold
  recoveryThreshold
  severity
  forSeconds
  resolveAfterSeconds
  reminderSeconds
  escalateAfterSeconds
  isEnabled
  isDefault
}`) as unknown as TypedDocumentString<AlertRulesQuery, AlertRulesQueryVariables>;
export const AlertSilencesDocument = new TypedDocumentString(`
    query AlertSilences {
  alertSilences {
    ...AlertSilenceLine
  }
}
    fragment AlertSilenceLine on AlertSilence {
  id
  clusterName
  rule
  metric
  instance
  severity
  endsAt
  reason
  createdBy
}`) as unknown as TypedDocumentString<AlertSilencesQuery, AlertSilencesQueryVariables>;
export const AcknowledgeAlertDocument = new TypedDocumentString(`
    mutation AcknowledgeAlert($input: AcknowledgeAlertInput!) {
  acknowledgeAlert(input: $input) {
    __typename
    ... on AcknowledgeAlertSuccess {
      alert {
        ...AlertLine
      }
    }
    ...Refusal
  }
}
    fragment AlertLine on Alert {
  id
  severity
  state
  clusterName
  instance
  metric
  summary
  value
  unit
  threshold
  since
  acknowledgedBy
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<AcknowledgeAlertMutation, AcknowledgeAlertMutationVariables>;
export const SilenceAlertsDocument = new TypedDocumentString(`
    mutation SilenceAlerts($input: SilenceAlertsInput!) {
  silenceAlerts(input: $input) {
    __typename
    ... on SilenceAlertsSuccess {
      silence {
        ...AlertSilenceLine
      }
      alerts {
        ...AlertLine
      }
    }
    ...Refusal
  }
}
    fragment AlertLine on Alert {
  id
  severity
  state
  clusterName
  instance
  metric
  summary
  value
  unit
  threshold
  since
  acknowledgedBy
}
fragment AlertSilenceLine on AlertSilence {
  id
  clusterName
  rule
  metric
  instance
  severity
  endsAt
  reason
  createdBy
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<SilenceAlertsMutation, SilenceAlertsMutationVariables>;
export const EndAlertSilenceDocument = new TypedDocumentString(`
    mutation EndAlertSilence($input: EndAlertSilenceInput!) {
  endAlertSilence(input: $input) {
    __typename
    ... on EndAlertSilenceSuccess {
      silence {
        ...AlertSilenceLine
      }
    }
    ...Refusal
  }
}
    fragment AlertSilenceLine on AlertSilence {
  id
  clusterName
  rule
  metric
  instance
  severity
  endsAt
  reason
  createdBy
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<EndAlertSilenceMutation, EndAlertSilenceMutationVariables>;
export const UpsertAlertRuleDocument = new TypedDocumentString(`
    mutation UpsertAlertRule($input: UpsertAlertRuleInput!) {
  upsertAlertRule(input: $input) {
    __typename
    ... on UpsertAlertRuleSuccess {
      rule {
        ...AlertRuleLine
      }
    }
    ...Refusal
  }
}
    fragment AlertRuleLine on AlertRule {
  name
  clusterName
  metric
  comparison
  threshold
  recoveryThreshold
  severity
  forSeconds
  resolveAfterSeconds
  reminderSeconds
  escalateAfterSeconds
  isEnabled
  isDefault
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<UpsertAlertRuleMutation, UpsertAlertRuleMutationVariables>;
export const DeleteAlertRuleDocument = new TypedDocumentString(`
    mutation DeleteAlertRule($input: DeleteAlertRuleInput!) {
  deleteAlertRule(input: $input) {
    __typename
    ... on DeleteAlertRuleSuccess {
      name
      rule {
        ...AlertRuleLine
      }
    }
    ...Refusal
  }
}
    fragment AlertRuleLine on AlertRule {
  name
  clusterName
  metric
  comparison
  threshold
  recoveryThreshold
  severity
  forSeconds
  resolveAfterSeconds
  reminderSeconds
  escalateAfterSeconds
  isEnabled
  isDefault
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<DeleteAlertRuleMutation, DeleteAlertRuleMutationVariables>;
export const BackupsDocument = new TypedDocumentString(`
    query Backups($cluster: String!, $first: Int!, $after: String, $includeExpired: Boolean) {
  cluster(name: $cluster) {
    backups(first: $first, after: $after, includeExpired: $includeExpired) {
      edges {
        node {
          label
          alias
          type
          state
          startedAt
          finishedAt
          databaseBytes
          repositoryBytes
          repository
          verifiedAt
          verification {
            state
          }
          hold {
            until
          }
          keptBecause {
            text
          }
          expiresAt
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
export const ExpireBackupsDocument = new TypedDocumentString(`
    mutation ExpireBackups($input: ExpireBackupsInput!) {
  expireBackups(input: $input) {
    __typename
    ... on ExpireBackupsSuccess {
      operation {
        ...OperationLine
      }
      plan {
        policy {
          keepFulls
          keepDays
          recoveryDays
        }
        kept {
          label
          alias
          reasons
          expiresAt
        }
        expiring {
          label
          alias
          type
          finishedAt
          freedBytes
        }
        freedBytes
        windows {
          repositoryKey
          earliestBefore
          earliestAfter
          momentsLost
        }
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
}`) as unknown as TypedDocumentString<ExpireBackupsMutation, ExpireBackupsMutationVariables>;
export const BackupRetentionDocument = new TypedDocumentString(`
    query BackupRetention($cluster: String!) {
  cluster(name: $cluster) {
    backupRetention {
      keepFulls
      keepDays
      recoveryDays
      updatedBy
      updatedAt
    }
  }
}
    `) as unknown as TypedDocumentString<BackupRetentionQuery, BackupRetentionQueryVariables>;
export const UpdateBackupRetentionDocument = new TypedDocumentString(`
    mutation UpdateBackupRetention($input: UpdateBackupRetentionInput!) {
  updateBackupRetention(input: $input) {
    __typename
    ... on UpdateBackupRetentionSuccess {
      retention {
        keepFulls
        keepDays
        recoveryDays
        updatedBy
        updatedAt
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
}`) as unknown as TypedDocumentString<UpdateBackupRetentionMutation, UpdateBackupRetentionMutationVariables>;
export const HoldBackupDocument = new TypedDocumentString(`
    mutation HoldBackup($input: HoldBackupInput!) {
  holdBackup(input: $input) {
    __typename
    ... on HoldBackupSuccess {
      backup {
        label
        alias
        hold {
          until
          reason
        }
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
}`) as unknown as TypedDocumentString<HoldBackupMutation, HoldBackupMutationVariables>;
export const ReleaseBackupDocument = new TypedDocumentString(`
    mutation ReleaseBackup($input: ReleaseBackupInput!) {
  releaseBackup(input: $input) {
    __typename
    ... on ReleaseBackupSuccess {
      backup {
        label
        alias
        keptBecause {
          text
        }
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
}`) as unknown as TypedDocumentString<ReleaseBackupMutation, ReleaseBackupMutationVariables>;
export const BackupSchedulesDocument = new TypedDocumentString(`
    query BackupSchedules($cluster: String) {
  backupSchedules(cluster: $cluster) {
    name
    backupAction
    target
    state
    cron
    timezone
    nextRuns {
      localTime
    }
  }
}
    `) as unknown as TypedDocumentString<BackupSchedulesQuery, BackupSchedulesQueryVariables>;
export const UpsertBackupScheduleDocument = new TypedDocumentString(`
    mutation UpsertBackupSchedule($input: UpsertBackupScheduleInput!) {
  upsertBackupSchedule(input: $input) {
    __typename
    ... on UpsertBackupScheduleSuccess {
      schedule {
        name
        backupAction
      }
      nextRuns {
        localTime
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
}`) as unknown as TypedDocumentString<UpsertBackupScheduleMutation, UpsertBackupScheduleMutationVariables>;
export const ClusterNamesDocument = new TypedDocumentString(`
    query ClusterNames {
  clusters {
    name
    isShard
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
export const StartRecoveryDrillDocument = new TypedDocumentString(`
    mutation StartRecoveryDrill($input: StartRecoveryDrillInput!) {
  startRecoveryDrill(input: $input) {
    __typename
    ... on StartRecoveryDrillSuccess {
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
}`) as unknown as TypedDocumentString<StartRecoveryDrillMutation, StartRecoveryDrillMutationVariables>;
export const RecoveryDrillsDocument = new TypedDocumentString(`
    query RecoveryDrills($cluster: String!) {
  recoveryDrills(cluster: $cluster) {
    ...DrillEvidence
  }
}
    fragment DrillEvidence on RecoveryDrill {
  id
  target
  backup
  recoveredAt
  state
  checks {
    name
    state
    found
    expected
    reason
  }
  rto {
    phase
    seconds
  }
  databaseBytes
  liveBytes
  predictedRtoSeconds
  predictionBasis
  startedAt
  finishedAt
}`) as unknown as TypedDocumentString<RecoveryDrillsQuery, RecoveryDrillsQueryVariables>;
export const RecoveryDrillDocument = new TypedDocumentString(`
    query RecoveryDrill($id: ID!) {
  recoveryDrill(id: $id) {
    ...DrillEvidence
  }
}
    fragment DrillEvidence on RecoveryDrill {
  id
  target
  backup
  recoveredAt
  state
  checks {
    name
    state
    found
    expected
    reason
  }
  rto {
    phase
    seconds
  }
  databaseBytes
  liveBytes
  predictedRtoSeconds
  predictionBasis
  startedAt
  finishedAt
}`) as unknown as TypedDocumentString<RecoveryDrillQuery, RecoveryDrillQueryVariables>;
export const HealthDocument = new TypedDocumentString(`
    query Health($cluster: String!) {
  checkDatabaseHealth(cluster: $cluster) {
    state
    checkedAt
    metrics {
      ...MetricLine
    }
  }
  platformServices {
    ...PlatformLine
  }
}
    fragment MetricLine on HealthMetric {
  name
  group
  instance
  value
  unit
  state
  target
  critical
  reason
  hint
  source
  sampledAt
}
fragment PlatformLine on PlatformService {
  __typename
  name
  kind
  address
  state
  checkedAt
  metrics {
    name
    value
    unit
    state
    target
    critical
    reason
    hint
    source
  }
  ... on RedisService {
    version
    role
    connectedReplicas
    uptimeSeconds
  }
  ... on ClickHouseService {
    version
    uptimeSeconds
    replicatedTables
  }
  ... on ElasticsearchService {
    version
    clusterName
    status
    nodes
  }
}`) as unknown as TypedDocumentString<HealthQuery, HealthQueryVariables>;
export const MetricHistoryDocument = new TypedDocumentString(`
    query MetricHistory($cluster: String!, $instance: String, $metric: String!, $range: HistoryRange!, $step: Int) {
  metricHistory(
    cluster: $cluster
    instance: $instance
    metric: $metric
    range: $range
    step: $step
  ) {
    unit
    from
    to
    stepSeconds
    buckets {
      at
      min
      avg
      max
      last
      samples
    }
  }
}
    `) as unknown as TypedDocumentString<MetricHistoryQuery, MetricHistoryQueryVariables>;
export const ThresholdsDocument = new TypedDocumentString(`
    query Thresholds($cluster: String!) {
  thresholds(cluster: $cluster) {
    group
    ...ThresholdLine
  }
}
    fragment ThresholdLine on HealthThreshold {
  metric
  unit
  better
  target
  critical
  source
  setFor
  updatedAt
}`) as unknown as TypedDocumentString<ThresholdsQuery, ThresholdsQueryVariables>;
export const UpsertThresholdDocument = new TypedDocumentString(`
    mutation UpsertThreshold($input: UpsertThresholdInput!) {
  upsertThreshold(input: $input) {
    ... on UpsertThresholdSuccess {
      threshold {
        ...ThresholdLine
      }
    }
    ... on UserError {
      code
      message
      hint
      retryable
    }
  }
}
    fragment ThresholdLine on HealthThreshold {
  metric
  unit
  better
  target
  critical
  source
  setFor
  updatedAt
}`) as unknown as TypedDocumentString<UpsertThresholdMutation, UpsertThresholdMutationVariables>;
export const MaintenanceTasksDocument = new TypedDocumentString(`
    query MaintenanceTasks($cluster: String!) {
  maintenanceTasks(cluster: $cluster) {
    name
    cadence
    about
    isActing
    kinds
    schedules {
      name
      cron
      timezone
      state
      nextRuns {
        dueAt
      }
    }
    lastRun {
      startedAt
      finishedAt
      lookedAt
      findings {
        ...FindingLine
      }
    }
    lastOperation {
      id
      kind
      state
      finishedAt
    }
  }
}
    fragment FindingLine on MaintenanceFinding {
  severity
  subject
  message
  suggestedAction
  statement
}`) as unknown as TypedDocumentString<MaintenanceTasksQuery, MaintenanceTasksQueryVariables>;
export const MaintenanceHistoryDocument = new TypedDocumentString(`
    query MaintenanceHistory($cluster: String!) {
  maintenanceTasks(cluster: $cluster) {
    name
    runs {
      startedAt
      finishedAt
      lookedAt
      findings {
        ...FindingLine
      }
    }
  }
}
    fragment FindingLine on MaintenanceFinding {
  severity
  subject
  message
  suggestedAction
  statement
}`) as unknown as TypedDocumentString<MaintenanceHistoryQuery, MaintenanceHistoryQueryVariables>;
export const RunMaintenanceTaskDocument = new TypedDocumentString(`
    mutation RunMaintenanceTask($input: RunMaintenanceTaskInput!) {
  runMaintenanceTask(input: $input) {
    __typename
    ... on RunMaintenanceTaskSuccess {
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
}`) as unknown as TypedDocumentString<RunMaintenanceTaskMutation, RunMaintenanceTaskMutationVariables>;
export const MigrationsDocument = new TypedDocumentString(`
    query Migrations($cluster: String!) {
  cluster(name: $cluster) {
    migrations {
      ...MigrationLine
    }
  }
}
    fragment MigrationLine on Migration {
  version
  name
  state
  checksum
  appliedAt
  appliedBy
  onBehalfOf
  durationMs
  statementCount
  doneStatements
  hasDownScript
  irreversibleReason
  lastAttempt {
    direction
    outcome
    endedAt
    statementNumber
    line
    statement
    sqlState
    message
  }
}`) as unknown as TypedDocumentString<MigrationsQuery, MigrationsQueryVariables>;
export const MigrationPlanDocument = new TypedDocumentString(`
    query MigrationPlan($cluster: String!, $target: String, $direction: MigrationDirection!) {
  migrationPlan(cluster: $cluster, target: $target, direction: $direction) {
    ...MigrationPlanParts
  }
}
    fragment MigrationPlanHead on MigrationPlan {
  id
  direction
  target
  verdict
  estimatedMs
  dataLoss
  warnings
  cluster {
    name
  }
  migrations {
    version
    name
    transaction
    statementCount
    estimatedMs
    verdict
  }
}
fragment MigrationPlanParts on MigrationPlan {
  ...MigrationPlanHead
  migrations {
    checksum
    measured {
      upMs
      backup
      databaseBytes
      measuredAt
    }
    findings {
      ...MigrationFindingLine
    }
    statements {
      line
      text
      effect
      estimatedMs
      estimateBasis
      verdict
      dataLoss
      locks {
        table
        mode
        hold
        isNew
      }
      tables {
        name
        rows
        sizeBytes
      }
      findings {
        ...MigrationFindingLine
      }
    }
  }
  blockers {
    pid
    user
    applicationName
    state
    query
    ageMs
    table
    mode
  }
}
fragment MigrationFindingLine on MigrationFinding {
  rule
  severity
  message
  hint
  line
}`) as unknown as TypedDocumentString<MigrationPlanQuery, MigrationPlanQueryVariables>;
export const SchemaDriftDocument = new TypedDocumentString(`
    query SchemaDrift($cluster: String!) {
  schemaDrift(cluster: $cluster) {
    ...SchemaDriftParts
  }
}
    fragment SchemaDriftParts on SchemaDrift {
  state
  reason
  version
  expectedFingerprint
  foundFingerprint
  takenAt
  differences {
    ...CatalogDifferenceParts
  }
}
fragment CatalogDifferenceParts on CatalogDifference {
  kind
  object
  change
  expected
  found
}`) as unknown as TypedDocumentString<SchemaDriftQuery, SchemaDriftQueryVariables>;
export const ApplyMigrationsDocument = new TypedDocumentString(`
    mutation ApplyMigrations($input: ApplyMigrationsInput!) {
  applyMigrations(input: $input) {
    __typename
    ... on ApplyMigrationsSuccess {
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
}`) as unknown as TypedDocumentString<ApplyMigrationsMutation, ApplyMigrationsMutationVariables>;
export const RollbackMigrationsDocument = new TypedDocumentString(`
    mutation RollbackMigrations($input: RollbackMigrationsInput!) {
  rollbackMigrations(input: $input) {
    __typename
    ... on RollbackMigrationsSuccess {
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
}`) as unknown as TypedDocumentString<RollbackMigrationsMutation, RollbackMigrationsMutationVariables>;
export const ValidateMigrationsDocument = new TypedDocumentString(`
    mutation ValidateMigrations($input: ValidateMigrationsInput!) {
  validateMigrations(input: $input) {
    __typename
    ... on ValidateMigrationsSuccess {
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
}`) as unknown as TypedDocumentString<ValidateMigrationsMutation, ValidateMigrationsMutationVariables>;
export const RepairMigrationDocument = new TypedDocumentString(`
    mutation RepairMigration($input: RepairMigrationInput!) {
  repairMigration(input: $input) {
    __typename
    ... on RepairMigrationSuccess {
      migration {
        ...MigrationLine
      }
    }
    ...Refusal
  }
}
    fragment MigrationLine on Migration {
  version
  name
  state
  checksum
  appliedAt
  appliedBy
  onBehalfOf
  durationMs
  statementCount
  doneStatements
  hasDownScript
  irreversibleReason
  lastAttempt {
    direction
    outcome
    endedAt
    statementNumber
    line
    statement
    sqlState
    message
  }
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<RepairMigrationMutation, RepairMigrationMutationVariables>;
export const AcceptSchemaDriftDocument = new TypedDocumentString(`
    mutation AcceptSchemaDrift($input: AcceptSchemaDriftInput!) {
  acceptSchemaDrift(input: $input) {
    __typename
    ... on AcceptSchemaDriftSuccess {
      drift {
        ...SchemaDriftParts
      }
    }
    ...Refusal
  }
}
    fragment SchemaDriftParts on SchemaDrift {
  state
  reason
  version
  expectedFingerprint
  foundFingerprint
  takenAt
  differences {
    ...CatalogDifferenceParts
  }
}
fragment CatalogDifferenceParts on CatalogDifference {
  kind
  object
  change
  expected
  found
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<AcceptSchemaDriftMutation, AcceptSchemaDriftMutationVariables>;
export const ScheduleMigrationDocument = new TypedDocumentString(`
    mutation ScheduleMigration($input: ScheduleMigrationInput!) {
  scheduleMigration(input: $input) {
    __typename
    ... on ScheduleMigrationSuccess {
      schedule {
        ...ScheduleLine
      }
      nextRuns {
        ...PlannedRunLine
      }
      plan {
        ...MigrationPlanHead
      }
    }
    ...Refusal
  }
}
    fragment MigrationPlanHead on MigrationPlan {
  id
  direction
  target
  verdict
  estimatedMs
  dataLoss
  warnings
  cluster {
    name
  }
  migrations {
    version
    name
    transaction
    statementCount
    estimatedMs
    verdict
  }
}
fragment ScheduleLine on Schedule {
  name
  kind
  target
  state
  at
  cron
  timezone
  window {
    cron
    durationMinutes
    timezone
  }
}
fragment PlannedRunLine on PlannedRun {
  dueAt
  startAt
  closesAt
  localTime
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<ScheduleMigrationMutation, ScheduleMigrationMutationVariables>;
export const RolloutMigrationsDocument = new TypedDocumentString(`
    mutation RolloutMigrations($input: RolloutMigrationsInput!) {
  rolloutMigrations(input: $input) {
    __typename
    ... on RolloutMigrationsSuccess {
      operation {
        ...OperationLine
      }
      plans {
        ...MigrationPlanHead
      }
    }
    ...Refusal
  }
}
    fragment MigrationPlanHead on MigrationPlan {
  id
  direction
  target
  verdict
  estimatedMs
  dataLoss
  warnings
  cluster {
    name
  }
  migrations {
    version
    name
    transaction
    statementCount
    estimatedMs
    verdict
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
}`) as unknown as TypedDocumentString<RolloutMigrationsMutation, RolloutMigrationsMutationVariables>;
export const RolloutEndDocument = new TypedDocumentString(`
    query RolloutEnd($id: ID!) {
  operation(id: $id) {
    children {
      target
      state
      startedAt
      finishedAt
      error {
        code
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RolloutEndQuery, RolloutEndQueryVariables>;
export const MigrationValidationDocument = new TypedDocumentString(`
    query MigrationValidation($operation: ID!) {
  migrationValidation(operation: $operation) {
    from
    isValid
    backup {
      label
      at
      databaseBytes
      restoreMs
      recoveryMs
    }
    migrations {
      version
      name
      verdict
      upMs
      downMs
      secondUpMs
      work {
        rewritten {
          table
          sizeBytes
        }
        locks {
          table
          mode
          sizeBytes
        }
      }
      problem
      differenceCount
      differences {
        ...CatalogDifferenceParts
      }
    }
    cloneDifferences {
      ...CatalogDifferenceParts
    }
  }
}
    fragment CatalogDifferenceParts on CatalogDifference {
  kind
  object
  change
  expected
  found
}`) as unknown as TypedDocumentString<MigrationValidationQuery, MigrationValidationQueryVariables>;
export const OrganizationMovesDocument = new TypedDocumentString(`
    query OrganizationMoves($first: Int!, $organization: ID, $shard: String) {
  organizationMoves(first: $first, organization: $organization, shard: $shard) {
    edges {
      node {
        ...MoveLine
      }
    }
  }
}
    fragment MoveLine on OrganizationMove {
  id
  organizationId
  fromShard
  toShard
  state
  problem
  fractionCopied
  pauses {
    reason
    milliseconds
  }
  startedAt
  cutOverAt
  finishedAt
}`) as unknown as TypedDocumentString<OrganizationMovesQuery, OrganizationMovesQueryVariables>;
export const OrganizationMoveDocument = new TypedDocumentString(`
    query OrganizationMove($id: ID!) {
  organizationMove(id: $id) {
    ...MoveLine
    cutover
    pauseBudgetMs
    checks {
      name
      state
      detail
      hint
    }
    tables {
      name
      state
      rows
      rowsCopied
    }
    verifications {
      at
      isAfterCutover
      isEqual
      rows
      tables
      differences
    }
  }
}
    fragment MoveLine on OrganizationMove {
  id
  organizationId
  fromShard
  toShard
  state
  problem
  fractionCopied
  pauses {
    reason
    milliseconds
  }
  startedAt
  cutOverAt
  finishedAt
}`) as unknown as TypedDocumentString<OrganizationMoveQuery, OrganizationMoveQueryVariables>;
export const MoveLeftoversDocument = new TypedDocumentString(`
    query MoveLeftovers {
  findMoveLeftovers {
    found {
      shard
      kind
      name
      moveId
    }
    unknown {
      shard
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<MoveLeftoversQuery, MoveLeftoversQueryVariables>;
export const MoveOrganizationDocument = new TypedDocumentString(`
    mutation MoveOrganization($input: MoveOrganizationInput!) {
  moveOrganization(input: $input) {
    __typename
    ... on MoveOrganizationSuccess {
      operation {
        ...OperationLine
      }
      plan {
        fromShard
        toShard
        isPossible
        rows
        checks {
          name
          state
          detail
          hint
        }
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
}`) as unknown as TypedDocumentString<MoveOrganizationMutation, MoveOrganizationMutationVariables>;
export const CutoverOrganizationMoveDocument = new TypedDocumentString(`
    mutation CutoverOrganizationMove($input: CutoverOrganizationMoveInput!) {
  cutoverOrganizationMove(input: $input) {
    __typename
    ... on CutoverOrganizationMoveSuccess {
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
}`) as unknown as TypedDocumentString<CutoverOrganizationMoveMutation, CutoverOrganizationMoveMutationVariables>;
export const ReverseOrganizationMoveDocument = new TypedDocumentString(`
    mutation ReverseOrganizationMove($input: ReverseOrganizationMoveInput!) {
  reverseOrganizationMove(input: $input) {
    __typename
    ... on ReverseOrganizationMoveSuccess {
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
}`) as unknown as TypedDocumentString<ReverseOrganizationMoveMutation, ReverseOrganizationMoveMutationVariables>;
export const CompleteOrganizationMoveDocument = new TypedDocumentString(`
    mutation CompleteOrganizationMove($input: CompleteOrganizationMoveInput!) {
  completeOrganizationMove(input: $input) {
    __typename
    ... on CompleteOrganizationMoveSuccess {
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
}`) as unknown as TypedDocumentString<CompleteOrganizationMoveMutation, CompleteOrganizationMoveMutationVariables>;
export const AbortOrganizationMoveDocument = new TypedDocumentString(`
    mutation AbortOrganizationMove($input: AbortOrganizationMoveInput!) {
  abortOrganizationMove(input: $input) {
    __typename
    ... on AbortOrganizationMoveSuccess {
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
}`) as unknown as TypedDocumentString<AbortOrganizationMoveMutation, AbortOrganizationMoveMutationVariables>;
export const NotificationChannelsDocument = new TypedDocumentString(`
    query NotificationChannels {
  notificationChannels {
    ...ChannelLine
  }
}
    fragment ChannelLine on NotificationChannel {
  name
  kind
  address
  secretFile
  clusterNames
  severities
  changes
  queueLimit
  isEnabled
  updatedBy
}`) as unknown as TypedDocumentString<NotificationChannelsQuery, NotificationChannelsQueryVariables>;
export const NotificationDeliveriesDocument = new TypedDocumentString(`
    query NotificationDeliveries($channel: String, $states: [NotificationDeliveryState!], $first: Int!) {
  notificationDeliveries(channel: $channel, states: $states, first: $first) {
    edges {
      node {
        ...DeliveryLine
      }
    }
  }
}
    fragment DeliveryLine on NotificationDelivery {
  id
  channel
  change
  state
  attempts
  nextAttemptAt
  lastStatus
  lastError
  durationMs
  createdAt
  finishedAt
  alert {
    id
    summary
  }
}`) as unknown as TypedDocumentString<NotificationDeliveriesQuery, NotificationDeliveriesQueryVariables>;
export const UpsertNotificationChannelDocument = new TypedDocumentString(`
    mutation UpsertNotificationChannel($input: UpsertNotificationChannelInput!) {
  upsertNotificationChannel(input: $input) {
    __typename
    ... on UpsertNotificationChannelSuccess {
      channel {
        ...ChannelLine
      }
    }
    ...Refusal
  }
}
    fragment ChannelLine on NotificationChannel {
  name
  kind
  address
  secretFile
  clusterNames
  severities
  changes
  queueLimit
  isEnabled
  updatedBy
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<UpsertNotificationChannelMutation, UpsertNotificationChannelMutationVariables>;
export const DeleteNotificationChannelDocument = new TypedDocumentString(`
    mutation DeleteNotificationChannel($input: DeleteNotificationChannelInput!) {
  deleteNotificationChannel(input: $input) {
    __typename
    ... on DeleteNotificationChannelSuccess {
      name
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
}`) as unknown as TypedDocumentString<DeleteNotificationChannelMutation, DeleteNotificationChannelMutationVariables>;
export const TestNotificationChannelDocument = new TypedDocumentString(`
    mutation TestNotificationChannel($input: TestNotificationChannelInput!) {
  testNotificationChannel(input: $input) {
    __typename
    ... on TestNotificationChannelSuccess {
      delivery {
        ...DeliveryLine
      }
    }
    ...Refusal
  }
}
    fragment DeliveryLine on NotificationDelivery {
  id
  channel
  change
  state
  attempts
  nextAttemptAt
  lastStatus
  lastError
  durationMs
  createdAt
  finishedAt
  alert {
    id
    summary
  }
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<TestNotificationChannelMutation, TestNotificationChannelMutationVariables>;
export const RetryDeliveryDocument = new TypedDocumentString(`
    mutation RetryDelivery($input: RetryDeliveryInput!) {
  retryDelivery(input: $input) {
    __typename
    ... on RetryDeliverySuccess {
      delivery {
        ...DeliveryLine
      }
    }
    ...Refusal
  }
}
    fragment DeliveryLine on NotificationDelivery {
  id
  channel
  change
  state
  attempts
  nextAttemptAt
  lastStatus
  lastError
  durationMs
  createdAt
  finishedAt
  alert {
    id
    summary
  }
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<RetryDeliveryMutation, RetryDeliveryMutationVariables>;
export const AlertWindowsDocument = new TypedDocumentString(`
    query AlertWindows {
  alertMaintenanceWindows {
    ...AlertWindowLine
  }
}
    fragment AlertWindowLine on AlertMaintenanceWindow {
  name
  clusterNames
  metrics
  cron
  durationMinutes
  timezone
  isEnabled
  updatedBy
}`) as unknown as TypedDocumentString<AlertWindowsQuery, AlertWindowsQueryVariables>;
export const UpsertAlertWindowDocument = new TypedDocumentString(`
    mutation UpsertAlertWindow($input: UpsertAlertMaintenanceWindowInput!) {
  upsertAlertMaintenanceWindow(input: $input) {
    __typename
    ... on UpsertAlertMaintenanceWindowSuccess {
      window {
        ...AlertWindowLine
      }
    }
    ...Refusal
  }
}
    fragment AlertWindowLine on AlertMaintenanceWindow {
  name
  clusterNames
  metrics
  cron
  durationMinutes
  timezone
  isEnabled
  updatedBy
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<UpsertAlertWindowMutation, UpsertAlertWindowMutationVariables>;
export const DeleteAlertWindowDocument = new TypedDocumentString(`
    mutation DeleteAlertWindow($input: DeleteAlertMaintenanceWindowInput!) {
  deleteAlertMaintenanceWindow(input: $input) {
    __typename
    ... on DeleteAlertMaintenanceWindowSuccess {
      name
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
}`) as unknown as TypedDocumentString<DeleteAlertWindowMutation, DeleteAlertWindowMutationVariables>;
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
export const OrganizationsDocument = new TypedDocumentString(`
    query Organizations($shard: String, $first: Int!, $after: String) {
  organizations(shard: $shard, first: $first, after: $after) {
    edges {
      node {
        organizationId
        name
        bytes
        rows
        placement {
          shardName
          epoch
          isPinned
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<OrganizationsQuery, OrganizationsQueryVariables>;
export const SearchOrganizationsDocument = new TypedDocumentString(`
    query SearchOrganizations($text: String!, $first: Int!) {
  searchOrganizations(text: $text, first: $first) {
    isPartial
    missing {
      shard
      reason
    }
    found {
      organizationId
      name
      slug
      shard
    }
  }
}
    `) as unknown as TypedDocumentString<SearchOrganizationsQuery, SearchOrganizationsQueryVariables>;
export const RouteOrganizationsDocument = new TypedDocumentString(`
    query RouteOrganizations($ids: [String!]!) {
  routeOrganizations(ids: $ids) {
    organizationId
    shardName
    cluster
    epoch
  }
  validateCrossShardOperation(ids: $ids) {
    isSingleShard
    unknown
    parts {
      shard
      organizations
    }
  }
}
    `) as unknown as TypedDocumentString<RouteOrganizationsQuery, RouteOrganizationsQueryVariables>;
export const OrganizationDocument = new TypedDocumentString(`
    query Organization($id: ID!) {
  organization(id: $id) {
    organizationId
    name
    slug
    reason
    placement {
      shardName
      cluster
      epoch
      isPinned
      region
      placedAt
      updatedAt
    }
    load {
      bytes
      rows
      rowsMargin
      activityPerMinute
      growthBytesPerDay
      isHot
    }
  }
}
    `) as unknown as TypedDocumentString<OrganizationQuery, OrganizationQueryVariables>;
export const PartitionedTablesDocument = new TypedDocumentString(`
    query PartitionedTables($cluster: String!) {
  cluster(name: $cluster) {
    partitionedTables {
      schema
      name
      keyColumn
      interval
      premakeMonths
      retentionMonths
      coverageUntil
      rowsInDefault
      problems
      partitions {
        name
        state
        from
        to
        isDefault
        bytes
        rowEstimate
        lastWriteAt
        indexesValid
        replicaIdentity
        archive {
          location
          folder
          rows
          storedBytes
          sha256
          droppedAt
          restoredAt
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PartitionedTablesQuery, PartitionedTablesQueryVariables>;
export const PartitionHealthDocument = new TypedDocumentString(`
    query PartitionHealth($cluster: String!) {
  checkPartitionHealth(cluster: $cluster) {
    checkedAt
    state
    checks {
      table
      check
      state
      detail
      hint
    }
  }
}
    `) as unknown as TypedDocumentString<PartitionHealthQuery, PartitionHealthQueryVariables>;
export const MaintainPartitionsDocument = new TypedDocumentString(`
    mutation MaintainPartitions($input: MaintainPartitionsInput!) {
  maintainPartitions(input: $input) {
    __typename
    ... on MaintainPartitionsSuccess {
      operation {
        ...OperationLine
      }
      plans {
        cluster
        problem
        warnings
        actions {
          kind
          table
          partition
          text
        }
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
}`) as unknown as TypedDocumentString<MaintainPartitionsMutation, MaintainPartitionsMutationVariables>;
export const CreatePartitionDocument = new TypedDocumentString(`
    mutation CreatePartition($input: CreatePartitionInput!) {
  createPartition(input: $input) {
    __typename
    ... on CreatePartitionSuccess {
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
}`) as unknown as TypedDocumentString<CreatePartitionMutation, CreatePartitionMutationVariables>;
export const ArchivePartitionDocument = new TypedDocumentString(`
    mutation ArchivePartition($input: ArchivePartitionInput!) {
  archivePartition(input: $input) {
    __typename
    ... on ArchivePartitionSuccess {
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
}`) as unknown as TypedDocumentString<ArchivePartitionMutation, ArchivePartitionMutationVariables>;
export const RestorePartitionDocument = new TypedDocumentString(`
    mutation RestorePartition($input: RestorePartitionInput!) {
  restorePartition(input: $input) {
    __typename
    ... on RestorePartitionSuccess {
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
}`) as unknown as TypedDocumentString<RestorePartitionMutation, RestorePartitionMutationVariables>;
export const PartitionTableDocument = new TypedDocumentString(`
    mutation PartitionTable($input: PartitionTableInput!) {
  partitionTable(input: $input) {
    __typename
    ... on PartitionTableSuccess {
      operation {
        ...OperationLine
      }
      plan {
        summary
        steps
        warnings
        problems {
          check
          detail
          hint
        }
        locks {
          what
          lock
          on
          estimatedMs
          whoWaits
        }
        rows
        bytes
        freeBytes
        partitions
        from
        to
        estimatedSeconds
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
}`) as unknown as TypedDocumentString<PartitionTableMutation, PartitionTableMutationVariables>;
export const CompletePartitionTableDocument = new TypedDocumentString(`
    mutation CompletePartitionTable($input: CompletePartitionTableInput!) {
  completePartitionTable(input: $input) {
    __typename
    ... on CompletePartitionTableSuccess {
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
}`) as unknown as TypedDocumentString<CompletePartitionTableMutation, CompletePartitionTableMutationVariables>;
export const PerformanceReportDocument = new TypedDocumentString(`
    query PerformanceReport($cluster: String!, $from: DateTime!, $to: DateTime) {
  performanceReport(cluster: $cluster, from: $from, to: $to) {
    cluster
    from
    to
    generatedAt
    series {
      metric
      instance
      unit
      points {
        at
        mean
        highest
      }
    }
    seriesReason
    statements {
      query
      calls
      totalMs
      meanMs
      p95BoundMs
      shareOfTime
    }
    statementsReason
    indexes {
      subject
      because
      statement
    }
    tables {
      subject
      because
      statement
    }
    html
  }
}
    `) as unknown as TypedDocumentString<PerformanceReportQuery, PerformanceReportQueryVariables>;
export const ActivityDocument = new TypedDocumentString(`
    query Activity($cluster: String!, $instance: String, $includeIdle: Boolean!, $includeBackground: Boolean!, $first: Int!) {
  activity(
    cluster: $cluster
    instance: $instance
    includeIdle: $includeIdle
    includeBackground: $includeBackground
    first: $first
  ) {
    instance
    total
    checkedAt
    reason
    hint
    sessions {
      ...SessionLine
    }
  }
}
    fragment SessionLine on Session {
  id
  instance
  pid
  kind
  user
  database
  application
  clientAddress
  state
  waitsFor
  transactionSeconds
  statementSeconds
  stateSeconds
  query
}`) as unknown as TypedDocumentString<ActivityQuery, ActivityQueryVariables>;
export const LockTreeDocument = new TypedDocumentString(`
    query LockTree($cluster: String!, $instance: String) {
  lockTree(cluster: $cluster, instance: $instance) {
    instance
    checkedAt
    nodes {
      depth
      pid
      blockedCount
      session {
        ...SessionLine
      }
      wait {
        blockedBy
        relation
        lockType
        mode
        waitingSeconds
      }
    }
  }
}
    fragment SessionLine on Session {
  id
  instance
  pid
  kind
  user
  database
  application
  clientAddress
  state
  waitsFor
  transactionSeconds
  statementSeconds
  stateSeconds
  query
}`) as unknown as TypedDocumentString<LockTreeQuery, LockTreeQueryVariables>;
export const CancelQueryDocument = new TypedDocumentString(`
    mutation CancelQuery($input: CancelQueryInput!) {
  cancelQuery(input: $input) {
    __typename
    ... on CancelQuerySuccess {
      session {
        ...SessionLine
      }
      isDone
      waitedMs
    }
    ...Refusal
  }
}
    fragment SessionLine on Session {
  id
  instance
  pid
  kind
  user
  database
  application
  clientAddress
  state
  waitsFor
  transactionSeconds
  statementSeconds
  stateSeconds
  query
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<CancelQueryMutation, CancelQueryMutationVariables>;
export const TerminateSessionDocument = new TypedDocumentString(`
    mutation TerminateSession($input: TerminateSessionInput!) {
  terminateSession(input: $input) {
    __typename
    ... on TerminateSessionSuccess {
      session {
        ...SessionLine
      }
      isDone
      waitedMs
    }
    ...Refusal
  }
}
    fragment SessionLine on Session {
  id
  instance
  pid
  kind
  user
  database
  application
  clientAddress
  state
  waitsFor
  transactionSeconds
  statementSeconds
  stateSeconds
  query
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<TerminateSessionMutation, TerminateSessionMutationVariables>;
export const SlowQueriesDocument = new TypedDocumentString(`
    query SlowQueries($cluster: String!, $instance: String, $windowSeconds: Int!, $orderBy: SlowQueryOrder!, $first: Int!, $withPlan: Boolean = false) {
  slowQueries(
    cluster: $cluster
    instance: $instance
    windowSeconds: $windowSeconds
    orderBy: $orderBy
    first: $first
  ) {
    instance
    from
    to
    method
    totalCalls
    totalMs
    reason
    hint
    queries {
      queryId
      query
      calls
      totalMs
      meanMs
      p95BoundMs
      shareOfTime
      rows
      hitRatio
      plan @include(if: $withPlan) {
        text
        totalCost
        reason
        hint
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SlowQueriesQuery, SlowQueriesQueryVariables>;
export const TableStatsDocument = new TypedDocumentString(`
    query TableStats($cluster: String!, $instance: String, $orderBy: TableOrder!, $first: Int!) {
  tableStats(
    cluster: $cluster
    instance: $instance
    orderBy: $orderBy
    first: $first
  ) {
    instance
    total
    reason
    hint
    tables {
      ...TableLine
    }
  }
}
    fragment TableLine on TableStats {
  schema
  name
  parent
  liveRows
  deadRows
  deadShare
  tableBytes
  indexBytes
  bloatBytes
  bloatShare
  sequentialScans
  sequentialRows
  indexScans
  vacuumedAt
  analyzedAt
  xidAge
  needs {
    reason
    urgency
    because
    statement
  }
}`) as unknown as TypedDocumentString<TableStatsQuery, TableStatsQueryVariables>;
export const VacuumNeedsDocument = new TypedDocumentString(`
    query VacuumNeeds($cluster: String!, $instance: String, $first: Int!) {
  vacuumNeeds(cluster: $cluster, instance: $instance, first: $first) {
    instance
    total
    tables {
      ...TableLine
    }
  }
}
    fragment TableLine on TableStats {
  schema
  name
  parent
  liveRows
  deadRows
  deadShare
  tableBytes
  indexBytes
  bloatBytes
  bloatShare
  sequentialScans
  sequentialRows
  indexScans
  vacuumedAt
  analyzedAt
  xidAge
  needs {
    reason
    urgency
    because
    statement
  }
}`) as unknown as TypedDocumentString<VacuumNeedsQuery, VacuumNeedsQueryVariables>;
export const IndexUsageDocument = new TypedDocumentString(`
    query IndexUsage($cluster: String!, $first: Int!) {
  indexUsage(cluster: $cluster, first: $first) {
    total
    countedSince
    silent
    indexes {
      schema
      table
      name
      bytes
      scans
      verdict
      because
      statement
    }
  }
}
    `) as unknown as TypedDocumentString<IndexUsageQuery, IndexUsageQueryVariables>;
export const CapacityForecastDocument = new TypedDocumentString(`
    query CapacityForecast($cluster: String!, $days: Int!) {
  capacityForecast(cluster: $cluster, days: $days) {
    capacity
    instance
    unit
    current
    limit
    perDay
    perDayError
    r2
    daysLeft
    daysLeftSoonest
    daysLeftLatest
    reason
  }
}
    `) as unknown as TypedDocumentString<CapacityForecastQuery, CapacityForecastQueryVariables>;
export const PlatformServicesDocument = new TypedDocumentString(`
    query PlatformServices($kind: PlatformKind) {
  platformServices(kind: $kind) {
    ...PlatformLine
  }
}
    fragment PlatformLine on PlatformService {
  __typename
  name
  kind
  address
  state
  checkedAt
  metrics {
    name
    value
    unit
    state
    target
    critical
    reason
    hint
    source
  }
  ... on RedisService {
    version
    role
    connectedReplicas
    uptimeSeconds
  }
  ... on ClickHouseService {
    version
    uptimeSeconds
    replicatedTables
  }
  ... on ElasticsearchService {
    version
    clusterName
    status
    nodes
  }
}`) as unknown as TypedDocumentString<PlatformServicesQuery, PlatformServicesQueryVariables>;
export const PlatformServiceDocument = new TypedDocumentString(`
    query PlatformService($name: String!) {
  platformService(name: $name) {
    ...PlatformLine
  }
}
    fragment PlatformLine on PlatformService {
  __typename
  name
  kind
  address
  state
  checkedAt
  metrics {
    name
    value
    unit
    state
    target
    critical
    reason
    hint
    source
  }
  ... on RedisService {
    version
    role
    connectedReplicas
    uptimeSeconds
  }
  ... on ClickHouseService {
    version
    uptimeSeconds
    replicatedTables
  }
  ... on ElasticsearchService {
    version
    clusterName
    status
    nodes
  }
}`) as unknown as TypedDocumentString<PlatformServiceQuery, PlatformServiceQueryVariables>;
export const PlatformHistoryDocument = new TypedDocumentString(`
    query PlatformHistory($name: String!, $metric: String!, $range: HistoryRange!, $step: Int) {
  platformService(name: $name) {
    name
    history(metric: $metric, range: $range, step: $step) {
      unit
      from
      to
      stepSeconds
      buckets {
        at
        min
        avg
        max
        last
        samples
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PlatformHistoryQuery, PlatformHistoryQueryVariables>;
export const PlatformThresholdsDocument = new TypedDocumentString(`
    query PlatformThresholds($name: String!) {
  platformService(name: $name) {
    name
    thresholds {
      ...ThresholdLine
    }
  }
}
    fragment ThresholdLine on HealthThreshold {
  metric
  unit
  better
  target
  critical
  source
  setFor
  updatedAt
}`) as unknown as TypedDocumentString<PlatformThresholdsQuery, PlatformThresholdsQueryVariables>;
export const RunServiceActionDocument = new TypedDocumentString(`
    mutation RunServiceAction($input: RunServiceActionInput!) {
  runServiceAction(input: $input) {
    ... on RunServiceActionSuccess {
      service
      action
      command
      effect
      isDone
    }
    ... on UserError {
      code
      message
      hint
      retryable
    }
  }
}
    `) as unknown as TypedDocumentString<RunServiceActionMutation, RunServiceActionMutationVariables>;
export const OptimizeQueryDocument = new TypedDocumentString(`
    query OptimizeQuery($cluster: String!, $instance: String, $sql: String!, $analyze: Boolean!, $budgetBytes: Float!) {
  optimizeQuery(
    cluster: $cluster
    instance: $instance
    sql: $sql
    analyze: $analyze
    budgetBytes: $budgetBytes
  ) {
    cluster
    instance
    statement
    plannedAs
    isExecuted
    totalCost
    method
    hints
    reason
    hint
    plan {
      depth
      position
      kind
      relation
      index
      condition
      rows
      totalCost
      ownCost
      actualRows
      actualMs
    }
    findings {
      code
      severity
      explanation
      suggestion
    }
    indexes {
      ...IndexSuggestionLine
    }
  }
}
    fragment IndexSuggestionLine on IndexSuggestion {
  kind
  method
  schema
  table
  name
  statements
  bytes
  costBefore
  costAfter
  gain
  because
  writes {
    entriesPerDay
    hotUpdatesPerDay
    existingIndexes
  }
}`) as unknown as TypedDocumentString<OptimizeQueryQuery, OptimizeQueryQueryVariables>;
export const IndexAdviceDocument = new TypedDocumentString(`
    query IndexAdvice($cluster: String!, $instance: String, $windowSeconds: Int!, $budgetBytes: Float!, $first: Int!) {
  indexAdvice(
    cluster: $cluster
    instance: $instance
    windowSeconds: $windowSeconds
    budgetBytes: $budgetBytes
    first: $first
  ) {
    cluster
    instance
    method
    from
    to
    looked
    planned
    shareOfTime
    bytes
    hints
    reason
    hint
    indexes {
      ...IndexSuggestionLine
    }
  }
}
    fragment IndexSuggestionLine on IndexSuggestion {
  kind
  method
  schema
  table
  name
  statements
  bytes
  costBefore
  costAfter
  gain
  because
  writes {
    entriesPerDay
    hotUpdatesPerDay
    existingIndexes
  }
}`) as unknown as TypedDocumentString<IndexAdviceQuery, IndexAdviceQueryVariables>;
export const RecoverOrganizationDocument = new TypedDocumentString(`
    mutation RecoverOrganization($input: RecoverOrganizationInput!) {
  recoverOrganization(input: $input) {
    __typename
    ... on RecoverOrganizationSuccess {
      operation {
        ...OperationLine
      }
      plan {
        id
        organizationId
        organizationName
        tables
        backup
        at
        databaseBytes
        estimatedSeconds
        estimateBasis
        plan {
          summary
          steps
          warnings
        }
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
}`) as unknown as TypedDocumentString<RecoverOrganizationMutation, RecoverOrganizationMutationVariables>;
export const OrganizationRecoveryDocument = new TypedDocumentString(`
    query OrganizationRecovery($operationId: ID!) {
  organizationRecovery(operationId: $operationId) {
    operation {
      ...OperationLine
    }
    report {
      ...RecoveryReport
    }
  }
}
    fragment RecoveryReport on OrganizationRecoveryReport {
  cluster
  organizationId
  organizationName
  mode
  target
  backup
  lastCommitAt
  planId
  tables {
    table
    kind
    rowsThen
    rowsNow
    added
    changed
    deleted
    restored
    overwritten
    conflicts
  }
  rowsRecovered
  proof {
    kind
    statement
    tables
    rows
    before
    after
  }
  transactionId
  destination
  sideSchema
  warnings
  restoreMs
  recoveryMs
  rowsMs
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
}`) as unknown as TypedDocumentString<OrganizationRecoveryQuery, OrganizationRecoveryQueryVariables>;
export const RecoveryWindowsDocument = new TypedDocumentString(`
    query RecoveryWindows($cluster: String!) {
  cluster(name: $cluster) {
    recoveryWindow {
      earliestAt
      latestAt
      checkedAt
      loss {
        seconds
        bytes
        isEverything
        reason
      }
      archiving {
        isFailing
        newestStoredSegment
        newestStoredAt
        unsentSegments
        waitingSegments
        lastFailedSegment
        spoolErrors {
          segment
          message
        }
        slots {
          name
          isActive
          heldBytes
        }
      }
      gaps {
        from
        to
        timeline
        segments
        firstSegment
        lastSegment
        isAmbiguous
        brokenSets
      }
      timelines {
        id
        parent
        children
        switchLsn
        reason
        isCurrent
        hasHistory
      }
    }
    recoveryWindows {
      timeline
      isCurrent
      earliestAt
      latestAt
      latestStoredAt
      earliestLsn
      latestLsn
      reason
      sets {
        label
        type
        finishedAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RecoveryWindowsQuery, RecoveryWindowsQueryVariables>;
export const ReplicationDocument = new TypedDocumentString(`
    query Replication($cluster: String!) {
  replication(cluster: $cluster) {
    cluster
    primary
    endLsn
    checkedAt
    instances {
      name
      role
      state
      reason
      hint
    }
    streams {
      ...ReplicationStreamLine
    }
    slots {
      instance
      name
      type
      plugin
      database
      isTemporary
      isActive
      activePid
      walStatus
      restartLsn
      confirmedFlushLsn
      retainedBytes
      safeWalBytes
      owner
      ownerName
      because
    }
    subscriptions {
      instance
      name
      database
      slotName
      isEnabled
      workerPid
      copyWorkers
      receivedLsn
      lastMessageSeconds
      applyErrors
      copyErrors
      errorsSince
    }
  }
}
    fragment ReplicationStreamLine on ReplicationStream {
  instance
  source
  kind
  pid
  application
  clientAddress
  state
  syncState
  sentLsn
  writeLsn
  flushLsn
  replayLsn
  sentLagBytes
  writeLagBytes
  flushLagBytes
  replayLagBytes
  writeLagSeconds
  flushLagSeconds
  replayLagSeconds
  reason
  hint
  receiver {
    status
    slotName
    receivedLsn
    replayedLsn
    waitingBytes
    lastMessageSeconds
    lastReplayedSeconds
    isReplayPaused
    conflicts {
      kind
      count
    }
  }
}`) as unknown as TypedDocumentString<ReplicationQuery, ReplicationQueryVariables>;
export const BackupReportDocument = new TypedDocumentString(`
    query BackupReport($cluster: String!, $from: DateTime!, $to: DateTime!) {
  backupReport(cluster: $cluster, from: $from, to: $to) {
    from
    to
    objectives {
      name
      state
      target
      found
      reason
    }
    document
    html
  }
}
    `) as unknown as TypedDocumentString<BackupReportQuery, BackupReportQueryVariables>;
export const RepositoriesDocument = new TypedDocumentString(`
    query Repositories($cluster: String!) {
  cluster(name: $cluster) {
    repositories {
      name
      number
      type
      place
      encrypted
      isDefault
      reachable
      problem
      latencyMs
      bytes
      objects
      isCountComplete
    }
  }
}
    `) as unknown as TypedDocumentString<RepositoriesQuery, RepositoriesQueryVariables>;
export const RepositoryChecksDocument = new TypedDocumentString(`
    query RepositoryChecks($cluster: String!) {
  cluster(name: $cluster) {
    repositories {
      name
      place
      reachable
      problem
      checks {
        name
        state
        found
        expected
        reason
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RepositoryChecksQuery, RepositoryChecksQueryVariables>;
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
export const RestorePlanDocument = new TypedDocumentString(`
    query RestorePlan($cluster: String!, $target: RestoreTargetInput!, $timeline: Int, $inPlace: Boolean, $repository: String) {
  restorePlan(
    cluster: $cluster
    target: $target
    timeline: $timeline
    inPlace: $inPlace
    repository: $repository
  ) {
    target
    label
    repository
    reason
    timeline
    lsn
    at
    databaseBytes
    segments
    firstSegment
    lastSegment
    walBytes
    estimatedSeconds
    estimateBasis
    lossWindowSeconds
    stops
    warnings
  }
}
    `) as unknown as TypedDocumentString<RestorePlanQuery, RestorePlanQueryVariables>;
export const CreateRestorePointDocument = new TypedDocumentString(`
    mutation CreateRestorePoint($input: CreateRestorePointInput!) {
  createRestorePoint(input: $input) {
    __typename
    ... on CreateRestorePointSuccess {
      spreadMs
      points {
        cluster
        name
        lsn
        at
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
}`) as unknown as TypedDocumentString<CreateRestorePointMutation, CreateRestorePointMutationVariables>;
export const SchedulesDocument = new TypedDocumentString(`
    query Schedules($cluster: String, $first: Int!, $after: String) {
  schedules(cluster: $cluster, first: $first, after: $after) {
    edges {
      node {
        ...ScheduleLine
        nextRuns {
          ...PlannedRunLine
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ScheduleLine on Schedule {
  name
  kind
  target
  state
  at
  cron
  timezone
  window {
    cron
    durationMinutes
    timezone
  }
}
fragment PlannedRunLine on PlannedRun {
  dueAt
  startAt
  closesAt
  localTime
}`) as unknown as TypedDocumentString<SchedulesQuery, SchedulesQueryVariables>;
export const ScheduleDocument = new TypedDocumentString(`
    query Schedule($name: String!) {
  schedule(name: $name) {
    ...ScheduleLine
    input
    missedPolicy
    jitterSeconds
    createdBy
    updatedBy
    onBehalfOf
    updatedAt
    lastOperation {
      id
      state
    }
    nextRuns {
      ...PlannedRunLine
    }
  }
}
    fragment ScheduleLine on Schedule {
  name
  kind
  target
  state
  at
  cron
  timezone
  window {
    cron
    durationMinutes
    timezone
  }
}
fragment PlannedRunLine on PlannedRun {
  dueAt
  startAt
  closesAt
  localTime
}`) as unknown as TypedDocumentString<ScheduleQuery, ScheduleQueryVariables>;
export const ScheduleRunsDocument = new TypedDocumentString(`
    query ScheduleRuns($name: String!, $first: Int!, $after: String) {
  schedule(name: $name) {
    runs(first: $first, after: $after) {
      edges {
        node {
          dueAt
          recordedAt
          outcome
          reason
          errorCode
          moments
          requestedBy
          operation {
            id
            state
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ScheduleRunsQuery, ScheduleRunsQueryVariables>;
export const UpsertScheduleDocument = new TypedDocumentString(`
    mutation UpsertSchedule($input: UpsertScheduleInput!) {
  upsertSchedule(input: $input) {
    __typename
    ... on UpsertScheduleSuccess {
      schedule {
        ...ScheduleLine
      }
      target
      nextRuns {
        ...PlannedRunLine
      }
    }
    ...Refusal
  }
}
    fragment ScheduleLine on Schedule {
  name
  kind
  target
  state
  at
  cron
  timezone
  window {
    cron
    durationMinutes
    timezone
  }
}
fragment PlannedRunLine on PlannedRun {
  dueAt
  startAt
  closesAt
  localTime
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<UpsertScheduleMutation, UpsertScheduleMutationVariables>;
export const DeleteScheduleDocument = new TypedDocumentString(`
    mutation DeleteSchedule($input: DeleteScheduleInput!) {
  deleteSchedule(input: $input) {
    __typename
    ... on DeleteScheduleSuccess {
      deletedId
      name
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
}`) as unknown as TypedDocumentString<DeleteScheduleMutation, DeleteScheduleMutationVariables>;
export const PauseScheduleDocument = new TypedDocumentString(`
    mutation PauseSchedule($input: PauseScheduleInput!) {
  pauseSchedule(input: $input) {
    __typename
    ... on PauseScheduleSuccess {
      schedule {
        ...ScheduleLine
      }
    }
    ...Refusal
  }
}
    fragment ScheduleLine on Schedule {
  name
  kind
  target
  state
  at
  cron
  timezone
  window {
    cron
    durationMinutes
    timezone
  }
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<PauseScheduleMutation, PauseScheduleMutationVariables>;
export const ResumeScheduleDocument = new TypedDocumentString(`
    mutation ResumeSchedule($input: ResumeScheduleInput!) {
  resumeSchedule(input: $input) {
    __typename
    ... on ResumeScheduleSuccess {
      schedule {
        ...ScheduleLine
      }
    }
    ...Refusal
  }
}
    fragment ScheduleLine on Schedule {
  name
  kind
  target
  state
  at
  cron
  timezone
  window {
    cron
    durationMinutes
    timezone
  }
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<ResumeScheduleMutation, ResumeScheduleMutationVariables>;
export const TriggerScheduleDocument = new TypedDocumentString(`
    mutation TriggerSchedule($input: TriggerScheduleInput!) {
  triggerSchedule(input: $input) {
    __typename
    ... on TriggerScheduleSuccess {
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
}`) as unknown as TypedDocumentString<TriggerScheduleMutation, TriggerScheduleMutationVariables>;
export const ShardsDocument = new TypedDocumentString(`
    query Shards {
  shardLoadDistribution {
    shard {
      name
      state
      weight
      region
      capacityBytes
      organizationCount
      sharedTables {
        state
        reason
      }
    }
    bytes
    rows
    share
    fairShare
    deviation
    reason
  }
}
    `) as unknown as TypedDocumentString<ShardsQuery, ShardsQueryVariables>;
export const ShardLoadDocument = new TypedDocumentString(`
    query ShardLoad($shard: String!, $first: Int!) {
  shardLoad(shard: $shard) {
    measuredAt
    bytes
    rows
    connections
    transactionsPerSecond
    queriesPerSecond
    growthBytesPerDay
    unattributedBytes
    method
    organizations(first: $first) {
      organization {
        organizationId
        name
      }
      bytes
      rows
      rowsMargin
      activityPerMinute
      growthBytesPerDay
      isHot
    }
  }
}
    `) as unknown as TypedDocumentString<ShardLoadQuery, ShardLoadQueryVariables>;
export const PlanRebalanceDocument = new TypedDocumentString(`
    mutation PlanRebalance($input: PlanRebalanceInput!) {
  planRebalance(input: $input) {
    __typename
    ... on PlanRebalanceSuccess {
      plan {
        ...RebalancePlanLines
      }
    }
    ...Refusal
  }
}
    fragment RebalancePlanLines on RebalancePlan {
  id
  goal
  imbalanceBefore
  imbalanceAfter
  isPaused
  warnings
  moves {
    organizationId
    from
    to
    reason
    bytes
    rows
    estimatedSeconds
    estimatedPauseMs
  }
  stays {
    organizationId
    shard
    reason
  }
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<PlanRebalanceMutation, PlanRebalanceMutationVariables>;
export const StartRebalanceDocument = new TypedDocumentString(`
    mutation StartRebalance($input: StartRebalanceInput!) {
  startRebalance(input: $input) {
    __typename
    ... on StartRebalanceSuccess {
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
}`) as unknown as TypedDocumentString<StartRebalanceMutation, StartRebalanceMutationVariables>;
export const PauseRebalanceDocument = new TypedDocumentString(`
    mutation PauseRebalance($input: PauseRebalanceInput!) {
  pauseRebalance(input: $input) {
    __typename
    ... on PauseRebalanceSuccess {
      plan {
        ...RebalancePlanLines
      }
    }
    ...Refusal
  }
}
    fragment RebalancePlanLines on RebalancePlan {
  id
  goal
  imbalanceBefore
  imbalanceAfter
  isPaused
  warnings
  moves {
    organizationId
    from
    to
    reason
    bytes
    rows
    estimatedSeconds
    estimatedPauseMs
  }
  stays {
    organizationId
    shard
    reason
  }
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<PauseRebalanceMutation, PauseRebalanceMutationVariables>;
export const ResumeRebalanceDocument = new TypedDocumentString(`
    mutation ResumeRebalance($input: ResumeRebalanceInput!) {
  resumeRebalance(input: $input) {
    __typename
    ... on ResumeRebalanceSuccess {
      plan {
        ...RebalancePlanLines
      }
    }
    ...Refusal
  }
}
    fragment RebalancePlanLines on RebalancePlan {
  id
  goal
  imbalanceBefore
  imbalanceAfter
  isPaused
  warnings
  moves {
    organizationId
    from
    to
    reason
    bytes
    rows
    estimatedSeconds
    estimatedPauseMs
  }
  stays {
    organizationId
    shard
    reason
  }
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<ResumeRebalanceMutation, ResumeRebalanceMutationVariables>;
export const DrainShardDocument = new TypedDocumentString(`
    mutation DrainShard($input: DrainShardInput!) {
  drainShard(input: $input) {
    __typename
    ... on DrainShardSuccess {
      plan {
        ...RebalancePlanLines
      }
    }
    ...Refusal
  }
}
    fragment RebalancePlanLines on RebalancePlan {
  id
  goal
  imbalanceBefore
  imbalanceAfter
  isPaused
  warnings
  moves {
    organizationId
    from
    to
    reason
    bytes
    rows
    estimatedSeconds
    estimatedPauseMs
  }
  stays {
    organizationId
    shard
    reason
  }
}
fragment Refusal on UserError {
  code
  message
  hint
  path
  retryable
}`) as unknown as TypedDocumentString<DrainShardMutation, DrainShardMutationVariables>;
export const AddShardDocument = new TypedDocumentString(`
    mutation AddShard($input: AddShardInput!) {
  addShard(input: $input) {
    __typename
    ... on AddShardSuccess {
      shard {
        name
        state
        weight
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
}`) as unknown as TypedDocumentString<AddShardMutation, AddShardMutationVariables>;
export const UpdateShardDocument = new TypedDocumentString(`
    mutation UpdateShard($input: UpdateShardInput!) {
  updateShard(input: $input) {
    __typename
    ... on UpdateShardSuccess {
      shard {
        name
        state
        weight
        capacityBytes
        region
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
}`) as unknown as TypedDocumentString<UpdateShardMutation, UpdateShardMutationVariables>;
export const SyncSharedTablesDocument = new TypedDocumentString(`
    mutation SyncSharedTables($input: SyncSharedTablesInput!) {
  syncSharedTables(input: $input) {
    __typename
    ... on SyncSharedTablesSuccess {
      tables {
        state
        different
        reason
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
}`) as unknown as TypedDocumentString<SyncSharedTablesMutation, SyncSharedTablesMutationVariables>;
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
  platformServices {
    ...PlatformLine
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
  group
  instance
  value
  unit
  state
  target
  critical
  reason
  hint
  source
  sampledAt
}
fragment PlatformLine on PlatformService {
  __typename
  name
  kind
  address
  state
  checkedAt
  metrics {
    name
    value
    unit
    state
    target
    critical
    reason
    hint
    source
  }
  ... on RedisService {
    version
    role
    connectedReplicas
    uptimeSeconds
  }
  ... on ClickHouseService {
    version
    uptimeSeconds
    replicatedTables
  }
  ... on ElasticsearchService {
    version
    clusterName
    status
    nodes
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
}`) as unknown as TypedDocumentString<StatusQuery, StatusQueryVariables>;
export const SearchUsersDocument = new TypedDocumentString(`
    query SearchUsers($text: String!, $first: Int!, $timeoutMs: Int!) {
  searchUsers(text: $text, first: $first, timeoutMs: $timeoutMs) {
    isPartial
    missing {
      shard
      reason
    }
    found {
      userId
      email
      name
      shards
      membershipCount
      deletedAt
      memberships {
        organizationId
        name
        shard
        role
        status
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SearchUsersQuery, SearchUsersQueryVariables>;