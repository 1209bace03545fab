import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ServerOptions, Settings } from '../../postgres/server.ts';
import { archiveCommand, restoreCommand } from './pgbackrest.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { Layout } from './layout.ts';

export const PORT_NAMES = ['control', 'main-1', 'main-2', 'redis'] as const;
export type Ports = Readonly<Record<(typeof PORT_NAMES)[number], number>>;

/** `lasting`: survives a power cut. `passing`: for tests; no fsync and a quarter of the memory. */
export type Profile = 'lasting' | 'passing';

/** One server of the embedded fleet: what to start, and every file that decides how it behaves. */
export interface EmbeddedServer {
  readonly name: 'control' | 'main-1' | 'main-2';
  readonly options: ServerOptions;
  readonly settings: Settings;
  readonly accessRules: string;
  readonly userMap: string;
}

/** What all three servers are made from. */
export interface ServerPlan {
  readonly layout: Layout;
  readonly binaries: PostgresBinaries;
  readonly ports: Ports;
  readonly profile: Profile;
  readonly backrest: string;
  /** Name of the operating system's user, who is `sunday_backup` on the sockets. */
  readonly osUser: string;
}

export interface EmbeddedServers {
  readonly control: EmbeddedServer;
  readonly primary: EmbeddedServer;
  readonly standby: EmbeddedServer;
}

/** Physical slot on the primary that keeps the write-ahead log the standby still needs. */
export const STANDBY_SLOT = 'main_2';

export function planServers(plan: ServerPlan): EmbeddedServers {
  return {
    control: {
      name: 'control',
      options: optionsOf(plan, 'control'),
      settings: {
        ...commonSettings(plan, 'control'),
        shared_buffers: memory(plan, 32),
        wal_level: 'replica',
      },
      accessRules: SUPERUSER_RULES + APPLICATION_RULES,
      userMap: '',
    },
    primary: member(plan, 'main-1', 'main-2'),
    standby: member(plan, 'main-2', 'main-1'),
  };
}

/** The settings of both members are the same kind, so that after a switchover each can take the other's part. */
function member(plan: ServerPlan, name: 'main-1' | 'main-2', other: 'main-1' | 'main-2'): EmbeddedServer {
  const options = optionsOf(plan, name);
  const backrest = {
    program: plan.backrest,
    config: plan.layout.backrestConfig,
    dataDirectory: options.dataDirectory,
  };
  return {
    name,
    options,
    settings: {
      ...commonSettings(plan, name),
      shared_buffers: memory(plan, 64),
      wal_level: 'logical',
      max_wal_senders: 10,
      max_replication_slots: 20,
      archive_mode: 'on',
      archive_command: archiveCommand(backrest),
      archive_timeout: '60s',
      // A slot may keep so much; a standby that was away for longer goes on from the archive.
      max_slot_wal_keep_size: '2GB',
      restore_command: restoreCommand(backrest),
      primary_conninfo: connectionTo(plan, other, name),
      primary_slot_name: STANDBY_SLOT,
      hot_standby_feedback: 'on',
      wal_retrieve_retry_interval: '500ms', // both start at once: the standby may be the quicker one
      // pg_stat_statements comes with Debian's server package, but is a package of its own elsewhere.
      ...(hasLibrary(plan.binaries, 'pg_stat_statements')
        ? { shared_preload_libraries: 'pg_stat_statements' }
        : {}),
    },
    accessRules: SUPERUSER_RULES + BACKUP_RULES + APPLICATION_RULES + REPLICATION_RULES,
    userMap: `operating_system "${plan.osUser}" sunday_backup\n`,
  };
}

function optionsOf({ layout, binaries, ports }: ServerPlan, name: EmbeddedServer['name']): ServerOptions {
  return {
    binaries: binaries.directory,
    dataDirectory: join(layout.home, name),
    port: ports[name],
    socketDirectory: layout.runDirectory,
    logFile: join(layout.logDirectory, `${name}.log`),
  };
}

function commonSettings({ layout, ports, profile }: ServerPlan, name: EmbeddedServer['name']): Settings {
  return {
    listen_addresses: '127.0.0.1',
    port: ports[name],
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
    ...(profile === 'passing' ? { fsync: 'off', full_page_writes: 'off' } : {}),
  };
}

function memory({ profile }: ServerPlan, megabytes: number): string {
  return `${profile === 'passing' ? megabytes / 4 : megabytes}MB`;
}

function connectionTo({ layout, ports }: ServerPlan, to: 'main-1' | 'main-2', from: string): string {
  const passwordFile = join(layout.secretsDirectory, 'replicator.pgpass');
  const parts = {
    host: '127.0.0.1',
    port: ports[to],
    user: 'sunday_replicator',
    passfile: passwordFile,
    application_name: from,
  };
  return Object.entries(parts)
    .map(([key, value]) => `${key}='${String(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
    .join(' ');
}

/** True when the server can preload it. The libraries lie in a place that each distribution chooses. */
function hasLibrary({ directory }: PostgresBinaries, name: string): boolean {
  const places = ['../lib', '../lib/postgresql', '../lib64', '../../lib/postgresql', '../../lib64/pgsql'];
  return places
    .map((place) => join(directory, place))
    .some((place) => existsSync(place) && readdirSync(place).some((file) => file.startsWith(`${name}.`)));
}

// The superuser comes in through the sockets only, which nobody but our own user can reach.
const SUPERUSER_RULES = `local all postgres scram-sha-256
host all postgres all reject
`;
const BACKUP_RULES = `local postgres sunday_backup peer map=operating_system
host all sunday_backup all reject
`;
const APPLICATION_RULES = `local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
`;
const REPLICATION_RULES = `host replication sunday_replicator 127.0.0.1/32 scram-sha-256
`;
