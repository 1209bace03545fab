import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorkers } from '../../src/operations/workers.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { identifier, sql } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';

let control: TestDatabase;
beforeAll(async () => {
  control = await createControlDatabase();
  await control.db.rows(sql`/* test.createSchema */ CREATE SCHEMA dbos`);
  await control.db.rows(sql`/* test.createStatus */
    CREATE TABLE dbos.workflow_status (executor_id text, status text)`);
});
afterAll(() => control[Symbol.asyncDispose]());

test('tells of an outage of the control database once when it begins and once when it is over', async () => {
  const failures: unknown[] = [];
  const recoveries: { readonly failed: number }[] = [];
  const workers = createWorkers({
    db: control.db,
    workerId: 'worker-of-the-test',
    heartbeatTimeoutMs: 60_000,
    handBack: () => Promise.resolve(),
    onFailing: (error) => failures.push(error),
    onRecovered: (outage) => recoveries.push(outage),
  });
  const admin = openDatabase({ ...control.connection, database: 'postgres', maxConnections: 1 });
  const name = control.connection.database;
  const allow = (text: 'true' | 'false') =>
    admin.rows(sql`/* test.allow */
      ALTER DATABASE ${identifier(name)} ALLOW_CONNECTIONS ${identifier(text)}`);
  await workers.register();
  workers.start();
  await allow('false');
  await admin.rows(sql`/* test.disconnect */
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`);
  await expect.poll(() => failures.length, { timeout: 10_000 }).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect([failures.length, recoveries.length]).toEqual([1, 0]);
  await allow('true');
  await expect.poll(() => recoveries.length, { timeout: 10_000 }).toBe(1);
  expect(recoveries[0]?.failed).toBeGreaterThanOrEqual(2);
  expect(failures).toHaveLength(1);
  await workers.stop();
  await admin.close();
});
