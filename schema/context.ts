import type { OperationRequest } from '../src/operations/operations.ts';
import type { Principal, Requester, Scope } from '../src/access/principals.ts';
import type { Services } from '../src/services.ts';

/** What a caller says about itself in the input of a mutation. */
export interface RequestInput {
  readonly reason?: string | null | undefined;
  readonly onBehalfOf?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** Gives one value (or the error of that one) for each key, in the order of `keys`. */
export type LoadMany<Value> = (
  services: Services,
  keys: readonly string[],
) => Promise<readonly (Value | Error)[]>;

/** Batches and caches reads: calls of one tick with the same `loadMany` become one call of it. */
export interface Loaders {
  /** `loadMany` is the cache's key too: pass a function that is declared once, not a closure. */
  load<Value>(loadMany: LoadMany<Value>, key: string): Promise<Value>;
  /** Forgets everything: a subscription does so for each event, or it would show the first state for ever. */
  clear(): void;
}

/** What static analysis found out about a document, and what the token has left of its minute. */
export interface RateLimit {
  readonly cost: number;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Date;
}

/** What every resolver is handed: who asks, and the ways to answer. One for each request. */
export interface Context {
  readonly principal: Principal;
  readonly requestId: string;
  readonly services: Services;
  readonly loaders: Loaders;
  readonly rateLimit: RateLimit;
  /** Aborts when the client has gone, the time is up or the server stops. */
  readonly signal: AbortSignal;
  requester(input: RequestInput): Requester;
  /** The same with the idempotency key, for mutations that start work. */
  request(input: RequestInput): OperationRequest;
}

/** How `node(id)` finds one type of thing. Each noun's resolvers export one for each of their nodes. */
export interface NodeSource {
  /** What the noun's own queries need, too. */
  readonly scope: Scope;
  /** Null when there is none with this id within the type. */
  find(id: string, context: Context): Promise<object | null>;
}
