import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { type Plane, startPlane } from '../migrations/plane.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let plane: Plane;
let db: Database;
// Of `main` the server is ours, of `far` it is not, and of `pair` the second one is down and was a primary once.
beforeAll(async () => {
  plane = await startPlane({
    clusters: ['main', 'far', 'pair'],
    adjust: ({ clusters = [], ...config }, home) => ({
      ...config,
      clusters: clusters.map((one) => {
        const own = (name: string) => {
          const dataDirectory = join(home, name);
          mkdirSync(dataDirectory);
          return { dataDirectory, socketDirectory: home, logFile: join(home, `${name}.log`) };
        };
        const [first] = one.instances;
        if (first === undefined || one.name === 'far') return one;
        if (one.name === 'main') return { ...one, instances: [{ ...first, control: own('empty') }] };
        const control = own('old');
        writeFileSync(join(control.dataDirectory, 'PG_VERSION'), '15\n');
        return { ...one, instances: [first, { ...first, name: 'pair-2', control }] };
      }),
    }),
  });
  db = await plane.create('main');
  await plane.create('pair');
});
afterAll(async () => {
  await plane?.[Symbol.asyncDispose]();
});

const refusal = async (mutation: string, input: object) => {
  const { code, path } = await plane.ask(mutation, input, '__typename');
  return { code, path };
};

test.each([
  ['a cluster that is not there', { cluster: 'gone', statements: ['SELECT 1'] }, 'CLUSTER_NOT_FOUND'],
  ['no statement', { statements: [] }, 'INVALID_INPUT'],
  ['what is no SQL', { statements: ['CREATE INDEX ON ('] }, 'SQL_INVALID'],
  ['what makes no index', { statements: ['DROP TABLE items'] }, 'INVALID_INPUT'],
  ['one that holds up writers', { statements: ['CREATE INDEX i ON items (id)'] }, 'INVALID_INPUT'],
  ['one without a name', { statements: ['CREATE INDEX CONCURRENTLY ON items (id)'] }, 'INVALID_INPUT'],
])('createIndex refuses %s, and starts nothing', async (_what, input, code) => {
  expect(await refusal('createIndex', { cluster: 'main', ...input })).toMatchObject({ code });
  expect((await plane.graphql<Listed>(OPERATIONS)).operations.edges).toEqual([]);
});

interface Listed {
  readonly operations: { readonly edges: readonly object[] };
}
const OPERATIONS =
  '{ operations(first: 5, filter: { kind: "performance.createIndex" }) { edges { node { id } } } }';

test('an index that the server refuses ends its operation with INDEX_NOT_CREATED, and leaves nothing', async () => {
  await db.rows(sql`CREATE TABLE items (id int)`);
  await db.rows(sql`INSERT INTO items VALUES (1), (1)`);
  const statements = ['CREATE UNIQUE INDEX CONCURRENTLY items_id ON items (id)'];
  const ended = await plane.finish('createIndex', { cluster: 'main', statements });
  expect(ended).toMatchObject({ state: 'FAILED', error: { code: 'INDEX_NOT_CREATED', retryable: true } });
  expect(await db.rows(sql`SELECT FROM pg_class WHERE relname = 'items_id'`)).toEqual([]);
});

test.each([
  ['a cluster that is not there', { cluster: 'gone', instance: 'gone-1' }, 'CLUSTER_NOT_FOUND'],
  ['an instance that is not there', { cluster: 'main', instance: 'main-9' }, 'INSTANCE_NOT_FOUND'],
  ['a server that we do not look after', { cluster: 'far', instance: 'far-1' }, 'INSTANCE_NOT_OURS'],
  ['a directory without a server', { cluster: 'main', instance: 'main-1' }, 'INSTANCE_START_REFUSED'],
  ['a second primary', { cluster: 'pair', instance: 'pair-2' }, 'INSTANCE_START_REFUSED'],
])('startInstance refuses %s, with and without a dry run', async (_what, input, code) => {
  expect(await refusal('startInstance', input)).toMatchObject({ code });
  expect(await refusal('startInstance', { ...input, dryRun: true })).toMatchObject({ code });
});

test.each([
  ['everybody', { cluster: 'main' }, 'INVALID_INPUT'],
  ['those of a cluster that is not there', { cluster: 'gone', user: 'ann' }, 'CLUSTER_NOT_FOUND'],
  ['those of no instance', { cluster: 'main', instance: 'main-9', user: 'ann' }, 'INSTANCE_NOT_FOUND'],
  ['those of no time', { cluster: 'main', user: 'ann', leastSeconds: -1 }, 'INVALID_INPUT'],
])('terminateSessions refuses to end %s', async (_what, input, code) => {
  expect(await refusal('terminateSessions', input)).toMatchObject({ code });
});
