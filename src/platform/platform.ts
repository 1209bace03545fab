import type { HealthState } from '../limits.ts';
import type { ServiceAction } from './actions.ts';
import type { PlatformFigure } from './figures.ts';

export const PLATFORM_KINDS = ['REDIS', 'CLICKHOUSE', 'ELASTICSEARCH', 'S3'] as const;
/** What stands beside the clusters. */
export type PlatformKind = (typeof PLATFORM_KINDS)[number];

export const REDIS_ROLES = ['PRIMARY', 'REPLICA'] as const;
export const ELASTICSEARCH_STATUSES = ['GREEN', 'YELLOW', 'RED'] as const;

export interface RedisFacts {
  readonly kind: 'REDIS';
  readonly version: string;
  readonly role: (typeof REDIS_ROLES)[number];
  readonly connectedReplicas: number;
  readonly uptimeSeconds: number;
}
export interface ClickHouseFacts {
  readonly kind: 'CLICKHOUSE';
  readonly version: string;
  readonly uptimeSeconds: number;
  /** Tables that are replicated; null when nobody would say. */
  readonly replicatedTables: number | null;
}
export interface ElasticsearchFacts {
  readonly kind: 'ELASTICSEARCH';
  readonly version: string;
  /** As it calls itself. */
  readonly clusterName: string;
  readonly status: (typeof ELASTICSEARCH_STATUSES)[number];
  readonly nodes: number;
}
export interface BucketFacts {
  readonly kind: 'S3';
}

/** What a service says of itself that is no figure. */
export type PlatformFacts = RedisFacts | ClickHouseFacts | ElasticsearchFacts | BucketFacts;

export interface Found {
  readonly figures: readonly PlatformFigure[];
  readonly facts: PlatformFacts;
}

/** Why a look found nothing. REFUSED: the service answers, but does not let us in, so it is UNKNOWN rather than down. */
export interface Trouble {
  readonly kind: 'DOWN' | 'REFUSED';
  readonly reason: string;
  readonly hint: string;
}

/** Looks at one service again and again; keeps what it needs of the look before. Ends when `signal` aborts. */
export type LookAtService = (signal: AbortSignal) => Promise<Found>;

/** How a service with a URL is reached. The functions are called for each look: a secret that was changed is found in its file. */
export interface ServiceConnection {
  readonly name: string;
  readonly url: string;
  readonly user: string | null;
  readonly readPassword: () => string | undefined;
  /** The PEM text; null: what Node trusts. */
  readonly readAuthority: () => string | null;
}

/** Looks by what `read` finds; `judge` is given the look before too: null for the first one. A failure changes nothing. */
export function rememberLook<Look>(
  read: (signal: AbortSignal) => Promise<Look>,
  judge: (before: Look | null, after: Look) => Found,
): LookAtService {
  let before: Look | null = null;
  return async (signal) => {
    const after = await read(signal);
    const found = judge(before, after);
    before = after;
    return found;
  };
}

/** A service that is configured, and how to look at it. */
export interface PlatformTarget {
  readonly name: string;
  readonly kind: PlatformKind;
  /** For people; without a secret. */
  readonly address: string;
  readonly everyMs: number;
  /** Connects to nothing yet. */
  open(): LookAtService;
  /** What an error of a look means. */
  explain(error: unknown): Trouble;
  /** Does it, within the time of `signal`. Left out: there is nothing that we may do. */
  readonly act?: (action: ServiceAction, signal: AbortSignal) => Promise<void>;
  /** What we know of it without asking it, also while it does not answer. Left out: nothing. */
  readonly know?: () => Promise<readonly PlatformFigure[]>;
}

/** A service as it was seen last. */
export interface PlatformService {
  readonly name: string;
  readonly kind: PlatformKind;
  readonly address: string;
  /** That of the worst figure. */
  readonly state: HealthState;
  /** Null: nobody has looked yet. */
  readonly checkedAt: Date | null;
  readonly figures: readonly PlatformFigure[];
  /** Null: it has not said anything the last time. */
  readonly facts: PlatformFacts | null;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
