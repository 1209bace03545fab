import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../src/fleet/embedded/binaries.ts';
import { startRedis, stopRedis } from '../../src/fleet/embedded/redis.ts';
import { run } from '../../src/process.ts';
import { freePort } from '../support/ports.ts';
import { type ClickHouseServer, findClickHouse, startClickHouse } from './clickhouse-server.ts';
import { createSecrets, figure, PASSWORD, watchPlatform, type WatchedPlatform } from './harness.ts';

const clickHouseProgram = findClickHouse();
const { directory, secret, remove } = createSecrets();
let watched: WatchedPlatform;
let clickhouse: ClickHouseServer | null;
let cache: Parameters<typeof startRedis>[0];

beforeAll(async () => {
  clickhouse = clickHouseProgram === null ? null : await startClickHouse(clickHouseProgram);
  const program = findProgram('redis-server', 'valkey-server');
  cache = { program, directory: join(directory, 'cache'), port: await freePort(), password: PASSWORD };
  await startRedis(cache);
  const passwordFile = secret('password', PASSWORD);
  const wrongFile = secret('wrong', 'guessed');
  const redis = { url: `redis://127.0.0.1:${cache.port}` };
  const events = clickhouse === null ? null : { url: clickhouse.url, user: clickhouse.user };
  watched = await watchPlatform({
    redis: [
      { name: 'cache', ...redis, passwordFile },
      { name: 'cache-locked', ...redis, passwordFile: wrongFile },
    ],
    clickhouse:
      events === null
        ? []
        : [
            { name: 'events', ...events, passwordFile },
            { name: 'events-locked', ...events, passwordFile: wrongFile },
          ],
  });
  await watched.look();
}, 60_000);
afterAll(async () => {
  await watched?.[Symbol.asyncDispose]();
  await stopRedis(cache);
  await clickhouse?.[Symbol.asyncDispose]();
  remove();
});

/** To the cache, as its clients do. */
const redis = (...words: readonly string[]) =>
  run('redis-cli', ['-p', String(cache.port), '-a', PASSWORD, '--no-auth-warning', ...words], {
    timeoutMs: 10_000,
  });

describe('Redis', () => {
  test('tells its role, memory and connections', async () => {
    const service = await watched.find('cache');
    expect(service.facts).toMatchObject({ kind: 'REDIS', role: 'PRIMARY', connectedReplicas: 0 });
    expect(figure(service, 'redis_memory_used')).toMatchObject({
      ...{ state: 'OK', target: 80, reason: 'of maxmemory' },
    });
    expect(figure(service, 'redis_connections')?.reason).toMatch(/^\d of 10000$/);
    expect(figure(service, 'redis_failed_saves')).toMatchObject({ value: 0, state: 'OK' });
    expect(figure(service, 'redis_commands')).toMatchObject({ value: null, state: 'OK' });
  });

  test('tells between two looks what was done and how long it took, and warns of memory and slow commands', async () => {
    await redis('CONFIG', 'SET', 'maxmemory', '2mb', 'maxmemory-policy', 'allkeys-lru');
    await redis('EVAL', "for i = 1, 3000 do redis.call('SET', 'k' .. i, string.rep('x', 1000)) end", '0');
    await watched.look();
    const full = await watched.find('cache');
    expect(figure(full, 'redis_memory_used')?.state).not.toBe('OK');
    expect(figure(full, 'redis_evictions')?.value).toBeGreaterThan(0);
    expect(figure(full, 'redis_commands')?.value).toBeGreaterThan(0);
    await redis('EVAL', 'local n = 0 for i = 1, 2000000 do n = n + i end return n', '0');
    await watched.look();
    const slow = figure(await watched.find('cache'), 'redis_latency_p99');
    expect(slow?.value).toBeGreaterThan(1);
    expect(slow?.reason).toBe('upper bound, of 1 calls; the slowest are eval');
  });

  test('does what an alert suggests, and says what its user lacks', async () => {
    const saves = async () =>
      Number(/rdb_saves:(\d+)/.exec((await redis('INFO', 'persistence')).stdout)?.[1]);
    const before = await saves();
    const save = { service: 'cache', action: 'SAVE_SNAPSHOT', dryRun: true } as const;
    expect(await watched.platform.act(save)).toMatchObject({ command: 'BGSAVE SCHEDULE', isDone: false });
    expect(await watched.platform.act({ ...save, dryRun: false })).toMatchObject({ isDone: true });
    await expect.poll(saves, { timeout: 30_000 }).toBe(before + 1);
    const purge = { service: 'cache', action: 'PURGE_MEMORY', dryRun: false } as const;
    expect(await watched.platform.act(purge)).toMatchObject({ isDone: true });
    await expect(watched.platform.act({ ...purge, service: 'cache-locked' })).rejects.toMatchObject({
      ...{ code: 'PLATFORM_SERVICE_UNAVAILABLE', hint: 'The user needs ACL SETUSER … +memory|purge.' },
    });
    await expect(watched.platform.act({ ...purge, action: 'RETRY_SHARDS' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await expect(watched.platform.act({ ...purge, service: 'cash' })).rejects.toMatchObject({
      code: 'PLATFORM_SERVICE_NOT_FOUND',
    });
  });

  test('a replica without its primary is CRITICAL', async () => {
    await redis('REPLICAOF', '127.0.0.1', '1');
    await watched.look();
    const service = await watched.find('cache');
    expect(service.facts).toMatchObject({ role: 'REPLICA' });
    expect(figure(service, 'redis_link')).toMatchObject({
      ...{ value: 0, state: 'CRITICAL', reason: 'not connected to 127.0.0.1:1' },
    });
  });

  test('with a wrong password it is UNKNOWN, and no secret is told', async () => {
    const up = figure(await watched.find('cache-locked'), 'service_up');
    expect(up).toMatchObject({ value: null, state: 'UNKNOWN' });
    expect(up?.reason).toMatch(/^it does not let us in: WRONGPASS/);
    expect(JSON.stringify(up)).not.toContain('guessed');
  });
});

describe.skipIf(clickHouseProgram === null)('ClickHouse', () => {
  const ask = (statement: string) =>
    fetch(clickhouse?.url ?? '', {
      ...{ method: 'POST', body: statement, signal: AbortSignal.timeout(10_000) },
      headers: { 'x-clickhouse-user': clickhouse?.user ?? '', 'x-clickhouse-key': PASSWORD },
    }).then(async (answer) => expect(answer.status, await answer.text()).toBe(200));

  test('tells queries and its version, and what this version does not know is UNKNOWN with the reason', async () => {
    const service = await watched.find('events');
    expect(service.facts).toMatchObject({ kind: 'CLICKHOUSE', replicatedTables: 0 });
    expect(figure(service, 'clickhouse_queries')?.value).toBeGreaterThan(0);
    expect(figure(service, 'clickhouse_readonly_replicas')).toMatchObject({
      ...{ value: null, state: 'OK', reason: 'no table is replicated' },
    });
    const { version } = service.facts as { readonly version: string };
    if (version.startsWith('18.'))
      expect(figure(service, 'clickhouse_disk_used')).toMatchObject({
        state: 'UNKNOWN',
        reason: 'this version has no system.disks.free_space, or does not show it to us',
      });
  });

  test('counts the parts of the fullest partition, against the limits of the server', async () => {
    await ask('CREATE TABLE default.clicks (day Date, n UInt32) ENGINE = MergeTree(day, n, 8192)');
    await ask("INSERT INTO default.clicks VALUES ('2026-11-01', 1)");
    await ask("INSERT INTO default.clicks VALUES ('2026-10-01', 2)");
    await watched.look();
    expect(figure(await watched.find('events'), 'clickhouse_parts')).toMatchObject({
      ...{ value: 1, state: 'OK', target: 150, critical: 300 },
      reason: 'in one partition of default.clicks',
    });
  });

  test('with a wrong password it is UNKNOWN', async () => {
    const up = figure(await watched.find('events-locked'), 'service_up');
    expect(up).toMatchObject({ value: null, state: 'UNKNOWN' });
    expect(up?.reason).toMatch(/^it does not let us in: /);
  });

  test('is CRITICAL when it is gone', async () => {
    await clickhouse?.kill();
    await watched.look();
    expect(await watched.find('events')).toMatchObject({ state: 'CRITICAL', facts: null });
    expect(watched.complaints).toEqual([]);
  });
});
