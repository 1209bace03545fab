import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { vi } from 'vitest';
import { createAccess } from '../../src/access/service.ts';
import { type Courier, createCourier } from '../../src/alerts/notifications/courier.ts';
import { createNotifications } from '../../src/alerts/notifications/service.ts';
import type { NewChannel } from '../../src/alerts/notifications/store.ts';
import { sql } from '../../src/postgres/sql.ts';
import { startAlerts } from './harness.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Alerts, their channels, and a real receiver on loopback that answers as the test says. */
export async function openPostOffice() {
  const alerts = await startAlerts();
  const { db, requester } = alerts;
  const notifications = createNotifications({ db, recordAudit: createAccess(db).record });
  const received: Received[] = [];
  const receiver = { answer: (_path: string, response: ServerResponse): unknown => response.end('{}') };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ path: request.url ?? '', headers: request.headers, body });
      receiver.answer(request.url ?? '', response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const directory = mkdtempSync(join(tmpdir(), 'sunday-alerts-'));
  let couriers: Courier[] = [];
  const deliveries = () =>
    notifications.listDeliveries({}, { limit: 100, after: null, before: null, fromEnd: false });
  return {
    ...{ alerts, deliveries, notifications, received, receiver, server, url },
    /** A file that only we may read. */
    writeSecret(name: string, secret: string, mode = 0o600) {
      const file = join(directory, name);
      writeFileSync(file, secret, { mode });
      return file;
    },
    upsert: (name: string, more: Partial<NewChannel> = {}) =>
      notifications.upsertChannel(
        {
          ...{ name, kind: 'WEBHOOK', url: `${url}/${name}`, secretFile: null, clusters: null },
          ...{ severities: null, changes: null, queueLimit: 100, isEnabled: true },
          ...more,
        },
        requester,
      ),
    /** Newest first: channel, change, state, attempts. */
    states: async () =>
      (await deliveries()).map((one) => `${one.channel} ${one.change} ${one.state} ${one.attempts}`),
    /** What waits for its cause, or for its next attempt, is due. */
    makeDue: () =>
      db.rows(sql`UPDATE notification_delivery SET next_attempt_at = now() WHERE state = 'PENDING'`),
    async startCourier() {
      const courier = createCourier({ db, onError: (error) => console.error(error), timeoutMs: 500 });
      couriers.push(courier);
      await courier.start();
    },
    eventually: (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 15_000, interval: 50 }),
    /** Before each test. */
    async clear() {
      await Promise.all(couriers.map((one) => one.stop()));
      couriers = [];
      received.length = 0;
      receiver.answer = (_path, response) => response.end('{}');
      await db.rows(
        sql`/* test.clear */ TRUNCATE alert, alert_pending, notification_channel, notification_delivery`,
      );
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(couriers.map((one) => one.stop()));
      server.closeAllConnections();
      server.close();
      rmSync(directory, { recursive: true });
      await alerts[Symbol.asyncDispose]();
    },
  };
}

export type PostOffice = Awaited<ReturnType<typeof openPostOffice>>;
