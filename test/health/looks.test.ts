import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster, Fleet, Instance } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { judgeHot, lookHot } from '../../src/health/collect/hot.ts';
import { judgeUnused } from '../../src/health/collect/objects.ts';
import { readRights } from '../../src/health/collect/rights-probe.ts';
import { isMissing, judgeWarm, lookWarm } from '../../src/health/collect/warm.ts';
import type { Figure } from '../../src/health/measure.ts';
import { raw } from '../../src/postgres/sql.ts';
import { makeFleetConfig, type TestFleetConfig } from '../fleet/fleet-config.ts';
import { startReplicatedCluster, type ReplicatedCluster } from '../fleet/replicated-cluster.ts';

let servers: ReplicatedCluster;
let config: TestFleetConfig;
let fleet: Fleet;

const SETUP = `
  CREATE EXTENSION pg_stat_statements;
  CREATE ROLE watcher LOGIN PASSWORD 'test-only' IN ROLE pg_monitor;
  CREATE ROLE stranger LOGIN PASSWORD 'test-only';
  GRANT SELECT (starelid, staattnum, stainherit, stanullfrac, stawidth, stadistinct) ON pg_statistic TO watcher;
  CREATE TABLE items (id serial PRIMARY KEY, board_id int NOT NULL, title text NOT NULL);
  GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO watcher;
  INSERT INTO items (board_id, title) SELECT n % 100, repeat('x', 100) FROM generate_series(1, 120000) AS n;
  CREATE INDEX items_board ON items (board_id);
  CREATE INDEX items_board_again ON items (board_id);
  DELETE FROM items WHERE id % 2 = 0;
  ANALYZE items;
`;

beforeAll(async () => {
  servers = await startReplicatedCluster({
    shared_preload_libraries: 'pg_stat_statements',
    autovacuum: 'off',
    max_prepared_transactions: 5,
  });
  await servers.admin.rows(raw(SETUP));
  config = makeFleetConfig(
    ['watcher', 'stranger'].map((user) => ({
      name: user,
      database: 'postgres',
      monitor: { user, password: 'test-only' },
      operator: { user: 'postgres', password: 'test-only' },
      instances: [servers.primary, servers.standby].map(({ port }, index) => ({
        name: `${user}-${index + 1}`,
        port,
      })),
    })),
  );
  fleet = createFleet(config.config);
});
afterAll(async () => {
  await fleet?.close();
  config?.[Symbol.dispose]();
  await servers?.[Symbol.asyncDispose]();
});

const subject = (name: string, index = 0) => {
  const cluster = fleet.get(name);
  return { cluster, instance: cluster.instances[index] as Instance } satisfies {
    cluster: Cluster;
    instance: Instance;
  };
};
const find = (figures: readonly Figure[], name: string) => figures.find((one) => one.name === name);

async function look(name: string, index = 0) {
  const { instance } = subject(name, index);
  const db = fleet.collector(instance);
  return lookHot(db, instance, await readRights(db));
}

async function flush(): Promise<void> {
  await servers.admin.rows(raw('SELECT pg_stat_force_next_flush()'));
  await servers.admin.rows(raw('SELECT 1'));
}

test('tells what the database did between two looks, not since it began', async () => {
  const before = await look('watcher');
  for (let round = 0; round < 150; round++)
    await servers.admin.rows(raw('SELECT count(*) FROM items WHERE board_id = 7'));
  await servers.admin.rows(raw('SELECT pg_sleep(0.3)'));
  await flush();
  const figures = judgeHot(subject('watcher'), before, await look('watcher'));
  console.log(
    figures.map((f) => `${f.name} ${f.value} ${f.unit} ${f.state} ${f.reason} ${f.hint}`).join('\n'),
  );
  expect(find(figures, 'query_p95')).toMatchObject({ state: 'OK', unit: 'milliseconds' });
});

test('warm', async () => {
  const { instance } = subject('watcher');
  const db = fleet.collector(instance);
  const rights = await readRights(db);
  const first = await lookWarm(db, { isStandby: false, rights });
  const figures = judgeWarm(
    { instance: instance.name, rights },
    first,
    await lookWarm(db, { isStandby: false, rights }),
  );
  console.log(
    figures.map((f) => `${f.name} ${f.value} ${f.unit} ${f.state} ${f.reason} ${f.hint}`).join('\n'),
  );
  console.log(first.indexes);
});

test('stranger', async () => {
  const figures = judgeHot(subject('stranger'), null, await look('stranger'));
  console.log(
    figures.map((f) => `${f.name} ${f.value} ${f.unit} ${f.state} ${f.reason} ${f.hint}`).join('\n'),
  );
  const { instance } = subject('stranger');
  const db = fleet.collector(instance);
  const rights = await readRights(db);
  const w = await lookWarm(db, { isStandby: false, rights });
  console.log(w.sequences, w.bloat, w.tables, isMissing(w.sizes));
  console.log(
    judgeUnused([w.indexes]),
    judgeHot(subject('watcher', 1), null, await look('watcher', 1)).length,
  );
});
