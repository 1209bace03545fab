import { readFileSync } from 'node:fs';
import { readPassword } from '../config.ts';
import * as leases from '../health/collect/lease-store.ts';
import { readAligned, type SampleArchive } from '../health/history/history.ts';
import type { AlertSample } from '../alerts/alerts.ts';
import {
  type BucketSettings,
  findHistoryService,
  PLATFORM,
  type ServiceSettings,
  withOwnServices,
} from '../config/platform-settings.ts';
import { createClickHouseTarget } from '../platform/clickhouse/target.ts';
import { createPlatformCollector, type PlatformSample } from '../platform/collect/collector.ts';
import { type HistoryWriters, judgeWriters } from '../platform/history-writers.ts';
import { createElasticsearchTarget } from '../platform/elasticsearch/target.ts';
import type { PlatformTarget } from '../platform/platform.ts';
import { createRedisTarget } from '../platform/redis/target.ts';
import { createBucketTarget } from '../platform/s3/target.ts';
import { createPlatform, type PlatformServices } from '../platform/service.ts';
import type { Ground, Wiring } from './noun.ts';
import { toThresholdAudit } from './thresholds.ts';

export interface PlatformWiringOptions {
  /** That of health: what is kept for how long is the same for all metrics. */
  readonly archive: SampleArchive;
  /** Who makes alerts of samples. */
  readonly onSamples: (cluster: string, samples: readonly AlertSample[]) => Promise<void>;
  /** How the workers write into the history; null: it is not in a service. */
  readonly readWriters: (() => Promise<HistoryWriters>) | null;
}

/** What stands beside the clusters: Redis, ClickHouse, Elasticsearch, S3. */
export function wirePlatform(
  { config, db, workerId, log }: Ground,
  { archive, onSamples, readWriters }: PlatformWiringOptions,
): Wiring<{ readonly platform: PlatformServices }> {
  const targets = listTargets(config, readWriters);
  const collector = createPlatformCollector({
    ...{ targets, db, log },
    claim: (services, leaseMs) => claim({ db, workerId }, services, leaseMs),
    keep: ({ service, at, figures }) =>
      archive.record({
        ...{ cluster: PLATFORM, instance: service, at },
        values: new Map(figures.map(({ name, value }) => [name, value])),
      }),
    onSamples: (sample) => onSamples(PLATFORM, toAlertSamples(sample)),
  });
  return {
    definitions: [],
    connect: ({ recordAudit }) => ({
      services: {
        platform: createPlatform({
          ...{ targets, db },
          recordAudit: toThresholdAudit(recordAudit),
          readHistory: ({ service, ...request }) =>
            readAligned(archive, { cluster: PLATFORM, instance: service, ...request }),
        }),
      },
      background: [{ name: 'collector of services', start: collector.start, stop: collector.stop }],
    }),
  };
}

/** Services and clusters are looked at by the same workers, under the same leases; no cluster has a slash in its name. */
async function claim(
  { db, workerId }: Pick<Ground, 'db' | 'workerId'>,
  services: readonly string[],
  leaseMs: number,
): Promise<ReadonlySet<string>> {
  const clusters = services.map((one) => `${PLATFORM}/${one}`);
  const ours = await leases.claim(db, workerId, { clusters, leaseMs });
  return new Set(services.filter((one) => ours.has(`${PLATFORM}/${one}`)));
}

function toAlertSamples({ service, at, figures }: PlatformSample): readonly AlertSample[] {
  return figures.map((one) => ({ ...one, cluster: PLATFORM, instance: service, sampledAt: at }));
}

/** Those that are configured, in the order of the file. The one that keeps the history tells how that is written. */
export function listTargets(
  settings: ServiceSettings,
  readWriters: PlatformWiringOptions['readWriters'] = null,
): readonly PlatformTarget[] {
  const historyService = findHistoryService(settings);
  return openTargets(settings).map((one) =>
    one.name === historyService && readWriters !== null
      ? { ...one, know: async () => judgeWriters(await readWriters()) }
      : one,
  );
}

function openTargets(settings: ServiceSettings): readonly PlatformTarget[] {
  const { redis, clickhouse, elasticsearch, s3 } = withOwnServices(settings);
  return [
    ...redis.map((one) => createRedisTarget(toConnection(one))),
    ...clickhouse.map((one) => createClickHouseTarget(toConnection(one))),
    ...elasticsearch.map((one) =>
      createElasticsearchTarget({
        ...toConnection(one),
        readApiKey: () => readPassword({ passwordFile: one.apiKeyFile }),
      }),
    ),
    ...s3.map((one) =>
      createBucketTarget({
        name: one.name,
        address: `${one.endpoint}/${one.bucket}`,
        readSettings: () => toBucket(one),
      }),
    ),
  ];
}

/** The secrets are read when they are needed. */
export function toConnection(one: {
  readonly name: string;
  readonly url: string;
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly caFile?: string | undefined;
}) {
  return {
    ...{ name: one.name, url: one.url, user: one.user ?? null },
    readPassword: () => readPassword(one),
    readAuthority: () => (one.caFile === undefined ? null : readFileSync(one.caFile, 'utf8')),
  };
}

function toBucket({
  endpoint,
  region,
  bucket,
  uriStyle,
  caFile,
  accessKeyFile,
  secretKeyFile,
}: BucketSettings) {
  return {
    ...{ endpoint, region, bucket, prefix: '', isPathStyle: uriStyle === 'path', isTlsVerified: true },
    accessKey: readPassword({ passwordFile: accessKeyFile }) ?? '',
    secretKey: readPassword({ passwordFile: secretKeyFile }) ?? '',
    caFile: caFile ?? null,
  };
}
