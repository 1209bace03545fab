import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../postgres/pool.ts';
import { stopServer } from '../../postgres/server.ts';
import {
  bootServer,
  checkPort,
  initialisePrimary,
  initialiseStandby,
  isInitialised,
  openAsAdmin,
  type BootOutcome,
} from './boot-server.ts';
import { createStanza, STANZA } from './pgbackrest.ts';
import type { PreparedFleet } from './prepare.ts';
import { checkRedisPort, startRedis, stopRedis } from './redis.ts';
import { STANDBY_SLOT, type EmbeddedServers } from './servers.ts';
import type { EmbeddedServer } from './settings.ts';
import type { EmbeddedShard } from './shard-servers.ts';
import {
  isStreamingTo,
  keepSlot,
  prepareControl,
  prepareMain,
  prepareProductDatabase,
  type MainPasswords,
} from './store.ts';
import type { Stopwatch } from './stopwatch.ts';

export interface Boot extends PreparedFleet {
  readonly timed: Stopwatch;
  readonly signal: AbortSignal | undefined;
}

const STREAMING_TIMEOUT_MS = 10_000;
const STREAMING_POLL_MS = 50;

const WORDS: Readonly<Record<BootOutcome, string>> = {
  started: 'started',
  adopted: 'was running: taken over',
  restarted: 'restarted (it ran with other settings or program)',
};

/**
 * Brings everything up, as much of it as possible at the same time.
 *
 * @throws {PortTakenError} before anything was started.
 */
export async function bootFleet(boot: Boot): Promise<void> {
  for (const server of listServers(boot.servers)) await checkPort(server);
  await checkRedisPort(boot.redis);
  const shards = boot.servers.shards.map((shard) => bootShard(boot, shard));
  await allEnded([bootControl(boot), bootMain(boot), bootRedis(boot), ...shards]);
  boot.signal?.throwIfAborted();
}

/** Stops Redis, shards, standby, primary and control database, in this order; all of them, whatever fails on the way. */
export async function stopFleet({ servers, redis, timed }: Omit<Boot, 'signal'>): Promise<void> {
  const stop = (what: string, work: () => Promise<void>) => timed(what, () => work().then(() => 'stopped'));
  const failures: unknown[] = [];
  const works: readonly (readonly [string, () => Promise<void>])[] = [
    ['Redis', () => stopRedis(redis)],
    // Before the primary from which they receive the shared tables: whoever sends waits for who receives.
    ...servers.shards.map(({ name, server }) => [`cluster ${name}`, () => stopSurely(server)] as const),
    ['cluster main: standby main-2', () => stopSurely(servers.standby)],
    ['cluster main: primary main-1', () => stopSurely(servers.primary)],
    ['control database', () => stopSurely(servers.control)],
  ];
  for (const [what, work] of works) {
    await stop(what, work).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0)
    throw new AggregateError(failures, 'not all of the embedded fleet could be stopped');
}

async function bootControl(boot: Boot): Promise<void> {
  const { servers, secrets } = boot;
  const password = secrets['control-superuser'].value;
  await boot.timed('control database', async () => {
    const isNew = await initialisePrimary(servers.control, password, boot.signal);
    const outcome = await bootServer(servers.control, boot.binaries.version, password);
    await asAdmin(servers.control, password, 'postgres', (db) => prepareControl(db, secrets.control.value));
    return isNew ? 'created' : WORDS[outcome];
  });
}

async function bootMain(boot: Boot): Promise<void> {
  const note = findRestoreInPlace(boot.servers.primary);
  if (note !== null) {
    // Its directories are on their way: a server that is started on them now would not be what it seems, and a standby
    // of the old timeline could not follow. The operation goes on where it was, and starts them itself.
    await boot.timed('cluster main:', () =>
      Promise.resolve(`left to the restore in place that is under way (${note})`),
    );
    return;
  }
  if (isInitialised(boot.servers.standby)) {
    await allEnded([bootPrimary(boot), bootStandby(boot)]);
  } else {
    await bootPrimary(boot);
    await bootStandby(boot); // a copy of the primary
  }
  await boot.timed('cluster main: replication', async () =>
    (await becomesStreaming(boot)) ? 'streaming' : 'NOT streaming yet; see the log of main-2',
  );
}

/** The file in which a restore in place notes how far it is, from before the cluster stops until all is well; null: none. */
function findRestoreInPlace({ options }: EmbeddedServer): string | null {
  const { dataDirectory } = options;
  const prefix = `.${basename(dataDirectory)}.in-place-`;
  const isNote = (name: string) => name.startsWith(prefix) && !name.endsWith('.new');
  const name = readdirSync(dirname(dataDirectory)).find(isNote);
  return name === undefined ? null : join(dirname(dataDirectory), name);
}

/** False when it takes longer than is worth waiting for: the fleet is of use without its standby. */
async function becomesStreaming({ servers, secrets, signal }: Boot): Promise<boolean> {
  const deadline = performance.now() + STREAMING_TIMEOUT_MS;
  return asAdmin(servers.primary, secrets['main-superuser'].value, 'postgres', async (db) => {
    while (performance.now() < deadline) {
      signal?.throwIfAborted();
      if (await isStreamingTo(db, servers.standby.name)) return true;
      await sleep(STREAMING_POLL_MS);
    }
    return false;
  });
}

async function bootPrimary(boot: Boot): Promise<void> {
  const { servers, secrets, timed, signal } = boot;
  const password = secrets['main-superuser'].value;
  await timed('cluster main: primary main-1', async () => {
    const isNew = await initialisePrimary(servers.primary, password, signal);
    await createStanza(boot, STANZA, signal);
    const outcome = await bootServer(servers.primary, boot.binaries.version, password);
    await asAdmin(servers.primary, password, 'postgres', async (db) => {
      await prepareMain(db, passwordsOf(boot));
      await keepSlot(db, STANDBY_SLOT);
    });
    await asAdmin(servers.primary, password, 'sunday', prepareProductDatabase);
    return isNew ? 'created' : WORDS[outcome];
  });
}

async function bootStandby(boot: Boot): Promise<void> {
  const { servers, secrets, binaries, signal } = boot;
  await boot.timed('cluster main: standby main-2', async () => {
    const password = secrets['main-superuser'].value;
    const isNew = await initialiseStandby(servers.standby, servers.primary, secrets.replicatorFile, signal);
    const outcome = await bootServer(servers.standby, binaries.version, password);
    return isNew ? 'created' : WORDS[outcome];
  });
}

/** A shard is a cluster of one server. What it shares with the others comes later, by itself. */
async function bootShard(boot: Boot, { name, server }: EmbeddedShard): Promise<void> {
  const { secrets, timed, signal } = boot;
  if (secrets.shards === null) throw new Error('a fleet with shards has secrets for them');
  const password = secrets.shards.superuser.value;
  await timed(`cluster ${name}: primary ${server.name}`, async () => {
    const isNew = await initialisePrimary(server, password, signal);
    await createStanza(boot, name, signal);
    const outcome = await bootServer(server, boot.binaries.version, password);
    await asAdmin(server, password, 'postgres', (db) => prepareMain(db, passwordsOf(boot)));
    await asAdmin(server, password, 'sunday', prepareProductDatabase);
    return isNew ? 'created' : WORDS[outcome];
  });
}

function passwordsOf({ secrets }: Boot): MainPasswords {
  return {
    operator: secrets.operator.value,
    monitor: secrets.monitor.value,
    replicator: secrets.replicator.value,
    mover: secrets.shards?.mover.value ?? null,
  };
}

function listServers({ control, primary, standby, shards }: EmbeddedServers): readonly EmbeddedServer[] {
  return [control, primary, standby, ...shards.map(({ server }) => server)];
}

async function bootRedis({ redis, timed }: Boot): Promise<void> {
  await timed('Redis', async () => WORDS[(await startRedis(redis)) ? 'started' : 'adopted']);
}

async function asAdmin<T>(
  server: EmbeddedServer,
  password: string,
  database: string,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const db = openAsAdmin(server, password, database);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** Waits for all of them, then passes the first failure on: nothing may start after the caller stops everything. */
async function allEnded(works: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(works);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

/** A fast shutdown waits for the last segment to reach the archive; when that hangs, recovery repairs an immediate one. */
async function stopSurely({ options }: EmbeddedServer): Promise<void> {
  await stopServer(options, 'fast').catch(() => stopServer(options, 'immediate'));
}
