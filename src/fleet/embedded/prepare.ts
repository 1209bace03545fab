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
import { writeBackrestConfig } from './pgbackrest.ts';
import { choosePorts } from './ports.ts';
import type { RedisOptions } from './redis.ts';
import { planServers, PORT_NAMES, type EmbeddedServers, type Ports, type Profile } from './servers.ts';

/** Everything that is decided and written down before the first process starts. */
export interface PreparedFleet {
  readonly layout: Layout;
  readonly binaries: PostgresBinaries;
  readonly servers: EmbeddedServers;
  readonly redis: RedisOptions;
  /** The pgBackRest program. */
  readonly backrest: string;
  readonly secrets: Secrets;
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
};

/**
 * Decides on programs and ports as the fleet's first start did, and writes secrets and pgbackrest.conf.
 *
 * @throws {HomeRefusedError} when the fleet belongs to a PostgreSQL version that is not installed.
 * @throws {BinaryMissingError}
 */
export async function prepareFleet(layout: Layout, profile: Profile): Promise<PreparedFleet> {
  const binaries = await chooseBinaries(layout);
  const backrest = findProgram('pgbackrest');
  const redisProgram = findProgram('redis-server', 'valkey-server');
  makeDirectories(layout);
  const ports = await keepPorts(layout, binaries);
  const secrets = keepSecrets(layout);
  const osUser = userInfo().username;
  const servers = planServers({ layout, binaries, ports, profile, backrest, osUser });
  writeBackrestConfig(layout, servers.primary.options, secrets.repository.value);
  const redis = {
    program: redisProgram,
    directory: layout.redisDirectory,
    port: ports.redis,
    password: secrets.redis.value,
  };
  return { layout, binaries, servers, redis, backrest, secrets };
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

function keepSecrets({ secretsDirectory }: Layout): Secrets {
  const entries = SECRET_NAMES.map((name) => [name, keepSecret(secretsDirectory, name)] as const);
  const secrets = Object.fromEntries(entries) as Record<(typeof SECRET_NAMES)[number], Secret>;
  const replicatorFile = join(secretsDirectory, 'replicator.pgpass');
  replaceFileIfChanged(replicatorFile, `127.0.0.1:*:*:sunday_replicator:${secrets.replicator.value}\n`);
  return { ...secrets, replicatorFile };
}
