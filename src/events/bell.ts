import { Redis } from 'ioredis';
import type { Bell } from './events.ts';

const CHANNEL = 'sunday:bell';
const RECONNECT_MS = 1_000;

export interface RedisOptions {
  readonly url: string;
  readonly password: string | undefined;
  /** Called once for each time the connection is lost or comes back; readers poll in between. */
  readonly onState?: (isConnected: boolean) => void;
}

/** A bell for this process, and through Redis for all the others. Without Redis the others poll. */
export function createBell(redis: RedisOptions | null): Bell {
  const listeners = new Set<() => void>();
  const ringHere = () => listeners.forEach((listener) => listener());
  const remote = redis ? connect(redis, ringHere) : null;
  return {
    ring() {
      ringHere();
      remote?.publish();
    },
    onRing(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      listeners.clear();
      remote?.close();
    },
  };
}

function connect({ url, password, onState }: RedisOptions, onMessage: () => void) {
  const options = {
    ...(password === undefined ? {} : { password }),
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    // A ring that can't be sent now is worth nothing later: no queue, no retry of the command.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => RECONNECT_MS,
    autoResubscribe: true,
  };
  const publisher = new Redis(url, options);
  const subscriber = new Redis(url, { ...options, enableOfflineQueue: true, maxRetriesPerRequest: null });
  let isConnected: boolean | null = null;
  const report = (state: boolean) => {
    if (state !== isConnected) onState?.((isConnected = state));
  };
  // Without a listener for `error` the client writes to the console; `close` follows each error anyway.
  publisher.on('error', () => {});
  subscriber.on('error', () => {});
  subscriber.on('close', () => report(false));
  subscriber.on('ready', () => {
    report(true);
    onMessage(); // what was rung while we were away
  });
  subscriber.on('message', onMessage);
  subscriber.subscribe(CHANNEL).catch(() => {});
  return {
    publish: () => void publisher.publish(CHANNEL, '1').catch(() => {}),
    close() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}
