import { DBOS, DBOSClient, DBOSWorkflowConflictError } from '@dbos-inc/dbos-sdk';
import { getExecutor } from '@dbos-inc/dbos-sdk/internal/dbos';
import { ensureSystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import { GlobalLogger } from '@dbos-inc/dbos-sdk/internal/telemetry/logs';
import type { Transaction } from '../postgres/pool.ts';
import type { EngineLog } from './engine.ts';
import { toIdleTransactionTimeoutMs } from './workers.ts';

/** Those that wait for others have a queue of their own, or they could take every place and wait for ever. */
const QUEUES = { OPERATIONS: 'operations', COORDINATORS: 'coordinators' } as const;
export type QueueName = keyof typeof QUEUES;
const COORDINATORS_PER_WORKER = 20;
/** Pinned: a workflow is taken over only by workers of the same version, and ours can all run all of them. */
const APPLICATION = { name: 'sunday', version: 'sunday-1' } as const;
const WORKFLOW = 'operation';
/** Of the first kind somebody may be waiting for; those that wait for others anyway can begin a little later. */
const POLL_MS = { OPERATIONS: 50, COORDINATORS: 250 } as const;

export interface DbosOptions {
  /** Of the control database, with the password: DBOS keeps its tables in its schema `dbos`. */
  readonly databaseUrl: string;
  readonly workerId: string;
  readonly concurrency: number;
  readonly heartbeatTimeoutMs: number;
  readonly log: EngineLog;
}

/** What we use of DBOS: a durable queue, steps with checkpoints, and the recovery of what a dead worker had. */
export interface Dbos {
  /** The workflow exists exactly when `tx` commits. */
  enqueue(tx: Transaction, queue: QueueName, operationId: string, attempt: number): Promise<void>;
  /** Deletes the checkpoints of workflows that ended before `endedBefore`, at most `limit`; gives how many. */
  forget(endedBefore: Date, limit: number): Promise<number>;
  close(): Promise<void>;
}

/** Makes DBOS's tables, or brings them up to date. An API needs them too: it may run before the first worker does. */
export function makeDbosTables({ databaseUrl, log }: DbosOptions): Promise<void> {
  return ensureSystemDatabase(databaseUrl, new GlobalLogger(undefined, { logger: toDbosLogger(log) }));
}

/** Only puts operations on the queue. */
export async function connectDbos({ databaseUrl, heartbeatTimeoutMs, log }: DbosOptions): Promise<Dbos> {
  const client = await DBOSClient.create({
    systemDatabaseUrl: databaseUrl,
    systemDatabasePoolSize: 2,
    systemDatabaseIdleTransactionTimeoutMs: toIdleTransactionTimeoutMs(heartbeatTimeoutMs),
    applicationName: APPLICATION.name,
    logger: toDbosLogger(log),
  });
  return {
    async enqueue(tx, queue, operationId, attempt) {
      const workflow = {
        queueName: QUEUES[queue],
        workflowName: WORKFLOW,
        workflowID: `${operationId}.${attempt}`,
        appVersion: APPLICATION.version,
      };
      await client.enqueueInTransaction(tx.client, workflow, operationId, attempt);
    },
    async forget(endedBefore, limit) {
      const ended = await client.listWorkflows({
        status: ['SUCCESS', 'ERROR', 'CANCELLED'],
        completedBefore: endedBefore.toISOString(),
        limit,
        loadInput: false,
        loadOutput: false,
      });
      if (ended.length > 0) await client.deleteWorkflows(ended.map((one) => one.workflowID));
      return ended.length;
    },
    close: () => client.destroy(),
  };
}

/**
 * Takes operations off the queue. `run` is registered before the launch: recovery would
 * not find it otherwise.
 */
export async function launchDbos(
  { databaseUrl, workerId, concurrency, heartbeatTimeoutMs, log }: DbosOptions,
  run: (operationId: string, attempt: number) => Promise<void>,
): Promise<void> {
  DBOS.setConfig({
    name: APPLICATION.name,
    applicationVersion: APPLICATION.version,
    systemDatabaseUrl: databaseUrl,
    systemDatabasePoolSize: 8,
    systemDatabaseIdleTransactionTimeoutMs: toIdleTransactionTimeoutMs(heartbeatTimeoutMs),
    executorID: workerId,
    logger: toDbosLogger(log),
  });
  DBOS.registerWorkflow(run, { name: WORKFLOW });
  await DBOS.launch();
  for (const [queue, workerConcurrency] of [
    ['OPERATIONS', concurrency],
    ['COORDINATORS', COORDINATORS_PER_WORKER],
  ] as const) {
    await DBOS.registerQueue(QUEUES[queue], {
      workerConcurrency,
      minPollingIntervalMs: POLL_MS[queue],
      onConflict: 'always_update',
    });
  }
}

/** Runs `work` once and keeps what it gives; after a crash a step without a checkpoint runs again. */
export function checkpoint<T>(name: string, work: () => Promise<T>): Promise<T> {
  return DBOS.runStep(work, { name });
}

/** True for the error by which DBOS tells a run that another one has been put in its place: it has no say any more. */
export function isTakenOver(error: unknown): boolean {
  return error instanceof DBOSWorkflowConflictError;
}

/** Puts back on the queue what these executors have not finished. Only one worker at a time may do so. */
export async function recoverFrom(executorIds: readonly string[]): Promise<void> {
  await getExecutor().recoverPendingWorkflows([...executorIds]);
}

/** Unfinished workflows keep their place: their executor is gone, so others recover them. */
export function shutDownDbos(): Promise<void> {
  return DBOS.shutdown();
}

function toDbosLogger(log: EngineLog) {
  return {
    debug: (entry: unknown) => log.debug(String(entry)),
    info: (entry: unknown) => log.debug(String(entry)), // launch notes: of interest only when DBOS itself is looked at
    warn: sayOnce((text) => log.warn(text)),
    error: (entry: unknown, metadata?: { readonly stack?: string }) =>
      log.error({ stack: metadata?.stack }, `dbos: ${String(entry)}`),
  };
}

const REPEAT_AFTER_MS = 10_000;
const TEXTS_KEPT = 100;

/** While the control database is away DBOS says the same up to twenty times a second. */
function sayOnce(write: (text: string) => void): (entry: unknown) => void {
  const saidAt = new Map<string, number>();
  return (entry) => {
    const text = String(entry);
    const now = performance.now();
    if (now - (saidAt.get(text) ?? -Infinity) < REPEAT_AFTER_MS) return;
    if (saidAt.size >= TEXTS_KEPT) saidAt.clear();
    saidAt.set(text, now);
    write(text);
  };
}
