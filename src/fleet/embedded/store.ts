import type { Database, Queryable } from '../../postgres/pool.ts';
import { identifier, literal, raw, sql, type Statement } from '../../postgres/sql.ts';
import { toScramVerifier } from './scram.ts';

/** Makes the role that owns our own database, and that database. Twice is safe. */
export async function prepareControl(admin: Database, password: string): Promise<void> {
  await keepRole(admin, 'sunday_control', raw('LOGIN NOSUPERUSER'), password);
  await keepDatabase(admin, 'sunday_control', 'sunday_control');
}

export interface MainPasswords {
  readonly operator: string;
  readonly monitor: string;
  readonly replicator: string;
  /** Null in a fleet without shards, which needs no such role. */
  readonly mover: string | null;
}

/** Makes the roles of a product cluster, each with what its work needs and no more. Twice is safe. */
export async function prepareMain(admin: Database, passwords: MainPasswords): Promise<void> {
  // It owns the product's tables, whose row security holds for owners too: it must count, compare and move all rows.
  await keepRole(admin, 'sunday_operator', raw('LOGIN NOSUPERUSER BYPASSRLS'), passwords.operator);
  await keepRole(admin, 'sunday_monitor', raw('LOGIN NOSUPERUSER'), passwords.monitor);
  await keepRole(admin, 'sunday_replicator', raw('LOGIN NOSUPERUSER REPLICATION'), passwords.replicator);
  // Only a superuser makes subscriptions on PostgreSQL 15: moves of organizations and the shared tables need them.
  if (passwords.mover !== null) {
    await keepRole(admin, 'sunday_mover', raw('LOGIN REPLICATION SUPERUSER'), passwords.mover);
  }
  await keepRole(admin, 'sunday_backup', raw('LOGIN NOSUPERUSER'), null); // no password: it comes in by socket as our own user
  await admin.rows(sql`/* embedded.grantSignal */ GRANT pg_signal_backend TO sunday_operator`);
  // The text of the query that stands in our way is what the person on call needs to see.
  await admin.rows(sql`/* embedded.grantStatistics */ GRANT pg_read_all_stats TO sunday_operator`);
  await admin.rows(sql`/* embedded.grantMonitor */ GRANT pg_monitor TO sunday_monitor`);
  // pgBackRest forces a restart point on a standby whose files it copies.
  await admin.rows(sql`/* embedded.grantCheckpoint */ GRANT pg_checkpoint TO sunday_backup`);
  // pgBackRest, manual, "Database Access": where the data directory is, begin, end, restore point, log switch.
  await admin.rows(sql`/* embedded.grantSettings */ GRANT pg_read_all_settings TO sunday_backup`);
  await admin.rows(sql`/* embedded.grantBackup */ GRANT EXECUTE ON FUNCTION
    pg_backup_start(text, boolean)
    , pg_backup_stop(boolean)
    , pg_create_restore_point(text)
    , pg_switch_wal()
    TO sunday_backup
  `);
  await keepDatabase(admin, 'sunday', 'sunday_operator');
  await admin.rows(sql`/* embedded.grantConnect */ GRANT CONNECT ON DATABASE sunday TO sunday_monitor`);
}

/** What only a superuser may make or allow; extensions only where the package is installed. Twice is safe. */
export async function prepareProductDatabase(admin: Queryable): Promise<void> {
  // Widths of columns, for an estimate of bloat. They hold no value of any user; pg_stats shows pg_monitor nothing.
  await admin.rows(sql`/* embedded.grantWidths */
    GRANT SELECT (starelid, staattnum, stainherit, stanullfrac, stawidth, stadistinct) ON pg_statistic TO sunday_monitor
  `);
  const available = await admin.rows<{ name: string }>(sql`/* embedded.findExtensions */
    SELECT name FROM pg_available_extensions
    WHERE name IN ('pg_stat_statements', 'hypopg')
  `);
  for (const { name } of available)
    await admin.rows(sql`/* embedded.createExtension */ CREATE EXTENSION IF NOT EXISTS ${identifier(name)}`);
}

/** Makes the slot through which a standby streams. Twice is safe. */
export async function keepSlot(admin: Queryable, name: string): Promise<void> {
  await admin.rows(sql`/* embedded.createSlot */
    SELECT pg_create_physical_replication_slot(${name}, true)
    WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = ${name})
  `);
}

/** True while a standby of that name streams from this primary. */
export async function isStreamingTo(admin: Queryable, name: string): Promise<boolean> {
  const rows = await admin.rows(sql`/* embedded.isStreamingTo */
    SELECT FROM pg_stat_replication
    WHERE application_name = ${name} AND state = 'streaming'
  `);
  return rows.length > 0;
}

/** As the server says it, e.g. `15.20`: the version it was started with, whatever is installed now. */
export async function readServerVersion(db: Queryable): Promise<string> {
  const [row] = await db.rows<{ version: string }>(sql`/* embedded.version */
    SELECT split_part(current_setting('server_version'), ' ', 1) AS version
  `);
  return row?.version ?? '';
}

async function keepRole(
  admin: Queryable,
  name: string,
  options: Statement,
  password: string | null,
): Promise<void> {
  const exists = await admin.rows(sql`/* embedded.findRole */ SELECT FROM pg_roles WHERE rolname = ${name}`);
  const verb = raw(exists.length === 0 ? 'CREATE' : 'ALTER');
  const secret = password === null ? raw('NULL') : literal(toScramVerifier(password));
  await admin.rows(sql`/* embedded.keepRole */
    ${verb} ROLE ${identifier(name)} WITH NOCREATEDB NOCREATEROLE ${options} PASSWORD ${secret}
  `);
}

async function keepDatabase(admin: Queryable, name: string, owner: string): Promise<void> {
  const exists = await admin.rows(
    sql`/* embedded.findDatabase */ SELECT FROM pg_database WHERE datname = ${name}`,
  );
  if (exists.length === 0) {
    await admin.rows(
      sql`/* embedded.createDatabase */ CREATE DATABASE ${identifier(name)} OWNER ${identifier(owner)}`,
    );
  }
  await admin.rows(
    sql`/* embedded.closeDatabase */ REVOKE CONNECT, TEMPORARY ON DATABASE ${identifier(name)} FROM PUBLIC`,
  );
}
