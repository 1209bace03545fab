import { randomBytes } from 'node:crypto';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { readLogPage } from '../../src/instances/log-pages.ts';
import { groupLines } from '../../src/maintenance/reviews/log-groups.ts';
import { judgeLogSettings } from '../../src/maintenance/reviews/log-probe.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { type Ended, type Plane, startPlane } from '../migrations/plane.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let plane: Plane;
let db: Database;
beforeAll(async () => {
  const control = { ...(await findControl()), superuser: 'postgres' };
  plane = await startPlane({
    clusters: ['main', 'far'],
    adjust: ({ clusters = [], ...config }) => ({
      ...config,
      clusters: clusters.map((one) => ({
        ...one,
        instances: one.instances.map((it) => (one.name === 'main' ? { ...it, control } : it)),
      })),
    }),
  });
  db = await plane.create('main');
  await plane.create('far');
});
afterAll(async () => {
  await plane?.[Symbol.asyncDispose]();
});

interface Found {
  readonly severity: string;
  readonly subject: string;
  readonly message: string;
}

const review = (cluster: string) => plane.finish('runMaintenanceTask', { cluster, task: 'ERROR_LOG_REVIEW' });
const findingsOf = ({ result }: Ended) => (result?.['findings'] ?? []) as readonly Found[];

test('groups what a server has logged since the last time, new messages first, without values', async () => {
  const table = `absent_${randomBytes(4).toString('hex')}`;
  const subject = `ERROR on main-1: relation "${table}" does not exist`;
  const find = (ended: Ended) => findingsOf(ended).find((one) => one.subject === subject);
  const fail = () => expect(db.rows(raw(`SELECT 'secret' FROM ${table}`))).rejects.toBeDefined();
  // What other tests have logged is read here.
  expect(find(await review('main'))).toBeUndefined();
  await fail();
  await fail();
  await expect(db.rows(sql`SELECT 'secret'::int`)).rejects.toBeDefined();
  const ended = await review('main');
  expect(find(ended)).toMatchObject({ severity: 'WARNING' });
  expect(find(ended)?.message).toMatch(/^new: 2 times, from \d{4}-\d\d-\d\d \S+ \S+ to \d{4}-/);
  expect(findingsOf(ended).map((one) => one.subject)).toContain(
    'ERROR on main-1: invalid input syntax for type integer: "…"',
  );
  expect(JSON.stringify(ended)).not.toMatch('secret');
  await fail();
  const again = await review('main');
  expect(find(again)).toMatchObject({ severity: 'INFO' });
  expect(find(again)?.message).toMatch(/^seen before: once, /);
  const news = findingsOf(again).filter(({ severity }) => severity === 'WARNING');
  expect(findingsOf(again).findIndex((one) => one.subject === subject)).toBeGreaterThanOrEqual(news.length);
});

test('counts lines of complaint only, whatever prefix they have and whatever others quote', () => {
  const at = (second: number) => `2026-11-22 10:00:0${second}.123 UTC`;
  expect(
    groupLines([
      `${at(1)} [7] ann@shop web ERROR:  duplicate key value violates unique constraint "items_pkey"`,
      `${at(1)} [7] ann@shop web DETAIL:  Key (id)=(7) already exists: ERROR: no`,
      `${at(1)} [7] ann@shop web STATEMENT:  SELECT 'ERROR:  quoted'`,
      '\tERROR:  the second line of a statement',
      `${at(2)} [9] LOG:  checkpoint complete: WARNING: no`,
      `${at(3)} [8] ERROR:  duplicate key value violates unique constraint "items_pkey"`,
      'ERROR:  canceling statement due to statement timeout after 500 ms',
      `${at(4)} [1] PANIC:  could not write to file "pg_wal/xlogtemp.12": No space left on device`,
    ]),
  ).toEqual([
    {
      ...{ severity: 'PANIC', count: 1, firstSeen: at(4), lastSeen: at(4) },
      message: 'could not write to file "pg_wal/xlogtemp.N": No space left on device',
    },
    {
      ...{ severity: 'ERROR', count: 2, firstSeen: at(1), lastSeen: at(3) },
      message: 'duplicate key value violates unique constraint "items_pkey"',
    },
    {
      ...{ severity: 'ERROR', count: 1, firstSeen: null, lastSeen: null },
      message: 'canceling statement due to statement timeout after N ms',
    },
  ]);
});

test('says what would make a log readable', async () => {
  const far = await review('far');
  expect(findingsOf(far)).toMatchObject([
    {
      ...{
        severity: 'UNKNOWN',
        subject: 'log of far-1',
        message: expect.stringMatching('no `control`') as string,
      },
      suggestedAction: expect.stringMatching('Give the instance a `control` with its `logFile`') as string,
    },
  ]);
  const good = { hasCollector: false, destination: 'stderr,csvlog', language: 'en_US.UTF-8' };
  expect(judgeLogSettings(good)).toBeNull();
  expect(judgeLogSettings({ ...good, hasCollector: true })).toMatchObject({
    statement: 'ALTER SYSTEM SET logging_collector = off;',
  });
  expect(judgeLogSettings({ ...good, language: 'de_DE.UTF-8' })).toMatchObject({
    statement: `ALTER SYSTEM SET lc_messages = 'C';`,
  });
});

test('reads whole lines once, a rotated log from its beginning, and of too much the end', async () => {
  const file = join(plane.home, 'a.log');
  writeFileSync(file, 'one\ntwo\nhal');
  const first = await readLogPage(file, null);
  expect(first).toMatchObject({ lines: ['one', 'two'], skippedBytes: 0, bookmark: { bytes: 8 } });
  appendFileSync(file, 'f\n');
  const second = await readLogPage(file, first?.bookmark ?? null);
  expect(second).toMatchObject({ lines: ['half'], bookmark: { bytes: 13 } });
  expect((await readLogPage(file, second?.bookmark ?? null))?.lines).toEqual([]);
  renameSync(file, `${file}.1`);
  writeFileSync(file, 'a new one that is longer\n');
  const third = await readLogPage(file, second?.bookmark ?? null);
  expect(third?.lines).toEqual(['a new one that is longer']);
  appendFileSync(file, `${'x'.repeat(5 * 1_048_576)}\nlast\n`);
  const fourth = await readLogPage(file, third?.bookmark ?? null);
  expect(fourth).toMatchObject({ lines: ['last'], skippedBytes: 1_048_576 + 6 });
  expect(await readLogPage(join(plane.home, 'none.log'), null)).toBeNull();
});

/** The server of the run, whose log is beside its data, is that of `main`; that of `far` is not known. */
async function findControl() {
  const admin = openDatabase({
    ...{ ...inject('server'), database: 'postgres', applicationName: 'sunday-test', maxConnections: 1 },
  });
  try {
    const [row] = await admin.rows<{ data: string }>(sql`SELECT current_setting('data_directory') AS data`);
    const dataDirectory = row?.data ?? '';
    const root = dirname(dataDirectory);
    return { dataDirectory, socketDirectory: root, logFile: join(root, 'postgres.log') };
  } finally {
    await admin.close();
  }
}
