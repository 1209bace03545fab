import { type Blocker, BLOCKER_COLUMNS } from '../../postgres/blockers.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** What a server says about itself that a move depends on. */
export interface ServerFacts {
  readonly major: number;
  readonly encoding: string;
  readonly walLevel: string;
  readonly isReadOnly: boolean;
  readonly freeSlots: number;
  readonly freeSenders: number;
  readonly freeWorkers: number;
  readonly maxSyncWorkers: number;
  /** Bytes of log that a slot may keep before it is lost; null: no limit. */
  readonly slotLimitBytes: bigint | null;
  /** Our role may make subscriptions, and sees rows past their policies. */
  readonly isSuperuser: boolean;
  readonly mayReplicate: boolean;
  /** What PostgreSQL 15 asks of who makes a subscription. */
  readonly mayReadAllRows: boolean;
  /** Null: our role may not see it. */
  readonly dataDirectory: string | null;
  readonly databaseBytes: bigint;
  readonly systemId: string;
}

export async function readServerFacts(db: Queryable): Promise<ServerFacts> {
  const [row] = await db.rows<ServerFacts>(sql`/* moves.readServerFacts */
    SELECT current_setting('server_version_num')::int / 10000 AS major
      , current_setting('server_encoding') AS encoding
      , current_setting('wal_level') AS "walLevel"
      , pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS "isReadOnly"
      , current_setting('max_replication_slots')::int
        - greatest((SELECT count(*) FROM pg_replication_slots), (SELECT count(*) FROM pg_replication_origin))::int AS "freeSlots"
      , current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_stat_replication)::int AS "freeSenders"
      , least(
          current_setting('max_logical_replication_workers')::int
            - (SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL)::int,
          current_setting('max_worker_processes')::int
            - (SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'logical replication%')::int
        ) AS "freeWorkers"
      , current_setting('max_sync_workers_per_subscription')::int AS "maxSyncWorkers"
      , nullif(pg_size_bytes(current_setting('max_slot_wal_keep_size')), -1) AS "slotLimitBytes"
      , rolsuper AS "isSuperuser", rolsuper OR rolreplication AS "mayReplicate", rolsuper OR rolbypassrls AS "mayReadAllRows"
      , CASE WHEN rolsuper OR pg_has_role('pg_read_all_settings', 'MEMBER') THEN current_setting('data_directory') END AS "dataDirectory"
      , pg_database_size(current_database()) AS "databaseBytes"
      , (SELECT system_identifier::text FROM pg_control_system()) AS "systemId"
    FROM pg_roles
    WHERE rolname = current_user
  `);
  if (row === undefined) throw new Error('a role of ours is no role');
  return row;
}

const PREPARED = sql`
  SELECT 0 AS pid, owner AS "userName", '' AS "applicationName", 'prepared' AS state, gid AS query
    , (1000 * extract(epoch FROM clock_timestamp() - prepared))::double precision AS "transactionAgeMs"
  FROM pg_prepared_xacts
`;

/** Whether a transaction that begins now may write: a standby's may not, nor those of a server that was made read-only. */
export async function isReadOnly(db: Queryable): Promise<boolean> {
  const [row] = await db.rows<{ readOnly: boolean }>(sql`/* moves.isReadOnly */
    SELECT current_setting('transaction_read_only')::bool AS "readOnly"
  `);
  return row?.readOnly ?? false;
}

export async function isSuperuser(db: Queryable): Promise<boolean> {
  const [row] = await db.rows<{ found: boolean }>(sql`/* moves.isSuperuser */
    SELECT rolsuper AS found FROM pg_roles WHERE rolname = current_user
  `);
  return row?.found ?? false;
}

/** Writing transactions of any database of the server that are older than `seconds`: a slot waits for each of them. */
export function listLongTransactions(db: Queryable, seconds: number): Promise<readonly Blocker[]> {
  return db.rows<Blocker>(sql`/* moves.listLongTransactions */
    SELECT activity.pid, ${BLOCKER_COLUMNS}
    FROM pg_stat_activity AS activity
    WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
      AND xact_start < clock_timestamp() - ${seconds} * interval '1 s'
    UNION ALL
    ${PREPARED}
    ORDER BY "transactionAgeMs" DESC
    LIMIT 20
  `);
}

/**
 * Who has prepared a transaction is gone: only its name tells which one has to be ended. Given blockers of which some are
 * prepared transactions, names them all, of all databases.
 */
export async function namePrepared(db: Queryable, blockers: readonly Blocker[]): Promise<readonly Blocker[]> {
  const sessions = blockers.filter(({ pid }) => pid !== 0);
  if (sessions.length === blockers.length) return blockers;
  const prepared = await db.rows<Blocker>(sql`/* moves.listPrepared */
    ${PREPARED}
    ORDER BY "transactionAgeMs" DESC
    LIMIT 20
  `);
  return [...prepared, ...sessions];
}

/** What a shard says of an organization: whether it has its row, and what its fence says. */
export interface HomeFacts {
  readonly exists: boolean;
  /** Null: the fence has no row. */
  readonly state: string | null;
  readonly epoch: bigint | null;
}

export async function readHome(db: Queryable, organization: string): Promise<HomeFacts> {
  const [row] = await db.rows<HomeFacts>(sql`/* moves.readHome */
    SELECT EXISTS (SELECT FROM organizations WHERE id = ${organization}::uuid) AS exists, home.state, home.epoch
    FROM (SELECT) AS one LEFT JOIN ops.tenant_home AS home ON home.organization_id = ${organization}::uuid
  `);
  return row ?? { exists: false, state: null, epoch: null };
}

/** What moves stand on was made by the product's migration 004. */
export async function hasFence(db: Queryable): Promise<boolean> {
  const [row] = await db.rows<{ found: boolean }>(sql`/* moves.hasFence */
    SELECT to_regclass('ops.tenant_home') IS NOT NULL AND to_regclass('ops.move_marker') IS NOT NULL
      AND to_regprocedure('ops.enter_tenant(uuid, bigint)') IS NOT NULL AS found
  `);
  return row?.found ?? false;
}
