import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import { readFleetFile, readPassword, type FleetConfig, type InstanceConfig } from '../../src/config.ts';
import { openDatabase, type Database } from '../../src/postgres/pool.ts';
import { identifier, sql } from '../../src/postgres/sql.ts';

/** The embedded fleet that all suites of a run share: cluster `main` with primary, standby, stanza, and Redis. */
export interface TestFleet {
  /** A `sunday.yaml` that `readFleetFile` accepts. */
  readonly fleetFile: string;
  readonly config: FleetConfig;
  readonly home: string;
  readonly controlSuperuserPassword: string;
  readonly mainSuperuserPassword: string;
}

/** The fleet of this run; the first call of the run starts it (about 4 s). */
export async function testFleet(): Promise<TestFleet> {
  const { home, error } = JSON.parse(await text(connect(inject('fleetSocket')))) as Answer;
  if (home === undefined) throw new Error(`the test fleet did not start:\n${error ?? 'no answer'}`);
  return fleetAt(home);
}

/** An embedded fleet by its home directory. */
export function fleetAt(home: string): TestFleet {
  const fleetFile = join(home, 'sunday.yaml');
  const secret = (name: string) => readFileSync(join(home, 'secrets', name), 'utf8').trim();
  return {
    fleetFile,
    home,
    config: readFleetFile(fleetFile),
    controlSuperuserPassword: secret('control-superuser'),
    mainSuperuserPassword: secret('main-superuser'),
  };
}

/** Path of the `sunday.yaml` of the fleet that all suites share. */
export async function testFleetFile(): Promise<string> {
  return (await testFleet()).fleetFile;
}

export type FleetRole = 'superuser' | 'operator' | 'monitor';

/** A pool on one instance of cluster `main`. Close it. */
export function openOnFleet(
  fleet: TestFleet,
  role: FleetRole,
  instanceName: 'main-1' | 'main-2' = 'main-1',
  database = 'sunday',
): Database {
  const [cluster] = fleet.config.clusters;
  const instance = cluster?.instances.find((one) => one.name === instanceName);
  if (cluster === undefined || instance === undefined) throw new Error(`no instance ${instanceName}`);
  return openDatabase({
    ...loginOf(fleet, role, instance),
    port: instance.port,
    database,
    applicationName: 'sunday-test',
    maxConnections: 2,
  });
}

export interface FleetDatabase extends AsyncDisposable {
  readonly name: string;
}

/** An empty database of its own on the primary of `main`, owned by sunday_operator; dropped when disposed of. */
export async function createFleetDatabase(fleet: TestFleet): Promise<FleetDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = openOnFleet(fleet, 'superuser', 'main-1', 'postgres');
  await admin.rows(sql`/* test.createDatabase */ CREATE DATABASE ${identifier(name)} OWNER sunday_operator`);
  return {
    name,
    async [Symbol.asyncDispose]() {
      await admin.rows(sql`/* test.dropDatabase */ DROP DATABASE ${identifier(name)} WITH (FORCE)`);
      await admin.close();
    },
  };
}

interface Answer {
  readonly home?: string;
  readonly error?: string;
}

function loginOf(fleet: TestFleet, role: FleetRole, instance: InstanceConfig) {
  const cluster = fleet.config.clusters[0];
  if (role === 'superuser') {
    return { host: fleet.config.runDirectory, user: 'postgres', password: fleet.mainSuperuserPassword };
  }
  const credentials = cluster?.[role] ?? { user: '' };
  return { host: instance.host, user: credentials.user, password: readPassword(credentials) ?? '' };
}
