import { setTimeout as sleep } from 'node:timers/promises';
import { untilAvailable } from '../postgres/retry.ts';
import { ENDED_STATES, type Operation, type OperationRequest } from './operations.ts';
import type { Operations } from './service.ts';
import type { AnyDefinition } from './workflow.ts';

/** One operation that another one starts. */
export interface ChildRequest {
  readonly parentId: string;
  readonly kind: string;
  readonly input: unknown;
  /** Unique among the children of a parent: the same key finds the child that a dead worker started. */
  readonly key: string;
}

/** For operations that start others and wait for them, for definitions with `coordinates`. */
export interface Children {
  /**
   * Starts the child, or finds the one that was started with this key, and waits until it has ended, however it did.
   * It acts for whoever started the parent.
   *
   * @throws what `OperationStarter.start` does, and the reason of `signal`; the child then goes on.
   */
  run(request: ChildRequest, signal: AbortSignal, onChange?: (child: Operation) => void): Promise<Operation>;
  /** Cancels every unfinished child and waits for their ends. Twice is safe. */
  cancelAll(parentId: string, signal: AbortSignal): Promise<void>;
}

const POLL_MS = 250;

/** What it works with. */
export interface ChildrenHost {
  readonly operations: Operations;
  readonly definitions: readonly AnyDefinition[];
}

/** `host` is asked for late: both are made after the definitions that are handed the children. */
export function createChildren(host: () => ChildrenHost): Children {
  const find = async (id: string, signal: AbortSignal) => {
    const check = () => signal.throwIfAborted();
    const [operation] = await untilAvailable(() => host().operations.findMany([id]), check);
    if (!operation) throw new Error(`operation ${id} went away`);
    return operation;
  };
  const waitForEnd = async (id: string, signal: AbortSignal, onChange?: (child: Operation) => void) => {
    for (;;) {
      signal.throwIfAborted();
      const child = await find(id, signal);
      onChange?.(child);
      if (ENDED_STATES.includes(child.state)) return child;
      await sleep(POLL_MS);
    }
  };
  return {
    async run({ parentId, kind, input, key }, signal, onChange) {
      const parent = await find(parentId, signal);
      const definition = host().definitions.find((one) => one.kind === kind);
      if (!definition) throw new Error(`no operation is of the kind ${kind}`);
      const request = { ...requestOf(parent, kind), idempotencyKey: `${parent.attempts}:${key}` };
      const check = () => signal.throwIfAborted();
      const child = await untilAvailable(() => host().operations.start(definition, input, request), check);
      return waitForEnd(child.id, signal, onChange);
    },
    async cancelAll(parentId, signal) {
      const parent = await find(parentId, signal);
      const [children = []] = await host().operations.childrenOf([parentId]);
      const unfinished = children.filter(({ state }) => !ENDED_STATES.includes(state));
      const requester = requestOf(parent, 'operations.cancel');
      // One that has ended between our look and this needs no cancel.
      await Promise.allSettled(unfinished.map(({ id }) => host().operations.cancel(id, requester)));
      await Promise.all(unfinished.map(({ id }) => waitForEnd(id, signal)));
    },
  };
}

function requestOf(parent: Operation, action: string): Omit<OperationRequest, 'idempotencyKey'> {
  return {
    principal: { id: `operation:${parent.id}`, name: parent.requestedBy, role: 'OPERATOR', scopes: [] },
    action,
    onBehalfOf: parent.onBehalfOf,
    reason: parent.reason,
    requestId: parent.id,
    parentId: parent.id,
  };
}
