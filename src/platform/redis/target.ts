import { Redis } from 'ioredis';
import type { ServiceAction } from '../actions.ts';
import {
  messageOf,
  rememberLook,
  type PlatformTarget,
  type ServiceConnection,
  type Trouble,
} from '../platform.ts';
import { parseInfo, type RedisInfo } from './info.ts';
import { judgeRedis } from './judge.ts';
import { parseHistogram, type LatencyCounts } from './latency.ts';

/** All that one look has read. */
export interface RedisLook {
  readonly info: RedisInfo;
  /** Null, with the reason: this server keeps no distributions, or does not show them to us. */
  readonly latency: LatencyCounts | { readonly reason: string; readonly hint: string };
  /** From the first byte to the last answer, the connection included. */
  readonly tookMs: number;
  /** By the clock here. */
  readonly atMs: number;
}

const EVERY_MS = 10_000;
/** Whoever looks gives up before; this is for a signal that is not heard. */
const TIMEOUT_MS = 10_000;

/** One Redis. A connection for each look: there is no state that could be stale, and it shows that clients get in. */
export function createRedisTarget(connection: ServiceConnection): PlatformTarget {
  return {
    name: connection.name,
    kind: 'REDIS',
    address: connection.url,
    everyMs: EVERY_MS,
    open: () => rememberLook((signal) => readRedis(connection, signal), judgeRedis),
    explain,
    act: (action, signal) => withRedis(connection, signal, (client) => act(client, action)),
  };
}

function readRedis(connection: ServiceConnection, signal: AbortSignal): Promise<RedisLook> {
  const startedMs = performance.now();
  return withRedis(connection, signal, async (client) => {
    const info = parseInfo(await client.info());
    const tookMs = performance.now() - startedMs;
    return { info, latency: await readLatency(client), tookMs, atMs: performance.now() };
  });
}

async function act(client: Redis, action: ServiceAction): Promise<void> {
  if (action === 'SAVE_SNAPSHOT') await client.bgsave('SCHEDULE');
  if (action === 'PURGE_MEMORY') await client.memory('PURGE');
}

async function withRedis<Result>(
  connection: ServiceConnection,
  signal: AbortSignal,
  work: (client: Redis) => Promise<Result>,
): Promise<Result> {
  const client = openRedis(connection);
  const disconnect = () => client.disconnect();
  signal.addEventListener('abort', disconnect, { once: true });
  // The promise of `connect` only says that the connection was closed; why is said by this event.
  let cause: Error | null = null;
  client.on('error', (error: Error) => (cause = error));
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw cause ?? error;
  } finally {
    signal.removeEventListener('abort', disconnect);
    disconnect();
  }
}

function openRedis({ url, user, readPassword, readAuthority }: ServiceConnection): Redis {
  const password = readPassword();
  const ca = readAuthority();
  return new Redis(url, {
    ...(user === null ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(ca === null ? {} : { tls: { ca } }),
    ...{ lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0, retryStrategy: () => null },
    ...{ connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS },
    ...{ connectionName: 'sunday-collector', enableReadyCheck: false },
  });
}

/** Since Redis 7. What an older one, or a role without the right to it, says is the reason. */
async function readLatency(client: Redis): Promise<RedisLook['latency']> {
  try {
    return parseHistogram(await client.call('LATENCY', 'HISTOGRAM'));
  } catch (error) {
    return {
      reason: `no distribution of latencies: ${messageOf(error)}`,
      hint: 'It takes Redis 7 with latency-tracking, and for a role of its own ACL SETUSER … +latency|histogram.',
    };
  }
}

/** The first word of an error reply is its code. */
const REFUSALS = ['WRONGPASS', 'NOAUTH', 'NOPERM', 'DENIED'];

function explain(error: unknown): Trouble {
  const reason = messageOf(error);
  const isRefused = REFUSALS.includes(reason.split(' ')[0] ?? '');
  return isRefused
    ? {
        kind: 'REFUSED',
        reason: `it does not let us in: ${reason}`,
        hint: 'Check user and passwordFile; the user needs ACL SETUSER … +info +latency|histogram.',
      }
    : {
        kind: 'DOWN',
        reason: reason === 'Connection is closed.' ? 'it closed the connection' : reason,
        hint: 'See whether it runs, whether the address is right, and whether maxclients is used up.',
      };
}
