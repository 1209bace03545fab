import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Client } from '../../src/client.ts';
import { readFleetFile, type StanzaConfig } from '../../src/config.ts';
import { layoutOf } from '../../src/fleet/embedded/layout.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { serverPid } from '../../src/postgres/server.ts';
import { identifier, literal, sql } from '../../src/postgres/sql.ts';
import { endedChildrenCpuSeconds, startNode, stopProcess, treeCpuSeconds, waitUntil } from '../processes.ts';

const BOOT_TIMEOUT_MS = 120_000;
const ARCHIVE_TIMEOUT_MS = 300_000;
const BATCH_MB = 50;
const ROWS_PER_MB = 2_000;
const SUPERUSER_SECRET = 'main-superuser';

/** The embedded fleet below a directory of its own, with the whole program in front, and its primary for us. */
export interface MainCluster extends AsyncDisposable {
  /** Directory that goes away with it. */
  readonly root: string;
  readonly client: Client;
  readonly stanza: StanzaConfig;
  /** The primary's superuser, in the product's database. */
  readonly db: Database;
  /** Of the primary, on loopback. */
  readonly port: number;
  /** Directory of the server's programs. */
  readonly binaries: string;
  /** What libpq reads the password of `sunday_replicator` from. */
  readonly replicatorFile: string;
  readonly postgresVersion: string;
  /** What the program, its servers and our own tools have had of the processors until now. */
  cpuSeconds(): number;
  /** What the program has logged at the level of a warning or above: an outlier may have its reason there. */
  warnings(): readonly string[];
}

export async function startMainCluster(): Promise<MainCluster> {
  const root = mkdtempSync(join(tmpdir(), 'sunday-bench-'));
  const home = join(root, 'home');
  mkdirSync(home, { mode: 0o700 });
  const logFile = join(root, 'sunday.log');
  const child = startNode(['src/main.ts'], { env: { SUNDAY_HOME: home, PORT: '0' }, logFile });
  try {
    const apiFile = join(home, 'api.json');
    const { url } = await waitUntil(child, { logFile, timeoutMs: BOOT_TIMEOUT_MS }, () =>
      existsSync(apiFile) ? (JSON.parse(readFileSync(apiFile, 'utf8')) as { url: string }) : null,
    );
    const layout = layoutOf(home);
    const { clusters, postgresBinaries } = readFleetFile(layout.fleetFile);
    const [cluster] = clusters;
    const port = cluster?.instances[0]?.port;
    if (cluster?.stanza === undefined || port === undefined) throw new Error('the fleet has no stanza');
    const db = openDatabase({
      host: layout.runDirectory,
      port,
      database: cluster.database,
      user: 'postgres',
      password: readFileSync(join(layout.secretsDirectory, SUPERUSER_SECRET), 'utf8').trim(),
      applicationName: 'sunday-bench',
      maxConnections: 1,
      statementTimeoutMs: 0,
    });
    const [row] = await db.rows<{ version: string }>(sql`/* bench.version */
      SELECT split_part(current_setting('server_version'), ' ', 1) AS version`);
    return {
      root,
      client: createClient({ url, token: readFileSync(join(home, 'token'), 'utf8').trim() }),
      stanza: cluster.stanza,
      db,
      port,
      binaries: postgresBinaries,
      replicatorFile: join(layout.secretsDirectory, 'replicator.pgpass'),
      postgresVersion: row?.version ?? '',
      cpuSeconds: () =>
        [child.pid ?? -1, ...serversOf(home)].reduce(
          (sum, pid) => sum + treeCpuSeconds(pid),
          endedChildrenCpuSeconds(),
        ),
      warnings: () =>
        readFileSync(logFile, 'utf8')
          .split('\n')
          .filter((line) => /"level":"(warn|error|fatal)"/.test(line)),
      async [Symbol.asyncDispose]() {
        await db.close();
        await stopProcess(child);
        rmSync(root, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await stopProcess(child);
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

/** Pids of the fleet's PostgreSQL servers; each is the parent of all its processes. */
function serversOf(home: string): readonly number[] {
  return ['control', 'main-1', 'main-2'].flatMap((name) => serverPid(join(home, name)) ?? []);
}

/**
 * Fills partitions until the database has `sizeMb`, more than it has already: ids, times and prose of 400 words, which
 * zstd at level 1 makes three to four times smaller, as it does with most business data. Each batch is a partition, as
 * each month of the product is: a file of its own, and the newest one is where people write.
 */
export async function fill({ db }: MainCluster, sizeMb: number, signal: AbortSignal): Promise<void> {
  await createTables(db);
  const [row] = await db.rows<{ last: string }>(sql`/* bench.lastItem */
    SELECT coalesce(max(id), 0) AS last FROM bench_item`);
  for (let first = Number(row?.last ?? 0) + 1; (await sizeOf(db)) < sizeMb; first += BATCH_MB * ROWS_PER_MB) {
    signal.throwIfAborted();
    const last = first + BATCH_MB * ROWS_PER_MB - 1;
    await db.rows(sql`/* bench.createPartition */
      CREATE TABLE ${identifier(`bench_item_${first}`)} PARTITION OF bench_item
      FOR VALUES FROM (${literal(String(first))}) TO (${literal(String(last + 1))})`);
    await db.rows(sql`/* bench.insertItems */
      INSERT INTO bench_item
      SELECT item.n, md5((item.n / 50)::text)::uuid, (ARRAY['open', 'working', 'stuck', 'done'])[1 + item.n % 4]
        , timestamptz '2026-01-01' + item.n * interval '3 s', one.words || '. ' || two.words
      FROM generate_series(${first}::bigint, ${last}::bigint) AS item (n)
      JOIN bench_sentence AS one ON one.n = 1 + (item.n * 7919) % 20000
      JOIN bench_sentence AS two ON two.n = 1 + (item.n * 104729 / 20000) % 20000`);
  }
  await db.rows(sql`/* bench.vacuum */ VACUUM (FREEZE, ANALYZE) bench_item`);
}

async function createTables(db: Database): Promise<void> {
  await db.rows(sql`/* bench.createWords */
    CREATE TABLE IF NOT EXISTS bench_sentence AS
    SELECT sentence.n, string_agg(substr(md5((word.n % 400)::text), 1, 3 + word.n % 7), ' ') AS words
    FROM generate_series(1, 20000) AS sentence (n)
      , LATERAL (SELECT (400 * power(random(), 2) + 0 * sentence.n)::int AS n FROM generate_series(1, 12)) AS word
    GROUP BY sentence.n`);
  await db.rows(sql`/* bench.createItems */
    CREATE TABLE IF NOT EXISTS bench_item (
      id bigint PRIMARY KEY, board uuid NOT NULL, state text NOT NULL, changed_at timestamptz NOT NULL, notes text NOT NULL
    ) PARTITION BY RANGE (id)`);
}

const CHANGED_ROWS = 1_000;

/** Changes 1,000 rows: of the newest partition, where most work is done, or anywhere. */
export async function change({ db }: MainCluster, where: 'NEWEST' | 'ANYWHERE'): Promise<void> {
  const newest = where === 'NEWEST' ? BATCH_MB * ROWS_PER_MB : null;
  await db.rows(sql`/* bench.change */
    WITH span AS (
      SELECT greatest(1, coalesce(max(id) - ${newest}::bigint + 1, 1)) AS first, max(id) AS last FROM bench_item
    ), chosen AS MATERIALIZED (
      SELECT first + (random() * (last - first))::bigint AS id FROM span, generate_series(1, ${CHANGED_ROWS}::int)
    )
    UPDATE bench_item SET state = 'changed', changed_at = now() WHERE id IN (SELECT id FROM chosen)`);
}

export async function sizeOf(db: Database): Promise<number> {
  const [row] = await db.rows<{ megabytes: number }>(sql`/* bench.size */
    SELECT (pg_database_size(current_database()) / 1048576)::int AS megabytes`);
  return row?.megabytes ?? 0;
}

/** Waits until everything is on the disk and in the archive, so that every backup begins with the same. */
export async function settle({ db }: MainCluster, signal: AbortSignal): Promise<void> {
  await db.rows(sql`/* bench.checkpoint */ CHECKPOINT`);
  const [row] = await db.rows<{ segment: string }>(sql`/* bench.switch */
    SELECT pg_walfile_name(pg_switch_wal()) AS segment`);
  const deadline = performance.now() + ARCHIVE_TIMEOUT_MS;
  for (;;) {
    const [archived] = await db.rows<{ isThere: boolean }>(sql`/* bench.archived */
      SELECT coalesce(last_archived_wal >= ${row?.segment ?? ''}, false) AS "isThere" FROM pg_stat_archiver`);
    if (archived?.isThere) return;
    signal.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`${row?.segment} was not archived in time`);
    await sleep(200);
  }
}
