import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { createPerformance } from '../../src/performance/service.ts';
import { openDatabase, type Database } from '../../src/postgres/pool.ts';
import { identifier, sql } from '../../src/postgres/sql.ts';
import { startApi, type TestApi } from '../server/api.ts';
import { openOnFleet, testFleet, type TestFleet } from '../support/fleet.ts';

const NAME = `locks-${randomBytes(3).toString('hex')}`;
const TABLE = identifier(NAME);

const noHistory = () => Promise.resolve({ unit: 'percent', buckets: [], reason: null });

let shared: TestFleet;
let fleet: Fleet;
let api: TestApi;
let owner: Database;
beforeAll(async () => {
  shared = await testFleet();
  fleet = createFleet(shared.config);
  api = await startApi({
    services: (small) => ({
      fleet,
      performance: createPerformance({ fleet, db: small as never, readHistory: noHistory }),
    }),
  });
  owner = openOnFleet(shared, 'operator');
  await owner.rows(sql`CREATE TABLE ${TABLE} (id int PRIMARY KEY)`);
});
afterAll(async () => {
  await owner.rows(sql`DROP TABLE ${TABLE}`);
  await owner.close();
  await api[Symbol.asyncDispose]();
  await fleet.close();
});

/** A client of its own, with a name by which it is found. */
async function connectAs(applicationName: string): Promise<Database> {
  const login = await fleet.primaryLogin('main');
  return openDatabase({ ...login, applicationName, maxConnections: 1 });
}

const ask = async <T>(query: string, variables: object = {}): Promise<T> => {
  const { body } = await api.query(query, variables);
  expect(body.errors).toBeUndefined();
  return body.data as T;
};
interface Line {
  readonly id: string;
  readonly pid: number;
  readonly application: string;
  readonly state: string;
  readonly query: string;
}
const LIST =
  '{ activity(cluster: "main", includeIdle: true, first: 500) { sessions { id pid application state query } } }';
const findLine = async (application: string) =>
  (await ask<{ activity: { sessions: Line[] } }>(LIST)).activity.sessions.find(
    (one) => one.application === application,
  );
const signal = (mutation: 'cancelQuery' | 'terminateSession', input: object) =>
  ask<Record<string, object>>(
    `mutation ($input: ${mutation === 'cancelQuery' ? 'CancelQueryInput' : 'TerminateSessionInput'}!) {
      ${mutation}(input: $input) { ... on UserError { code message hint }
        ... on ${mutation === 'cancelQuery' ? 'CancelQuerySuccess' : 'TerminateSessionSuccess'} { isDone session { application } } } }`,
    { input },
  ).then((data) => data[mutation]);

test('shows who waits for whom, with the statement of the blocker but not its strings', async () => {
  const [holder, waiter] = [await connectAs(`${NAME}-holder`), await connectAs(`${NAME}-waiter`)];
  await holder.session(async (session) => {
    await session.rows(sql`BEGIN`);
    await session.client.query(`INSERT INTO "${NAME}" SELECT 1 WHERE 'secret of ann' <> ''`);
    const waiting = waiter.rows(sql`TRUNCATE ${TABLE}`);
    const tree = () =>
      ask<{ lockTree: { nodes: { depth: number; session: { application: string; query: string } }[] } }>(
        '{ lockTree(cluster: "main") { nodes { depth blockedCount session { application state query } wait { relation mode } } } }',
      ).then(({ lockTree }) => lockTree.nodes.filter(({ session }) => session.application.startsWith(NAME)));
    await expect.poll(tree, { timeout: 5_000 }).toEqual([
      {
        ...{ depth: 0, blockedCount: 1, wait: null },
        session: {
          ...{ application: `${NAME}-holder`, state: 'idle in transaction' },
          query: `INSERT INTO "${NAME}" SELECT 1 WHERE '…' <> '…'`,
        },
      },
      {
        ...{ depth: 1, blockedCount: 0, wait: { relation: `"${NAME}"`, mode: 'AccessExclusiveLock' } },
        session: expect.objectContaining({ application: `${NAME}-waiter`, state: 'active' }) as unknown,
      },
    ]);
    await session.rows(sql`COMMIT`);
    await waiting;
  });
  await Promise.all([holder.close(), waiter.close()]);
});

test('cancels the statement and leaves the session', async () => {
  const client = await connectAs(`${NAME}-cancelled`);
  await client.session(async (session) => {
    const ending = session.rows(sql`SELECT pg_sleep(60)`).catch((error: { code?: string }) => error.code);
    await expect
      .poll(() => findLine(`${NAME}-cancelled`), { timeout: 5_000 })
      .toMatchObject({ state: 'active' });
    const { id } = (await findLine(`${NAME}-cancelled`)) as Line;
    expect(await signal('cancelQuery', { id, dryRun: true })).toMatchObject({ isDone: null });
    expect(await signal('cancelQuery', { id, reason: 'runs for ever' })).toMatchObject({ isDone: true });
    expect(await ending).toBe('57014');
    expect(await session.rows(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
    expect(await signal('cancelQuery', { id })).toMatchObject({
      ...{ code: 'SESSION_PROTECTED', message: expect.stringContaining('runs no statement') as string },
    });
  });
  await client.close();
});

test('terminates the session, and its transaction with it; the id means no later session', async () => {
  const client = await connectAs(`${NAME}-ended`);
  const work = client
    .session(async (session) => {
      await session.rows(sql`BEGIN`);
      await session.rows(sql`INSERT INTO ${TABLE} VALUES (7)`);
      await session.rows(sql`SELECT pg_sleep(60)`);
    })
    .catch((error: Error) => error);
  await expect.poll(() => findLine(`${NAME}-ended`), { timeout: 5_000 }).toMatchObject({ state: 'active' });
  const { id } = (await findLine(`${NAME}-ended`)) as Line;
  expect(await signal('terminateSession', { id })).toEqual({
    ...{ isDone: true, session: { application: `${NAME}-ended` } },
  });
  expect(await work).toBeInstanceOf(Error);
  expect(await owner.rows(sql`SELECT FROM ${TABLE} WHERE id = 7`)).toEqual([]);
  expect(await signal('terminateSession', { id })).toMatchObject({ code: 'SESSION_NOT_FOUND' });
  await client.close();
});

test('refuses a session of the server, of a superuser and of the control plane itself', async () => {
  const admin = openOnFleet(shared, 'superuser');
  const find = async (args: string, match: (one: Line & { kind: string; user: string }) => boolean) => {
    const { activity } = await ask<{ activity: { sessions: (Line & { kind: string; user: string })[] } }>(
      `{ activity(cluster: "main", ${args}, first: 500) { sessions { id pid kind user application state query } } }`,
    );
    return activity.sessions.find(match)?.id;
  };
  const writer = await find('includeBackground: true', ({ kind }) => kind === 'walwriter');
  expect(await signal('terminateSession', { id: writer })).toMatchObject({
    ...{
      code: 'SESSION_PROTECTED',
      message: expect.stringContaining('is a walwriter of the server') as string,
    },
  });
  const own = await find('includeIdle: true', ({ application }) => application.startsWith('sunday'));
  expect(await signal('terminateSession', { id: own })).toMatchObject({ code: 'SESSION_PROTECTED' });
  await admin.session(async (session) => {
    await session.rows(sql`SET application_name = ${sql`superuser_of_test`}`);
    const id = await find('includeIdle: true', ({ application }) => application === 'superuser_of_test');
    expect(await signal('terminateSession', { id })).toMatchObject({
      ...{ code: 'SESSION_PROTECTED', hint: 'Only a superuser stops the session of a superuser.' },
    });
  });
  await admin.close();
});

test('refuses an id that is none, an unknown instance and a limit out of range', async () => {
  expect(await signal('terminateSession', { id: 'nonsense' })).toMatchObject({ code: 'INVALID_INPUT' });
  const { body } = await api.query('{ activity(cluster: "main", instance: "main-9") { total } }');
  expect(body.errors?.[0]?.extensions['code']).toBe('INSTANCE_NOT_FOUND');
  const limited = await api.query('{ activity(cluster: "main", first: 501) { total } }');
  expect(limited.body.errors?.[0]?.extensions['code']).toBe('INVALID_INPUT');
});

test('lists the sessions of a standby, too', async () => {
  const { activity } = await ask<{ activity: { instance: string; reason: string | null } }>(
    '{ activity(cluster: "main", instance: "main-2", includeBackground: true) { instance reason sessions { kind } } }',
  );
  expect(activity).toMatchObject({ instance: 'main-2', reason: null });
});
