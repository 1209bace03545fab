import type { PlatformKind } from './platform.ts';

export const SERVICE_ACTIONS = ['SAVE_SNAPSHOT', 'PURGE_MEMORY', 'RETRY_SHARDS'] as const;
/** What we may do to a service. Each harms nothing, also when it is done twice, and ends within a request. */
export type ServiceAction = (typeof SERVICE_ACTIONS)[number];

export interface KnownAction {
  readonly kind: PlatformKind;
  /** As the service knows it. */
  readonly command: string;
  readonly effect: string;
  /** What its user has to be allowed. */
  readonly needs: string;
}

export const KNOWN_ACTIONS: Readonly<Record<ServiceAction, KnownAction>> = {
  SAVE_SNAPSHOT: {
    kind: 'REDIS',
    command: 'BGSAVE SCHEDULE',
    effect: 'A child process writes a snapshot; writes are taken again when it succeeds.',
    needs: 'The user needs ACL SETUSER … +bgsave.',
  },
  PURGE_MEMORY: {
    kind: 'REDIS',
    command: 'MEMORY PURGE',
    effect: 'The allocator gives back the pages that hold nothing any more.',
    needs: 'The user needs ACL SETUSER … +memory|purge.',
  },
  RETRY_SHARDS: {
    kind: 'ELASTICSEARCH',
    command: 'POST /_cluster/reroute?retry_failed=true',
    effect: 'Copies of shards whose allocation was given up after five attempts are tried once more.',
    needs: 'Its user needs a role with the cluster privilege `manage`.',
  },
};

export interface ServiceActionRequest {
  readonly service: string;
  readonly action: ServiceAction;
  /** True: only says what it would do. */
  readonly dryRun: boolean;
}

export interface ServiceActionOutcome extends Pick<KnownAction, 'command' | 'effect'> {
  readonly service: string;
  readonly action: ServiceAction;
  readonly isDone: boolean;
}
