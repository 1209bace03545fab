import { userInfo } from 'node:os';
import type { StanzaConfig } from '../../config.ts';
import { isServerError, isUnavailable } from '../../postgres/errors.ts';
import { openDatabase, type Database } from '../../postgres/pool.ts';
import { isPrimary } from '../copy/probe.ts';
import { readStanzaSettings, type StanzaServer } from './repository.ts';

const DEFAULT_SOCKET_DIRECTORY = '/var/run/postgresql';

/** The name that pgBackRest, or psql, would log in with. */
export function loginOf(server: StanzaServer | undefined): {
  readonly user: string;
  readonly database: string;
} {
  return { user: server?.user ?? userInfo().username, database: server?.database ?? 'postgres' };
}

/**
 * Does `work` with the role that pgBackRest itself uses, on the stanza's server that is the primary: it may make
 * restore points. Null is handed over when that server is not on this machine or does not let us in.
 */
export async function withBackupDatabase<T>(
  stanza: StanzaConfig,
  work: (db: Database | null) => Promise<T>,
): Promise<T> {
  for (const server of readStanzaSettings(stanza).servers) {
    const db = openDatabase({
      host: server.socketPath ?? DEFAULT_SOCKET_DIRECTORY,
      port: server.port,
      ...loginOf(server),
      applicationName: 'sunday-backup',
      maxConnections: 1,
      connectTimeoutMs: 2_000,
    });
    try {
      if (await answersAsPrimary(db)) return await work(db);
    } finally {
      await db.close();
    }
  }
  return work(null);
}

async function answersAsPrimary(db: Database): Promise<boolean> {
  try {
    return await isPrimary(db);
  } catch (error) {
    if (isUnavailable(error) || isServerError(error)) return false; // down, or pg_hba.conf says no
    throw error;
  }
}
