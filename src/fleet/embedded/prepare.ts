import { readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { dataDirectoryVersion } from '../../postgres/server.ts';
import { BinaryMissingError } from '../../process.ts';
import { findPostgresBinaries, findProgram, type PostgresBinaries } from './binaries.ts';
import { HomeRefusedError } from './errors.ts';
import { keepSecret, replaceFileIfChanged, type Secret } from './files.ts';
import { makeDirectories, readState, writeState } from './home.ts';
import type { Layout } from './layout.ts';
import type { RepositoryConfig } from '../../config/repository-settings.ts';
import { listRepositories, writeBackrestConfig } from './pgbackrest.ts';
import { choosePorts } from './ports.ts';
import type { RedisOptions } from './redis.ts';
import { planServers, PORT_NAMES, stanzasOf, type EmbeddedServers, type Ports } from './servers.ts';
import type { Profile } from './settings.ts';
import { shardName } from './shard-servers.ts';

/** Everything that is decided and written down before the first process starts. */
export interface PreparedFleet {
  readonly layout: Layout;
  readonly binaries: PostgresBinaries;
  readonly servers: EmbeddedServers;
  readonly redis: RedisOptions;
  /** The pgBackRest program. */
  readonly backrest: string;
  readonly secrets: Secrets;
  /** All of them, where there are more than its directory; else empty. */
  readonly repositories: readonly RepositoryConfig[];
}

const SECRET_NAMES = [
  'control-superuser',
  'control',
  'main-superuser',
  'operator',
  'monitor',
  'replicator',
  'repository',
  'redis',
] as const;
export type Secrets = Readonly<Record<(typeof SECRET_NAMES)[number], Secret>> & {
  /** The replicator's password in the form that libpq reads. */
  readonly replicatorFile: string;
  /** Null in a fleet without shards. */
  readonly shards: { readonly superuser: Secret; readonly mover: Secret } | null;
};

export interface FleetSize {
  readonly profile: Profile;
  /** How many shards there are to be. Those that are there stay, for they may hold organizations. */
  readonly shards: number;
  /** Besides its own directory. */
  readonly repositories: readonly RepositoryConfig[];
}

/**
 * Decides on programs and ports as the fleet's first start did, and writes secrets and pgbackrest.conf.
 *
 * @throws {HomeRefusedError} when the fleet belongs to a PostgreSQL version that is not installed.
 * @throws {BinaryMissingError} @throws {InvalidConfigError} when a secret of a repository can't be read.
 */
export async function prepareFleet(layout: Layout, wanted: FleetSize): Promise<PreparedFleet> {
  const { profile, shards } = wanted;
  const binaries = await chooseBinaries(layout);
  const backrest = findProgram('pgbackrest');
  const redisProgram = findProgram('redis-server', 'valkey-server');
  makeDirectories(layout);
  const ports = await keepPorts(layout, binaries);
  const shardPorts = await keepShardPorts(layout, shards);
  const secrets = keepSecrets(layout, shardPorts.length > 0);
  const osUser = userInfo().username;
  const servers = planServers({ layout, binaries, ports, shardPorts, profile, backrest, osUser });
  const { value: passphrase, file } = secrets.repository;
  const repositories = listRepositories(layout, file, wanted.repositories);
  writeBackrestConfig(layout, { stanzas: stanzasOf(servers), passphrase, repositories });
  const redis = {
    program: redisProgram,
    directory: layout.redisDirectory,
    port: ports.redis,
    password: secrets.redis.value,
  };
  return { layout, binaries, servers, redis, backrest, secrets, repositories };
}

async function chooseBinaries(layout: Layout): Promise<PostgresBinaries> {
  const found = await findPostgresBinaries();
  const newest = found[0];
  if (newest === undefined) throw new BinaryMissingError('a PostgreSQL server of version 15 or later');
  const major = majorOf(layout);
  if (major === null) return newest;
  const same = found.find((one) => one.major === major);
  if (same !== undefined) return same;
  throw new HomeRefusedError(
    `the fleet in ${layout.home} belongs to PostgreSQL ${major}, but installed is ${found.map((one) => one.major).join(', ')}`,
    `Install the PostgreSQL ${major} server, or move ${layout.home} away and start with a new fleet.`,
  );
}

/** The data directories know it best; the state file speaks for a fleet that has none yet. */
function majorOf(layout: Layout): number | null {
  const versions = readdirSync(layout.home)
    .map((name) => dataDirectoryVersion(join(layout.home, name)))
    .filter((version) => version !== null);
  return versions[0] ?? readState(layout).postgresMajor;
}

async function keepPorts(layout: Layout, { major }: PostgresBinaries): Promise<Ports> {
  const state = readState(layout);
  const ports = state.ports ?? (await choosePorts(PORT_NAMES, layout.home));
  if (state.ports === null || state.postgresMajor !== major) {
    writeState(layout, { ...state, ports, postgresMajor: major });
  }
  return ports;
}

async function keepShardPorts(layout: Layout, count: number): Promise<readonly number[]> {
  const state = readState(layout);
  const names = Array.from({ length: count }, (_, index) => shardName(index)).slice(state.shardPorts.length);
  if (names.length === 0) return state.shardPorts;
  const kept = [...Object.values(state.ports ?? {}), ...state.shardPorts];
  const added = await choosePorts(names, layout.home, kept);
  const shardPorts = [...state.shardPorts, ...Object.values(added)];
  writeState(layout, { ...state, shardPorts });
  return shardPorts;
}

function keepSecrets({ secretsDirectory }: Layout, hasShards: boolean): Secrets {
  const entries = SECRET_NAMES.map((name) => [name, keepSecret(secretsDirectory, name)] as const);
  const secrets = Object.fromEntries(entries) as Record<(typeof SECRET_NAMES)[number], Secret>;
  const replicatorFile = join(secretsDirectory, 'replicator.pgpass');
  replaceFileIfChanged(replicatorFile, `127.0.0.1:*:*:sunday_replicator:${secrets.replicator.value}\n`);
  const shards = hasShards
    ? {
        superuser: keepSecret(secretsDirectory, 'shard-superuser'),
        mover: keepSecret(secretsDirectory, 'mover'),
      }
    : null;
  return { ...secrets, replicatorFile, shards };
}
