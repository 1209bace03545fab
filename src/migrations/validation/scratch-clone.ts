import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SundayError } from '../../errors.ts';
import type { Login } from '../../fleet/fleet.ts';
import type { Database } from '../../postgres/pool.ts';
import { ProcessFailedError, run } from '../../process.ts';
import type { Scratch } from './scratch.ts';
import {
  createClone,
  createRoles,
  dropPublicSchema,
  readTarget,
  type TargetDatabase,
} from './scratch-store.ts';

/** pg_dump or psql failed, e.g. for an object that the migrations' role may not read. */
export class ScratchFailedError extends SundayError {
  readonly code = 'SCRATCH_FAILED';
  override readonly hint =
    'The role of the migrations must own, or be able to read, every table; pg_dump must not be older than the server.';
  constructor(what: string, cause: ProcessFailedError) {
    super(`${what}: ${firstError(cause.stderr) ?? cause.message}`, { cause });
  }
}

export interface CloneOptions {
  readonly binaries: string;
  readonly login: Login;
  readonly signal?: AbortSignal;
}

/** The databases of one trial. */
export interface Clones {
  /** The target's schema and ledger, without rows. */
  openTarget(): Promise<Database>;
  /** Nothing but what a new database has, with the same owner and locale. */
  openEmpty(): Promise<Database>;
}

const TARGET_CLONE = 'clone';
const EMPTY_CLONE = 'blank';
const TOOL_TIMEOUT_MS = 10 * 60_000;
/** As short as a migration's own: a dump that waits in a lock's queue is behind somebody's DDL. */
const LOCK_WAIT_MS = 3_000;

/** Gives a scratch the roles of `target`, so that databases like it can be made there. It only reads the target. */
export async function prepareClones(
  scratch: Scratch,
  target: Database,
  options: CloneOptions,
): Promise<Clones> {
  const description = await readTarget(target);
  const admin = scratch.open('postgres', 'postgres');
  await createRoles(admin, description, scratch.password);
  const { user } = description;
  return {
    async openEmpty() {
      await createClone(admin, EMPTY_CLONE, description);
      return scratch.open(EMPTY_CLONE, user);
    },
    async openTarget() {
      await createClone(admin, TARGET_CLONE, description);
      if (!description.hasPublicSchema) await dropPublicSchema(scratch.open(TARGET_CLONE, 'postgres'));
      await copySchema(scratch, description, options);
      return scratch.open(TARGET_CLONE, user);
    },
  };
}

/** What is restored keeps its owners and grants: the superuser runs the script, which names them. */
async function copySchema(scratch: Scratch, target: TargetDatabase, options: CloneOptions): Promise<void> {
  const { binaries, login, signal } = options;
  const tool = { timeoutMs: TOOL_TIMEOUT_MS, ...(signal ? { signal } : {}) };
  const from = { ...tool, env: await environmentOf(scratch, 'target', login) };
  const to = {
    ...tool,
    env: await environmentOf(scratch, 'clone', {
      host: scratch.host,
      port: scratch.port,
      database: TARGET_CLONE,
      user: 'postgres',
      password: scratch.password,
    }),
  };
  const parts = [
    ['schema.sql', '--schema-only', '--no-tablespaces', '--no-subscriptions', '--no-security-labels'],
    // The ledger's rows, so that the clone knows what is applied; fences and snapshots stay behind.
    ...(target.hasLedger ? [['ledger.sql', '--data-only', '--table=sunday_ledger.migration*']] : []),
  ];
  for (const [name = '', ...args] of parts) {
    const file = join(scratch.directory, name);
    const dump = ['--no-password', `--lock-wait-timeout=${LOCK_WAIT_MS}`, ...args, `--file=${file}`];
    await runTool('the schema could not be read', join(binaries, 'pg_dump'), dump, from);
    // psql and not our own connection: newer dumps hold commands of its own.
    const restore = ['-X', '-q', '-w', '-v', 'ON_ERROR_STOP=1', '--single-transaction', '-f', file];
    await runTool('the schema could not be restored', join(binaries, 'psql'), restore, to);
  }
}

/** The password goes through a file that only we can read: neither arguments nor the environment of others show it. */
async function environmentOf(
  scratch: Scratch,
  name: string,
  login: Login,
): Promise<Readonly<Record<string, string>>> {
  const passFile = join(scratch.directory, `${name}.pgpass`);
  const password = (login.password ?? '').replaceAll('\\', '\\\\').replaceAll(':', '\\:');
  await writeFile(passFile, `*:*:*:*:${password}\n`, { mode: 0o600 });
  return {
    PGHOST: login.host,
    PGPORT: String(login.port),
    PGDATABASE: login.database,
    PGUSER: login.user,
    PGPASSFILE: passFile,
    PGAPPNAME: 'sunday-scratch',
    PGCONNECT_TIMEOUT: '10',
    PGCLIENTENCODING: 'UTF8',
    LC_ALL: 'C',
  };
}

async function runTool(
  what: string,
  command: string,
  args: readonly string[],
  options: Parameters<typeof run>[2],
): Promise<void> {
  try {
    await run(command, args, options);
  } catch (error) {
    throw error instanceof ProcessFailedError ? new ScratchFailedError(what, error) : error;
  }
}

function firstError(output: string): string | null {
  return output.split('\n').find((line) => /error:|ERROR:/.test(line)) ?? null;
}
