import { HEALTH_STATES } from '../src/limits.ts';
import { PLATFORM_METRIC_NAMES, PLATFORM_THRESHOLDS } from '../src/platform/catalogue.ts';
import type { PlatformFigure } from '../src/platform/figures.ts';
import {
  ELASTICSEARCH_STATUSES,
  type PlatformFacts,
  type PlatformKind,
  type PlatformService,
  REDIS_ROLES,
} from '../src/platform/platform.ts';
import { builder } from './builder.ts';
import { HealthStateRef, judgedFields } from './health.ts';

const KINDS: Record<PlatformKind, string> = {
  REDIS: 'A Redis server.',
  CLICKHOUSE: 'A ClickHouse server.',
  ELASTICSEARCH: 'An Elasticsearch cluster.',
  S3: 'A bucket of an object store that speaks S3.',
};

export const PlatformKindRef = builder.enumType('PlatformKind', {
  description: 'What stands beside the clusters.',
  values: Object.fromEntries(
    Object.entries(KINDS).map(([kind, description]) => [kind, { value: kind as PlatformKind, description }]),
  ) as Record<PlatformKind, { value: PlatformKind; description: string }>,
});

const NAMES = PLATFORM_METRIC_NAMES.map((name) => `\`${name}\``).join(', ');

export const PlatformMetricRef = builder.objectRef<PlatformFigure>('PlatformMetric').implement({
  description: 'One figure of a service against its limits. A value on a limit is still on its good side.',
  fields: (t) => ({
    name: t.exposeString('name', { description: `One of ${NAMES}; more may be added.` }),
    source: t.string({
      description: 'Where the limits come from, who set them and why, or why there are none.',
      resolve: ({ name, limitsFrom }) => limitsFrom ?? PLATFORM_THRESHOLDS[name].source,
    }),
    ...judgedFields(t),
  }),
});

export const PlatformServiceRef = builder.interfaceRef<PlatformService>('PlatformService').implement({
  description:
    'A service beside the clusters, as it was seen last: Redis every 10 seconds, the others every 30. Its alerts have the cluster name `platform` and its own as the instance.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name in the configuration; no other service has it.' }),
    kind: t.expose('kind', { type: PlatformKindRef, description: 'What it is.' }),
    address: t.exposeString('address', { description: 'Where it is reached, without a secret.' }),
    state: t.expose('state', {
      type: HealthStateRef,
      description: `That of the worst metric: ${HEALTH_STATES.join(', ')} from best to worst. UNKNOWN also when nobody has looked for three intervals.`,
    }),
    checkedAt: t.expose('checkedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was looked at; null when nobody has yet.',
    }),
    metrics: t.field({
      type: [PlatformMetricRef],
      description: 'All figures; of a service that does not answer only `service_up`.',
      resolve: ({ figures }) => figures,
    }),
  }),
  resolveType: ({ kind }) => TYPES[kind],
});

/** What it said last; null when it is another kind, or has said nothing. */
function factsOf<Kind extends PlatformKind>({ facts }: PlatformService, kind: Kind) {
  return facts?.kind === kind ? (facts as Extract<PlatformFacts, { readonly kind: Kind }>) : null;
}

const SILENT = 'null when it did not answer';
const version = (what: string) => `Version of ${what} as it says itself; ${SILENT}.`;

const RedisRoleRef = builder.enumType('RedisRole', {
  description: 'What a Redis is to others.',
  values: {
    PRIMARY: { value: REDIS_ROLES[0], description: 'Takes writes.' },
    REPLICA: { value: REDIS_ROLES[1], description: 'Repeats what its primary writes.' },
  },
});

builder.objectRef<PlatformService>('RedisService').implement({
  description: 'A Redis server.',
  interfaces: [PlatformServiceRef],
  fields: (t) => ({
    version: t.string({
      nullable: true,
      description: version('Redis'),
      resolve: (one) => factsOf(one, 'REDIS')?.version ?? null,
    }),
    role: t.field({
      type: RedisRoleRef,
      nullable: true,
      description: `What it is to others; ${SILENT}.`,
      resolve: (one) => factsOf(one, 'REDIS')?.role ?? null,
    }),
    connectedReplicas: t.int({
      nullable: true,
      description: `Replicas that are connected to it; ${SILENT}.`,
      resolve: (one) => factsOf(one, 'REDIS')?.connectedReplicas ?? null,
    }),
    uptimeSeconds: t.int({
      nullable: true,
      description: `Seconds since it was started; ${SILENT}.`,
      resolve: (one) => factsOf(one, 'REDIS')?.uptimeSeconds ?? null,
    }),
  }),
});

builder.objectRef<PlatformService>('ClickHouseService').implement({
  description: 'A ClickHouse server.',
  interfaces: [PlatformServiceRef],
  fields: (t) => ({
    version: t.string({
      nullable: true,
      description: version('ClickHouse'),
      resolve: (one) => factsOf(one, 'CLICKHOUSE')?.version ?? null,
    }),
    uptimeSeconds: t.int({
      nullable: true,
      description: `Seconds since it was started; ${SILENT}.`,
      resolve: (one) => factsOf(one, 'CLICKHOUSE')?.uptimeSeconds ?? null,
    }),
    replicatedTables: t.int({
      nullable: true,
      description: 'Tables that are replicated, at most 10,000; null when it did not say.',
      resolve: (one) => factsOf(one, 'CLICKHOUSE')?.replicatedTables ?? null,
    }),
  }),
});

const ElasticsearchStatusRef = builder.enumType('ElasticsearchStatus', {
  description: 'What Elasticsearch says of its shards.',
  values: {
    GREEN: { value: ELASTICSEARCH_STATUSES[0], description: 'All shards have all their copies.' },
    YELLOW: { value: ELASTICSEARCH_STATUSES[1], description: 'All data is there, some copies are not.' },
    RED: { value: ELASTICSEARCH_STATUSES[2], description: 'Some data is not there.' },
  },
});

builder.objectRef<PlatformService>('ElasticsearchService').implement({
  description: 'An Elasticsearch cluster.',
  interfaces: [PlatformServiceRef],
  fields: (t) => ({
    version: t.string({
      nullable: true,
      description: version('the node that was asked'),
      resolve: (one) => factsOf(one, 'ELASTICSEARCH')?.version ?? null,
    }),
    clusterName: t.string({
      nullable: true,
      description: `As the cluster calls itself; ${SILENT}.`,
      resolve: (one) => factsOf(one, 'ELASTICSEARCH')?.clusterName ?? null,
    }),
    status: t.field({
      type: ElasticsearchStatusRef,
      nullable: true,
      description: `What it says of its shards; ${SILENT}.`,
      resolve: (one) => factsOf(one, 'ELASTICSEARCH')?.status ?? null,
    }),
    nodes: t.int({
      nullable: true,
      description: `Nodes of the cluster; ${SILENT}.`,
      resolve: (one) => factsOf(one, 'ELASTICSEARCH')?.nodes ?? null,
    }),
  }),
});

builder.objectRef<PlatformService>('BucketService').implement({
  description: 'A bucket of an object store: whether our key gets in, and how fast.',
  interfaces: [PlatformServiceRef],
});

const TYPES: Record<PlatformKind, string> = {
  REDIS: 'RedisService',
  CLICKHOUSE: 'ClickHouseService',
  ELASTICSEARCH: 'ElasticsearchService',
  S3: 'BucketService',
};
