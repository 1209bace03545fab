import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

describe('speaks the words of', () => {
  test('Slack', async () => {
    const file = office.writeSecret('slack', `${office.url}/services/T/B/x`);
    await office.upsert('slack', { kind: 'SLACK', url: null, secretFile: file });
    await office.alerts.measure(99, { reason: 'a <b> & c' });
    await office.makeDue();
    await office.startCourier();
    await office.eventually(() => expect(office.received).toHaveLength(1));
    expect(office.received[0]?.path).toBe('/services/T/B/x');
    expect(JSON.parse(office.received[0]?.body ?? '')).toMatchObject({
      text: 'FIRED: main: connections in use of main-1: 99 %, the limit is 95 %',
      attachments: [{ color: '#d00000', title: 'CRITICAL main connections' }],
    });
    expect(office.received[0]?.body).toContain('a &lt;b&gt; &amp; c');
  });

  test('Alertmanager', async () => {
    await office.upsert('prometheus', { kind: 'ALERTMANAGER', url: `${office.url}/am/` });
    await office.alerts.measure(99);
    await office.alerts.measure(10);
    await office.makeDue();
    await office.startCourier();
    await office.eventually(() => expect(office.received).toHaveLength(2));
    expect(office.received[0]?.path).toBe('/am/api/v2/alerts');
    const [[fired], [resolved]] = office.received.map(
      ({ body }) => JSON.parse(body) as Record<string, unknown>[],
    ) as [Record<string, unknown>[], Record<string, unknown>[]];
    expect(fired?.['labels']).toEqual({
      ...{
        alertname: 'connections',
        cluster: 'main',
        instance: 'main-1',
        metric: 'connections',
        source: 'sunday',
      },
    });
    expect(resolved).toMatchObject({
      labels: fired?.['labels'],
      endsAt: office.alerts.clock.now.toISOString(),
    });
  });
});

describe('a test of a channel', () => {
  test('says at once what came of it, and is tried once', async () => {
    await office.upsert('ours');
    expect(await office.notifications.testChannel('ours', office.alerts.requester)).toMatchObject({
      ...{ state: 'DELIVERED', change: 'TEST', lastStatus: 200, attempts: 1 },
    });
    office.receiver.answer = (_path, response) => response.writeHead(500).end();
    expect(await office.notifications.testChannel('ours', office.alerts.requester)).toMatchObject({
      state: 'DEAD',
      lastStatus: 500,
    });
  });

  test('finds a key that others may read', async () => {
    const open = office.writeSecret('open', 'key', 0o644);
    await office.upsert('ours', { secretFile: open });
    expect(await office.notifications.testChannel('ours', office.alerts.requester)).toMatchObject({
      state: 'DEAD',
      lastError: `${open} can be read by others: chmod 600`,
    });
    expect(office.received).toEqual([]);
  });
});

test.each([
  ['no address', { url: null }, 'url'],
  ['another protocol', { url: 'file:///etc/passwd' }, 'url'],
  ['a password in the URL', { url: 'https://ann:secret@example.com/' }, 'url'],
  ["the address of a cloud's secrets", { url: 'http://169.254.169.254/latest' }, 'url'],
  ['a relative path of its key', { secretFile: 'key' }, 'secretFile'],
])('a channel with %s is refused', async (_title, change, field) => {
  await expect(office.upsert('ours', change)).rejects.toMatchObject({
    code: 'NOTIFICATION_CHANNEL_INVALID',
    argument: ['input', field],
  });
});
