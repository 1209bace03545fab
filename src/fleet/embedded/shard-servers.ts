import { archiveCommand, invocationOf, restoreCommand } from './pgbackrest.ts';
import {
  APPLICATION_RULES,
  BACKUP_RULES,
  commonSettings,
  memory,
  optionsOf,
  preloadedLibraries,
  SUPERUSER_RULES,
  userMapOf,
  type EmbeddedServer,
  type ServerBasis,
} from './settings.ts';

/** A cluster of one server, which holds organizations. */
export interface EmbeddedShard {
  /** Of the cluster, and of its stanza. */
  readonly name: string;
  readonly server: EmbeddedServer;
}

/** The name of a shard by its place in the list of ports, from 0. */
export function shardName(index: number): `shard-${number}` {
  return `shard-${index + 1}`;
}

/** One shard for each port. */
export function planShards(basis: ServerBasis, ports: readonly number[]): readonly EmbeddedShard[] {
  return ports.map((port, index) => ({ name: shardName(index), server: planShard(basis, index, port) }));
}

function planShard(basis: ServerBasis, index: number, port: number): EmbeddedServer {
  const name = `${shardName(index)}-1` as const;
  const options = optionsOf(basis, name, port);
  const backrest = invocationOf(basis, shardName(index), options);
  return {
    name,
    options,
    settings: {
      ...commonSettings(basis, name, port),
      shared_buffers: memory(basis, 32),
      ...REPLICATION,
      archive_mode: 'on',
      archive_command: archiveCommand(backrest),
      archive_timeout: '60s',
      restore_command: restoreCommand(backrest),
      ...preloadedLibraries(basis),
    },
    accessRules: SUPERUSER_RULES + BACKUP_RULES + APPLICATION_RULES,
    userMap: userMapOf(basis),
  };
}

/** Room for a few moves at once in both directions, each with workers that copy, and for the shared tables. */
const REPLICATION = {
  wal_level: 'logical',
  max_wal_senders: 20,
  max_replication_slots: 40,
  max_worker_processes: 24,
  max_logical_replication_workers: 16,
  max_sync_workers_per_subscription: 4,
  // A move whose target is away may keep so much; then it has failed, and the shard lives.
  max_slot_wal_keep_size: '2GB',
  wal_retrieve_retry_interval: '500ms', // how soon a worker that ended is started again
} as const;
