import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPassword } from '../../src/config.ts';
import { startEmbeddedFleet } from '../../src/fleet/embedded/start.ts';
import { openDatabase, type Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { run } from '../../src/process.ts';
import { fleetAt } from '../support/fleet.ts';
import { startOwnFleet, type OwnFleet } from '../support/own-fleet.ts';

let fleet: OwnFleet;
beforeAll(async () => {
  fleet = await startOwnFleet({ shards: 2 });
});
afterAll(() => fleet[Symbol.asyncDispose]());

async function asMover<T>(name: string, work: (db: Database) => Promise<T>): Promise<T> {
  const cluster = fleet.config.clusters.find((one) => one.name === name);
  const [instance] = cluster?.instances ?? [];
  if (cluster?.mover === undefined || instance === undefined) throw new Error(`no mover on ${name}`);
  const db = openDatabase({
    ...{ host: instance.host, port: instance.port, database: cluster.database },
    ...{
      user: cluster.mover.user,
      password: readPassword(cluster.mover) ?? '',
      applicationName: 'sunday-test',
    },
  });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

test('names its shards in sunday.yaml, each with a stanza of its own', () => {
  expect(
    fleet.config.clusters.map(({ name, shard, stanza, instances }) => ({
      ...{ name, shard, stanza: stanza?.name },
      instances: instances.map((one) => one.name),
    })),
  ).toEqual([
    { name: 'main', shard: false, stanza: 'main', instances: ['main-1', 'main-2'] },
    { name: 'shard-1', shard: true, stanza: 'shard-1', instances: ['shard-1-1'] },
    { name: 'shard-2', shard: true, stanza: 'shard-2', instances: ['shard-2-1'] },
  ]);
});

test.each(['main', 'shard-1', 'shard-2'])(
  'lets the mover of %s decode its log and make subscriptions',
  async (name) => {
    const rows = await asMover(name, (db) =>
      db.rows(sql`/* test.mover */
      SELECT current_setting('wal_level') AS level, rolsuper AND rolreplication AS "mayMove"
      FROM pg_roles WHERE rolname = current_user
    `),
    );
    expect(rows).toEqual([{ level: 'logical', mayMove: true }]);
  },
);

test('archives what a shard writes under its own stanza', async () => {
  const stanza = fleet.config.clusters[1]?.stanza;
  await run(stanza?.binary ?? '', [`--config=${stanza?.configFile}`, '--stanza=shard-1', 'check'], {
    timeoutMs: 60_000,
  });
});

test('keeps its shards and what is in them on a start that does not ask for any, and adds one that is asked for', async () => {
  await asMover('shard-1', (db) => db.rows(sql`/* test.make */ CREATE TABLE kept ()`));
  const before = portsOf();
  await fleet.stop();
  const again = await startEmbeddedFleet({
    ...{ home: fleet.home, log: () => {} },
    options: { profile: 'passing', shards: 3 },
  });
  try {
    expect(Object.keys(portsOf())).toEqual(['main-1', 'main-2', 'shard-1-1', 'shard-2-1', 'shard-3-1']);
    expect(portsOf()).toMatchObject(before);
    expect(await asMover('shard-1', (db) => db.rows(sql`/* test.find */ SELECT FROM kept`))).toEqual([]);
    expect(readFileSync(join(fleet.home, 'fleet.json'), 'utf8')).toMatch(
      /"shardPorts": \[(\s*\d+,?){3}\s*\]/,
    );
  } finally {
    await again.stop();
  }
});

function portsOf(): Readonly<Record<string, number>> {
  const { config } = fleetAt(fleet.home);
  return Object.fromEntries(
    config.clusters.flatMap((one) => one.instances.map(({ name, port }) => [name, port])),
  );
}
