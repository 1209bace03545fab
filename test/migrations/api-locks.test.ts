import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/postgres/sql.ts';
import { type Plane, startPlane } from './plane.ts';

let plane: Plane;
beforeAll(async () => {
  plane = await startPlane({ clusters: ['main'] });
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

interface Event {
  readonly message: string;
  readonly operation: { readonly state: string };
}

test('names the reader in the way over the websocket, lets readers pass it by, and ends when it has gone', async () => {
  const db = await plane.create('main');
  await db.rows(sql`CREATE TABLE a AS SELECT 1 AS id`);
  plane.write({ '001_a.sql': 'SELECT 1;\n\nALTER TABLE a ADD b int;' });
  const long = plane.openOn('main', { applicationName: 'report' });
  const seen: Event[] = [];
  let id = '';
  await long.transaction(async (tx) => {
    const [row] = await tx.rows<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid, id FROM a`);
    const pid = row?.pid ?? 0;
    const dry = await plane.ask(
      'applyMigrations',
      { cluster: 'main', dryRun: true },
      'plan { verdict blockers { pid applicationName table mode } }',
    );
    expect(dry).toMatchObject({
      plan: {
        verdict: 'NEEDS_WINDOW',
        blockers: [{ pid, applicationName: 'report', table: 'public.a', mode: 'ACCESS SHARE' }],
      },
    });
    id = await plane.start('applyMigrations', { cluster: 'main' });
    const follow = `subscription ($id: ID!) { operationEvents(id: $id) { message operation { state } } }`;
    seen.push(
      ...(await plane.follow<Event>(follow, { id }, ({ message }) => message.includes('in its way'))),
    );
    expect(seen.at(-1)?.message).toMatch(
      new RegExp(`statement 2 of 2, line 3 waits for a; in its way: .*${pid}.*report`),
    );
    // Behind our ALTER TABLE in the queue of the lock: through as soon as it gives up, though the report goes on.
    const readers = await Promise.all(Array.from({ length: 5 }, () => db.rows(sql`SELECT id FROM a`)));
    expect(readers).toHaveLength(5);
  });
  expect(await plane.waitForEnd(id)).toMatchObject({ state: 'SUCCEEDED' });
});
