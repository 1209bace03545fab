import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import type { ServiceAction } from '../actions.ts';
import {
  messageOf,
  rememberLook,
  type PlatformTarget,
  type ServiceConnection,
  type Trouble,
} from '../platform.ts';
import { judgeElasticsearch } from './judge.ts';
import { readElasticsearch, statusOf } from './probe.ts';

export interface ElasticsearchConnection extends ServiceConnection {
  /** Undefined: the user's password it is. */
  readonly readApiKey: () => string | undefined;
}

const EVERY_MS = 30_000;
/** Whoever looks gives up before; this is for a signal that is not heard. */
const REQUEST_TIMEOUT_MS = 10_000;

/** One Elasticsearch cluster, through one of its nodes or what balances them. */
export function createElasticsearchTarget(connection: ElasticsearchConnection): PlatformTarget {
  return {
    name: connection.name,
    kind: 'ELASTICSEARCH',
    address: connection.url,
    everyMs: EVERY_MS,
    open: () =>
      rememberLook(
        (signal) => withElasticsearch(connection, (client) => readElasticsearch(client, signal)),
        judgeElasticsearch,
      ),
    explain,
    act: (action, signal) => withElasticsearch(connection, (client) => act(client, action, signal)),
  };
}

async function act(client: Client, action: ServiceAction, signal: AbortSignal): Promise<void> {
  if (action === 'RETRY_SHARDS')
    await client.cluster.reroute({ retry_failed: true, metric: 'none' }, { signal });
}

async function withElasticsearch<Result>(
  connection: ElasticsearchConnection,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await openElasticsearch(connection);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** The library is a tenth of the time of a start, and few have a cluster: so it is loaded here. */
async function openElasticsearch(connection: ElasticsearchConnection): Promise<Client> {
  const { Client } = await import('@elastic/elasticsearch');
  const { url, user, readPassword, readApiKey, readAuthority } = connection;
  const ca = readAuthority();
  const apiKey = readApiKey();
  return new Client({
    node: url,
    ...(apiKey !== undefined
      ? { auth: { apiKey } }
      : user === null
        ? {}
        : { auth: { username: user, password: readPassword() ?? '' } }),
    ...(ca === null ? {} : { tls: { ca } }),
    ...{ requestTimeout: REQUEST_TIMEOUT_MS, maxRetries: 0, name: 'sunday-collector' },
    enableMetaHeader: false,
  });
}

function explain(error: unknown): Trouble {
  const status = statusOf(error);
  if (status === 401 || status === 403)
    return {
      kind: 'REFUSED',
      reason: `it does not let us in: it answered ${status}`,
      hint: 'Check user and passwordFile or apiKeyFile; the role needs the cluster privilege `monitor`.',
    };
  if (isForeign(error))
    return {
      kind: 'DOWN',
      reason: 'its answer is not that of Elasticsearch',
      hint: 'Check the address, and what stands in between. Other products than Elasticsearch are not known here.',
    };
  return {
    kind: 'DOWN',
    reason: status === null ? messageOf(error).slice(0, 300) : `it answered ${status}`,
    hint: 'See whether it runs and has a master, and whether the address is right.',
  };
}

const FOREIGN = ['DeserializationError', 'ProductNotSupportedError'];

function isForeign(error: unknown): boolean {
  return error instanceof z.ZodError || (error instanceof Error && FOREIGN.includes(error.name));
}
