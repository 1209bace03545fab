import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, test } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import {
  createCollector,
  type Collector,
  type CollectorOptions,
} from '../../src/health/collect/collector.ts';
import { createHealth, type HealthReport } from '../../src/health/health.ts';
import { createControlArchive } from '../../src/health/history/control-archive.ts';
import type { HealthMetric } from '../../src/health/measure.ts';
import { createHealthService, type HealthService } from '../../src/health/service.ts';
import { raw } from '../../src/postgres/sql.ts';
import { startSilentServer, type SilentServer } from '../fleet/fake-servers.ts';
import { makeFleetConfig, type TestFleetConfig } from '../fleet/fleet-config.ts';
import { startReplicatedCluster, type ReplicatedCluster } from '../fleet/replicated-cluster.ts';
import { createControlDatabase, createTestEvents } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';

let servers: ReplicatedCluster;
let silent: SilentServer;
let control: TestDatabase;
let config: TestFleetConfig;
let fleet: Fleet;
let health: HealthService;
let collector: Collector;
let wiring: CollectorOptions;
const told: HealthMetric[] = [];
const failures: unknown[] = [];

beforeAll(async () => {
  [servers, silent, control] = await Promise.all([
    startReplicatedCluster({ shared_preload_libraries: 'pg_stat_statements' }),
    startSilentServer(),
    createControlDatabase(),
  ]);
  await servers.admin.rows(raw("CREATE ROLE watcher LOGIN PASSWORD 'test-only' IN ROLE pg_monitor"));
  await servers.admin.rows(raw('CREATE EXTENSION pg_stat_statements'));
  const one = (name: string, ports: readonly number[]) => ({
    name,
    database: 'postgres',
    monitor: { user: 'watcher', password: 'test-only' },
    operator: { user: 'postgres', password: 'test-only' },
    instances: ports.map((port, index) => ({ name: `${name}-${index + 1}`, port })),
  });
  config = makeFleetConfig([
    one('main', [servers.primary.port, servers.standby.port]),
    one('half', [servers.primary.port, silent.port, 1]),
  ]);
  fleet = createFleet(config.config);
  const { events } = createTestEvents(control);
  const archive = createControlArchive(control.db);
  const log = {
    error: (entry: object) => failures.push(entry),
    warn: (entry: object) => failures.push(entry),
  };
  wiring = {
    ...{ fleet, db: control.db, events, archive, workerId: 'one' },
    log: log as unknown as CollectorOptions['log'],
    warmEveryMs: 0,
    onSamples: async (_cluster, metrics) => void told.push(...metrics),
  };
  collector = createCollector(wiring);
  const live = createHealth({ fleet });
  health = createHealthService({
    ...{ fleet, live, db: control.db, events, archive },
    recordAudit: async () => {},
  });
  await archive.maintain();
});
afterAll(async () => {
  await collector?.stop();
  await fleet?.close();
  config?.[Symbol.dispose]();
  await Promise.all([
    control?.[Symbol.asyncDispose](),
    servers?.[Symbol.asyncDispose](),
    silent?.[Symbol.asyncDispose](),
  ]);
});

const find = (report: HealthReport | undefined, name: string, instance?: string) =>
  report?.metrics.find((one) => one.name === name && (instance === undefined || one.instance === instance));

test('x', async () => {
  const t0 = performance.now();
  await collector.collect();
  console.log('first', performance.now() - t0, failures);
  await sleep(200);
  await collector.collect();
  const [main, half] = await health.current(['main', 'half']);
  console.log(
    main?.metrics
      .map((f) => `${f.name} ${f.instance} ${f.value} ${f.unit} ${f.state} ${f.reason}`)
      .join('\n'),
  );
  console.log(
    half?.metrics
      .filter((one) => one.state !== 'OK')
      .map((f) => `${f.name} ${f.instance} ${f.value} ${f.unit} ${f.state} ${f.reason}`)
      .join('\n'),
  );
  console.log(failures, told.length);
  const history = await health.history({
    cluster: 'main',
    instance: 'main-1',
    metric: 'connections',
    from: new Date(Date.now() - 60000),
    to: new Date(Date.now() + 1000),
    stepSeconds: 10,
  });
  console.log(history);
  console.log(find(main, 'primary'));
});
