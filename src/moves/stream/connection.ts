import { randomUUID } from 'node:crypto';
import { rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Login } from '../../fleet/fleet.ts';
import type { Blocker } from '../../postgres/blockers.ts';
import { DatabaseUnavailableError } from '../../postgres/errors.ts';
import type { Session } from '../../postgres/pool.ts';
import { MoveBlockedError } from '../errors.ts';
import type { Side, Sides } from '../sides.ts';
import { readServerFacts } from '../preflight/probe.ts';
import { patiently } from './patience.ts';
import { createSubscription, leaveNoTraces } from './stream-store.ts';

export interface SubscribeRequest {
  readonly name: string;
  readonly copiesRows: boolean;
  /** False: it waits until somebody enables it. */
  readonly isEnabled: boolean;
  /** Where a file for servers of this machine may stand. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

const SECONDS = 30;
const LOCK_TIMEOUT_MS = 500; // another subscription may be dropped, which locks them all

/**
 * Lets `to` follow the slot on `from`. Where the server runs as our own user, the password stands in a file of mode
 * 0600 that the server reads; elsewhere in the subscription, which only superusers can read, and the statement that
 * carries it is kept out of logs and of all views of statements.
 *
 * @throws {DatabaseUnavailableError} when `to` can't reach `from`, be it that nobody tells it. @throws {MoveBlockedError}
 */
export async function subscribe({ from, to }: Sides, request: SubscribeRequest): Promise<void> {
  const applicationName = request.name;
  const file = await writePasswordFile(from.login, to, request.directory);
  const what = `a subscription on ${to.shard}`;
  const toFailure = (blockers: readonly Blocker[]) =>
    blockers.length > 0
      ? new MoveBlockedError(what, SECONDS, blockers)
      : new DatabaseUnavailableError(from.db.name, new Error(`${to.shard} has waited ${SECONDS} s for it`));
  const patience = {
    what,
    seconds: SECONDS,
    signal: request.signal,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    toFailure,
  };
  await patiently(to.db, patience, async (session) => {
    const connection =
      file === null
        ? toConnectionString(from.login, applicationName)
        : `${toConnectionString(withoutPassword(from.login), applicationName)} passfile='${file}'`;
    await leaveNoTraces(session);
    try {
      await createSubscription(session, request.name, { ...request, connection });
    } finally {
      await forgetSettings(session);
    }
  });
}

async function forgetSettings(session: Session): Promise<void> {
  await session.client.query('RESET ALL').catch(() => {}); // the pool ends with the step
}

function withoutPassword({ host, port, database, user }: Login): Login {
  return { host, port, database, user };
}

/** Null when the server of `to` can't read a file that only we may read. */
async function writePasswordFile(login: Login, to: Side, directory: string): Promise<string | null> {
  if (login.password === undefined) return null;
  const { dataDirectory } = await readServerFacts(to.db);
  const owner = await stat(dataDirectory ?? '').then(
    ({ uid }) => uid,
    () => null,
  );
  if (owner === null || owner !== process.getuid?.()) return null;
  const path = join(directory, `mover-${login.port}.pgpass`);
  const escape = (word: string) => word.replaceAll('\\', '\\\\').replaceAll(':', '\\:');
  const words = [login.host, String(login.port), login.database, login.user, login.password];
  const draft = `${path}.${randomUUID()}`; // nobody can have put a link there: the directory may be everybody's
  await writeFile(draft, `${words.map(escape).join(':')}\n`, { mode: 0o600, flag: 'wx' });
  await rename(draft, path);
  return path;
}

/** Words of libpq's key/value form. */
function toConnectionString(login: Login, applicationName: string): string {
  const { host, port, database, user, password } = login;
  const words = {
    ...{ host, port, dbname: database, user, application_name: applicationName },
    ...(password === undefined ? {} : { password }),
    connect_timeout: 5,
  };
  return Object.entries(words)
    .map(([key, value]) => `${key}='${String(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
    .join(' ');
}
