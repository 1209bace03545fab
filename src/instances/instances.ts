import { SundayError } from '../errors.ts';
import { type Fleet, type Instance, InstanceNotFoundError } from '../fleet/fleet.ts';
import type { OperationDefinition, Plan } from '../operations/define.ts';
import type { Operation, OperationRequest, OperationStarter } from '../operations/operations.ts';
import type { ServerOptions } from '../postgres/server.ts';
import { type Bookmark, type LogPage, readLogPage } from './log-pages.ts';
import { readLastLines } from './log.ts';
import type { StartInstanceInput, StartInstanceResult } from './operation.ts';

/** A server that is configured; `options` is null when it is not ours to stop and start. */
export interface KnownServer {
  readonly name: string;
  readonly options: ServerOptions | null;
}

export interface InstanceDependencies {
  readonly fleet: Fleet;
  /** All servers of a cluster. */
  readonly listServers: (cluster: string) => readonly KnownServer[];
}

export interface StartInstanceRequest extends StartInstanceInput {
  readonly dryRun: boolean;
}

export interface StartInstanceOutcome {
  /** Null for a dry run. */
  readonly operation: Operation | null;
  readonly plan: Plan;
}

/** A piece of a server's log; without a page `reason` says why, and `hint` what would make it readable. */
export interface LogReading {
  readonly page: LogPage | null;
  readonly reason: string | null;
  readonly hint: string | null;
}

export interface InstanceService {
  /**
   * Starts a server that is down, or says what that would mean.
   *
   * @throws {ClusterNotFoundError} @throws {InstanceNotFoundError} @throws {ServerNotOursError}
   * @throws {StartRefusedError} and what `OperationStarter.start` throws.
   */
  start(wanted: StartInstanceRequest, request: OperationRequest): Promise<StartInstanceOutcome>;
  /** What the server's log said last, oldest first; null when the server is not ours, or has no such file. */
  readLog(cluster: string, instance: string): Promise<readonly string[] | null>;
  /** What the server's log has said since a bookmark, whole; null: since its file began. At most 4 MiB. */
  readLogSince(cluster: string, instance: string, since: Bookmark | null): Promise<LogReading>;
}

/** We were not told how the server is started. */
export class ServerNotOursError extends SundayError {
  readonly code = 'INSTANCE_NOT_OURS';
  override readonly hint = 'Start it on its host, or give the instance a `control` in sunday.yaml.';
  constructor(name: string) {
    super(`${name} is not ours to start: it has no \`control\` in sunday.yaml`);
  }
}

/** Its start would do harm. */
export class StartRefusedError extends SundayError {
  readonly code = 'INSTANCE_START_REFUSED';
  override readonly hint =
    'Make it a standby of the other one first: pg_rewind or pg_basebackup, and a standby.signal.';
  constructor(name: string, problem: string) {
    super(`${name} must not be started: ${problem}`);
  }
}

export function createInstances(
  deps: InstanceDependencies & {
    readonly operations: OperationStarter;
    readonly definition: OperationDefinition<StartInstanceInput, StartInstanceResult>;
  },
): InstanceService {
  const { operations, definition } = deps;
  return {
    async start({ dryRun, ...input }, request) {
      // A refusal comes at once and not as an operation that has failed.
      const plan = (await definition.plan?.(input)) ?? { summary: '', steps: [], warnings: [] };
      if (dryRun) return { operation: null, plan };
      return { operation: await operations.start(definition, input, request), plan };
    },
    async readLog(cluster, instance) {
      const { options } = findServer(deps, cluster, instance);
      return options === null ? null : readLastLines(options.logFile);
    },
    async readLogSince(cluster, instance, since) {
      const { options } = findServer(deps, cluster, instance);
      return options === null ? NOT_OURS : readSince(options.logFile, since);
    },
  };
}

const NOT_OURS: LogReading = {
  page: null,
  reason: 'the server is not ours: it has no `control` in sunday.yaml, so nobody says where its log is',
  hint: 'Give the instance a `control` with its `logFile` in sunday.yaml, and run the worker on its host.',
};

async function readSince(file: string, since: Bookmark | null): Promise<LogReading> {
  const page = await readLogPage(file, since);
  if (page !== null) return { page, reason: null, hint: null };
  return {
    page,
    reason: `${file} cannot be opened on the host of the worker`,
    hint: 'Run the worker on the host of the server, as a user that may read the file.',
  };
}

/** @throws {ClusterNotFoundError} @throws {InstanceNotFoundError} */
export function findServer(
  { fleet, listServers }: InstanceDependencies,
  cluster: string,
  name: string,
): KnownServer & { readonly instance: Instance } {
  const { instances } = fleet.get(cluster);
  const instance = instances.find((one) => one.name === name);
  if (instance === undefined)
    throw new InstanceNotFoundError(
      cluster,
      name,
      instances.map((one) => one.name),
    );
  const options = listServers(cluster).find((one) => one.name === name)?.options ?? null;
  return { name, options, instance };
}
