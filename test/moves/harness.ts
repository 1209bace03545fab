import { randomUUID } from 'node:crypto';
import type { Requester } from '../../src/access/principals.ts';
import { createBell } from '../../src/events/bell.ts';
import { createEventLog } from '../../src/events/log.ts';
import type { Login } from '../../src/fleet/fleet.ts';
import type { MoveDirectory, MoveSettings, OrganizationMove } from '../../src/moves/moves.ts';
import { createMoveDefinitions } from '../../src/moves/operations.ts';
import { createMoves, type MoveService } from '../../src/moves/service.ts';
import { createMoveWatch } from '../../src/moves/watch.ts';
import { createSides, type Side } from '../../src/moves/sides.ts';
import { createEngine, type EngineRole } from '../../src/operations/engine.ts';
import type { Operation, OperationRequest } from '../../src/operations/operations.ts';
import { createOperations, type Operations } from '../../src/operations/service.ts';
import type { AnyDefinition } from '../../src/operations/workflow.ts';
import { type ConnectionOptions, type Database, openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { waitForEnd } from '../support/operations.ts';

/** Everything that a process needs to take part. */
export interface Site {
  readonly control: ConnectionOptions;
  readonly shards: Readonly<Record<string, Login>>;
  /** For files that servers read. */
  readonly directory: string;
}

export interface MoveEngine {
  readonly db: Database;
  readonly operations: Operations;
  readonly moves: MoveService;
  readonly directory: MoveDirectory;
  /** One look of the watch over moves that wait. */
  readonly watch: () => Promise<void>;
  stop(): Promise<void>;
}

/** The noun with its engine on a control database, and a directory that is one table. */
export async function startMoveEngine(site: Site, role: EngineRole): Promise<MoveEngine> {
  const db = openDatabase({ ...site.control, maxConnections: 8 });
  const bell = createBell(null);
  const events = createEventLog(db, bell);
  const directory = createTableDirectory(db, Object.keys(site.shards));
  const deps = {
    ...{ db, directory, passwordDirectory: site.directory },
    openSides: createSides((cluster) => Promise.resolve(loginOf(site, cluster))),
  };
  const kinds = createMoveDefinitions(deps);
  const definitions = Object.values(kinds) as unknown as readonly AnyDefinition[];
  const { host, port, user, password, database } = site.control;
  const engine = createEngine({
    ...{ db, events, bell, definitions, workerId: randomUUID(), concurrency: 5 },
    databaseUrl: `postgresql://${user}:${password}@${host}:${port}/${database}`,
    heartbeatTimeoutMs: 2_000,
    drainMs: 200,
    log: { debug() {}, warn() {}, error: (details, message) => console.error(message, details) },
  });
  await engine.start(role);
  const operations = createOperations({
    ...{ db, events, engine, definitions, maxUnfinishedPerCluster: 20 },
    recordAudit: () => Promise.resolve(),
  });
  const moves = createMoves({
    ...{ ...deps, operations, definitions: kinds },
    eachShard: (work) => Promise.all(Object.keys(site.shards).map((shard) => askShard(site, shard, work))),
  });
  return {
    ...{ db, operations, moves, directory },
    watch: createMoveWatch({
      ...{ ...deps, operations, definitions: kinds },
      onError: (error) => {
        throw error;
      },
    }).look,
    async stop() {
      await engine.stop();
      await events.close();
      await db.close();
    },
  };
}

async function askShard<T>(site: Site, shard: string, work: (side: Side) => Promise<T>) {
  const login = loginOf(site, shard);
  const db = openDatabase({ ...login, applicationName: 'sunday-test' });
  try {
    return { shard, value: await work({ shard, db, login }), reason: null };
  } catch (error) {
    return { shard, value: null, reason: String(error) };
  } finally {
    await db.close();
  }
}

function loginOf({ shards }: Site, cluster: string): Login {
  const login = shards[cluster];
  if (login === undefined) throw new Error(`no shard ${cluster}`);
  return login;
}

export async function createDirectoryTable(
  db: Database,
  shard: string,
  ids: readonly string[],
): Promise<void> {
  await db.rows(sql`CREATE TABLE test_placement (organization uuid PRIMARY KEY, shard text, epoch bigint)`);
  for (const id of ids) await db.rows(sql`INSERT INTO test_placement VALUES (${id}, ${shard}, 1)`);
}

function createTableDirectory(db: Database, shards: readonly string[]): MoveDirectory {
  return {
    async find(organization) {
      const [row] = await db.rows<{ shard: string; epoch: bigint }>(
        sql`SELECT shard, epoch FROM test_placement WHERE organization = ${organization}`,
      );
      return row ?? null;
    },
    findShard: (name) =>
      Promise.resolve(shards.includes(name) ? { cluster: name, takesOrganizations: true } : null),
    async flip({ organization, from, to, expectedEpoch }) {
      const [row] = await db.rows<{ epoch: bigint }>(sql`
        UPDATE test_placement SET shard = ${to}, epoch = epoch + 1
        WHERE organization = ${organization} AND shard = ${from} AND epoch = ${expectedEpoch}
        RETURNING epoch`);
      if (row === undefined) throw new Error('the placement is another one');
      return row.epoch;
    },
  };
}

export const requester: Requester = {
  principal: { id: 'tester', name: 'tester', role: 'ADMIN', scopes: [] },
  ...{ onBehalfOf: null, reason: null, action: 'move', requestId: 'test' },
};
export const request: OperationRequest = { ...requester, idempotencyKey: null };

/** Starts a move and waits for the end of its operation. */
export async function move(
  engine: MoveEngine,
  organization: string,
  toShard: string,
  settings: Partial<MoveSettings> = {},
): Promise<{ readonly operation: Operation; readonly move: OrganizationMove }> {
  const { id } = await engine.moves.move({ organization, toShard, settings }, request);
  const operation = await waitForEnd(engine, id, 60_000);
  return { operation, move: await findMove(engine, id) };
}

export async function findMove(engine: MoveEngine, id: string): Promise<OrganizationMove> {
  const [found] = await engine.moves.findMany([id]);
  if (!found) throw new Error(`no move ${id}`);
  return found;
}

/** One of the four that follow a move, and its end. */
export async function follow(
  engine: MoveEngine,
  what: 'cutover' | 'reverse' | 'complete' | 'abort',
  id: string,
  { acceptDifferences = false } = {},
): Promise<Operation> {
  const started = await engine.moves[what](id, { ...request, acceptDifferences });
  return waitForEnd(engine, started.id, 60_000);
}
