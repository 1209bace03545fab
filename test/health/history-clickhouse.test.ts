import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClickHouse } from '../../src/clickhouse/client.ts';
import { createClickHouseArchive } from '../../src/health/history/clickhouse/archive.ts';
import { createWriteBuffer } from '../../src/health/history/clickhouse/write-buffer.ts';
import { putWriter, readWriters } from '../../src/health/history/clickhouse/writer-store.ts';
import type { Sample } from '../../src/health/history/history.ts';
import { HEALTH_SETTINGS } from '../../src/config/health-settings.ts';
import { PLATFORM_SETTINGS } from '../../src/config/platform-settings.ts';
import { watchService } from '../../src/platform/collect/watch.ts';
import { judgeWriters } from '../../src/platform/history-writers.ts';
import { readAligned } from '../../src/health/history/history.ts';
import { createPerformance } from '../../src/performance/service.ts';
import { toHtml } from '../../src/performance/report/html.ts';
import { raw } from '../../src/postgres/sql.ts';
import { openArchive } from '../../src/wiring/history.ts';
import { sayWhenAway } from '../../src/wiring/performance.ts';
import { listTargets } from '../../src/wiring/platform.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { startSilentServer } from '../fleet/fake-servers.ts';
import { makeFleetConfig } from '../fleet/fleet-config.ts';
import { mayMount } from '../moves/small-disk.ts';
import { findClickHouse } from '../platform/clickhouse-server.ts';
import { createSecrets } from '../platform/harness.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { type ClickHouseStore, connectTo, openClickHouseStore } from './history-stores.ts';

const MINUTE = 60_000;
const start = Math.floor(Date.now() / MINUTE) * MINUTE - 10 * MINUTE;
const at = (seconds: number) => new Date(start + seconds * 1_000);
const sample = (seconds: number, value: number, cluster = 'main'): Sample => ({
  ...{ cluster, instance: null, at: at(seconds) },
  values: new Map([['locks', value]]),
});

let control: TestDatabase;
beforeAll(async () => {
  control = await createControlDatabase();
});
afterAll(() => control?.[Symbol.asyncDispose]());

const program = findClickHouse();
const canMount = await mayMount();
describe.skipIf(program === null)('history in ClickHouse', () => {
  let store: ClickHouseStore;
  const { secret, remove } = createSecrets();
  beforeAll(async () => {
    store = await openClickHouseStore(program ?? '');
  }, 60_000);
  afterAll(async () => {
    await store?.[Symbol.asyncDispose]();
    remove();
  });

  const read = (cluster = 'main', { archive } = store) =>
    archive.read({
      ...{ cluster, instance: null, metric: 'locks' },
      ...{ from: at(0), to: at(600), stepSeconds: 60 },
    });
  const values = async (...of: Parameters<typeof read>) =>
    (await read(...of)).buckets.map(({ newest }) => newest);

  test('counts a sample once that was written twice, as after an answer that was lost', async () => {
    for (const _twice of [1, 2]) {
      await store.archive.record(sample(0, 5));
      await store.written();
    }
    expect((await read()).buckets).toMatchObject([{ mean: 5, samples: 1 }]);
  });

  test('while it is gone samples wait, those who ask are told, and nothing is lost when it is back', async () => {
    await store.server.kill();
    await store.archive.record(sample(60, 6));
    await store.written();
    const state = store.told.at(-1);
    expect(state).toMatchObject({ waiting: 1, lost: 0 });
    expect(state?.reason).toContain('ECONNREFUSED');
    await expect(read()).rejects.toMatchObject({ code: 'HISTORY_UNAVAILABLE', retryable: true });
    await expect(store.archive.maintain()).rejects.toThrow('ECONNREFUSED');
    await store.server.start();
    await store.written();
    expect(store.told.at(-1)).toEqual({ waiting: 0, waitingSeconds: null, lost: 0, reason: null });
    expect(await values()).toEqual([5, 6]);
  });

  test('while it is gone a report and a forecast say so, and answer what they know without it', async () => {
    const { database, port, user = 'postgres', password = '' } = control.connection;
    const role = { user, password };
    const instances = [{ name: 'main-1', port }];
    using files = makeFleetConfig([{ name: 'main', database, instances, monitor: role, operator: role }]);
    const fleet = createFleet(files.config);
    const performance = createPerformance({
      ...{ fleet, db: control.db },
      readHistory: sayWhenAway(async (one) => ({
        ...(await readAligned(store.archive, one)),
        unit: 'count',
      })),
    });
    for (const text of [
      'CREATE TABLE twice (a int)',
      'CREATE INDEX one ON twice (a)',
      'CREATE INDEX two ON twice (a)',
    ])
      await control.db.rows(raw(text));
    await store.server.kill();
    const report = await performance.report({ cluster: 'main', from: at(0), to: at(600) });
    const forecast = await performance.capacityForecast({ cluster: 'main', days: 14 });
    await store.server.start();
    await fleet.close();
    expect(report.series).toEqual([]);
    expect(report.seriesReason).toContain('the history cannot be read: ');
    expect(report.indexes.map(({ subject }) => subject)).toContain('public.two');
    expect(toHtml(report)).toContain('<p>UNKNOWN: the history cannot be read: ');
    expect(forecast).toHaveLength(5);
    for (const { current, reason } of forecast)
      expect({ current, reason }).toEqual({ current: null, reason: report.seriesReason });
  });

  test.skipIf(!canMount)('while its disk is full samples wait, and what is there is read', async () => {
    await using small = await openClickHouseStore(program ?? '', { diskMb: 24 });
    const client = openClickHouse(small.connection, {
      ...{ requestTimeoutMs: 20_000, maxConnections: 1, application: 'test' },
    });
    await small.archive.record(sample(0, 5));
    await small.written();
    await client.run('CREATE TABLE junk (n UInt64) ENGINE = Log');
    const fill = 'INSERT INTO junk SELECT sipHash64(number) FROM system.numbers LIMIT 20000000';
    await expect(client.run(fill)).rejects.toThrow('No space left');
    await small.archive.record(sample(60, 6));
    await small.written();
    expect(small.told.at(-1)).toMatchObject({ waiting: 1, lost: 0 });
    expect(small.told.at(-1)?.reason).toContain('No space left');
    expect(await values('main', small)).toEqual([5]);
    await client.run('DROP TABLE junk');
    await small.written();
    expect(await values('main', small)).toEqual([5, 6]);
    await client.close();
  });

  test('a server that refuses to write is no trouble for those who read', async () => {
    const reasons: (string | null)[] = [];
    const locked = createClickHouseArchive({
      connection: connectTo(store.server, store.server.reader),
      claim: () => Promise.resolve(true),
      tell: async ({ reason }) => void reasons.push(reason),
    });
    await locked.record(sample(120, 7));
    await locked.flush();
    expect(reasons).toEqual([expect.stringContaining('readonly')]);
    expect(await values()).toEqual([5, 6]);
    await locked.stop();
  });

  test('is chosen by the configuration, and writes what waits before it ends', async () => {
    const { health } = {
      health: HEALTH_SETTINGS.parse({
        history: {
          clickhouse: {
            ...{ url: store.server.url, user: store.server.user },
            passwordFile: secret('password', store.server.password),
          },
        },
      }),
    };
    const ground = { config: { health }, db: control.db, workerId: 'one', log: console };
    const opened = openArchive(ground);
    await opened.archive.record(sample(0, 9, 'shard-1'));
    await opened.archive.maintain();
    await opened.close();
    expect(await values('shard-1')).toEqual([9]);
    expect(await opened.readWriters?.()).toEqual({ waiting: 0, waitingSeconds: null, lost: 0, reason: null });
    expect(openArchive({ ...ground, config: { health: HEALTH_SETTINGS.parse({}) } }).readWriters).toBe(null);
  });
});

describe('on the way into the history', () => {
  test('a server that takes connections and says nothing holds up nobody for long', async () => {
    await using silent = await startSilentServer();
    const reasons: (string | null)[] = [];
    const archive = createClickHouseArchive({
      connection: connectTo({ url: `http://127.0.0.1:${silent.port}`, password: 'test-only' }, 'watcher'),
      claim: () => Promise.resolve(true),
      tell: async ({ reason }) => void reasons.push(reason),
    });
    await archive.record(sample(0, 1));
    const range = { from: at(0), to: at(60), stepSeconds: 60 };
    const reading = archive.read({ cluster: 'main', instance: null, metric: 'locks', ...range });
    const [flushed, read, maintained] = await Promise.allSettled([
      archive.flush(),
      reading,
      archive.maintain(),
    ]);
    expect(flushed.status).toBe('fulfilled');
    expect(reasons).toEqual(['it did not answer in time']);
    expect(read).toMatchObject({ reason: { code: 'HISTORY_UNAVAILABLE' } });
    expect(maintained).toMatchObject({ reason: { message: 'it did not answer in time' } });
    await archive.stop();
  });

  test('the service that keeps it tells how it is written, also while it does not answer', async () => {
    const health = HEALTH_SETTINGS.parse({ history: { clickhouse: { url: 'http://127.0.0.1:1' } } });
    const platform = PLATFORM_SETTINGS.parse({});
    const listed = { name: 'events', url: 'http://127.0.0.1:1' };
    const both = { health, platform: PLATFORM_SETTINGS.parse({ clickhouse: [listed] }) };
    expect(listTargets(both).map(({ name }) => name)).toEqual(['events']);
    const writers = { waitingSeconds: 400, waiting: 12, lost: 0, reason: 'connect ECONNREFUSED' };
    const [target] = listTargets({ health, platform }, () => Promise.resolve(writers));
    if (target === undefined) throw new Error('the history is no service');
    expect(target.name).toBe('history');
    const watch = watchService(target, { deadlineMs: 20_000, stopping: new AbortController().signal });
    expect((await watch.look())?.figures).toMatchObject([
      { name: 'service_up', value: 0, state: 'CRITICAL' },
      { name: 'history_write_delay', state: 'CRITICAL', reason: '12 values wait: connect ECONNREFUSED' },
      { name: 'history_lost', value: 0, state: 'OK' },
    ]);
  });

  test('the oldest samples are dropped when too many wait, and that is told as a figure', async () => {
    const written: number[] = [];
    let isFull = true;
    const buffer = createWriteBuffer({
      write: async (samples) => {
        if (isFull) throw new Error('no space left');
        written.push(...samples.flatMap(({ values }) => [...values.values()].map(Number)));
      },
      tell: (state) => putWriter(control.db, 'two', state),
      explain: (error) => String(error),
      mostWaiting: 3,
    });
    for (const value of [1, 2, 3, 4, 5]) buffer.add(sample(value, value));
    await buffer.flush();
    await control.db.rows(
      raw("UPDATE history_writer SET waiting_since = now() - interval '70 seconds' WHERE worker_id = 'two'"),
    );
    expect(judgeWriters(await readWriters(control.db))).toMatchObject([
      {
        ...{ name: 'history_write_delay', state: 'WARNING', target: 60, critical: 300 },
        reason: '3 values wait: Error: no space left',
      },
      { name: 'history_lost', value: 2, state: 'WARNING' },
    ]);
    isFull = false;
    await buffer.flush();
    expect(written).toEqual([3, 4, 5]);
    await buffer.stop();
    const [delay, lost] = judgeWriters(await readWriters(control.db));
    expect(delay).toMatchObject({ value: 0, state: 'OK', reason: null, hint: null });
    expect(lost).toMatchObject({ value: 2, state: 'WARNING' });
  });
});
