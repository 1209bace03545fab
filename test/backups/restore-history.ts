import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBackupOperations, type BackupOperations } from '../../src/backups/backups.ts';
import type { RestoreResult } from '../../src/backups/restore/proof.ts';
import type { RestoreTarget } from '../../src/backups/restore/target.ts';
import type { Plan } from '../../src/operations/define.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { startServer, stopServer } from '../../src/postgres/server.ts';
import { sql, type Statement } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { createHarness, perform, type Harness } from './harness.ts';
import { createScratch, fillTables, waitUntil, type Scratch } from './scratch.ts';

/** A cluster with one full backup and a table `notes` whose rows tell which moment a copy is of. */
export interface History {
  readonly scratch: Scratch;
  readonly control: TestDatabase;
  readonly operations: BackupOperations;
  add(id: number): Promise<unknown>;
  now(): Promise<string>;
  place(): Promise<string>;
  /** Closes the segment and waits until it is archived; gives its name. */
  closeSegment(): Promise<string>;
  makePoint(name: string): Promise<void>;
  /** Stops the primary and opens it again on the next timeline, as a standby is promoted. */
  promote(): Promise<void>;
  /** Everything in the repository, by name: what a clone must not change. */
  listRepository(): readonly string[];
  plan(target: RestoreTarget, timeline?: number): Promise<Plan | undefined>;
  restore(target: RestoreTarget, timeline?: number, harness?: Harness): Promise<RestoreResult>;
  /** True when anything of a restore that was refused or failed is on the disk. */
  hasLeftovers(): boolean;
  /** Notes above 7 in the restored files, which are removed then. They are started as they are, without our fences. */
  readNotes(result: RestoreResult): Promise<readonly number[]>;
  close(): Promise<void>;
}

export async function createHistory(): Promise<History> {
  const [scratch, control] = await Promise.all([createScratch(), createControlDatabase()]);
  const { admin, root, server } = scratch;
  await fillTables(admin);
  await admin.rows(sql`GRANT SELECT ON notes TO sunday_backup`);
  const operations = createBackupOperations({
    ...{ fleet: scratch.fleet, db: control.db, postgresBinaries: server.binaries, runDirectory: root },
    protectedDirectories: [join(root, 'repository')],
  });
  await perform(operations.start, { cluster: 'main', type: 'FULL' });
  await sleep(1_100); // a set says to the second when it ended
  const ask = async (statement: Statement) =>
    (await admin.rows<{ value: string }>(statement))[0]?.value ?? '';
  const listRepository = () =>
    readdirSync(join(root, 'repository'), { recursive: true, encoding: 'utf8' }).sort();
  const destination = join(root, 'restored');
  return {
    ...{ scratch, control, operations, listRepository },
    add: (id) => admin.rows(sql`INSERT INTO notes VALUES (${id})`),
    now: () =>
      ask(
        sql`SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS value`,
      ),
    place: () => ask(sql`SELECT pg_current_wal_insert_lsn()::text AS value`),
    async closeSegment() {
      const segment = await ask(sql`SELECT pg_walfile_name(pg_switch_wal()) AS value`);
      const isOf = (name: string) => name.includes(`${segment}-`) && !name.endsWith('.tmp');
      await waitUntil(() => listRepository().some(isOf), 30_000);
      return segment;
    },
    async makePoint(name) {
      const [made] = await admin.rows<{ lsn: string; segment: string }>(
        sql`SELECT lsn::text, pg_walfile_name(lsn) AS segment FROM pg_create_restore_point(${name}) AS lsn`,
      );
      await control.db.rows(sql`INSERT INTO restore_point (cluster, name, created_by, lsn, segment, at)
        VALUES ('main', ${name}, 'test', ${made?.lsn}, ${made?.segment}, clock_timestamp())`);
    },
    async promote() {
      await stopServer(server, 'fast');
      writeFileSync(join(server.dataDirectory, 'standby.signal'), '');
      await startServer(server);
      await waitUntil(async () => {
        const isOver = await ask(sql`SELECT pg_promote()::text AS value`).catch(() => '');
        return isOver === 'true';
      }, 30_000);
    },
    plan: async (target, timeline) =>
      operations.restore.plan?.({ cluster: 'main', destination, target, timeline: timeline ?? null }),
    restore: (target, timeline, harness = createHarness()) =>
      perform(
        operations.restore,
        { cluster: 'main', destination, target, timeline: timeline ?? null },
        harness,
      ),
    hasLeftovers: () =>
      existsSync(destination) || readdirSync(root).some((name) => /^restore-|^log-|^\.restored/.test(name)),
    readNotes: (result) => readNotes(scratch, result),
    async close() {
      await scratch.close();
      await control[Symbol.asyncDispose]();
    },
  };
}

async function readNotes(
  { root, server }: Scratch,
  { destination }: RestoreResult,
): Promise<readonly number[]> {
  const directory = join(root, 'look');
  const copy = { ...server, dataDirectory: destination, socketDirectory: directory, port: 5432 };
  await startServer(copy, { listen_addresses: '', shared_buffers: '16MB' });
  const db = openDatabase({
    ...{ host: directory, port: 5432, database: 'sunday', user: 'sunday_backup' },
    applicationName: 'sunday-test',
  });
  try {
    await waitUntil(async () => {
      const statement = sql`SELECT pg_get_wal_replay_pause_state() AS state`;
      const [row] = await db.rows<{ state: string }>(statement).catch(() => []);
      return row?.state === 'paused';
    });
    const rows = await db.rows<{ id: number }>(sql`SELECT id FROM notes WHERE id > 7 ORDER BY id`);
    return rows.map((one) => one.id);
  } finally {
    await db.close();
    await stopServer(copy, 'immediate');
    rmSync(destination, { recursive: true, force: true });
  }
}
