import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectionOptions, type Database, openDatabase } from '../../src/postgres/pool.ts';
import { identifier, raw, sql } from '../../src/postgres/sql.ts';
import { startProcess } from '../../src/process.ts';
import type { TargetServer } from '../target-server.ts';

export const TABLES = ['first_log', 'second_log', 'third_log'] as const;
export const MONTHS = 60;

/** Something that makes months of partitioned tables. */
export interface PartitionContender {
  readonly name: string;
  /** Everything before the clock starts. */
  prepare(target: PreparedTarget): Promise<Prepared>;
}

export interface Prepared extends AsyncDisposable {
  /** Calls `onBegin` when it begins, and says what went wrong, or null. */
  run(onBegin: () => void): Promise<string | null>;
}

export interface PreparedTarget {
  readonly server: TargetServer;
  readonly connection: ConnectionOptions;
  readonly db: Database;
}

/** The whole operation, with its journal, as the product runs it: also the look at the partitions before and between. */
export const OURS: PartitionContender = {
  name: 'Sunday, partitions.maintain',
  async prepare({ server, connection, db }) {
    await db.rows(sql`/* bench.makeOps */ CREATE SCHEMA ops`);
    await db.rows(sql`/* bench.makePolicies */
      CREATE TABLE ops.partition_policies (table_name text PRIMARY KEY, retention_months int NOT NULL, premake_months int NOT NULL)
    `);
    for (const table of TABLES)
      await db.rows(
        sql`/* bench.addPolicy */ INSERT INTO ops.partition_policies VALUES (${table}, 120, ${MONTHS - 1})`,
      );
    const control = `${connection.database}_control`;
    await db.rows(sql`/* bench.createControl */ CREATE DATABASE ${identifier(control)}`);
    const orders = { fleetFile: writeFleet(server, connection, control), directory: server.root };
    return {
      // A process of its own: there is one workflow engine in each.
      async run(onBegin) {
        let problem: string | null = 'it gave no answer';
        const child = startProcess(process.execPath, ['--disable-warning=DeprecationWarning', CHILD], {
          env: { BENCH_ORDERS: JSON.stringify(orders) },
          onLine: (line) => {
            if (line === 'ready') onBegin();
            else problem = line === 'done' ? null : line;
          },
        });
        const { stderr } = await child.ended;
        return problem === 'it gave no answer' ? stderr : problem;
      },
      async [Symbol.asyncDispose]() {
        await db.rows(sql`/* bench.dropControl */ DROP DATABASE ${identifier(control)} WITH (FORCE)`);
      },
    };
  },
};

const CHILD = join(import.meta.dirname, 'child.ts');

function writeFleet(server: TargetServer, connection: ConnectionOptions, control: string): string {
  const { host, port, user, password = '', database } = connection;
  const passwordFile = join(server.root, `${database}.password`);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const login = { user, passwordFile };
  const fleetFile = join(server.root, `${database}.yaml`);
  const config = {
    control: { host, port, database: control, ...login },
    clusters: [
      {
        name: 'bench',
        database,
        operator: login,
        monitor: login,
        instances: [{ name: 'bench-1', host, port }],
      },
    ],
    partitions: { defaultSchedule: false },
  };
  writeFileSync(fleetFile, JSON.stringify(config)); // JSON is YAML
  return fleetFile;
}

/** Debian's pg_partman, by the procedure that its manual recommends for cron and its background worker calls. */
export const PARTMAN: PartitionContender = {
  name: 'pg_partman, run_maintenance_proc',
  async prepare({ connection, db }) {
    await db.rows(sql`/* bench.makePartman */ CREATE SCHEMA partman`);
    await db.rows(sql`/* bench.makePartman */ CREATE EXTENSION pg_partman SCHEMA partman`);
    for (const table of TABLES)
      await db.rows(sql`/* bench.createParent */
        SELECT partman.create_parent(${`public.${table}`}, 'at', 'native', 'monthly', p_premake := 1)
      `);
    await db.rows(sql`/* bench.setPremake */
      UPDATE partman.part_config SET premake = ${MONTHS - 1}, infinite_time_partitions = true
    `);
    const runner = openDatabase({
      ...connection,
      ...{ applicationName: 'pg_partman', maxConnections: 1, statementTimeoutMs: 0, lockTimeoutMs: 0 },
    });
    return {
      run: (onBegin) => {
        onBegin();
        return runner
          .rows(raw('/* bench.runMaintenance */ CALL partman.run_maintenance_proc()'))
          .then(() => null)
          .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
      },
      [Symbol.asyncDispose]: () => runner.close(),
    };
  },
};

/** Null: its files are not there. */
export async function findPartman(db: Database): Promise<string | null> {
  const [row] = await db.rows<{ readonly version: string }>(sql`/* bench.findPartman */
    SELECT default_version AS version FROM pg_available_extensions WHERE name = 'pg_partman'
  `);
  return row?.version ?? null;
}
