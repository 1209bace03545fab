import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, type Database, openDatabase } from '../src/postgres/pool.ts';
import { identifier, sql } from '../src/postgres/sql.ts';
import { startTargetServer, type TargetServer } from './target-server.ts';
import {
  findPartman,
  MONTHS,
  OURS,
  PARTMAN,
  type PartitionContender,
  TABLES,
} from './partitions/contenders.ts';
import {
  describeMachine,
  formatSample,
  formatTable,
  type Report,
  type Sample,
  tell,
  toSample,
} from './report.ts';

export interface PartitionBenchOptions {
  readonly rounds: number;
  /** How long the reader stays in its transaction. */
  readonly readerSeconds: number;
  readonly signal: AbortSignal;
}

interface Measured {
  readonly totalMs: number;
  /** Sum of the time in which maintenance was seen to wait for a lock, each 25 ms. */
  readonly lockWaitMs: number;
  /** Longest that one of the clients waited for its INSERT or SELECT. */
  readonly longestClientMs: number;
  readonly partitions: number;
  readonly problem: string | null;
}

const LOOK_MS = 25;
const CLIENT_PAUSE_MS = 10;
const LEAST_PARTITIONS = TABLES.length * MONTHS;

/** Maintenance of three tables that lack 59 of 60 months: alone, and under a reader that stays in its transaction. */
export async function benchPartitions(options: PartitionBenchOptions): Promise<Report> {
  await using server = await startTargetServer();
  const partman = await server.withDatabase((connection) => withPool(connection, findPartman));
  if (partman === null)
    tell('pg_partman is NOT installed here (apt-get install postgresql-15-partman): ours is measured alone');
  const contenders = partman === null ? [OURS] : [OURS, PARTMAN];
  const found: { readonly name: string; readonly reader: boolean; readonly measured: Measured }[] = [];
  for (let round = 1; round <= options.rounds; round += 1)
    for (const reader of [false, true])
      for (const contender of contenders) {
        options.signal.throwIfAborted();
        const measured = await measure(server, contender, { ...options, reader });
        tell(
          `round ${round}, ${contender.name}${reader ? ' under a reader' : ''}: ${JSON.stringify(measured)}`,
        );
        found.push({ name: contender.name, reader, measured });
      }
  return toReport(found, { partman, version: server.version, ...options });
}

function withPool<T>(connection: ConnectionOptions, work: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase({ ...connection, maxConnections: 10, statementTimeoutMs: 0, lockTimeoutMs: 0 });
  return work(db).finally(() => db.close());
}

function measure(
  server: TargetServer,
  contender: PartitionContender,
  { reader, readerSeconds, signal }: PartitionBenchOptions & { readonly reader: boolean },
): Promise<Measured> {
  return server.withDatabase((connection) =>
    withPool(connection, async (db) => {
      await makeTables(db, contender === OURS);
      await using prepared = await contender.prepare({ server, connection, db });
      const held = reader ? await holdReader(db) : null;
      const clients = startClients(db, signal);
      const watch = watchWaits(db);
      const begun = Promise.withResolvers<number>();
      const running = prepared.run(() => begun.resolve(performance.now()));
      const ended = running.then(async (problem) => ({
        problem,
        totalMs: performance.now() - (await begun.promise),
      }));
      // One that never begins is told as an end, with what it said.
      await Promise.race([
        begun.promise,
        running.then((problem) => Promise.reject(new Error(problem ?? 'it did not begin'))),
      ]);
      if (held !== null)
        await sleep(readerSeconds * 1_000, undefined, { signal }).finally(() => held.leave());
      const { problem, totalMs } = await ended;
      const lockWaitMs = await watch.end();
      const longestClientMs = await clients.end();
      return { totalMs, lockWaitMs, longestClientMs, partitions: await countLeaves(db), problem };
    }),
  );
}

/** Two indexes and a key; pg_partman makes the first partitions itself. */
async function makeTables(db: Database, hasFirst: boolean): Promise<void> {
  for (const table of TABLES) {
    const name = identifier(table);
    await db.rows(sql`/* bench.makeLog */
      CREATE TABLE ${name} (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT now(), note text
        , PRIMARY KEY (id, at)) PARTITION BY RANGE (at)
    `);
    await db.rows(sql`/* bench.indexLog */ CREATE INDEX ON ${name} (note)`);
    if (!hasFirst) continue;
    const [month] = await db.rows<{ readonly leaf: string; readonly from: string; readonly to: string }>(sql`
      /* bench.thisMonth */
      SELECT to_char(now() AT TIME ZONE 'UTC', '_YYYYMM') AS leaf
        , to_char(date_trunc('month', now() AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS "from"
        , to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month', 'YYYY-MM-DD') AS "to"
    `);
    const { leaf = '', from = '', to = '' } = month ?? {};
    await db.rows({
      text: `/* bench.firstMonth */ CREATE TABLE ${table}${leaf} PARTITION OF ${table} FOR VALUES FROM ('${from} 00:00+00') TO ('${to} 00:00+00')`,
      values: [],
    });
  }
}

async function countLeaves(db: Database): Promise<number> {
  const [row] = await db.rows<{ readonly count: number }>(sql`/* bench.countLeaves */
    SELECT count(*)::int AS count FROM pg_inherits
    WHERE inhparent = ANY (${TABLES.map((one) => `public.${one}`)}::regclass[])
      AND pg_get_expr((SELECT relpartbound FROM pg_class WHERE oid = inhrelid), inhrelid) <> 'DEFAULT'
  `);
  return row?.count ?? 0;
}

/** In one transaction it has read each table: a report, or a backup of the database. */
async function holdReader(db: Database): Promise<{ leave(): Promise<void> }> {
  const began = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const reading = db.transaction(async (tx) => {
    for (const table of TABLES)
      await tx.rows(sql`/* bench.read */ SELECT count(*) FROM ${identifier(table)}`);
    began.resolve();
    await left.promise;
  });
  reading.catch(began.reject);
  await began.promise;
  return {
    leave() {
      left.resolve();
      return reading;
    },
  };
}

/** One for each table: a row in, a row read, a pause. */
function startClients(db: Database, signal: AbortSignal) {
  const stopped = new AbortController();
  let longestMs = 0;
  const client = async (table: string) => {
    while (!stopped.signal.aborted && !signal.aborted) {
      const askedAt = performance.now();
      await db.rows(sql`/* bench.write */ INSERT INTO ${identifier(table)} (note) VALUES ('bench')`);
      await db.rows(
        sql`/* bench.readOne */ SELECT id FROM ${identifier(table)} WHERE at > now() - interval '1 minute' LIMIT 1`,
      );
      longestMs = Math.max(longestMs, performance.now() - askedAt);
      await sleep(CLIENT_PAUSE_MS);
    }
  };
  const all = Promise.all(TABLES.map(client));
  all.catch(() => {});
  return {
    async end() {
      stopped.abort();
      await all;
      return longestMs;
    },
  };
}

/** How long others than our own clients were seen to wait for locks in this database. */
function watchWaits(db: Database) {
  const stopped = new AbortController();
  const watching = (async () => {
    let waitedMs = 0;
    let lookedAt = performance.now();
    while (!stopped.signal.aborted) {
      const [row] = await db.rows<{ readonly waits: boolean }>(sql`/* bench.watch */
        SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
          AND application_name <> 'sunday-bench') AS waits
      `);
      const now = performance.now();
      if (row?.waits) waitedMs += now - lookedAt;
      lookedAt = now;
      await sleep(LOOK_MS);
    }
    return waitedMs;
  })();
  watching.catch(() => {});
  return {
    end() {
      stopped.abort();
      return watching;
    },
  };
}

interface Context extends PartitionBenchOptions {
  readonly partman: string | null;
  readonly version: string;
}

function toReport(
  found: readonly { readonly name: string; readonly reader: boolean; readonly measured: Measured }[],
  { partman, version, rounds, readerSeconds }: Context,
): Report {
  const names = [...new Set(found.map(({ name }) => name))];
  const rows = [false, true].flatMap((reader) =>
    names.map((name) => {
      const own = found
        .filter((one) => one.name === name && one.reader === reader)
        .map(({ measured }) => measured);
      const sample = (of: (one: Measured) => number): Sample => toSample(own.map(of));
      return {
        ...{ name, reader },
        totalMs: sample(({ totalMs }) => totalMs),
        lockWaitMs: sample(({ lockWaitMs }) => lockWaitMs),
        longestClientMs: sample(({ longestClientMs }) => longestClientMs),
        complete: own.filter(({ partitions, problem }) => partitions >= LEAST_PARTITIONS && problem === null)
          .length,
        problems: own.flatMap(({ problem }) => (problem === null ? [] : [problem])),
      };
    }),
  );
  const table = formatTable([
    ['', 'complete', 'time ms', 'lock wait ms', 'longest client ms'],
    ...rows.map((one) => [
      `${one.name}${one.reader ? `, reader for ${readerSeconds} s` : ''}`,
      `${one.complete} of ${rounds}`,
      ...[one.totalMs, one.lockWaitMs, one.longestClientMs].map((sample) => formatSample(sample, 0)),
    ]),
  ]);
  const peer = partman === null ? 'pg_partman is NOT installed: no peer' : `pg_partman ${partman}`;
  const head = `Maintenance of ${TABLES.length} tables × ${MONTHS} months, PostgreSQL ${version}, ${peer}, median (lowest–highest) of ${rounds}`;
  return {
    text: `${head}\n\n${table}`,
    json: { machine: describeMachine(), version, partman, rounds, readerSeconds, rows },
  };
}
