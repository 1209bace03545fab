import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { KEEPS_CATALOG } from '../../src/migrations/drift/drift.ts';
import { applyMigrationsOperation } from '../../src/migrations/apply-operation.ts';
import { createMigrationReader, readMigrationFiles } from '../../src/migrations/files/files.ts';
import { applyPending, readStatus } from '../../src/migrations/runner.ts';
import type { OperationContext, StepContext } from '../../src/operations/define.ts';
import { type ConnectionOptions, type Database, openDatabase } from '../../src/postgres/pool.ts';
import { run } from '../../src/process.ts';
import type { MigrationDirectories } from './files.ts';
import { toUrl } from '../target-server.ts';

const MODULES = new URL('../node_modules/', import.meta.url).pathname;
const RUN_TIMEOUT_MS = 600_000;

/** One way to run migrations. What a method does includes connecting, reading the files, and letting go. */
export interface Contender {
  readonly name: string;
  readonly isOurs: boolean;
  /** Which of the directories is in its format. */
  readonly format: keyof MigrationDirectories;
  up(target: Target): Promise<void>;
  /** Tells how all stand, or is asked to apply when nothing is pending; null when it is another's. */
  readonly status: ((target: Target) => Promise<void>) | null;
}

export interface Target {
  readonly connection: ConnectionOptions;
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** Ours in three ways, then the peers; each of the peers with its defaults, and as near to ours as it can be. */
export async function listContenders(): Promise<readonly Contender[]> {
  return [sunday, sundayWithCatalog, sundayOperation, ...(await nodePgMigrate()), dbmate()];
}

/** As `sunday migrations apply` when a database of our own is brought up: the runner in one call. */
const sunday: Contender = {
  name: 'Sunday: the runner',
  isOurs: true,
  format: 'sunday',
  up: ({ connection, directory, signal }) =>
    withDatabase(connection, async (db) => {
      await applyPending(db, directory, { appliedBy: 'bench', signal });
    }),
  status: ({ connection, directory }) =>
    withDatabase(connection, async (db) => {
      const all = await readStatus(db, () => readMigrationFiles(directory));
      const pending = all.filter((one) => one.state !== 'APPLIED');
      if (pending.length > 0) throw new Error(`${pending.length} migrations are not applied`);
    }),
};

/** With the picture of the whole catalog that drift is told from, after each migration. */
const sundayWithCatalog: Contender = {
  name: 'Sunday: the runner, catalog kept after each',
  isOurs: true,
  format: 'sunday',
  up: ({ connection, directory, signal }) =>
    withDatabase(connection, async (db) => {
      await applyPending(db, directory, { appliedBy: 'bench', signal, ...KEEPS_CATALOG });
    }),
  status: null,
};

/** The operation `migrations.apply`, a step for each migration; without the engine's own checkpoints of the steps. */
const sundayOperation: Contender = {
  name: 'Sunday: the operation, catalog kept after each',
  isOurs: true,
  format: 'sunday',
  up: ({ connection, directory, signal }) =>
    withDatabase(connection, async (db) => {
      const cluster = {
        name: 'bench',
        database: connection.database,
        instances: [],
        stanza: null,
        isShard: false,
      };
      const fleet: Pick<Fleet, 'get' | 'primary'> = { get: () => cluster, primary: async () => db };
      const readFiles = createMigrationReader(directory);
      const operation = applyMigrationsOperation({ fleet: fleet as Fleet, readFiles });
      const caller = { appliedBy: 'bench', onBehalfOf: null };
      const input = { cluster: cluster.name, target: null, planId: null, allowDrift: false, ...caller };
      await operation.run(contextOf(signal), input);
    }),
  status: null,
};

function contextOf(signal: AbortSignal): OperationContext {
  const operationId = randomUUID();
  const step: StepContext = {
    operationId,
    signal,
    token: 1n,
    processMarks: {},
    assertLease() {},
    progress() {},
  };
  return { operationId, attempt: 1, step: (_name, work) => work(step) };
}

async function withDatabase<T>(
  connection: ConnectionOptions,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const db = openDatabase(connection);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** What we use of its module; the package is no dependency of this checkout, so its types may not be there. */
interface NodePgMigrate {
  runner(options: {
    readonly databaseUrl: string;
    readonly dir: string;
    readonly direction: 'up';
    readonly migrationsTable: string;
    readonly singleTransaction: boolean;
    readonly log: (line: string) => void;
  }): Promise<readonly unknown[]>;
}

async function nodePgMigrate(): Promise<readonly Contender[]> {
  const main = pathToFileURL(join(MODULES, 'node-pg-migrate/dist/bundle/index.js')).href;
  const { runner } = (await import(main)) as NodePgMigrate;
  const { version } = readManifest('node-pg-migrate');
  const runWith =
    (singleTransaction: boolean) =>
    async ({ connection, directory }: Target) => {
      const options = { dir: directory, direction: 'up', migrationsTable: 'pgmigrations', log() {} } as const;
      await runner({ ...options, databaseUrl: toUrl(connection), singleTransaction });
    };
  const base = { isOurs: false, format: 'nodePgMigrate' } as const;
  return [
    {
      ...base,
      name: `node-pg-migrate ${version}, a transaction each`,
      up: runWith(false),
      status: runWith(false),
    },
    { ...base, name: `node-pg-migrate ${version}, one transaction for all`, up: runWith(true), status: null },
  ];
}

/** The program itself, not the script of its package, which would start a Node for it. */
function dbmate(): Contender {
  const binary = join(MODULES, `@dbmate/${process.platform}-${process.arch}/bin/dbmate`);
  if (!existsSync(binary)) throw new Error(`${binary} is missing: npm ci --prefix bench`);
  const { version } = readManifest('dbmate');
  const runCommand =
    (command: string) =>
    async ({ connection, directory, signal }: Target) => {
      const env = { DATABASE_URL: toUrl(connection), DBMATE_MIGRATIONS_DIR: directory };
      await run(binary, ['--no-dump-schema', command], { env, signal, timeoutMs: RUN_TIMEOUT_MS });
    };
  return {
    name: `dbmate ${version}, a process`,
    isOurs: false,
    format: 'dbmate',
    up: runCommand('migrate'),
    status: runCommand('status'),
  };
}

/** The manifest of a package of the bench folder. */
export function readManifest(name: string): { readonly version: string } {
  return JSON.parse(readFileSync(join(MODULES, name, 'package.json'), 'utf8')) as { version: string };
}
