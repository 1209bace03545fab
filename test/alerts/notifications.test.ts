import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { failed, MOST_ATTEMPTS } from '../../src/alerts/notifications/send.ts';
import { sql } from '../../src/postgres/sql.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;

beforeAll(async () => {
  office = await openPostOffice();
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await office.clear();
});

test('sends what fires and what ends, signed, once', async () => {
  await office.upsert('ours', { secretFile: office.writeSecret('key', 'the key\n') });
  await office.alerts.measure(99);
  await office.alerts.measure(10);
  await office.makeDue();
  await Promise.all([office.startCourier(), office.startCourier()]);
  await office.eventually(async () =>
    expect(await office.states()).toEqual(['ours RESOLVED DELIVERED 1', 'ours FIRED DELIVERED 1']),
  );
  const [first, second] = office.received;
  expect(office.received).toHaveLength(2);
  const { 'x-sunday-timestamp': timestamp, 'x-sunday-signature': signature } = first?.headers ?? {};
  const expected = createHmac('sha256', 'the key')
    .update(`${String(timestamp)}.${first?.body}`)
    .digest('hex');
  expect(signature).toBe(`v1=${expected}`);
  const messages = [first, second].map((one) => JSON.parse(one?.body ?? '') as Record<string, unknown>);
  expect(messages).toMatchObject([
    { version: 1, change: 'FIRED', alert: { cluster: 'main', severity: 'CRITICAL', value: 99 } },
    { version: 1, change: 'RESOLVED', alert: { value: 10 } },
  ]);
  expect(messages.map(({ deliveryId }) => deliveryId)).toEqual(
    office.received.map(({ headers }) => headers['x-sunday-delivery']),
  );
});

test('tells a channel only what it asked for, and the end of that', async () => {
  await office.upsert('night', { changes: ['RAISED'] });
  await office.upsert('other', { clusters: ['other'] });
  await office.upsert('critical', { severities: ['CRITICAL'] });
  await office.alerts.measure(85);
  await office.alerts.measure(99);
  await office.alerts.measure(10);
  expect([...(await office.states())].sort()).toEqual([
    'critical RAISED PENDING 0',
    'critical RESOLVED PENDING 0',
    'night RAISED PENDING 0',
    'night RESOLVED PENDING 0',
  ]);
});

test('tells one message of an outage, not one of each alert in it', async () => {
  await office.upsert('ours');
  await office.alerts.measure(99);
  await office.alerts.measure(0, { name: 'primary', instance: null, unit: 'instances', state: 'CRITICAL' });
  expect(await office.states()).toEqual(['ours FIRED PENDING 0']);
  await office.alerts.measure(1, { name: 'primary', instance: null, unit: 'instances', state: 'OK' });
  expect(await office.states()).toEqual([
    'ours UNGROUPED PENDING 0',
    'ours RESOLVED PENDING 0',
    'ours FIRED PENDING 0',
  ]);
});

test('writes no message of what is silenced', async () => {
  await office.upsert('ours');
  const any = { cluster: 'main', rule: null, metric: null, instance: null, severity: null };
  const { silence } = await office.alerts.alerts.silence({ ...any, minutes: 60 }, office.alerts.requester);
  await office.alerts.measure(99);
  expect(await office.states()).toEqual([]);
  await office.alerts.alerts.endSilence(silence.id, office.alerts.requester);
  expect(await office.states()).toEqual(['ours UNSILENCED PENDING 0']);
});

test('a receiver that never answers holds up no other, and its messages stay', async () => {
  office.receiver.answer = (path, response) => void (path === '/hang' || response.end());
  await office.upsert('hang');
  await office.upsert('quick');
  await office.startCourier();
  await office.alerts.measure(99);
  await office.alerts.measure(10);
  await office.alerts.measure(99);
  await office.makeDue();
  await office.eventually(async () =>
    expect(
      (await office.states()).filter((one) => one.startsWith('quick') && one.includes('DELIVERED')),
    ).toHaveLength(3),
  );
  await office.eventually(async () => {
    const [newest] = (await office.deliveries()).filter(
      (one) => one.channel === 'hang' && one.lastError !== null,
    );
    expect(newest).toMatchObject({
      state: 'PENDING',
      attempts: 1,
      lastStatus: null,
      lastError: 'the receiver did not answer within 500 ms',
    });
  });
  office.server.closeAllConnections();
});

test('never overtakes a message about the same alert that is tried again', async () => {
  office.receiver.answer = (_path, response) => response.writeHead(503).end();
  await office.upsert('ours');
  await office.startCourier();
  await office.alerts.measure(99);
  await office.makeDue();
  await office.eventually(async () =>
    expect(await office.deliveries()).toMatchObject([{ state: 'PENDING', attempts: 1, lastStatus: 503 }]),
  );
  office.receiver.answer = (_path, response) => response.end();
  await office.alerts.measure(10);
  expect(await office.states()).toEqual(['ours RESOLVED PENDING 0', 'ours FIRED PENDING 1']);
  await office.makeDue();
  await office.eventually(async () =>
    expect(await office.states()).toEqual(['ours RESOLVED DELIVERED 1', 'ours FIRED DELIVERED 2']),
  );
});

test.each([
  ['404', 404, 'the receiver answered 404'],
  ['a redirect, which is not followed', 302, 'the receiver answered 302: redirects are not followed'],
])('makes a dead letter of %s, which can be tried again', async (_title, status, error) => {
  office.receiver.answer = (_path, response) =>
    response.writeHead(status, { location: `${office.url}/elsewhere` }).end();
  await office.upsert('ours');
  await office.alerts.measure(99);
  await office.makeDue();
  await office.startCourier();
  await office.eventually(async () =>
    expect(await office.deliveries()).toMatchObject([
      { state: 'DEAD', attempts: 1, lastStatus: status, lastError: error },
    ]),
  );
  expect(office.received.map(({ path }) => path)).toEqual(['/ours']);
  office.receiver.answer = (_path, response) => response.end();
  const [dead] = await office.deliveries();
  await office.notifications.retryDelivery(dead?.id ?? '', office.alerts.requester);
  await office.eventually(async () => expect(await office.states()).toEqual(['ours FIRED DELIVERED 1']));
  await expect(
    office.notifications.retryDelivery(dead?.id ?? '', office.alerts.requester),
  ).rejects.toMatchObject({
    code: 'NOTIFICATION_DELIVERY_NOT_FOUND',
  });
});

test('makes a dead letter of what comes when the queue is full', async () => {
  await office.upsert('ours', { queueLimit: 2 });
  for (const value of [99, 10, 99]) await office.alerts.measure(value);
  expect(await office.deliveries()).toMatchObject([
    { state: 'DEAD', change: 'FIRED', lastError: 'the queue of the channel is full' },
    { state: 'PENDING', change: 'RESOLVED' },
    { state: 'PENDING', change: 'FIRED' },
  ]);
});

test('gives up after eight attempts, each later than the one before', () => {
  const waits = Array.from({ length: MOST_ATTEMPTS }, (_, index) => failed(true, index + 1).retryInMs);
  expect(waits).toEqual([5_000, 15_000, 45_000, 135_000, 405_000, 900_000, 900_000, null]);
});

test('sends again what a worker had claimed and not noted before it died', async () => {
  await office.upsert('ours');
  await office.alerts.measure(99);
  await office.alerts.db.rows(sql`UPDATE notification_delivery
    SET next_attempt_at = now(), attempts = 1, claimed_until = now() - interval '1 second'`);
  await office.startCourier();
  await office.eventually(async () => expect(await office.states()).toEqual(['ours FIRED DELIVERED 2']));
});
