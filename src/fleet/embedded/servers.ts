import { join } from 'node:path';
import { archiveCommand, invocationOf, restoreCommand, STANZA, type EmbeddedStanza } from './pgbackrest.ts';
import {
  APPLICATION_RULES,
  BACKUP_RULES,
  commonSettings,
  memory,
  optionsOf,
  preloadedLibraries,
  REPLICATION_RULES,
  SUPERUSER_RULES,
  userMapOf,
  type EmbeddedServer,
  type ServerBasis,
} from './settings.ts';
import { planShards, type EmbeddedShard } from './shard-servers.ts';

export const PORT_NAMES = ['control', 'main-1', 'main-2', 'redis'] as const;
export type Ports = Readonly<Record<(typeof PORT_NAMES)[number], number>>;

/** What all servers are made from. */
export interface ServerPlan extends ServerBasis {
  readonly ports: Ports;
  /** Of `shard-1`, `shard-2` and so on. */
  readonly shardPorts: readonly number[];
}

export interface EmbeddedServers {
  readonly control: EmbeddedServer;
  readonly primary: EmbeddedServer;
  readonly standby: EmbeddedServer;
  readonly shards: readonly EmbeddedShard[];
}

/** Every cluster with backups of its own. */
export function stanzasOf({ primary, shards }: EmbeddedServers): readonly EmbeddedStanza[] {
  return [
    { name: STANZA, options: primary.options },
    ...shards.map(({ name, server }) => ({ name, options: server.options })),
  ];
}

/** Physical slot on the primary that keeps the write-ahead log the standby still needs. */
export const STANDBY_SLOT = 'main_2';

export function planServers(plan: ServerPlan): EmbeddedServers {
  return {
    control: {
      name: 'control',
      options: optionsOf(plan, 'control', plan.ports.control),
      settings: {
        ...commonSettings(plan, 'control', plan.ports.control),
        shared_buffers: memory(plan, 32),
        wal_level: 'replica',
      },
      accessRules: SUPERUSER_RULES + APPLICATION_RULES,
      userMap: '',
    },
    primary: member(plan, 'main-1', 'main-2'),
    standby: member(plan, 'main-2', 'main-1'),
    shards: planShards(plan, plan.shardPorts),
  };
}

/** The settings of both members are the same kind, so that after a switchover each can take the other's part. */
function member(plan: ServerPlan, name: 'main-1' | 'main-2', other: 'main-1' | 'main-2'): EmbeddedServer {
  const options = optionsOf(plan, name, plan.ports[name]);
  const backrest = invocationOf(plan, STANZA, options);
  return {
    name,
    options,
    settings: {
      ...commonSettings(plan, name, plan.ports[name]),
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
      ...preloadedLibraries(plan),
    },
    accessRules: SUPERUSER_RULES + BACKUP_RULES + APPLICATION_RULES + REPLICATION_RULES,
    userMap: userMapOf(plan),
  };
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
