import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { raw, sql } from '../../src/postgres/sql.ts';
import { startShardedFleet, type ShardedFleet } from '../support/sharded-fleet.ts';

let here: ShardedFleet;
beforeAll(async () => {
  here = await startShardedFleet();
});
afterAll(() => here[Symbol.asyncDispose]());

const shard = (name: string) => here.directory.getShard(name);
const stateOf = async (name: string) => (await here.shared.check(await shard(name))).state;
async function addUser(cluster: string, email: string, id = randomUUID()): Promise<string> {
  await (
    await here.on(cluster)
  ).rows(sql`/* test.addUser */ INSERT INTO users (id, email, name) VALUES (${id}, ${email}, 'Somebody')`);
  return id;
}
const usersOn = async (cluster: string) =>
  (await (await here.on(cluster)).rows<{ email: string }>(raw('SELECT email FROM users ORDER BY email'))).map(
    ({ email }) => email,
  );

test('brings what the shards had to the home, and what the home has to all shards', async () => {
  await addUser('main', 'home@example.com');
  await addUser('shard-1', 'first@example.com');
  expect(await stateOf('shard-1')).toBe('NOT_SET_UP');
  await here.shared.setUp(await shard('shard-1'), false);
  await here.shared.setUp(await shard('shard-2'), false);
  const all = ['first@example.com', 'home@example.com'];
  expect([await usersOn('main'), await usersOn('shard-1'), await usersOn('shard-2')]).toEqual([
    all,
    all,
    all,
  ]);
  expect([await stateOf('shard-1'), await stateOf('shard-2')]).toEqual(['EQUAL', 'EQUAL']);
});

test('streams every change of the home from then on', async () => {
  const id = await addUser('main', 'later@example.com');
  const home = await here.on('main');
  await home.rows(sql`/* test.rename */ UPDATE users SET name = 'Renamed' WHERE id = ${id}`);
  await home.rows(raw(`DELETE FROM users WHERE email = 'home@example.com'`));
  await expect
    .poll(() => usersOn('shard-2'), { timeout: 15_000 })
    .toEqual(['first@example.com', 'later@example.com']);
  await expect.poll(() => stateOf('shard-1'), { timeout: 15_000 }).toBe('EQUAL');
});

test('refuses a writer of shared tables on a shard', async () => {
  await expect(addUser('shard-1', 'lost@example.com')).rejects.toMatchObject({
    code: 'SD003',
    message: 'users is written on cluster main, not on a shard',
  });
});

test('finds a row that was changed behind its back, and begins anew when it is told to', async () => {
  await (
    await here.on('shard-1')
  ).transaction(async (tx) => {
    await tx.rows(raw(`SET LOCAL app.shared_tables = 'local'`));
    await tx.rows(raw(`UPDATE users SET name = 'Forged' WHERE email = 'first@example.com'`));
    await tx.rows(raw(`INSERT INTO users (email, name) VALUES ('loaded@example.com', 'Loaded')`));
  });
  await expect
    .poll(() => here.shared.check(awaitedShard), { timeout: 15_000 })
    .toMatchObject({ state: 'DIFFERENT', different: ['users'] });
  await here.shared.setUp(awaitedShard, true);
  expect(await stateOf('shard-1')).toBe('EQUAL');
  await expect.poll(() => usersOn('shard-2'), { timeout: 15_000 }).toContain('loaded@example.com');
  const [row] = await (
    await here.on('shard-1')
  ).rows<{ name: string }>(raw(`SELECT name FROM users WHERE email = 'first@example.com'`));
  expect(row?.name).toBe('Somebody');
});

test('says which rows contradict each other, and lets the shard follow as before', async () => {
  await (
    await here.on('shard-2')
  ).transaction(async (tx) => {
    await tx.rows(raw(`SET LOCAL app.shared_tables = 'local'`));
    await tx.rows(raw(`DELETE FROM users WHERE email = 'first@example.com'`));
    await tx.rows(raw(`INSERT INTO users (email, name) VALUES ('First@example.com', 'Another')`));
  });
  await expect(here.shared.setUp(await shard('shard-2'), true)).rejects.toMatchObject({
    code: 'SHARED_TABLES_CONFLICT',
  });
  expect(await usersOn('shard-2')).toContain('First@example.com');
  await addUser('main', 'still@example.com');
  await expect.poll(() => usersOn('shard-2'), { timeout: 15_000 }).toContain('still@example.com');
});

test('leaves one slot for each shard, and no password in a log', async () => {
  const home = await here.on('main');
  const slots = await home.rows(
    raw(`SELECT slot_name FROM pg_replication_slots WHERE plugin = 'pgoutput' ORDER BY 1`),
  );
  expect(slots).toEqual([{ slot_name: 'sunday_shared_shard_1' }, { slot_name: 'sunday_shared_shard_2' }]);
  const password = readFileSync(join(here.own.home, 'secrets/mover'), 'utf8').trim();
  const logs = readdirSync(join(here.own.home, 'log')).map((name) =>
    readFileSync(join(here.own.home, 'log', name), 'utf8'),
  );
  expect(logs.filter((log) => log.includes(password))).toEqual([]);
});

let awaitedShard: Awaited<ReturnType<typeof shard>>;
beforeAll(async () => {
  awaitedShard = await shard('shard-1');
});
