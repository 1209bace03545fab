import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ServerOptions, Settings } from '../../postgres/server.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { Layout } from './layout.ts';

/** `lasting`: survives a power cut. `passing`: for tests; no fsync and a quarter of the memory. */
export type Profile = 'lasting' | 'passing';

export type ServerName = 'control' | 'main-1' | 'main-2' | `shard-${number}-1`;

/** One server of the embedded fleet: what to start, and every file that decides how it behaves. */
export interface EmbeddedServer {
  readonly name: ServerName;
  readonly options: ServerOptions;
  readonly settings: Settings;
  readonly accessRules: string;
  readonly userMap: string;
}

/** What all servers are made from. */
export interface ServerBasis {
  readonly layout: Layout;
  readonly binaries: PostgresBinaries;
  readonly profile: Profile;
  readonly backrest: string;
  /** Name of the operating system's user, who is `sunday_backup` on the sockets. */
  readonly osUser: string;
}

/** What starts the server of that name. */
export function optionsOf({ layout, binaries }: ServerBasis, name: ServerName, port: number): ServerOptions {
  return {
    binaries: binaries.directory,
    dataDirectory: join(layout.home, name),
    port,
    socketDirectory: layout.runDirectory,
    logFile: join(layout.logDirectory, `${name}.log`),
  };
}

/** What every server is told. */
export function commonSettings({ layout, profile }: ServerBasis, name: ServerName, port: number): Settings {
  return {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: layout.runDirectory,
    unix_socket_permissions: '0700',
    password_encryption: 'scram-sha-256',
    max_connections: 100,
    cluster_name: name,
    log_line_prefix: '%m [%p] %q%u@%d %a ',
    log_lock_waits: 'on',
    max_wal_size: '512MB',
    max_parallel_workers: availableParallelism(),
    // Killed processes lose nothing with fsync off: only a power cut would.
    // Several control planes at a time use a fleet of tests.
    ...(profile === 'passing' ? { fsync: 'off', full_page_writes: 'off', max_connections: 300 } : {}),
  };
}

/** A size as PostgreSQL wants it. */
export function memory({ profile }: ServerBasis, megabytes: number): string {
  return `${profile === 'passing' ? megabytes / 4 : megabytes}MB`;
}

/** pg_stat_statements comes with Debian's server package, but is a package of its own elsewhere. */
export function preloadedLibraries({ binaries }: ServerBasis): Settings {
  return hasLibrary(binaries, 'pg_stat_statements') ? { shared_preload_libraries: 'pg_stat_statements' } : {};
}

/** pg_ident.conf: we are `sunday_backup` on the sockets. */
export function userMapOf({ osUser }: ServerBasis): string {
  return `operating_system "${osUser}" sunday_backup\n`;
}

/** True when the server can preload it. The libraries lie in a place that each distribution chooses. */
function hasLibrary({ directory }: PostgresBinaries, name: string): boolean {
  const places = ['../lib', '../lib/postgresql', '../lib64', '../../lib/postgresql', '../../lib64/pgsql'];
  return places
    .map((place) => join(directory, place))
    .some((place) => existsSync(place) && readdirSync(place).some((file) => file.startsWith(`${name}.`)));
}

/** Lines of pg_hba.conf. The superuser comes in through the sockets only, which nobody but our own user can reach. */
export const SUPERUSER_RULES = `local all postgres scram-sha-256
host all postgres all reject
`;
/** Lines of pg_hba.conf. */
export const BACKUP_RULES = `local postgres sunday_backup peer map=operating_system
host all sunday_backup all reject
`;
/** Lines of pg_hba.conf. */
export const APPLICATION_RULES = `local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
`;
/** Lines of pg_hba.conf. */
export const REPLICATION_RULES = `host replication sunday_replicator 127.0.0.1/32 scram-sha-256
`;
