import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import type { Context, RateLimit } from '../../schema/context.ts';
import type { Budget } from './budget.ts';
import { type Arrival, createContext } from './context.ts';
import { measureDocument } from './document.ts';
import { RequestTimeoutError } from './errors.ts';
import type { Metrics } from './metrics.ts';
import type { Settings } from './options.ts';
import { type Origin, toPublicError } from './public-errors.ts';

export interface Execution {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
  readonly contextValue: Context;
  /** Ends the execution early, also between two resolvers. */
  readonly signal?: AbortSignal;
}

export type Results = ExecutionResult | AsyncIterable<ExecutionResult>;
export type Execute = (execution: Execution) => Results | Promise<Results>;

/** What stands around every execution, whatever it came by: cost, time, context, metrics, and what errors may say. */
export type Guard = (execute: Execute) => (execution: Execution, arrival: Arrival) => Promise<Results>;

export function createGuard(settings: Settings, budget: Budget, metrics: Metrics): Guard {
  const { services, limits, log } = settings;
  return (execute) => async (execution, arrival) => {
    const origin = { requestId: arrival.requestId, log };
    const finish = metrics.startOperation(execution);
    let rateLimit: RateLimit | null = null;
    try {
      const { schema, document, operationName = null, variableValues } = execution;
      const cost = measureDocument(
        schema,
        { document, operationName, variables: variableValues ?? {} },
        limits,
      );
      rateLimit = budget.spend(arrival.session.principal.id, cost);
      const results = await withinTime(limits.requestTimeoutSeconds * 1_000, arrival.signal, (signal) =>
        execute({
          ...execution,
          signal,
          contextValue: {
            ...createContext(services, { ...arrival, signal }),
            rateLimit: rateLimit as RateLimit,
          },
        }),
      );
      if (isStream(results)) return mapStream(results, (one) => publish(one, null, origin), origin);
      return publish(results, rateLimit, origin);
    } catch (error) {
      return publish({ errors: [toPublicError(error, origin)] }, rateLimit, origin);
    } finally {
      finish();
    }
  };
}

/** Gives `work` a signal that also aborts when the time is up. A stream is in time when it has begun. */
async function withinTime<Value>(
  timeoutMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Value | Promise<Value>,
): Promise<Value> {
  const late = new AbortController();
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new RequestTimeoutError(timeoutMs);
    late.abort(error);
    expired.reject(error);
  }, timeoutMs);
  try {
    return await Promise.race([work(AbortSignal.any([outer, late.signal])), expired.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function publish(result: ExecutionResult, rateLimit: RateLimit | null, origin: Origin): ExecutionResult {
  const errors = result.errors?.map((error) => toPublicError(error, origin));
  const isSingle = rateLimit !== null;
  return {
    ...result,
    ...(errors === undefined ? {} : { errors }),
    ...(isSingle
      ? { extensions: { ...result.extensions, requestId: origin.requestId, cost: rateLimit } }
      : {}),
  };
}

export function isStream(results: Results): results is AsyncIterable<ExecutionResult> {
  return Symbol.asyncIterator in results;
}

/** An error of the source becomes its last result: a client sees why a stream ended. */
function mapStream(
  results: AsyncIterable<ExecutionResult>,
  map: (result: ExecutionResult) => ExecutionResult,
  origin: Origin,
): AsyncIterableIterator<ExecutionResult> {
  const source = results[Symbol.asyncIterator]();
  const state = { hasFailed: false };
  const stream: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      if (state.hasFailed) return { done: true, value: undefined };
      try {
        const item = await source.next();
        return item.done ? { done: true, value: undefined } : { done: false, value: map(item.value) };
      } catch (error) {
        state.hasFailed = true;
        return { done: false, value: { errors: [toPublicError(error, origin)] } };
      }
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
