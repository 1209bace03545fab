import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Delivery, EventLog } from '../../src/events/events.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createControlDatabase, createTestEvents } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let events: EventLog;
let topic = '';

beforeAll(async () => {
  database = await createControlDatabase();
  ({ events } = createTestEvents(database));
});
beforeEach(() => {
  topic = crypto.randomUUID();
});
afterAll(async () => {
  await events.close();
  await database[Symbol.asyncDispose]();
});

async function append(...subjects: string[]): Promise<void> {
  await database.db.transaction((tx) =>
    events.append(
      tx,
      subjects.map((subject) => ({ topic, subject, payload: { subject } })),
    ),
  );
  events.ring();
}

/** The first `count` deliveries after `after`. */
async function take(count: number, after: bigint | null = null, subject?: string): Promise<Delivery[]> {
  const taken: Delivery[] = [];
  const filter = subject === undefined ? { topic } : { topic, subject };
  for await (const delivery of events.follow(filter, after, AbortSignal.timeout(10_000))) {
    taken.push(delivery);
    if (taken.length === count) break;
  }
  return taken;
}
const subjectsOf = (deliveries: Delivery[]) =>
  deliveries.map((one) => (one.kind === 'EVENT' ? one.event.subject : one.kind));
const idOf = (delivery: Delivery | undefined) => (delivery?.kind === 'EVENT' ? delivery.event.id : 0n);

test('replays what was before and goes on with what comes', async () => {
  await append('a', 'b');
  const following = take(4);
  await append('c');
  await append('d');
  expect(subjectsOf(await following)).toEqual(['a', 'b', 'c', 'd']);
});

test('resumes after a cursor, also from the database when memory does not reach back', async () => {
  await append('a', 'b', 'c');
  const all = await take(3);
  expect(subjectsOf(await take(2, idOf(all[0])))).toEqual(['b', 'c']);
  const fresh = createTestEvents(database).events;
  const resumed = [];
  for await (const delivery of fresh.follow({ topic }, idOf(all[0]), AbortSignal.timeout(10_000))) {
    resumed.push(delivery);
    if (resumed.length === 2) break;
  }
  await fresh.close();
  expect(subjectsOf(resumed)).toEqual(['b', 'c']);
});

test('gives one subject only when asked for it', async () => {
  await append('a', 'b', 'a');
  expect(subjectsOf(await take(2, null, 'a'))).toEqual(['a', 'a']);
});

test('never skips an event of a transaction that commits later than it began', async () => {
  const following = take(40);
  const slow = database.db.transaction(async (tx) => {
    await tx.rows(sql`SELECT pg_sleep(0.3)`);
    await events.append(tx, [{ topic, subject: 'slow', payload: {} }]);
    await tx.rows(sql`SELECT pg_sleep(0.1)`);
  });
  const fast = Promise.all(Array.from({ length: 39 }, (_, index) => append(`fast ${index}`)));
  await Promise.all([slow, fast]);
  const ids = (await following).map(idOf);
  expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(new Set(ids).size).toBe(40);
});

test('says that a cursor has expired, and goes on from there', async () => {
  await append('old');
  const [old] = await take(1);
  await database.db.rows(sql`UPDATE outbox_event SET at = now() - interval '2 days' WHERE topic = ${topic}`);
  await append('new');
  await events.expire(new Date(Date.now() - 86_400_000));
  const fresh = createTestEvents(database).events;
  const seen = [];
  for await (const delivery of fresh.follow({ topic }, idOf(old) - 1n, AbortSignal.timeout(10_000))) {
    seen.push(delivery);
    if (seen.length === 2) break;
  }
  await fresh.close();
  expect(subjectsOf(seen)).toEqual(['EXPIRED', 'new']);
  expect(seen[0]).toMatchObject({ resumeAfter: idOf(old) });
});

test('lets two hundred readers see all of a thousand events', async () => {
  const readers = Array.from({ length: 200 }, () => take(1_000));
  for (let batch = 0; batch < 10; batch++)
    await append(...Array.from({ length: 100 }, (_, index) => `${batch}/${index}`));
  for (const seen of await Promise.all(readers)) expect(new Set(subjectsOf(seen)).size).toBe(1_000);
});

test('ends when its reader goes away', async () => {
  const controller = new AbortController();
  const reading = (async () => {
    for await (const _ of events.follow({ topic }, null, controller.signal));
    return 'ended';
  })();
  controller.abort();
  expect(await reading).toBe('ended');
});
