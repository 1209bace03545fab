import { randomUUID } from 'node:crypto';
import type { NewAuditEntry } from '../access/access.ts';
import type { Requester } from '../access/principals.ts';
import { InvalidInputError } from '../errors.ts';
import type { EventLog } from '../events/events.ts';
import type { Page } from '../page.ts';
import type { Database, Transaction } from '../postgres/pool.ts';
import { clustersOf, type OperationDefinition, type Plan } from './define.ts';
import type { Engine } from './engine.ts';
import { fingerprintOf } from './fingerprint.ts';
import { claimKey, findKeyUse, type KeyUse } from './idempotency-store.ts';
import { toEvent } from './journal.ts';
import {
  ENDED_STATES,
  IdempotencyKeyReusedError,
  type Operation,
  OperationConflictError,
  OperationEndedError,
  OperationNotFoundError,
  OperationNotRetryableError,
  type OperationRequest,
  type OperationStarter,
  type OperationStep,
  TooManyOperationsError,
} from './operations.ts';
import * as queue from './queue-store.ts';
import * as store from './store.ts';
import { createWatch, type OperationWatch } from './watch.ts';
import type { AnyDefinition } from './workflow.ts';

export interface OperationsOptions {
  readonly db: Database;
  readonly events: EventLog;
  readonly engine: Engine;
  readonly definitions: readonly AnyDefinition[];
  /** Writes the audit row in the transaction of the change. */
  readonly recordAudit: (tx: Transaction, entry: NewAuditEntry) => Promise<void>;
  readonly maxUnfinishedPerCluster: number;
}

/** Everything the API does with operations. */
export interface Operations extends OperationStarter, OperationWatch {
  /** In the order of `ids`; null where there is none. */
  findMany(ids: readonly string[]): Promise<readonly (Operation | null)[]>;
  stepsOf(ids: readonly string[]): Promise<readonly (readonly OperationStep[])[]>;
  /** What each of `ids` has started, in that order. */
  childrenOf(ids: readonly string[]): Promise<readonly (readonly Operation[])[]>;
  /** Newest first. */
  list(filter: store.OperationFilter, page: Page<store.OperationKey>): Promise<readonly Operation[]>;
  count(filter: store.OperationFilter): Promise<number>;
  /**
   * A queued one is CANCELLED at once, a running one is CANCELLING until its tools are gone. Twice is the same as once.
   *
   * @throws {OperationNotFoundError} @throws {OperationEndedError}
   */
  cancel(id: string, requester: Requester): Promise<Operation>;
  /**
   * Starts the next attempt of one that FAILED or was CANCELLED.
   *
   * @throws {OperationNotFoundError} @throws {OperationNotRetryableError} @throws {OperationConflictError}
   */
  retry(id: string, request: OperationRequest): Promise<Operation>;
}

export function createOperations(options: OperationsOptions): Operations {
  const { db } = options;
  return {
    start: (definition, input, request) => start(options, definition, input, request),
    cancel: (id, requester) => cancel(options, toUuid(id), requester),
    retry: (id, request) => retry(options, toUuid(id), request),
    findMany: (ids) =>
      store.findMany(
        db,
        ids.map((id) => (isUuid(id) ? id : NO_ID)),
      ),
    stepsOf: (ids) => store.listSteps(db, ids),
    childrenOf: (ids) => store.listChildren(db, ids),
    list: (filter, page) => store.list(db, filter, page),
    count: (filter) => store.count(db, filter),
    ...createWatch(options),
  };
}

async function start<Input, Output>(
  options: OperationsOptions,
  definition: OperationDefinition<Input, Output>,
  rawInput: Input,
  request: OperationRequest,
): Promise<Operation> {
  const input = definition.input.parse(rawInput);
  const fingerprint = fingerprintOf(definition.kind, input, request);
  // Before the plan: a repeated call must find its operation even when the plan would now refuse it.
  const earlier = await findEarlier(options, request, fingerprint);
  if (earlier) return earlier;
  const plan = (await definition.plan?.(input)) ?? null;
  const id = randomUUID();
  const operation = await options.db.transaction(async (tx) => {
    if (!(await claim(tx, request, { operationId: id, fingerprint }))) return null;
    return write(options, tx, { definition, input, plan, id, request });
  });
  options.events.ring();
  // Somebody with the same key was faster: its operation is the answer.
  return operation ?? start(options, definition, rawInput, request);
}

interface Writing<Input, Output> {
  readonly definition: OperationDefinition<Input, Output>;
  readonly input: Input;
  readonly plan: Plan | null;
  readonly id: string;
  readonly request: OperationRequest;
}

async function write<Input, Output>(
  options: OperationsOptions,
  tx: Transaction,
  { definition, input, plan, id, request }: Writing<Input, Output>,
): Promise<Operation> {
  const { kind, lanes } = definition;
  const { cluster, name: target, alsoOn = [] } = definition.target(input);
  const clusters = clustersOf({ cluster, alsoOn });
  await queue.lockQueues(tx, clusters);
  await refuseIfBusy(options, tx, definition, { cluster, target });
  const { principal, onBehalfOf, reason, requestId } = request;
  const parentId = request.parentId ?? null;
  const who = { requestedBy: principal.name, onBehalfOf, reason, requestId, parentId };
  const operation = await store.insert(tx, {
    ...{ id, kind, cluster, alsoOn, target, lanes, input, plan, ...who },
  });
  await options.recordAudit(tx, {
    requester: request,
    action: request.action,
    target,
    input,
    outcome: 'ACCEPTED',
    operationId: id,
  });
  await options.engine.enqueueRunnable(tx, clusters);
  await options.events.append(tx, [toEvent(operation)]);
  return operation;
}

async function refuseIfBusy(
  options: OperationsOptions,
  tx: Transaction,
  { kind, whenBusy }: Pick<AnyDefinition, 'kind' | 'whenBusy'>,
  { cluster, target }: { readonly cluster: string | null; readonly target: string },
): Promise<void> {
  const busy = whenBusy === 'REFUSE' ? await queue.findBusy(tx, kind, cluster) : null;
  if (busy) throw new OperationConflictError(`${kind} of ${target}`, busy);
  const limit = options.maxUnfinishedPerCluster;
  if ((await queue.countUnfinished(tx, cluster)) >= limit)
    throw new TooManyOperationsError(cluster ?? 'the fleet', limit);
}

async function cancel(options: OperationsOptions, id: string, requester: Requester): Promise<Operation> {
  const { db, events, engine, recordAudit } = options;
  const cancelled = await db.transaction(async (tx) => {
    const { cluster, alsoOn, target } = await getOne(tx, id);
    const clusters = clustersOf({ cluster, alsoOn });
    await queue.lockQueues(tx, clusters);
    const { state } = await getForUpdate(tx, id);
    if (state !== 'CANCELLING' && ENDED_STATES.includes(state)) throw new OperationEndedError(id, state);
    const change =
      state === 'QUEUED'
        ? ({ state: 'CANCELLED', message: 'cancelled before it began' } as const)
        : ({ state: 'CANCELLING', message: 'cancelling' } as const);
    const operation = await store.updateState(tx, id, change);
    await recordAudit(tx, {
      requester,
      action: requester.action,
      target,
      input: { id },
      outcome: 'ACCEPTED',
      operationId: id,
    });
    await engine.enqueueRunnable(tx, clusters);
    await events.append(tx, [toEvent(operation)]);
    return operation;
  });
  events.ring();
  return cancelled;
}

async function retry(options: OperationsOptions, id: string, request: OperationRequest): Promise<Operation> {
  const { db, events, engine, recordAudit } = options;
  const fingerprint = fingerprintOf('operations.retry', { id }, request);
  const earlier = await findEarlier(options, request, fingerprint);
  if (earlier) return earlier;
  const retried = await db.transaction(async (tx) => {
    if (!(await claim(tx, request, { operationId: id, fingerprint }))) return null;
    const { kind, cluster, alsoOn, target } = await getOne(tx, id);
    const clusters = clustersOf({ cluster, alsoOn });
    await queue.lockQueues(tx, clusters);
    const { state } = await getForUpdate(tx, id);
    if (state !== 'FAILED' && state !== 'CANCELLED') throw new OperationNotRetryableError(id, state);
    const whenBusy = options.definitions.find((one) => one.kind === kind)?.whenBusy ?? 'QUEUE';
    await refuseIfBusy(options, tx, { kind, whenBusy }, { cluster, target });
    const operation = await store.requeue(tx, id);
    await recordAudit(tx, {
      requester: request,
      action: request.action,
      target,
      input: { id },
      outcome: 'ACCEPTED',
      operationId: id,
    });
    await engine.enqueueRunnable(tx, clusters);
    await events.append(tx, [toEvent(operation)]);
    return operation;
  });
  events.ring();
  return retried ?? retry(options, id, request);
}

/** The operation that the request's key already stands for; null when the key is new or there is none. */
async function findEarlier(
  { db }: OperationsOptions,
  { principal, idempotencyKey }: OperationRequest,
  fingerprint: string,
): Promise<Operation | null> {
  if (idempotencyKey === null) return null;
  const use = await findKeyUse(db, principal.id, idempotencyKey);
  if (!use) return null;
  if (use.fingerprint !== fingerprint) throw new IdempotencyKeyReusedError(use.operationId);
  return (await store.findMany(db, [use.operationId]))[0] ?? null;
}

async function claim(
  tx: Transaction,
  { principal, idempotencyKey }: OperationRequest,
  use: KeyUse,
): Promise<boolean> {
  return idempotencyKey === null || claimKey(tx, { ...use, principalId: principal.id, key: idempotencyKey });
}

async function getOne(tx: Transaction, id: string): Promise<Operation> {
  const [operation] = await store.findMany(tx, [id]);
  if (!operation) throw new OperationNotFoundError(id);
  return operation;
}

async function getForUpdate(tx: Transaction, id: string): Promise<Operation> {
  const operation = await store.findForUpdate(tx, id);
  if (!operation) throw new OperationNotFoundError(id);
  return operation;
}

/** No operation has it: stands for an id of the wrong shape, which is nobody's. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

function toUuid(id: string): string {
  if (!isUuid(id)) throw new InvalidInputError(['input', 'id'], `${id} is not the id of an operation`);
  return id;
}
