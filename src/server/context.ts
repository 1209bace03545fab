import DataLoader from 'dataloader';
import type { Session } from '../access/access.ts';
import type { Services } from '../services.ts';
import type { Context, LoadMany, Loaders, RequestInput } from '../../schema/context.ts';

/** What the transports know about a request before GraphQL begins. */
export interface Arrival {
  readonly session: Session;
  readonly requestId: string;
  /** Aborts when the client has gone or the server stops. */
  readonly signal: AbortSignal;
}

/** The context of one request. `rateLimit` is set before the first resolver runs. */
export function createContext(services: Services, { session, requestId, signal }: Arrival): Context {
  const { principal } = session;
  const requester = ({ onBehalfOf, reason }: RequestInput) => ({
    principal,
    action: 'unknown', // the audit puts the mutation's name here
    onBehalfOf: onBehalfOf ?? null,
    reason: reason ?? null,
    requestId,
  });
  return {
    principal,
    requestId,
    services,
    signal,
    loaders: createLoaders(services),
    rateLimit: { cost: 0, limit: 0, remaining: 0, resetAt: new Date(0) },
    requester,
    request: (input) => ({ ...requester(input), idempotencyKey: input.idempotencyKey ?? null }),
  };
}

function createLoaders(services: Services): Loaders {
  const loaders = new Map<LoadMany<unknown>, DataLoader<string, unknown>>();
  return {
    load<Value>(loadMany: LoadMany<Value>, key: string) {
      const known = loaders.get(loadMany) as DataLoader<string, Value> | undefined;
      if (known !== undefined) return known.load(key);
      const made = new DataLoader<string, Value>((keys) => loadMany(services, keys), { maxBatchSize: 500 });
      loaders.set(loadMany, made);
      return made.load(key);
    },
    clear: () => loaders.clear(),
  };
}
