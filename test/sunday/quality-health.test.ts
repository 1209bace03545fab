import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Queryable } from '../../src/postgres/pool.ts';
import { identifier, raw, sql } from '../../src/postgres/sql.ts';
import { createIntegrityDatabase, type IntegrityDatabase, trying } from './integrity-database.ts';

let database: IntegrityDatabase;
beforeAll(async () => {
  database = await createIntegrityDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

interface Check {
  readonly name: string;
  readonly state: string;
  readonly value: number | null;
  readonly detail: string | null;
}
const readHealth = async (db: Queryable) => {
  const rows = await db.rows<Check>(sql`
    SELECT check_name AS name, state, value::float AS value, detail FROM check_database_health()
  `);
  return new Map(rows.map((one) => [one.name, one]));
};

test('measures what the guide asks for, with its targets', async () => {
  const targets = await database.db.rows(sql`
    SELECT check_name AS name, target::float, critical::float, unit FROM check_database_health()
  `);
  expect(targets).toEqual([
    { name: 'query_response_time_p95', target: 50, critical: 200, unit: 'ms' },
    { name: 'heap_cache_hit_ratio', target: 0.9, critical: 0.9, unit: 'fraction' },
    { name: 'index_cache_hit_ratio', target: 0.95, critical: 0.9, unit: 'fraction' },
    { name: 'connections_used', target: 0.8, critical: 0.95, unit: 'fraction' },
    { name: 'disk_io_wait', target: 0.1, critical: 0.25, unit: 'fraction' },
    { name: 'disk_used', target: 0.85, critical: 0.95, unit: 'fraction' },
    { name: 'replication_lag', target: 10, critical: 60, unit: 's' },
    { name: 'blocked_locks', target: 0, critical: 10, unit: 'count' },
    { name: 'oldest_transaction', target: 300, critical: 3600, unit: 's' },
    { name: 'statistics_age', target: 7, critical: 30, unit: 'days' },
    { name: 'tables_needing_vacuum', target: 0, critical: 20, unit: 'count' },
    { name: 'transaction_id_age', target: 500000000, critical: 1500000000, unit: 'count' },
    { name: 'invalid_indexes', target: 0, critical: 0, unit: 'count' },
  ]);
});

test('gives a state to every check, UNKNOWN exactly where there is no value, and says why', async () => {
  for (const db of [database.db, database.admin, database.app])
    for (const one of (await readHealth(db)).values()) {
      expect(['OK', 'WARNING', 'CRITICAL', 'UNKNOWN']).toContain(one.state);
      if (one.state === 'UNKNOWN')
        expect([one.name, one.value, one.detail === null]).toEqual([one.name, null, false]);
      else if (one.name !== 'statistics_age')
        expect([one.name, one.value === null]).toEqual([one.name, false]);
    }
});

test('tells a role without privileges what it may not see, and the statement that would change it', async () => {
  const name = `${database.appRole}_bare`;
  await trying(database.admin, {}, async (tx) => {
    await tx.rows(sql`CREATE ROLE ${identifier(name)}`);
    await tx.rows(sql`SET LOCAL ROLE ${identifier(name)}`);
    const health = await readHealth(tx);
    const grant = `other sessions are hidden: GRANT pg_read_all_stats TO ${name}`;
    expect(health.get('replication_lag')).toMatchObject({ state: 'UNKNOWN', value: null, detail: grant });
    expect(health.get('oldest_transaction')).toMatchObject({ state: 'UNKNOWN', value: null, detail: grant });
    expect(health.get('tables_needing_vacuum')).toMatchObject({
      state: 'UNKNOWN',
      detail: `GRANT SELECT ON public.tables_needing_vacuum TO ${name}`,
    });
    expect(health.get('query_response_time_p95')?.detail).toBe('CREATE EXTENSION pg_stat_statements');
    await tx.rows(raw('RESET ROLE'));
  });
});

test('answers checkDatabaseHealth() as the guide writes it', async () => {
  const rows = await database.db.rows(sql`SELECT checkDatabaseHealth()`);
  expect(rows).toHaveLength(13);
});

test('calls an invalid index critical and names it', async () => {
  await database.db.rows(raw('CREATE TABLE doubled AS SELECT 1 AS n FROM generate_series(1, 2)'));
  await database.db
    .session((session) => session.rows(raw('CREATE UNIQUE INDEX CONCURRENTLY doubled_key ON doubled (n)')))
    .catch(() => {});
  expect((await readHealth(database.db)).get('invalid_indexes')).toEqual({
    name: 'invalid_indexes',
    state: 'CRITICAL',
    value: 1,
    detail: 'public.doubled_key: REINDEX INDEX CONCURRENTLY, unless it is being built',
  });
  await database.db.rows(raw('DROP TABLE doubled'));
});

test('judges the items in the query of the guide, word for word', async () => {
  const rows = await database.db.rows(
    raw('SELECT validate_item_data(board_id, item_data) FROM items LIMIT 100'),
  );
  expect(rows).toEqual(Array.from({ length: 4 }, () => ({ validate_item_data: true })));
});
