import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findPostgresBinaries } from '../../src/fleet/embedded/binaries.ts';
import type { Login } from '../../src/fleet/fleet.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { raw } from '../../src/postgres/sql.ts';
import { runScript } from '../../src/postgres/script.ts';
import {
  appendSettings,
  initialiseServer,
  type ServerOptions,
  startServer,
  stopServer,
} from '../../src/postgres/server.ts';
import { runPrefix } from '../support/abandoned.ts';
import { freePort } from '../support/ports.ts';

/** A server of its own with the product's schema, which is a shard. */
export interface TestShard extends AsyncDisposable {
  readonly name: 'shard-a' | 'shard-b';
  readonly server: ServerOptions;
  readonly login: Login & { readonly password: string };
  /** As superuser. */
  readonly db: Database;
  /** What the server has logged, statements included. */
  readLog(): string;
  rows<Row>(text: string): Promise<readonly Row[]>;
}

const PASSWORD = 'secret-of-the-movers';
const FILES = ['001_init_schema', '002_advanced_indexes', '003_data_integrity', '004_partitioning_sharding'];

export async function startShard(
  name: TestShard['name'],
  settings: Readonly<Record<string, string | number>> = {},
): Promise<TestShard> {
  const { root, server, login } = await startOwnServer(settings);
  const db = openDatabase({
    ...login,
    applicationName: 'sunday-test',
    maxConnections: 6,
    lockTimeoutMs: 10_000,
    statementTimeoutMs: 300_000, // the bench empties tables of hundreds of thousands of rows
  });
  for (const file of FILES) await apply(db, file);
  const [other] = (['shard-a', 'shard-b'] as const).filter((one) => one !== name);
  await db.rows(raw(`UPDATE ops.shards SET name = '${name}', cluster_name = '${name}'`));
  await db.rows(raw(`INSERT INTO ops.shards (name, cluster_name) VALUES ('${other}', '${other}')`));
  return {
    ...{ name, server, login, db },
    readLog: () => readFileSync(server.logFile, 'utf8'),
    rows: (text) => db.rows(raw(text)),
    async [Symbol.asyncDispose]() {
      await db.close();
      await stopServer(server, 'immediate');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A server with nothing on it, with a superuser `postgres`. */
export async function startOwnServer(settings: Readonly<Record<string, string | number>> = {}): Promise<{
  readonly root: string;
  readonly server: ServerOptions;
  readonly login: Login & { readonly password: string };
}> {
  const root = mkdtempSync(runPrefix());
  const port = await freePort();
  const server: ServerOptions = {
    binaries: (await findPostgresBinaries())[0]?.directory ?? '',
    dataDirectory: join(root, 'data'), // where a later run looks for what a killed one left
    port,
    socketDirectory: root,
    logFile: join(root, 'postgres.log'),
  };
  mkdirSync(root, { recursive: true });
  await initialiseServer({ ...server, password: PASSWORD });
  appendSettings(server.dataDirectory, {
    listen_addresses: '127.0.0.1',
    port,
    shared_buffers: '32MB',
    wal_level: 'logical',
    max_replication_slots: 20,
    max_wal_senders: 20,
    max_worker_processes: 20,
    max_logical_replication_workers: 12,
    wal_retrieve_retry_interval: '200ms',
    log_statement: 'all',
    fsync: 'off',
    full_page_writes: 'off',
    ...settings,
  });
  await startServer(server);
  const login = { host: '127.0.0.1', port, database: 'postgres', user: 'postgres', password: PASSWORD };
  return { root, server, login };
}

/** 002 builds its indexes concurrently, so it is no transaction. */
async function apply(db: Database, file: string): Promise<void> {
  const text = readFileSync(`migrations/sunday/${file}.sql`, 'utf8').replaceAll(/\bCONCURRENTLY\b/g, '');
  await db.transaction((tx) => runScript(tx.client, { text, timeoutMs: 60_000 }));
}

export const ORGANIZATION = '10000000-0000-4000-8000-000000000001';
export const NEIGHBOUR = '10000000-0000-4000-8000-000000000002';
const USERS = ['20000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000002'];

/** Users on both shards, and two organizations with rows in tables of every sort on the first. */
export async function seed(
  from: TestShard,
  to: TestShard,
  items = 2_000,
  itemsOfNeighbour = items,
): Promise<void> {
  for (const shard of [from, to])
    await shard.rows(`INSERT INTO users (id, email, name) VALUES
      ('${USERS[0]}', 'ann@example.com', 'Ann'), ('${USERS[1]}', 'bob@example.com', 'Bob')`);
  await seedOrganization(from, ORGANIZATION, items);
  await seedOrganization(from, NEIGHBOUR, itemsOfNeighbour);
  await seedOrganization(to, '10000000-0000-4000-8000-000000000003', 50);
}

const ITEMS_AT_ONCE = 20_000;

async function seedOrganization(shard: TestShard, id: string, items: number): Promise<void> {
  await shard.rows(`
    SET app.audit = off;
    INSERT INTO organizations (id, name, slug) VALUES ('${id}', 'Org', 'org');
    INSERT INTO organization_members (organization_id, user_id) SELECT '${id}', id FROM users;
    INSERT INTO workspaces (id, organization_id, name) SELECT md5('w${id}')::uuid, '${id}', 'W';
    INSERT INTO boards (id, organization_id, workspace_id, name) SELECT md5('b${id}')::uuid, '${id}', md5('w${id}')::uuid, 'B';
    INSERT INTO groups (id, organization_id, board_id, name, position)
    SELECT md5('g${id}')::uuid, '${id}', md5('b${id}')::uuid, 'G', 1;
    RESET app.audit`);
  for (let first = 1; first <= items; first += ITEMS_AT_ONCE) {
    const numbers = `generate_series(${first}, ${Math.min(items, first + ITEMS_AT_ONCE - 1)}) AS n`;
    await shard.rows(`
      SET app.audit = off;
      INSERT INTO items (id, organization_id, board_id, group_id, name, position, item_data)
      SELECT md5('i${id}' || n)::uuid, '${id}', md5('b${id}')::uuid, md5('g${id}')::uuid, 'item ' || n, n, '{"n": 1.50}'
      FROM ${numbers};
      INSERT INTO comments (organization_id, item_id, author_id, body)
      SELECT '${id}', md5('i${id}' || n)::uuid, '${USERS[0]}', 'comment ' || n FROM ${numbers};
      INSERT INTO activity_log (organization_id, action, created_at)
      SELECT '${id}', 'made', now() - n % 90 * interval '1 day' FROM ${numbers};
      RESET app.audit`);
  }
}

/** Of every tenant table, the rows of one organization but those ids: their number and an order-independent hash. */
export async function fingerprint(
  shard: Pick<TestShard, 'rows'>,
  organization: string,
  except: readonly string[] = [],
): Promise<Record<string, string>> {
  const tables = await shard.rows<{ name: string; key: string }>(`
    SELECT relname AS name, CASE relname WHEN 'organizations' THEN 'id' ELSE 'organization_id' END AS key
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND (relname = 'organizations' OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'organization_id'))`);
  const found: Record<string, string> = {};
  for (const { name, key } of tables) {
    const [row] = await shard.rows<{ rows: bigint; hash: string | null }>(
      `SELECT count(*) AS rows, sum(hashtextextended(one::text, 0)::numeric)::text AS hash FROM ${name} AS one WHERE ${key} = '${organization}'
        AND to_jsonb(one) ->> 'id' <> ALL ('{${except.join()}}') IS NOT FALSE`,
    );
    if (row && row.rows > 0n) found[name] = `${row.rows} ${row.hash ?? ''}`;
  }
  return found;
}
