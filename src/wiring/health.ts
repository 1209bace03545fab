import { type ClusterConfig, type FleetConfig, readPassword } from '../config.ts';
import { createCollector, type Collector } from '../health/collect/collector.ts';
import type { Pooler } from '../health/collect/pooler.ts';
import { createHealth, type HealthDependencies, type LiveHealth } from '../health/health.ts';
import type { SampleArchive } from '../health/history/history.ts';
import type { OnSamples } from '../health/measure.ts';
import { createHealthService, type HealthService } from '../health/service.ts';
import { openDatabase } from '../postgres/pool.ts';
import { openArchive, type OpenArchive } from './history.ts';
import type { Ground, Wiring } from './noun.ts';
import { toThresholdAudit } from './thresholds.ts';

export interface HealthWiring extends Wiring<{ readonly health: HealthService }> {
  readonly health: LiveHealth;
  /** History, which keeps samples of others, too. */
  readonly archive: SampleArchive;
  readonly readWriters: OpenArchive['readWriters'];
}

export interface HealthWiringOptions extends Pick<Required<HealthDependencies>, 'measureArchive'> {
  /** Who judges the samples. Left out: nobody. */
  readonly onSamples?: OnSamples;
}

/** How the clusters are, and who looks at them all the time. */
export function wireHealth(ground: Ground, options: HealthWiringOptions): HealthWiring {
  const { fleet, db, events, workerId, log } = ground;
  const live = createHealth({ fleet, measureArchive: options.measureArchive });
  const { archive, readWriters, close } = openArchive(ground);
  const poolers = openPoolers(ground.config);
  const collector = createCollector({ fleet, db, events, archive, workerId, log, poolers, ...options });
  return {
    definitions: [],
    health: live,
    archive,
    readWriters,
    connect: ({ recordAudit }) => ({
      services: {
        health: createHealthService({
          ...{ fleet, live, db, events, archive },
          recordAudit: toThresholdAudit(recordAudit),
        }),
      },
      background: [
        { name: 'collector of metrics', start: collector.start, stop: () => stop(collector, poolers, close) },
      ],
    }),
  };
}

/** One connection to the console of each; it connects with the first look. */
export function openPoolers({ clusters }: Pick<FleetConfig, 'clusters'>): ReadonlyMap<string, Pooler> {
  return new Map(
    clusters.flatMap(({ name, database, pooler }) =>
      pooler === undefined
        ? []
        : [[name, { console: openConsole(pooler), database, names: pooler.databases ?? null }] as const],
    ),
  );
}

const CONSOLE_TIMEOUT_MS = 2_000;

function openConsole(pooler: NonNullable<ClusterConfig['pooler']>) {
  const password = readPassword(pooler);
  return openDatabase({
    ...{ host: pooler.host, port: pooler.port, database: 'pgbouncer', user: pooler.user },
    ...(password === undefined ? {} : { password }),
    ...{ applicationName: 'sunday-collector', maxConnections: 1, hasSettings: false },
    ...{ connectTimeoutMs: CONSOLE_TIMEOUT_MS, statementTimeoutMs: CONSOLE_TIMEOUT_MS },
  });
}

async function stop(
  collector: Collector,
  poolers: ReadonlyMap<string, Pooler>,
  closeArchive: OpenArchive['close'],
): Promise<void> {
  await collector.stop();
  await closeArchive();
  await Promise.all([...poolers.values()].map(({ console }) => console.close()));
}
