import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMigrationReader } from '../../src/migrations/files/files.ts';
import { reviewCluster } from '../../src/migrations/planner.ts';
import { raw } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory } from './directory.ts';
import { fleetOf } from './fleet.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.db.rows(raw('CREATE TABLE items (id int); CREATE TABLE other (id int)'));
});
afterAll(() => database[Symbol.asyncDispose]());

test.each([
  ['ALTER TABLE items ADD COLUMN note text;', 'REFUSED'],
  ['ALTER TABLE other ADD COLUMN note text;', 'SAFE'],
])('%s is %s while rows of items move to another shard', async (text, verdict) => {
  using directory = createDirectory({ '001_note.sql': text });
  const deps = {
    ...{ fleet: fleetOf(database.db), readFiles: createMigrationReader(directory.path) },
    tablesBeingMoved: () => Promise.resolve(['public.items']),
  };
  expect(await reviewCluster(deps, { cluster: 'main', target: null, direction: 'UP' })).toMatchObject({
    verdict,
  });
});
