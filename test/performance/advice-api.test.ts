import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPerformance } from '../../src/performance/service.ts';
import { runCli } from '../cli/run-cli.ts';
import { startApi, type TestApi } from '../server/api.ts';
import { type AdviceDatabase, openAdviceDatabase } from './advice-database.ts';

let on: AdviceDatabase;
let api: TestApi;
beforeAll(async () => {
  on = await openAdviceDatabase();
  api = await startApi({
    services: () => ({
      fleet: on.fleet,
      performance: createPerformance({
        ...{
          fleet: on.fleet,
          db: on.db,
          readHistory: () => Promise.resolve({ unit: 'percent', buckets: [], reason: null }),
        },
      }),
    }),
  });
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await on?.[Symbol.asyncDispose]();
});

const OPTIMIZE = `query ($sql: String!, $analyze: Boolean) {
  optimizeQuery(cluster: "main", sql: $sql, analyze: $analyze) {
    instance statement plannedAs isExecuted totalCost method hints
    plan { kind relation rows ownCost }
    findings { code severity explanation suggestion }
    indexes { kind method name statements bytes gain writes { entriesPerDay existingIndexes countedSince } }
  }
}`;
const ask = async (sql: string, analyze = false, token = api.admin) =>
  (await api.query(OPTIMIZE, { sql, analyze }, token)).body;
const cli = (...args: string[]) =>
  runCli(['performance', ...args, '--cluster', 'main'], { SUNDAY_URL: api.url, SUNDAY_TOKEN: api.admin });

test('answers with plan, findings and an index that is ready to become a migration', async () => {
  const { data, errors } = await ask('SELECT * FROM items WHERE board_id = ?');
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    optimizeQuery: {
      ...{ instance: 'main-1', isExecuted: false, plannedAs: 'postgres', method: 'RULES' },
      statement: 'SELECT * FROM items WHERE board_id = $1',
      plan: [{ kind: 'Seq Scan', relation: 'items' }],
      findings: [{ code: 'SELECT_STAR', severity: 'INFO' }],
      indexes: [
        {
          ...{ kind: 'BTREE', name: 'items_board_id_idx', writes: { existingIndexes: 1 } },
          statements: ['CREATE INDEX CONCURRENTLY items_board_id_idx ON public.items (board_id);'],
        },
      ],
    },
  });
});

test.each([
  ['', 'STATEMENT_REFUSED'],
  ['SELECT 1; DROP TABLE items', 'STATEMENT_REFUSED'],
  ['TRUNCATE items', 'STATEMENT_REFUSED'],
  ['SELEC 1', 'SQL_INVALID'],
  ['SELECT * FROM nowhere', 'STATEMENT_UNPLANNABLE'],
])('refuses %j with %s', async (sql, code) => {
  const { errors } = await ask(sql);
  expect(errors?.map((one) => one.extensions['code'])).toEqual([code]);
});

test('executes nothing for a token that may only read', async () => {
  const { secret } = await api.createToken('VIEWER');
  expect((await ask('SELECT id FROM items WHERE id = 1', false, secret)).errors).toBeUndefined();
  const { errors } = await ask('SELECT id FROM items WHERE id = 1', true, secret);
  expect(errors?.map((one) => one.extensions['code'])).toEqual(['FORBIDDEN']);
});

test('is readable on the command line, with the exit code of what was refused', async () => {
  const found = await cli('optimize', 'SELECT * FROM items WHERE board_id = ? ORDER BY id OFFSET 1000');
  expect(found).toMatchObject({ exitCode: 0 });
  expect(found.stdout).toContain('not executed');
  expect(found.stdout).toContain('WARNING OFFSET_PAGING');
  expect(found.stdout).toContain(
    'CREATE INDEX CONCURRENTLY items_board_id_id_idx ON public.items (board_id, id);',
  );
  const refused = await cli('optimize', 'DROP TABLE items', '--json');
  expect(refused.exitCode).toBe(2);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'STATEMENT_REFUSED' } });
});

test('says why there is no advice on what ran while nobody counts statements', async () => {
  const { exitCode, stdout } = await cli('advice', '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ indexAdvice: { indexes: [], planned: 0 } });
  expect((JSON.parse(stdout) as { indexAdvice: { hint: string } }).indexAdvice.hint).toMatch(
    /pg_stat_statements/,
  );
});
