import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { serverPid } from '../../src/postgres/server.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { ProcessFailedError, run } from '../../src/process.ts';
import { openOnFleet, testFleet, type TestFleet } from '../support/fleet.ts';

let fleet: TestFleet;
let admin: Database;
const opened: Database[] = [];
const keep = (db: Database) => (opened.push(db), db);

beforeAll(async () => {
  fleet = await testFleet();
  admin = keep(openOnFleet(fleet, 'superuser'));
});
afterAll(() => Promise.all(opened.map((db) => db.close())));

test('streams to the standby through its slot', async () => {
  const rows = await admin.rows(sql`/* test.slots */
    SELECT slot_name, active, application_name, state
    FROM pg_replication_slots
    JOIN pg_stat_replication ON pid = active_pid
    WHERE slot_type = 'physical'
  `);
  expect(rows).toEqual([
    { slot_name: 'main_2', active: true, application_name: 'main-2', state: 'streaming' },
  ]);
});

test('lets the monitor read the standby', async () => {
  const standby = keep(openOnFleet(fleet, 'monitor', 'main-2'));
  const rows = await standby.rows(sql`/* test.role */
    SELECT pg_is_in_recovery() AS "isStandby", pg_has_role('pg_monitor', 'MEMBER') AS "isMonitor"
  `);
  expect(rows).toEqual([{ isStandby: true, isMonitor: true }]);
});

test('brings a finished segment into the encrypted archive', async () => {
  const [segment] = await admin.rows<{ name: string }>(sql`/* test.switch */
    SELECT pg_walfile_name(pg_switch_wal()) AS name
    FROM pg_logical_emit_message(false, 'test', 'something to switch away from')
  `);
  const directory = join(fleet.home, 'repository/archive/main/15-1', (segment?.name ?? '').slice(0, 16));
  await expect
    .poll(() => (existsSync(directory) ? readdirSync(directory).join(' ') : ''), { timeout: 15_000 })
    .toMatch(new RegExp(`${segment?.name}-[0-9a-f]{40}\\.zst`));
  const info = readFileSync(join(fleet.home, 'repository/archive/main/archive.info'));
  expect(info.subarray(0, 8).toString()).toBe('Salted__'); // how an OpenSSL-encrypted file begins
});

test('takes a full backup as the role that may do nothing else', async () => {
  const stanza = fleet.config.clusters[0]?.stanza;
  const args = [`--config=${stanza?.configFile}`, `--stanza=${stanza?.name}`];
  const backUp = () => run(stanza?.binary ?? '', [...args, '--type=full', 'backup'], { timeoutMs: 60_000 });
  await retryWhileLocked(backUp);
  const { stdout } = await run(stanza?.binary ?? '', [...args, '--output=json', 'info']);
  expect(JSON.parse(stdout)).toMatchObject([{ cipher: 'aes-256-cbc', status: { code: 0 } }]);
}, 90_000);

/** The fleet is everybody's: another suite may be taking a backup of it now (exit code 50). */
async function retryWhileLocked(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      const isLocked = error instanceof ProcessFailedError && error.exitCode === 50;
      if (!isLocked || attempt === 60) throw error;
    }
    await sleep(1_000);
  }
}

test('gives no role of ours more than it needs', async () => {
  const rows = await admin.rows(sql`/* test.roles */
    SELECT rolname
      , rolsuper OR rolcreatedb OR rolcreaterole AS "isMighty"
      , rolreplication AS "mayReplicate"
      , rolbypassrls AS "seesAllRows"
    FROM pg_roles
    WHERE rolname LIKE 'sunday%'
    ORDER BY rolname
  `);
  expect(rows).toEqual([
    { rolname: 'sunday_backup', isMighty: false, mayReplicate: false, seesAllRows: false },
    { rolname: 'sunday_monitor', isMighty: false, mayReplicate: false, seesAllRows: false },
    { rolname: 'sunday_operator', isMighty: false, mayReplicate: false, seesAllRows: true },
    { rolname: 'sunday_replicator', isMighty: false, mayReplicate: true, seesAllRows: false },
  ]);
});

test('keeps the superuser and the backup role off TCP', async () => {
  const rows = await admin.rows(sql`/* test.rules */
    SELECT type, user_name[1] AS "user", auth_method AS method
    FROM pg_hba_file_rules
    WHERE user_name && ARRAY['postgres', 'sunday_backup'] AND type LIKE 'host%'
    ORDER BY line_number
  `);
  expect(rows).toEqual([
    { type: 'host', user: 'postgres', method: 'reject' },
    { type: 'host', user: 'sunday_backup', method: 'reject' },
  ]);
});

test.each(['main-1', 'main-2'] as const)('listens on loopback and sockets only: %s', async (name) => {
  const db = keep(openOnFleet(fleet, 'superuser', name, 'postgres'));
  expect(await db.rows(raw('/* test.listen */ SHOW listen_addresses'))).toEqual([
    { listen_addresses: '127.0.0.1' },
  ]);
});

test('has no other listening address than 127.0.0.1', () => {
  const { control, redis, clusters } = fleet.config;
  const instances = clusters.flatMap((one) => one.instances.map(({ port }) => port));
  const ports = [control.port, Number(new URL(redis?.url ?? '').port), ...instances];
  expect(ports.flatMap(listenersOf)).toEqual(ports.map(() => '127.0.0.1'));
});

test('keeps every secret in a file that only its user can read', () => {
  const directory = join(fleet.home, 'secrets');
  const files = [
    ...readdirSync(directory).map((name) => join(directory, name)),
    join(fleet.home, 'pgbackrest.conf'),
    join(fleet.home, 'redis/redis.conf'),
  ];
  const modes = files.map((file) => statSync(file).mode & 0o777);
  expect(modes).toEqual(files.map(() => 0o600));
  expect(files.length).toBe(11);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(fleet.home).mode & 0o777).toBe(0o700);
});

test('says no password in a log, an argument or sunday.yaml', () => {
  const directory = join(fleet.home, 'secrets');
  const secrets = readdirSync(directory)
    .filter((name) => !name.endsWith('.pgpass'))
    .map((name) => readFileSync(join(directory, name), 'utf8').trim());
  const logs = readdirSync(join(fleet.home, 'log')).map((name) =>
    readFileSync(join(fleet.home, 'log', name), 'utf8'),
  );
  const pids = ['main-1', 'main-2', 'control'].map((name) => serverPid(join(fleet.home, name)));
  const commands = pids.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  const everything = [...logs, ...commands, readFileSync(fleet.fleetFile, 'utf8')].join('\n');
  expect(secrets.length).toBe(8);
  expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
});

/** Addresses that listen on a port, read from the kernel: also those that we did not mean to open. */
function listenersOf(port: number): readonly string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const linesOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(1) : []);
  return [...linesOf('/proc/net/tcp'), ...linesOf('/proc/net/tcp6')]
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === '0A' && local?.endsWith(`:${hexPort}`))
    .map(([, local]) => (local?.startsWith('0100007F:') ? '127.0.0.1' : (local ?? '')));
}
