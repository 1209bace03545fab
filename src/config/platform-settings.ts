import { z } from 'zod';
import { absolutePath } from './control-settings.ts';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower case letters, digits and hyphens, 1 to 63, a letter first')
  .describe('What people type, e.g. `cache`; unique among all services.');
const caFile = absolutePath
  .optional()
  .describe(
    "PEM file of the authority that signed the server's certificate. Left out: those that Node trusts.",
  );
const passwordFile = absolutePath
  .optional()
  .describe('File of mode 0600 that holds the password. It is read at each look. Left out: none is needed.');
const user = z.string().min(1).optional().describe('Left out: the default user, or none.');

const isBare = (url: string) => {
  const { username, password } = new URL(url);
  return username === '' && password === '';
};
const url = (protocol: RegExp, what: string) =>
  z.url({ protocol }).refine(isBare, 'no user or password in it').describe(what);

const web = (port: number) => url(/^https?$/, `\`https://host:${port}\`; http on a network that is trusted.`);
const list = <Service extends z.ZodType>(service: Service, what: string) =>
  z.array(service).max(50).default([]).describe(what);

/** The Redis of our own bell. */
export const OWN_REDIS = z
  .strictObject({
    url: z.url({ protocol: /^rediss?$/ }).describe('redis:// or rediss:// without a password.'),
    passwordFile: absolutePath.optional().describe('File that holds the password.'),
  })
  .optional()
  .describe('Wakes readers of events. Left out: they poll once a second.');

const redis = z.strictObject({
  ...{ name, user, passwordFile, caFile },
  url: url(/^rediss?$/, '`redis://host:6379`, or `rediss:` for TLS.'),
});
/** Where a ClickHouse is reached, and as whom. */
export const CLICKHOUSE_ADDRESS = { url: web(8123), user, passwordFile, caFile };
const clickhouse = z.strictObject({ name, ...CLICKHOUSE_ADDRESS });
const elasticsearch = z
  .strictObject({
    ...{ name, url: web(9200), user, passwordFile, caFile },
    apiKeyFile: absolutePath
      .optional()
      .describe('File of mode 0600 that holds an API key, encoded as Elasticsearch gave it.'),
  })
  .refine((one) => one.apiKeyFile === undefined || one.user === undefined, 'apiKeyFile or user, not both');
const s3 = z.strictObject({
  name,
  endpoint: z.url({ protocol: /^https$/ }).describe('`https://host[:port]`.'),
  region: z.string().min(1).default('us-east-1').describe('Region of the bucket.'),
  bucket: z.string().min(1).describe('Name of the bucket. Our key has to be allowed to list it.'),
  uriStyle: z
    .enum(['host', 'path'])
    .default('host')
    .describe('`https://bucket.host/key` or `https://host/bucket/key`.'),
  caFile,
  accessKeyFile: absolutePath.describe('File of mode 0600 that holds the access key.'),
  secretKeyFile: absolutePath.describe('File of mode 0600 that holds the secret key.'),
});

/** The part of `sunday.yaml` about what stands beside the clusters. Secrets stand in files. */
export const PLATFORM_SETTINGS = z
  .strictObject({
    redis: list(
      redis,
      'Redis servers. The one of `redis.url` is watched as `redis`, also when it is not here.',
    ),
    clickhouse: list(
      clickhouse,
      'ClickHouse servers. The one of `health.history` is watched as `history`, also when it is not here.',
    ),
    elasticsearch: list(elasticsearch, 'Elasticsearch clusters.'),
    s3: list(s3, 'Buckets.'),
  })
  .prefault({});

export type PlatformSettings = z.output<typeof PLATFORM_SETTINGS>;
export type RedisSettings = PlatformSettings['redis'][number];
export type ClickHouseSettings = PlatformSettings['clickhouse'][number];
export type ElasticsearchSettings = PlatformSettings['elasticsearch'][number];
export type BucketSettings = PlatformSettings['s3'][number];

/** In alerts and in history the services stand together under this name, where a cluster's stands otherwise. */
export const PLATFORM = 'platform';

/** What of the configuration is about services, ours among them. */
export interface ServiceSettings {
  readonly platform: PlatformSettings;
  /** The Redis of our own bell. */
  readonly redis?: z.output<typeof OWN_REDIS>;
  readonly health: {
    readonly history: { readonly clickhouse?: Omit<ClickHouseSettings, 'name'> | undefined };
  };
}

/** Services of all kinds, with the Redis of our own bell and the ClickHouse of our own history where nobody has listed them. */
export function withOwnServices({ platform, redis: bell, health }: ServiceSettings): PlatformSettings {
  const { clickhouse: store } = health.history;
  const { redis, clickhouse: stores } = platform;
  return {
    ...platform,
    redis: bell === undefined || redis.some(isAt(bell)) ? redis : [{ ...bell, name: 'redis' }, ...redis],
    clickhouse:
      store === undefined || stores.some(isAt(store)) ? stores : [{ ...store, name: 'history' }, ...stores],
  };
}

/** The service that keeps the history; null: it is in the control database. */
export function findHistoryService(settings: ServiceSettings): string | null {
  const { clickhouse: store } = settings.health.history;
  if (store === undefined) return null;
  return withOwnServices(settings).clickhouse.find(isAt(store))?.name ?? null;
}

const isAt =
  ({ url: wanted }: { readonly url: string }) =>
  ({ url: known }: { readonly url: string }) =>
    known === wanted;
