import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createFleet, SplitBrainError } from '../../src/fleet/registry.ts';
import { ClusterNotFoundError } from '../../src/fleet/fleet.ts';
import { DatabaseUnavailableError } from '../../src/postgres/errors.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startSilentServer, type SilentServer } from './fake-servers.ts';
import { makeFleetConfig, type TestCluster } from './fleet-config.ts';

let database: TestDatabase;
let silent: SilentServer;
beforeAll(async () => {
  [database, silent] = await Promise.all([createTestDatabase(), startSilentServer()]);
});
afterAll(async () => {
  await Promise.all([database[Symbol.asyncDispose](), silent[Symbol.asyncDispose]()]);
});

const CLOSED_PORT = 1;

function cluster(name: string, ports: readonly number[]): TestCluster {
  const role = { user: 'postgres', password: inject('server').password };
  return {
    name,
    database: database.connection.database,
    instances: ports.map((port, index) => ({ name: `${name}-${index + 1}`, port })),
    monitor: role,
    operator: role,
  };
}

test('lists the clusters of the configuration and finds them by name', async () => {
  using fleetConfig = makeFleetConfig([cluster('main', [1]), cluster('shard-1', [1, 2])]);
  const fleet = createFleet(fleetConfig.config);
  expect(fleet.list().map((one) => one.name)).toEqual(['main', 'shard-1']);
  expect(fleet.find('shard-1')?.instances).toEqual([
    { cluster: 'shard-1', name: 'shard-1-1', host: '127.0.0.1', port: 1 },
    { cluster: 'shard-1', name: 'shard-1-2', host: '127.0.0.1', port: 2 },
  ]);
  expect(fleet.get('main').stanza).toBeNull();
  expect(fleet.find('other')).toBeNull();
  await fleet.close();
});

test('refuses a cluster that is not configured and names those that are', async () => {
  using fleetConfig = makeFleetConfig([cluster('main', [1])]);
  const fleet = createFleet(fleetConfig.config);
  expect(() => fleet.get('mian')).toThrow(ClusterNotFoundError);
  await expect(fleet.primary('mian')).rejects.toMatchObject({
    code: 'CLUSTER_NOT_FOUND',
    hint: 'Known clusters: main.',
  });
});

test('finds the primary beside an instance that is down and one that never answers', async () => {
  const { port } = inject('server');
  using fleetConfig = makeFleetConfig([cluster('main', [CLOSED_PORT, silent.port, port])]);
  const fleet = createFleet(fleetConfig.config);
  const primary = await fleet.primary('main');
  expect(primary.name).toBe(`127.0.0.1:${port}/${database.connection.database}`);
  const [row] = await primary.rows(
    sql`SELECT current_setting('application_name') AS application, current_setting('lock_timeout') AS lock`,
  );
  expect(row).toEqual({ application: 'sunday', lock: '3s' });
  await fleet.close();
});

test('says of each instance why it is not the primary', async () => {
  using fleetConfig = makeFleetConfig([cluster('main', [CLOSED_PORT, silent.port])]);
  const fleet = createFleet(fleetConfig.config);
  const refused = await fleet.primary('main').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(DatabaseUnavailableError);
  expect((refused as Error).message).toContain('main-1: 127.0.0.1:1/');
  expect((refused as Error).message).toContain('ECONNREFUSED');
  expect((refused as Error).message).toContain('main-2: 127.0.0.1:');
  await fleet.close();
});

test('refuses to choose between two instances that both take writes', async () => {
  const { port } = inject('server');
  using fleetConfig = makeFleetConfig([cluster('main', [port, port])]);
  const fleet = createFleet(fleetConfig.config);
  const refused = await fleet.primary('main').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(SplitBrainError);
  expect(refused).toMatchObject({ code: 'SPLIT_BRAIN', instances: ['main-1', 'main-2'] });
  await fleet.close();
});

test('keeps no connection after it is closed and opens no new one', async () => {
  const { port } = inject('server');
  using fleetConfig = makeFleetConfig([cluster('main', [port])]);
  const fleet = createFleet(fleetConfig.config);
  await fleet.primary('main');
  await fleet.close();
  await expect(fleet.primary('main')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  const left = await database.db.rows(
    sql`SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sunday'`,
  );
  expect(left).toEqual([]);
});
