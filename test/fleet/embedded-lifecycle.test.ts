import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readFleetFile, readPassword } from '../../src/config.ts';
import { startEmbeddedFleet, type EmbeddedFleet } from '../../src/fleet/embedded/start.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { serverPid } from '../../src/postgres/server.ts';
import { sql, type Statement } from '../../src/postgres/sql.ts';
import { startProcess } from '../../src/process.ts';
import { processIdentity } from '../../src/process-table.ts';

const SERVERS = ['control', 'main-1', 'main-2'];
const root = mkdtempSync(join(tmpdir(), 'sunday-embedded-'));
const home = join(root, 'a fleet');
let fleet: EmbeddedFleet | undefined;
let said: string[] = [];

/** Boots the one home of this file; the tests go on from each other's end, as people's starts do. */
async function start(directory = home): Promise<EmbeddedFleet> {
  said = [];
  const log = (line: string) => said.push(line.replace(/\s+[\d.]+ s$/, ''));
  return startEmbeddedFleet({ home: directory, log, options: { profile: 'passing' } });
}

const pids = (directory = home) => SERVERS.map((name) => serverPid(join(directory, name)));

async function asOperator<Row>(statement: Statement): Promise<readonly Row[]> {
  const cluster = readFleetFile(join(home, 'sunday.yaml')).clusters[0];
  const { host = '', port = 0 } = cluster?.instances[0] ?? {};
  const db = openDatabase({
    host,
    port,
    database: cluster?.database ?? '',
    user: cluster?.operator.user ?? '',
    password: readPassword(cluster?.operator ?? {}) ?? '',
    applicationName: 'sunday-test',
  });
  return db.rows<Row>(statement).finally(() => db.close());
}

beforeAll(async () => {
  fleet = await start();
});
afterEach(async () => {
  fleet ??= await start();
});
afterAll(async () => {
  await fleet?.stop();
  rmSync(root, { recursive: true, force: true });
});

test('says what it made, in a home whose path holds a space', () => {
  expect([...said].sort()).toEqual([
    'Redis started',
    'cluster main: primary main-1 created',
    'cluster main: replication streaming',
    'cluster main: standby main-2 created',
    'control database created',
  ]);
});

test('refuses a second start while one runs, and names its process', async () => {
  const before = pids();
  await expect(start()).rejects.toMatchObject({ code: 'HOME_IN_USE', pid: process.pid });
  expect(pids()).toEqual(before);
});

test('stops all that it started, and has its rows again after the next start', async () => {
  await asOperator(sql`/* test.create */ CREATE TABLE kept AS SELECT 42 AS answer`);
  const ports = readFileSync(join(home, 'fleet.json'), 'utf8');
  await fleet?.stop();
  fleet = undefined;
  expect(said.slice(-4)).toEqual([
    'Redis stopped',
    'cluster main: standby main-2 stopped',
    'cluster main: primary main-1 stopped',
    'control database stopped',
  ]);
  expect(pids()).toEqual([null, null, null]);
  fleet = await start();
  expect(said).toContain('cluster main: primary main-1 started');
  expect(readFileSync(join(home, 'fleet.json'), 'utf8')).toBe(ports);
  expect(await asOperator(sql`/* test.read */ SELECT answer FROM kept`)).toEqual([{ answer: 42 }]);
});

test('takes the servers over whose starter was killed', async () => {
  await fleet?.stop();
  fleet = undefined;
  const starter = await startInChild();
  const before = pids();
  process.kill(starter.pid, 'SIGKILL');
  await starter.ended;
  fleet = await start();
  expect(pids()).toEqual(before);
  expect([...said].sort()).toEqual([
    'Redis was running: taken over',
    'cluster main: primary main-1 was running: taken over',
    'cluster main: replication streaming',
    'cluster main: standby main-2 was running: taken over',
    'control database was running: taken over',
  ]);
});

test('restarts a server that runs with other settings than it should', async () => {
  await fleet?.stop();
  fleet = undefined;
  const starter = await startInChild();
  process.kill(starter.pid, 'SIGKILL');
  await starter.ended;
  writeFileSync(join(home, 'main-2/sunday.conf'), '# of an older release\n', { flag: 'a' });
  const [control, primary, standby] = pids();
  fleet = await start();
  const [controlNow, primaryNow, standbyNow] = pids();
  expect([controlNow, primaryNow]).toEqual([control, primary]);
  expect(standbyNow).not.toBe(standby);
  expect(said).toContain('cluster main: standby main-2 restarted (it ran with other settings or program)');
});

test('makes the standby anew when its copy broke off, and ignores pid files of another life', async () => {
  await fleet?.stop();
  fleet = undefined;
  rmSync(join(home, 'main-2'), { recursive: true });
  mkdirSync(join(home, 'main-2.new/base'), { recursive: true });
  // After a reboot the pid of a postmaster may be that of any program, here of this one.
  writeFileSync(join(home, 'control/postmaster.pid'), `${process.pid}\n${home}/control\n`);
  writeFileSync(join(home, 'redis/redis.pid'), `${process.pid}\n`);
  writeFileSync(join(home, 'starter.lock'), `${process.pid} ${processIdentity(1) ?? 'gone'}\n`);
  fleet = await start();
  expect(said).toContain('cluster main: standby main-2 created');
  expect(said).toContain('control database started');
  expect(pids().every((pid) => pid !== null && pid !== process.pid)).toBe(true);
});

test('leaves the cluster to a restore in place that was killed, and boots the rest; without it all again', async () => {
  await fleet?.stop();
  fleet = undefined;
  const note = join(home, '.main-1.in-place-1f0c');
  writeFileSync(note, '{}');
  fleet = await start();
  expect(said).toContain(`cluster main: left to the restore in place that is under way (${note})`);
  expect(pids()).toEqual([expect.any(Number), null, null]);
  await fleet.stop();
  rmSync(note);
  fleet = await start();
  expect(pids().every((pid) => pid !== null)).toBe(true);
});

test('refuses a port that another program took, and leaves nothing running', async () => {
  await fleet?.stop();
  fleet = undefined;
  const { ports } = JSON.parse(readFileSync(join(home, 'fleet.json'), 'utf8')) as {
    ports: { 'main-1': number };
  };
  await using _other = await listenOn(ports['main-1']);
  await expect(start()).rejects.toMatchObject({ code: 'PORT_TAKEN', port: ports['main-1'] });
  expect(pids()).toEqual([null, null, null]);
});

test('stops what already runs when it is told to give up', async () => {
  await fleet?.stop();
  fleet = undefined;
  const controller = new AbortController();
  const giveUp = startEmbeddedFleet({
    home,
    log: () => controller.abort(new Error('enough')),
    options: { profile: 'passing' },
    signal: controller.signal,
  });
  await expect(giveUp).rejects.toThrow('enough');
  expect(pids()).toEqual([null, null, null]);
});

test('refuses a directory that holds other files, and leaves it alone', async () => {
  const directory = join(root, 'letters');
  mkdirSync(directory);
  writeFileSync(join(directory, 'dear-anna.txt'), 'Dear Anna');
  await expect(start(directory)).rejects.toMatchObject({
    code: 'HOME_REFUSED',
    message: `${directory} holds files that are not of a fleet (dear-anna.txt)`,
  });
});

test('refuses a fleet of a PostgreSQL version that is not installed', async () => {
  const directory = join(root, 'other-major');
  mkdirSync(join(directory, 'main-1'), { recursive: true });
  writeFileSync(join(directory, 'main-1/PG_VERSION'), '99\n');
  writeFileSync(join(directory, 'fleet.json'), JSON.stringify({ format: 1, postgresMajor: 99, ports: null }));
  await expect(start(directory)).rejects.toMatchObject({
    code: 'HOME_REFUSED',
    message: expect.stringContaining('belongs to PostgreSQL 99, but installed is ') as string,
  });
});

test('refuses a directory that it cannot make', async () => {
  await expect(start('/proc/fleet')).rejects.toMatchObject({ code: 'HOME_REFUSED' });
});

async function startInChild() {
  const ready = Promise.withResolvers<void>();
  const fixture = new URL('../fixtures/embedded-starter.ts', import.meta.url).pathname;
  const child = startProcess(process.execPath, [fixture, home], {
    onLine: (line) => line === 'ready' && ready.resolve(),
  });
  await Promise.race([
    ready.promise,
    child.ended.then(({ stderr }) => Promise.reject(new Error(`the starter ended: ${stderr}`))),
  ]);
  return child;
}

/** Hangs up on everybody: the standby calls here for its primary, and a call that is kept would keep the port. */
async function listenOn(port: number): Promise<AsyncDisposable> {
  const server = createServer((caller) => caller.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return { [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}
