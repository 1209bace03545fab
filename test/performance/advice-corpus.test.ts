import { afterAll, beforeAll, expect, test } from 'vitest';
import { listIndexes, parseIndexComment } from '../../scripts/generate-index-list.ts';
import { SundayError } from '../../src/errors.ts';
import { findCatalogTables } from '../../src/performance/advice/catalog-probe.ts';
import { withPlanner } from '../../src/performance/advice/plan-probe.ts';
import { listTableNames, listUses } from '../../src/performance/advice/shape.ts';
import { readStatement } from '../../src/performance/advice/statement.ts';
import { createCoreDatabase, runSqlFile } from '../sunday/product-database.ts';
import type { TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createCoreDatabase();
  await runSqlFile(database.db, '002_advanced_indexes.sql');
}, 120_000);
afterAll(() => database?.[Symbol.asyncDispose]());

test('plans each query that an index of the product is for, and sees which tables it uses', async () => {
  const comments = (await listIndexes(database.db)).flatMap(({ comment }) => {
    const parsed = comment === null ? null : parseIndexComment(comment);
    return parsed === null ? [] : [parsed.query];
  });
  const wrong = await withPlanner(database.db, async (planner) => {
    const found: string[] = [];
    for (const query of comments) {
      try {
        const statement = await readStatement(query);
        const plan = await planner.plan(statement);
        const uses = listUses(
          statement.tree,
          await findCatalogTables(planner.db, listTableNames(statement.tree)),
        );
        if (uses.length === 0 || !(plan['Total Cost'] > 0)) found.push(`${query}: no table`);
      } catch (error) {
        if (!(error instanceof SundayError)) throw error;
        found.push(`${query}: ${error.message}`);
      }
    }
    return found;
  });
  expect(comments.length).toBeGreaterThanOrEqual(70);
  expect(wrong).toEqual([]);
});
