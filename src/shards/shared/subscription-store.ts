import type { Login } from '../../fleet/fleet.ts';
import type { Queryable, Session } from '../../postgres/pool.ts';
import { identifier, literal, raw, sql } from '../../postgres/sql.ts';
import { SHARED_STREAM, SHARED_TABLES } from './tables.ts';

/** Null when the shard does not follow. */
export async function findSubscription(shard: Queryable): Promise<{ readonly isEnabled: boolean } | null> {
  const [row] = await shard.rows<{ isEnabled: boolean }>(sql`/* shards.findSubscription */
    SELECT subenabled AS "isEnabled" FROM pg_subscription
    WHERE subname = ${SHARED_STREAM} AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  `);
  return row ?? null;
}

/** The statement carries the home's password: it is kept out of the log and of all views of statements. */
export async function createSubscription(shard: Session, home: Login, slot: string): Promise<void> {
  for (const setting of ['log_statement = none', 'log_min_error_statement = panic', 'track_activities = off'])
    await shard.rows(raw(`/* shards.leaveNoTraces */ SET ${setting}`));
  await shard.rows(raw(`/* shards.leaveNoTraces */ SET log_min_duration_statement = -1`));
  await shard.rows(sql`/* shards.leaveNoStatistics */
    SELECT set_config('pg_stat_statements.track', 'none', false) FROM pg_extension WHERE extname = 'pg_stat_statements'
  `);
  await shard.rows(sql`/* shards.createSubscription */
    CREATE SUBSCRIPTION ${identifier(SHARED_STREAM)} CONNECTION ${literal(toConnectionString(home, slot))}
    PUBLICATION ${identifier(SHARED_STREAM)}
    WITH (create_slot = false, slot_name = ${literal(slot)}, copy_data = false, disable_on_error = true)
  `);
  await shard.rows(raw('/* shards.resetSettings */ RESET ALL'));
}

/** Without asking the home, which may be away; its slot is dropped there. */
export async function dropSubscription(shard: Queryable): Promise<void> {
  const name = identifier(SHARED_STREAM);
  await shard.rows(sql`/* shards.disable */ ALTER SUBSCRIPTION ${name} DISABLE`);
  await shard.rows(sql`/* shards.forgetSlot */ ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
  await shard.rows(sql`/* shards.dropSubscription */ DROP SUBSCRIPTION ${name}`);
}

/**
 * Refuses writers of shared tables on a shard: a row that is written here never reaches the others. Replication does
 * not fire it. Who must (a load of many rows that is gathered afterwards) says `SET LOCAL app.shared_tables = 'local'`.
 */
export async function installGuards(shard: Queryable, home: string): Promise<void> {
  await shard.rows(sql`/* shards.createGuard */
    CREATE OR REPLACE FUNCTION ops.refuse_shared_write() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $guard$
    BEGIN
      IF current_setting('app.shared_tables', true) = 'local' THEN RETURN NULL; END IF;
      RAISE EXCEPTION '% is written on cluster %, not on a shard', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'SD003';
    END
    $guard$
  `);
  for (const table of SHARED_TABLES) {
    await shard.rows(sql`/* shards.installGuard */
      CREATE OR REPLACE TRIGGER refuse_shared_write
      BEFORE INSERT OR UPDATE OR DELETE ON ${identifier('public', table)}
      FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_shared_write(${literal(home)})
    `);
  }
}

function toConnectionString({ host, port, database, user, password }: Login, slot: string): string {
  const parts = { host, port, dbname: database, user, password, application_name: slot, connect_timeout: 10 };
  return Object.entries(parts)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}='${String(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
    .join(' ');
}
