import { expect, test } from 'vitest';
import { describeHolder, listHorizonHolders } from '../../src/postgres/horizon.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { holdOpen } from '../partitions/tables.ts';
import { createTestDatabase } from '../support/database.ts';

test('who keeps dead rows is an open transaction that has seen them, as long as it is open', async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  await db.rows(raw('CREATE TABLE little AS SELECT 1 AS id'));
  const onlooker = openDatabase({ ...database.connection, applicationName: 'onlooker', maxConnections: 1 });
  const open = await holdOpen(onlooker, 'SELECT pg_current_xact_id()');
  await db.rows(raw('DELETE FROM little'));
  const [session] = await db.rows<{ pid: string; startedMs: number }>(sql`
    SELECT pid::text, trunc(1000 * extract(epoch FROM backend_start))::float8 AS "startedMs"
    FROM pg_stat_activity WHERE application_name = 'onlooker'
  `);
  const [holder] = await listHorizonHolders(db);
  expect(holder).toMatchObject({
    ...{ kind: 'SESSION', name: session?.pid, sessionStartedMs: session?.startedMs, isReporting: false },
    ...{ applicationName: 'onlooker', state: 'idle in transaction' },
  });
  expect(holder?.ageTransactions).toBeGreaterThanOrEqual(2); // its own and the DELETE
  expect(holder === undefined ? '' : describeHolder(holder)).toMatch(
    /^process \d+ \(postgres, onlooker, idle in transaction\), \d+ transactions old$/,
  );
  await open.end();
  await onlooker.close();
  expect(
    (await listHorizonHolders(db)).filter(({ applicationName }) => applicationName === 'onlooker'),
  ).toEqual([]);
});
