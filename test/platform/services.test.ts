import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { raw } from '../../src/postgres/sql.ts';
import { type FakeElasticsearch, startFakeElasticsearch } from '../fixtures/fake-elasticsearch.ts';
import { startSilentServer, type SilentServer } from '../fleet/fake-servers.ts';
import { S3_KEY, startS3Server, type S3Server } from '../support/s3-server.ts';
import {
  createSecrets,
  DEADLINE_MS,
  figure,
  PASSWORD,
  watchPlatform,
  type WatchedPlatform,
} from './harness.ts';

const { directory, secret, remove } = createSecrets();
let watched: WatchedPlatform;
let silent: SilentServer;
let gateway: Server;
let search: FakeElasticsearch;
let bucket: S3Server;

const answers = (name: string) => !name.endsWith('-silent');

beforeAll(async () => {
  [silent, gateway, search, bucket] = await Promise.all([
    startSilentServer(),
    startGateway(),
    startFakeElasticsearch({ user: 'elastic', password: PASSWORD }),
    startS3Server(directory),
  ]);
  watched = await watchPlatform(describePlatform());
}, 60_000);
afterAll(async () => {
  for (const one of [watched, silent, search, bucket]) await one?.[Symbol.asyncDispose]();
  gateway?.close();
  remove();
});

/** Says the same to everybody: something that stands in between and is no service at all. */
async function startGateway(): Promise<Server> {
  const server = createServer((_request, response) => response.end('<html>tired</html>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function describePlatform() {
  const passwordFile = secret('password', PASSWORD);
  const wrongFile = secret('wrong', 'guessed');
  const { port } = gateway.address() as AddressInfo;
  const silence = `http://127.0.0.1:${silent.port}`;
  const [down, foreign] = ['http://127.0.0.1:1', `http://127.0.0.1:${port}`];
  const { endpoint, caFile } = bucket;
  const key = {
    accessKeyFile: secret('access', S3_KEY.accessKey),
    secretKeyFile: secret('key', S3_KEY.secretKey),
  };
  const s3 = { endpoint, caFile, bucket: bucket.bucket, uriStyle: 'path', ...key } as const;
  return {
    redis: [
      { name: 'cache-silent', url: silence.replace('http', 'redis'), passwordFile },
      { name: 'cache-down', url: down.replace('http', 'redis') },
      { name: 'cache-foreign', url: foreign.replace('http', 'redis') },
    ],
    clickhouse: [
      { name: 'events-silent', url: silence },
      { name: 'events-down', url: down },
      { name: 'events-foreign', url: foreign },
    ],
    elasticsearch: [
      { name: 'search', url: search.url, user: 'elastic', passwordFile },
      { name: 'search-locked', url: search.url, user: 'elastic', passwordFile: wrongFile },
      { name: 'search-silent', url: silence },
      { name: 'search-down', url: down },
      { name: 'search-foreign', url: foreign },
    ],
    s3: [
      { name: 'files', ...s3 },
      { name: 'files-locked', ...s3, accessKeyFile: wrongFile, secretKeyFile: wrongFile },
      { name: 'files-gone', ...s3, bucket: 'no-such-bucket' },
      { name: 'files-silent', ...s3, endpoint: `https://localhost:${silent.port}` },
      { name: 'files-down', ...s3, endpoint: 'https://localhost:1' },
    ],
  };
}

const up = async (name: string) => figure(await watched.find(name), 'service_up');

test('shows what is configured and was not looked at yet as UNKNOWN', async () => {
  expect(await watched.find('search')).toMatchObject({ state: 'UNKNOWN', checkedAt: null, facts: null });
  expect(await up('search')).toMatchObject({ state: 'UNKNOWN', reason: 'nobody has looked at it yet' });
  expect(await watched.platform.find('serach')).toBe(null);
});

test('one that hangs holds up no other', async () => {
  const patient = watched.collector(
    'patient',
    60_000,
    (name) => name === 'search' || name === 'search-silent',
  );
  const looking = patient.collect();
  // How fast it answers is another matter on a busy machine.
  await expect.poll(async () => (await up('search'))?.state, { timeout: 25_000 }).toBe('OK');
  expect((await watched.find('search-silent')).checkedAt).toBe(null);
  await patient.stop();
  await looking;
  await watched.db.rows(raw('DELETE FROM health_lease'));
});

test('what hangs is CRITICAL after its time, and so is what is down', async () => {
  await watched.look();
  expect(watched.complaints).toEqual([]);
  for (const kind of ['cache', 'events', 'search', 'files']) {
    const late = { value: 0, state: 'CRITICAL', reason: `no answer within ${DEADLINE_MS} ms` };
    expect(await up(`${kind}-down`)).toMatchObject({ value: 0, state: 'CRITICAL' });
    expect((await up(`${kind}-down`))?.reason).toContain('ECONNREFUSED');
    expect(await up(`${kind}-silent`)).toMatchObject(late);
  }
});

test('a wrong key is UNKNOWN and names what to check: the service itself may be well', async () => {
  for (const name of ['search-locked', 'files-locked']) {
    const locked = await up(name);
    expect(locked).toMatchObject({ value: null, state: 'UNKNOWN' });
    expect(locked?.reason).toMatch(/^it does not let us in: /);
    expect(locked?.hint).toMatch(/^Check /);
    expect(JSON.stringify(locked)).not.toContain('guessed');
  }
});

test('an answer of something else than the service is CRITICAL and says so', async () => {
  expect((await up('events-foreign'))?.reason).toBe('its answer is not that of ClickHouse');
  expect((await up('search-foreign'))?.reason).toBe('its answer is not that of Elasticsearch');
  expect((await up('cache-foreign'))?.state).toBe('CRITICAL');
  expect((await up('files-gone'))?.reason).toContain('NoSuchBucket');
});

describe('Elasticsearch (a fake)', () => {
  test('tells status, heap and disk against the watermarks of the cluster', async () => {
    const service = await watched.find('search');
    const facts = { status: 'GREEN', clusterName: 'search', nodes: 1 };
    expect(service).toMatchObject({ facts });
    const slow = 'elasticsearch_answer_time'; // on a busy machine
    const wrong = service.figures.filter(({ name, state }) => name !== slow && state !== 'OK');
    expect(wrong).toEqual([]);
    expect(figure(service, 'elasticsearch_heap_used')).toMatchObject({ value: 40, target: 75, critical: 85 });
    expect(figure(service, 'elasticsearch_disk_used')).toMatchObject({ value: 50, target: 85, critical: 90 });
  });

  test('warns of unassigned shards, a full heap, a full disk and requests that were refused', async () => {
    await watched.look(answers);
    const trouble = { status: 'red', unassignedShards: 3, heapUsed: 80, diskUsed: 72, rejected: 12 } as const;
    Object.assign(search.cluster, { ...trouble, watermarks: { low: '0.6', high: '70%' } });
    await watched.look(answers);
    const service = await watched.find('search');
    const stateOf = (name: string) => [figure(service, name)?.value, figure(service, name)?.state];
    expect(stateOf('elasticsearch_status')).toEqual([2, 'CRITICAL']);
    expect(stateOf('elasticsearch_unassigned_shards')).toEqual([3, 'WARNING']);
    expect(stateOf('elasticsearch_heap_used')).toEqual([80, 'WARNING']);
    expect(figure(service, 'elasticsearch_disk_used')).toMatchObject({ value: 72, target: 60, critical: 70 });
    expect(figure(service, 'elasticsearch_rejections')).toMatchObject({
      ...{ value: 5, state: 'WARNING', reason: 'since the look before, most in write of search-1' },
    });
  });

  test('tries the shards again that were given up', async () => {
    const retry = { service: 'search', action: 'RETRY_SHARDS', dryRun: false } as const;
    expect(await watched.platform.act(retry)).toMatchObject({ isDone: true });
    expect(search.cluster.unassignedShards).toBe(0);
    search.cluster.unassignedShards = 3;
    await expect(watched.platform.act({ ...retry, service: 'search-locked' })).rejects.toMatchObject({
      ...{ code: 'PLATFORM_SERVICE_UNAVAILABLE', hint: expect.stringContaining('`manage`') as string },
    });
  });

  test('a role that may ask for the health alone gives that, and says what it lacks', async () => {
    search.cluster.mood = 'forbidden';
    await watched.look(answers);
    const service = await watched.find('search');
    expect(figure(service, 'elasticsearch_unassigned_shards')?.value).toBe(3);
    expect(figure(service, 'elasticsearch_heap_used')).toMatchObject({
      ...{ state: 'UNKNOWN', hint: 'Give its user a role with the cluster privilege `monitor`.' },
    });
  });

  test('another product is not taken for Elasticsearch', async () => {
    search.cluster.mood = 'other';
    await watched.look(answers);
    expect((await up('search'))?.reason).toBe('its answer is not that of Elasticsearch');
  });
});

test('a bucket tells how long a list takes, and is CRITICAL when its server is gone', async () => {
  expect(figure(await watched.find('files'), 's3_answer_time')?.value).toBeGreaterThan(0);
  await bucket.kill();
  await watched.look(answers);
  expect(await watched.find('files')).toMatchObject({ state: 'CRITICAL', facts: null });
});

test('of two workers one looks', async () => {
  watched.told.length = 0;
  await watched.collector('two', DEADLINE_MS).collect();
  expect(watched.told).toEqual([]);
  expect(watched.complaints).toEqual([]);
});

test('what nobody has looked at for three intervals is UNKNOWN, with the value of then', async () => {
  await watched.db.rows(raw("UPDATE platform_newest SET sampled_at = sampled_at - interval '10 minutes'"));
  expect(await watched.find('files-down')).toMatchObject({ state: 'UNKNOWN' });
  expect(await up('files-down')).toMatchObject({
    value: 0,
    state: 'UNKNOWN',
    hint: 'See whether a worker runs.',
  });
});

test('refuses the history of a metric that there is not', async () => {
  const range = { from: new Date(0), to: new Date(), stepSeconds: null };
  const asked = { service: 'search', metric: 'elasticsearch_mood', ...range };
  await expect(watched.platform.history(asked)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
