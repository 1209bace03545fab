import type { Queryable } from '../../postgres/pool.ts';
import { identifier, literal, sql } from '../../postgres/sql.ts';
import { tableName, type TenantTable } from '../preflight/tables-probe.ts';

/**
 * Writers that never call ops.enter_tenant are fenced by triggers that a move puts on the tables, for rows of its
 * organization only: the others' rows cost the evaluation of one condition. The function enters the tenant for them,
 * so a pause waits for what they have begun, and lets what comes later wait. One that is deleted was entered
 * for its own row, and has no home any more when its other rows go and the audit trail says so: without a home it can
 * be cut over by nobody, so nobody has to be held back.
 */
export async function ensureFenceFunction(db: Queryable, name: string, organization: string): Promise<void> {
  await db.rows(sql`/* moves.createFence */
    CREATE OR REPLACE FUNCTION ops.${identifier(name)}() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS ${literal(`
    BEGIN
      IF EXISTS (SELECT FROM ops.tenant_home WHERE organization_id = '${organization}') THEN
        PERFORM ops.enter_tenant('${organization}'::uuid);
      END IF;
      RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END`)}
  `);
}

/** One for INSERT and one for UPDATE and DELETE: a condition may name OLD only where there is one. Twice is safe. */
export async function ensureFenceTriggers(
  db: Queryable,
  name: string,
  { table, organization }: { readonly table: TenantTable; readonly organization: string },
): Promise<void> {
  const is = (row: 'NEW' | 'OLD') =>
    sql`${identifier(row.toLowerCase(), table.key)} = ${literal(organization)}::uuid`;
  const triggers = [
    { suffix: 'i', event: sql`INSERT`, condition: is('NEW') },
    { suffix: 'u', event: sql`UPDATE`, condition: sql`${is('OLD')} OR ${is('NEW')}` },
    { suffix: 'd', event: sql`DELETE`, condition: is('OLD') },
  ];
  const statements = triggers.map(
    ({ suffix, event, condition }) =>
      sql`CREATE OR REPLACE TRIGGER ${identifier(`${name}_${suffix}`)} BEFORE ${event} ON ${tableName(table)}
        FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION ops.${identifier(name)}()`,
  );
  // One message: one transaction, and one wait for the lock.
  const all = statements.reduce((left, right) => sql`${left}; ${right}`);
  await db.rows(sql`/* moves.createTriggers */ ${all}`);
}

/** Tables that have triggers of that name. */
export async function listFenced(db: Queryable, name: string): Promise<readonly string[]> {
  const rows = await db.rows<{ table: string }>(sql`/* moves.listFenced */
    SELECT DISTINCT relname::text AS table FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE starts_with(tgname, ${`${name}_`}) AND tgparentid = 0
    ORDER BY 1
  `);
  return rows.map(({ table }) => table);
}

export async function dropFenceTriggers(db: Queryable, name: string, table: string): Promise<void> {
  const drops = ['i', 'u', 'd'].map(
    (suffix) =>
      sql`DROP TRIGGER IF EXISTS ${identifier(`${name}_${suffix}`)} ON ${identifier('public', table)}`,
  );
  const all = drops.reduce((left, right) => sql`${left}; ${right}`);
  await db.rows(sql`/* moves.dropTriggers */ ${all}`);
}

export async function dropFenceFunction(db: Queryable, name: string): Promise<void> {
  await db.rows(sql`/* moves.dropFence */ DROP FUNCTION IF EXISTS ops.${identifier(name)}()`);
}

/**
 * Waits for everybody who is in, and lets everybody wait who comes later, until the transaction ends. The advisory lock
 * of ops.enter_tenant comes first, since it has a queue; the row then covers those that entered without it.
 * Gives the state of the fence; null when it has no row of the organization.
 */
export async function lockHome(tx: Queryable, organization: string): Promise<string | null> {
  await tx.rows(sql`/* moves.lockTenant */
    SELECT pg_advisory_xact_lock(hashtextextended('tenant:' || ${organization}::uuid, 0))
  `);
  const [row] = await tx.rows<{ state: string }>(sql`/* moves.lockHome */
    SELECT state FROM ops.tenant_home WHERE organization_id = ${organization}::uuid FOR UPDATE
  `);
  return row?.state ?? null;
}

export interface HomeChange {
  readonly organization: string;
  readonly state: 'ACTIVE' | 'MOVING' | 'INCOMING' | 'GONE';
  readonly epoch: bigint;
  /** Where it lives by this; left as it was when this database has never heard of the shard. Null: here. */
  readonly shard: string | null;
}

/** What the fence says from now on. Never an older epoch: a message that comes late changes nothing. */
export async function setHome(
  db: Queryable,
  { organization, state, epoch, shard }: HomeChange,
): Promise<void> {
  await db.rows(sql`/* moves.setHome */
    INSERT INTO ops.tenant_home AS home (organization_id, shard_name, epoch, state)
    SELECT ${organization}::uuid
      , coalesce((SELECT name FROM ops.shards WHERE name = ${shard}::text), ops.local_shard()), ${epoch}, ${state}
    ON CONFLICT (organization_id) DO UPDATE
    SET state = EXCLUDED.state, epoch = EXCLUDED.epoch, shard_name = EXCLUDED.shard_name
    WHERE home.epoch <= EXCLUDED.epoch
  `);
}

/** The fence forgets an organization that never lived here, or of which nothing is here any more. */
export async function forgetHome(db: Queryable, organization: string): Promise<void> {
  await db.rows(sql`/* moves.forgetHome */
    DELETE FROM ops.tenant_home WHERE organization_id = ${organization}::uuid AND state = 'INCOMING'
  `);
}

export async function writeMarker(db: Queryable, moveId: string, n: bigint): Promise<void> {
  await db.rows(
    sql`/* moves.writeMarker */ INSERT INTO ops.move_marker (move_id, n) VALUES (${moveId}, ${n})`,
  );
}

export async function hasMarker(db: Queryable, moveId: string, n: bigint): Promise<boolean> {
  const rows = await db.rows(
    sql`/* moves.hasMarker */ SELECT FROM ops.move_marker WHERE move_id = ${moveId} AND n = ${n}`,
  );
  return rows.length > 0;
}

/** Greater than all that either side has seen. */
export async function nextMarker(db: Queryable, moveId: string): Promise<bigint> {
  const [row] = await db.rows<{ n: bigint }>(sql`/* moves.nextMarker */
    SELECT coalesce(max(n), 0) + 1 AS n FROM ops.move_marker WHERE move_id = ${moveId}
  `);
  return row?.n ?? 1n;
}

/** Not for replication: each side deletes its own, when no stream is there any more. */
export async function deleteMarkers(db: Queryable, moveId: string): Promise<void> {
  await db.rows(sql`/* moves.deleteMarkers */ DELETE FROM ops.move_marker WHERE move_id = ${moveId}`);
}

/**
 * On the server, in case that we are not there to watch. The statement may wait for two locks, each of them so long.
 * A pause that changes nothing ends without a wait for the disk.
 */
export async function limitPause(
  tx: Queryable,
  { budgetMs, changesFence }: { readonly budgetMs: number; readonly changesFence: boolean },
): Promise<void> {
  const ms = String(Math.ceil(budgetMs));
  await tx.rows(sql`/* moves.limitPause */
    SELECT set_config('lock_timeout', ${ms}, true), set_config('statement_timeout', ${ms}, true)
      , set_config('idle_in_transaction_session_timeout', ${String(2 * Math.ceil(budgetMs) + 500)}, true)
      , set_config('synchronous_commit', CASE WHEN ${changesFence}::boolean
          THEN coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on') ELSE 'off' END, true)
  `);
}
