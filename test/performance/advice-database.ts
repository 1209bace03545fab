import { randomBytes } from 'node:crypto';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { type Optimization, optimizeQuery } from '../../src/performance/advice/optimize.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { identifier, raw, sql } from '../../src/postgres/sql.ts';
import { makeFleetConfig } from '../fleet/fleet-config.ts';
import { createTestDatabase } from '../support/database.ts';

const SCHEMA = `
  CREATE TABLE boards (id bigint PRIMARY KEY, name text NOT NULL);
  CREATE TABLE items (
    id bigint PRIMARY KEY, board_id bigint NOT NULL, owner_id bigint, email text NOT NULL, state text NOT NULL,
    position int NOT NULL, tags jsonb NOT NULL, title text NOT NULL, deleted_at timestamptz, created_at timestamptz NOT NULL
  ) WITH (autovacuum_enabled = off);
  INSERT INTO boards SELECT n, 'board ' || n FROM generate_series(1, 500) AS n;
  INSERT INTO items
  SELECT n, n % 500, n % 7000, 'P' || n || '@example.org', CASE WHEN n % 50 = 0 THEN 'open' ELSE 'done' END, n % 1000
    , jsonb_build_object('color', n % 100), 'title ' || n, CASE WHEN n % 20 <> 0 THEN now() END, timestamptz '2026-01-01' + n * interval '1 minute'
  FROM generate_series(1, 60000) AS n;
  CREATE TABLE log (id bigint, at date NOT NULL, item_id bigint) PARTITION BY RANGE (at);
  CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
  CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
  INSERT INTO log SELECT n, date '2026-01-01' + n % 50, n % 5000 FROM generate_series(1, 40000) AS n;
  CREATE SEQUENCE seen;
  CREATE FUNCTION touch() RETURNS bigint VOLATILE LANGUAGE sql AS $$ SELECT nextval('seen') $$;
`;

interface Options {
  readonly cluster?: string;
  readonly analyze?: boolean;
  readonly budgetBytes?: number;
}

export interface AdviceDatabase extends AsyncDisposable {
  readonly db: Database;
  readonly fleet: Fleet;
  /** A role with pg_monitor that may read no table: what watches cluster `main`, and all there is of `blind`. */
  readonly stranger: string;
  readonly hasHypopg: boolean;
  optimize(statement: string, options?: Options): Promise<Optimization>;
}

/** A few tables with statistics, seen as clusters `main` and `blind`. */
export async function openAdviceDatabase(): Promise<AdviceDatabase> {
  const database = await createTestDatabase();
  const { db } = database;
  // On a machine under load this takes longer than the product ever lets a statement run.
  const patient = openDatabase({ ...database.connection, maxConnections: 1, statementTimeoutMs: 60_000 });
  try {
    await patient.rows(raw(SCHEMA));
    await patient.rows(raw('VACUUM ANALYZE'));
  } finally {
    await patient.close();
  }
  // An old snapshot elsewhere on the server of the tests can keep VACUUM from finding pages visible to all; autovacuum
  // would come to the same and write it over this.
  await db.rows(sql`UPDATE pg_class SET relallvisible = relpages WHERE relname = 'items'`);
  const [found] = await db.rows<{ there: boolean }>(
    sql`SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'hypopg') AS there`,
  );
  const { port, user = 'postgres', password = '' } = database.connection;
  const stranger = `advice_${randomBytes(4).toString('hex')}`;
  await db.rows(sql`CREATE ROLE ${identifier(stranger)} LOGIN PASSWORD 'test-only' IN ROLE pg_monitor`);
  const monitor = { user: stranger, password: 'test-only' };
  const cluster = (name: string, operator: { user: string; password: string }) => ({
    ...{ name, database: database.connection.database, instances: [{ name: `${name}-1`, port }] },
    ...{ monitor, operator },
  });
  const fleetConfig = makeFleetConfig([cluster('main', { user, password }), cluster('blind', monitor)]);
  const fleet = createFleet(fleetConfig.config);
  return {
    ...{ db, fleet, stranger, hasHypopg: found?.there ?? false },
    optimize: (statement, options = {}) =>
      optimizeQuery(fleet, {
        ...{ cluster: 'main', instance: null, sql: statement, analyze: false, budgetBytes: 2 ** 30 },
        ...options,
      }),
    async [Symbol.asyncDispose]() {
      await fleet.close();
      fleetConfig[Symbol.dispose]();
      await db.rows(sql`DROP ROLE ${identifier(stranger)}`);
      await database[Symbol.asyncDispose]();
    },
  };
}
