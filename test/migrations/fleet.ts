import type { OperationContext, StepContext } from '../../src/operations/define.ts';
import { ClusterNotFoundError, type Cluster, type Fleet } from '../../src/fleet/fleet.ts';
import type { Operation, OperationRequest, OperationStarter } from '../../src/operations/operations.ts';
import type { Database } from '../../src/postgres/pool.ts';

/** A fleet of one cluster, `main`, whose product database is `db`. */
export function fleetOf(db: Database): Fleet {
  const main: Cluster = { name: 'main', database: db.name, instances: [], stanza: null, isShard: false };
  const get = (name: string) => {
    if (name !== 'main') throw new ClusterNotFoundError(name, ['main']);
    return main;
  };
  return {
    list: () => [main],
    find: (name) => (name === 'main' ? main : null),
    get,
    monitor: () => db,
    collector: () => db,
    operator: () => db,
    primary: async (name) => {
      get(name);
      return db;
    },
    primaryLogin: async () => ({ host: 'localhost', port: 0, database: db.name, user: 'nobody' }),
    moverLogin: async () => ({ host: 'localhost', port: 0, database: db.name, user: 'nobody' }),
    close: async () => {},
  };
}

/** Takes a start, lets its plan refuse it as the engine does, and keeps it; the engine that would run it has tests of its own. */
export function collectStarts(): OperationStarter & {
  readonly started: { readonly kind: string; readonly input: unknown }[];
} {
  const started: { readonly kind: string; readonly input: unknown }[] = [];
  return {
    started,
    async start({ kind, plan }, input) {
      await plan?.(input);
      started.push({ kind, input });
      return { id: `op-${started.length}`, kind } as Operation;
    },
  };
}

export const REQUEST: OperationRequest = {
  principal: { id: 'p', name: 'ann', role: 'OPERATOR', scopes: [] },
  onBehalfOf: 'bea',
  reason: null,
  action: 'test',
  requestId: 'r',
  idempotencyKey: null,
};

/** Remembers results of steps as the engine does: a second run with the same memory replays them. */
export function contextOf(
  memory: Map<string, unknown>,
  step: Partial<StepContext> = {},
): OperationContext & { readonly ran: string[] } {
  const ran: string[] = [];
  return {
    operationId: 'op-1',
    attempt: 1,
    ran,
    async step<T>(name: string, work: (context: StepContext) => Promise<T>): Promise<T> {
      if (memory.has(name)) return memory.get(name) as T;
      ran.push(name);
      const result = await work({
        operationId: 'op-1',
        signal: new AbortController().signal,
        token: 1n,
        processMarks: {},
        assertLease: () => {},
        progress: () => {},
        ...step,
      });
      // What a checkpoint can't hold would come back changed.
      memory.set(name, JSON.parse(JSON.stringify(result ?? null)));
      return result;
    },
  };
}
