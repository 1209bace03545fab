import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/probe.ts';
import type { IndexSuggestion } from '../../src/performance/advice/advise.ts';
import { adviseOnWorkload } from '../../src/performance/advice/workload.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { type AdviceDatabase, openAdviceDatabase } from './advice-database.ts';

let on: AdviceDatabase;
beforeAll(async () => {
  on = await openAdviceDatabase();
});
afterAll(() => on?.[Symbol.asyncDispose]());

const tail = ({ statements }: IndexSuggestion) =>
  (statements[0] ?? '').replace(/^.* ON (?:ONLY )?public\./, '');

const withHypopg = (title: string, work: () => Promise<void>) =>
  test(title, async ({ skip }) => {
    skip(!on.hasHypopg, 'HypoPG is not installed on this machine');
    await on.db.rows(sql`CREATE EXTENSION IF NOT EXISTS hypopg`);
    await work();
  });

withHypopg('asks the planner, and leaves no hypothetical index behind', async () => {
  const found = await on.optimize('SELECT title FROM items WHERE board_id = $1 ORDER BY position LIMIT 10');
  expect(found.method).toBe('HYPOTHETICAL_INDEXES');
  expect(found.indexes[0]).toMatchObject({ kind: 'MULTI_COLUMN', name: 'items_board_id_position_idx' });
  expect(found.indexes[0]?.gain).toBeGreaterThan(5);
  const left = await on.fleet.operator(on.fleet.get('main').instances[0] as never).rows(sql`
      SELECT (SELECT count(*)::int FROM hypopg()) AS indexes, (SELECT count(*)::int FROM pg_prepared_statements) AS prepared
    `);
  expect(left).toEqual([{ indexes: 0, prepared: 0 }]);
});

withHypopg('knows partial, covering and expression indexes', async () => {
  const first = async (statement: string, budgetBytes?: number) =>
    (await on.optimize(statement, budgetBytes === undefined ? {} : { budgetBytes })).indexes[0];
  expect(await first(`SELECT id, title FROM items WHERE lower(email) = lower($1)`)).toMatchObject({
    ...{ kind: 'EXPRESSION', name: 'items_lower_email_idx' },
  });
  expect(await first('SELECT sum(position) FROM items WHERE board_id = $1')).toMatchObject({
    kind: 'COVERING',
  });
  const partial = await first(
    `SELECT * FROM items WHERE state = 'open' AND owner_id = $1 AND deleted_at IS NULL`,
  );
  expect(partial?.gain).toBeGreaterThan(5);
  expect(await first(`SELECT id FROM items WHERE title LIKE 'title 77%'`)).toMatchObject({
    kind: 'EXPRESSION',
  });
});

withHypopg('suggests an index for each column of an OR, because one alone is of no use', async () => {
  const { indexes } = await on.optimize('SELECT * FROM items WHERE board_id = 7 OR owner_id = 9');
  expect(indexes.map(tail).toSorted()).toEqual(['items (board_id);', 'items (owner_id);']);
});

withHypopg('gives a partitioned table an index leaf by leaf', async () => {
  const { indexes } = await on.optimize('SELECT * FROM log WHERE item_id = $1');
  expect(indexes[0]?.statements).toEqual([
    'CREATE INDEX log_item_id_idx ON ONLY public.log (item_id);',
    'CREATE INDEX CONCURRENTLY log_1_item_id_idx ON public.log_1 (item_id);',
    'ALTER INDEX public.log_item_id_idx ATTACH PARTITION public.log_1_item_id_idx;',
    'CREATE INDEX CONCURRENTLY log_2_item_id_idx ON public.log_2 (item_id);',
    'ALTER INDEX public.log_item_id_idx ATTACH PARTITION public.log_2_item_id_idx;',
  ]);
});

withHypopg('suggests nothing beyond the budget of bytes', async () => {
  expect(
    (await on.optimize('SELECT * FROM items WHERE board_id = $1', { budgetBytes: 8_192 })).indexes,
  ).toEqual([]);
});

withHypopg(
  'estimates sizes within 15 % of the real index, and the plan gets as cheap as it said',
  async () => {
    for (const statement of [
      'SELECT * FROM items WHERE board_id = $1',
      'SELECT * FROM items WHERE email = $1',
    ]) {
      const [suggestion] = (await on.optimize(statement)).indexes;
      await on.db.rows(raw(suggestion?.statements[0] ?? ''));
      const [real] = await on.db.rows<{ bytes: number }>(
        sql`SELECT pg_relation_size(${suggestion?.name}::regclass)::int AS bytes`,
      );
      const error = Math.abs((suggestion?.bytes ?? 0) / (real?.bytes ?? 1) - 1);
      expect(error).toBeLessThan(0.15);
      const after = await on.optimize(statement);
      expect(after.indexes).toEqual([]);
      expect(after.totalCost).toBeLessThan((suggestion?.costAfter ?? 0) * 1.1);
      await on.db.rows(raw(`DROP INDEX ${suggestion?.name}`));
    }
  },
);

withHypopg(
  'advises on a workload by what its statements cost, and passes over what has no plan',
  async () => {
    const slow = (query: string, totalMs: number) => ({
      ...{ cluster: 'main', instance: 'main-1' },
      ...{ queryId: query, query, calls: 100, totalMs, squaresMs2: 0, rows: 1, blocksHit: 0, blocksRead: 0 },
      ...{
        blocksTemp: 0,
        ioMs: 0,
        walBytes: 0,
        meanMs: 1,
        stddevMs: 0,
        p95BoundMs: 1,
        shareOfTime: 0,
        hitRatio: 1,
      },
    });
    const queries = [
      slow('SELECT title FROM items WHERE owner_id = $1', 900),
      slow('UPDATE items SET position = $1 WHERE owner_id = $2', 500),
      slow('SELECT count(*) FROM log WHERE item_id = $1', 100),
      slow('SELECT gone FROM items', 50),
      slow('BEGIN', 50),
      slow("CREATE ROLE visitor PASSWORD '…'", 50),
    ];
    const advise = (budgetBytes: number) =>
      adviseOnWorkload(
        on.fleet,
        (input) =>
          Promise.resolve({
            ...{
              cluster: input.cluster,
              instance: 'main-1',
              from: null,
              to: new Date(),
              method: 'INTERVALS',
            },
            ...{ totalCalls: 600, totalMs: 2_000, queries, reason: null, hint: null },
          }),
        { cluster: 'main', instance: null, windowSeconds: 60, statements: 50, budgetBytes, limit: 10 },
      );
    const found = await advise(2 ** 30);
    expect(found).toMatchObject({ looked: 4, planned: 3, shareOfTime: 0.75, reason: null });
    expect(found.indexes.map(tail)).toEqual(['items (owner_id);', 'log (item_id);']);
    expect(found.bytes).toBe(found.indexes.reduce((sum, one) => sum + (one.bytes ?? 0), 0));
    const tight = await advise((found.indexes[0]?.bytes ?? 0) + 1);
    expect(tight.indexes.map(tail)).toEqual(['items (owner_id);']);
  },
);

withHypopg('is no change of the schema: a database with HypoPG has not drifted', async () => {
  const { objects } = await readCatalog(on.db);
  expect(objects.filter(({ name }) => name.includes('hypopg'))).toEqual([]);
});
