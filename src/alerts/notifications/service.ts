import { isAbsolute } from 'node:path';
import { isIP } from 'node:net';
import type { Access } from '../../access/access.ts';
import type { Requester } from '../../access/principals.ts';
import type { Page } from '../../page.ts';
import type { Database } from '../../postgres/pool.ts';
import { audit } from '../audit.ts';
import { AlertLimitError } from '../errors.ts';
import { insertTest } from './courier-store.ts';
import { CLAIM_MS, deliver } from './courier.ts';
import {
  NotificationChannelInvalidError,
  NotificationChannelNotFoundError,
  NotificationDeliveryNotFoundError,
} from './errors.ts';
import type { DeliveryFilter, Message, NotificationChannel, NotificationDelivery } from './notifications.ts';
import * as store from './store.ts';

const MOST_CHANNELS = 100;

export interface NotificationsOptions {
  /** The control database. */
  readonly db: Database;
  readonly recordAudit: Access['record'];
}

/** Channels, and what was sent through them. */
export interface NotificationService {
  listChannels(): Promise<readonly NotificationChannel[]>;
  /** Makes the channel of that name or replaces it. @throws {NotificationChannelInvalidError} @throws {AlertLimitError} */
  upsertChannel(channel: store.NewChannel, requester: Requester): Promise<NotificationChannel>;
  /** Its deliveries go with it. @throws {NotificationChannelNotFoundError} */
  removeChannel(name: string, requester: Requester): Promise<void>;
  /** Sends one message now, once, and says what came of it. @throws {NotificationChannelNotFoundError} */
  testChannel(name: string, requester: Requester): Promise<NotificationDelivery>;
  /** Newest first. */
  listDeliveries(filter: DeliveryFilter, page: Page<bigint>): Promise<readonly NotificationDelivery[]>;
  countDeliveries(filter: DeliveryFilter): Promise<number>;
  /** Puts a dead letter back into its channel's queue. @throws {NotificationDeliveryNotFoundError} */
  retryDelivery(id: string, requester: Requester): Promise<NotificationDelivery>;
}

export function createNotifications(options: NotificationsOptions): NotificationService {
  const { db } = options;
  return {
    listChannels: () => store.listChannels(db, MOST_CHANNELS),
    upsertChannel: (channel, requester) => upsertChannel(options, channel, requester),
    removeChannel: (name, requester) =>
      db.transaction(async (tx) => {
        if (!(await store.removeChannel(tx, name))) throw new NotificationChannelNotFoundError(name);
        await audit(options, tx, requester, { target: name, input: { name } });
      }),
    testChannel: (name, requester) => testChannel(options, name, requester),
    listDeliveries: (filter, page) => store.listDeliveries(db, filter, page),
    countDeliveries: (filter) => store.countDeliveries(db, filter),
    retryDelivery: (id, requester) =>
      db.transaction(async (tx) => {
        const delivery = await store.requeue(tx, id);
        if (delivery === null) throw new NotificationDeliveryNotFoundError(id);
        await audit(options, tx, requester, { target: id, input: { id } });
        return delivery;
      }),
  };
}

async function upsertChannel(
  options: NotificationsOptions,
  channel: store.NewChannel,
  requester: Requester,
): Promise<NotificationChannel> {
  checkChannel(channel);
  return options.db.transaction(async (tx) => {
    const { principal, onBehalfOf } = requester;
    const author = { by: principal.name, onBehalfOf, limit: MOST_CHANNELS };
    const made = await store.upsertChannel(tx, channel, author);
    if (made === null) throw new AlertLimitError('notification channels', MOST_CHANNELS);
    // A URL of a chat is a secret itself.
    const { url, ...rest } = channel;
    const input = { ...rest, url: url === null ? null : new URL(url).host };
    await audit(options, tx, requester, { target: channel.name, input });
    return made;
  });
}

/** @throws {NotificationChannelInvalidError} */
function checkChannel({ kind, url, secretFile }: store.NewChannel): void {
  if (url === null && (kind !== 'SLACK' || secretFile === null))
    throw new NotificationChannelInvalidError(
      'url',
      'it is needed; only of a SLACK channel the secret file may hold it',
    );
  if (secretFile !== null && !isAbsolute(secretFile))
    throw new NotificationChannelInvalidError('secretFile', 'this is no absolute path');
  if (url === null) return;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new NotificationChannelInvalidError('url', 'this is no http or https URL');
  const { hostname, password, username } = new URL(url);
  if (username !== '' || password !== '')
    throw new NotificationChannelInvalidError('url', 'a secret belongs into a file, not into the URL');
  if (isLinkLocal(hostname.replace(/^\[|\]$/g, '')))
    throw new NotificationChannelInvalidError(
      'url',
      'clouds give away their secrets at link-local addresses',
    );
}

function isLinkLocal(host: string): boolean {
  return isIP(host) === 4 ? host.startsWith('169.254.') : isIP(host) === 6 && /^fe[89ab]/i.test(host);
}

async function testChannel(
  options: NotificationsOptions,
  name: string,
  requester: Requester,
): Promise<NotificationDelivery> {
  const { db } = options;
  const channel = await store.findChannel(db, name);
  if (channel === null) throw new NotificationChannelNotFoundError(name);
  const claimed = await db.transaction(async (tx) => {
    await audit(options, tx, requester, { target: name, input: { name } });
    return insertTest(tx, { channel: name, message: toTestMessage(requester), forMs: CLAIM_MS });
  });
  const { signal } = new AbortController();
  await deliver({ db, onError: () => {} }, claimed, signal);
  const [delivery] = await store.findDeliveries(db, [claimed.id]);
  if (!delivery) throw new NotificationChannelNotFoundError(name); // it was deleted meanwhile
  return delivery;
}

function toTestMessage({ principal, onBehalfOf }: Requester): Message {
  const at = new Date().toISOString();
  return {
    change: 'TEST',
    at,
    by: onBehalfOf ?? principal.name,
    alert: {
      ...{ id: 'test', cluster: 'test', instance: null, rule: 'test', metric: 'test', severity: 'WARNING' },
      ...{ state: 'FIRING', summary: 'This is a test of Sunday Control Plane.', reason: null },
      ...{ value: null, unit: 'count', threshold: null, startedAt: at, resolvedAt: at },
      runbook: 'Nothing is to be done.',
    },
  };
}
