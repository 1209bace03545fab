import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createBell, type RedisOptions } from '../../src/events/bell.ts';
import type { Bell, EventLog } from '../../src/events/events.ts';
import { createEventLog } from '../../src/events/log.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';

/** A Redis that a test may kill. */
export interface TestRedis {
  readonly url: string;
  readonly password: string;
  /** Starts it, or starts it again on the same port. */
  start(): Promise<void>;
  /** SIGKILL: connections break off in the middle. */
  kill(): Promise<void>;
  /** Puts away what is left. */
  remove(): Promise<void>;
}

const PATIENCE_MS = 15_000;

/** What the bell promises, on a Redis from `prepare`: a local one, or one in a container. */
export function describeBell(prepare: () => Promise<TestRedis>): void {
  let redis: TestRedis;
  let database: TestDatabase;
  let replicas: Replica[] = [];
  let topic = '';

  beforeAll(async () => {
    [redis, database] = await Promise.all([prepare(), createControlDatabase()]);
    await redis.start();
  });
  beforeEach(() => {
    topic = crypto.randomUUID();
  });
  afterEach(async () => {
    await Promise.all(replicas.map((one) => one.events.close()));
    replicas = [];
  });
  afterAll(async () => {
    await redis.remove();
    await database[Symbol.asyncDispose]();
  });

  /** What another process would have: a bell and an event log of its own on the same Redis and database. */
  const startReplica = (options: Partial<RedisOptions> = {}): Replica => {
    const replica = createReplica(database, { url: redis.url, password: redis.password, ...options });
    replicas.push(replica);
    return replica;
  };
  const append = async ({ events }: Replica, ...subjects: string[]) => {
    const rows = subjects.map((subject) => ({ topic, subject, payload: {} }));
    await database.db.transaction((tx) => events.append(tx, rows));
    events.ring();
  };

  test('rings in another process, and in its own', async () => {
    const [here, there] = [startReplica(), startReplica()];
    await Promise.all([here.state(true), there.state(true)]);
    const heard = Promise.all([nextRing(here.bell), nextRing(there.bell)]);
    await ringUntil(here.bell, heard);
  });

  test('loses no event when Redis is killed: readers poll, and hear the bell again when it is back', async () => {
    const [writer, reader] = [startReplica(), startReplica()];
    await Promise.all([writer.state(true), reader.state(true)]);
    const taken = takeSubjects(reader.events, topic, 6);
    await append(writer, 'before 1', 'before 2');

    await redis.kill();
    await Promise.all([writer.state(false), reader.state(false)]);
    await append(writer, 'without 1');
    await append(writer, 'without 2');
    expect(await takeSubjects(reader.events, topic, 4)).toEqual([
      'before 1',
      'before 2',
      'without 1',
      'without 2',
    ]);

    await redis.start();
    await Promise.all([writer.state(true), reader.state(true)]);
    await ringUntil(writer.bell, nextRing(reader.bell));
    await append(writer, 'after 1', 'after 2');
    expect(await taken).toEqual(['before 1', 'before 2', 'without 1', 'without 2', 'after 1', 'after 2']);
  });

  test('delivers to a reader of another process when Redis was never there', async () => {
    const nowhere = { url: 'redis://127.0.0.1:1' };
    const [writer, reader] = [startReplica(nowhere), startReplica(nowhere)];
    const taken = takeSubjects(reader.events, topic, 1);
    await append(writer, 'heard by polling');
    expect(await taken).toEqual(['heard by polling']);
  });

  test('delivers by polling when the password is wrong', async () => {
    const [writer, reader] = [startReplica({ password: 'wrong' }), startReplica()];
    await reader.state(true);
    const taken = takeSubjects(reader.events, topic, 1);
    await append(writer, 'heard by polling');
    expect(await taken).toEqual(['heard by polling']);
  });
}

interface Replica {
  readonly bell: Bell;
  readonly events: EventLog;
  /** Resolves when the bell says that it is connected, or that it is not. */
  state(isConnected: boolean): Promise<void>;
}

function createReplica({ db }: TestDatabase, options: RedisOptions): Replica {
  const states = new EventTarget();
  let current: boolean | null = null;
  const bell = createBell({
    ...options,
    onState: (isConnected) => {
      current = isConnected;
      states.dispatchEvent(new Event('change'));
    },
  });
  return {
    bell,
    events: createEventLog(db, bell),
    async state(isConnected) {
      const patience = AbortSignal.timeout(PATIENCE_MS);
      while (current !== isConnected) {
        patience.throwIfAborted();
        await new Promise((resolve) => {
          states.addEventListener('change', resolve, { once: true, signal: patience });
          patience.addEventListener('abort', resolve, { once: true });
        });
      }
    },
  };
}

function nextRing(bell: Bell): Promise<void> {
  return new Promise((resolve) => {
    const stop = bell.onRing(() => {
      stop();
      resolve();
    });
  });
}

/** The connection that publishes is another one than that which listens, and may be a second later. */
async function ringUntil(bell: Bell, heard: Promise<unknown>): Promise<void> {
  const waiting = Symbol('waiting');
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    bell.ring();
    if ((await Promise.race([heard, sleep(100, waiting)])) !== waiting) return;
  }
  throw new Error('the bell was not heard');
}

async function takeSubjects(events: EventLog, topic: string, count: number): Promise<readonly string[]> {
  const taken: string[] = [];
  for await (const delivery of events.follow({ topic }, null, AbortSignal.timeout(2 * PATIENCE_MS))) {
    taken.push(delivery.kind === 'EVENT' ? delivery.event.subject : delivery.kind);
    if (taken.length === count) break;
  }
  return taken;
}
