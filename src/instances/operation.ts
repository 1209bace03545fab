import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type InstanceState, probeCluster } from '../fleet/probe.ts';
import {
  defineOperation,
  type OperationDefinition,
  type Plan,
  type StepContext,
} from '../operations/define.ts';
import { DatabaseUnavailableError } from '../postgres/errors.ts';
import { serverPid, type ServerOptions, startServer } from '../postgres/server.ts';
import { findServer, type InstanceDependencies, ServerNotOursError, StartRefusedError } from './instances.ts';

export const START_KIND = 'instances.start';

export const startInstanceInput = z.object({ cluster: z.string(), instance: z.string() });
export type StartInstanceInput = z.output<typeof startInstanceInput>;

export interface StartInstanceResult {
  readonly cluster: string;
  readonly instance: string;
  readonly role: InstanceState['role'];
  /** It ran already, so nothing was started. */
  readonly wasRunning: boolean;
  /** Write-ahead log that it had not replayed at the end; null for a primary. As text: JSON has no bigint. */
  readonly lagBytes: string | null;
}

const CATCH_UP_MS = 60_000;
const LOOK_EVERY_MS = 500;
/** Close enough: what is left is replayed while people read this. */
const NEAR_BYTES = 16n * 1024n ** 2n;

/**
 * `instances.start`: starts a server on this host that is down, and watches that it answers and, as a standby, that it
 * comes near its primary. What it starts outlives it. A cancel ends the watching; the server goes on.
 */
export function startInstanceOperation(
  deps: InstanceDependencies,
): OperationDefinition<StartInstanceInput, StartInstanceResult> {
  return defineOperation<StartInstanceInput, StartInstanceResult>({
    kind: START_KIND,
    input: startInstanceInput,
    lanes: ['topology'],
    whenBusy: 'REFUSE',
    target: ({ cluster, instance }) => ({ cluster, name: `${cluster}/${instance}` }),
    plan: (input) => planStart(deps, input),
    async run({ step }, input) {
      // Twice is safe: one that runs is left alone.
      const wasRunning = await step('start the server', async ({ assertLease }) => {
        const options = await checkStart(deps, input);
        if (serverPid(options.dataDirectory) !== null) return true;
        assertLease();
        await startServer(options);
        return false;
      });
      // Twice is safe: it only looks.
      const state = await step('wait until it answers', (context) => watch(deps, input, context));
      return { ...input, ...state, wasRunning };
    },
  });
}

async function planStart(deps: InstanceDependencies, input: StartInstanceInput): Promise<Plan> {
  const { dataDirectory } = await checkStart(deps, input);
  const isRunning = serverPid(dataDirectory) !== null;
  const isStandby = existsSync(join(dataDirectory, 'standby.signal'));
  return {
    summary: isRunning
      ? `${input.instance} runs already`
      : `${input.instance} is started as a ${isStandby ? 'standby' : 'primary'}`,
    steps: isRunning ? [] : [`pg_ctl start -D ${dataDirectory}`, 'wait until it answers'],
    warnings: [],
  };
}

/** @throws {ServerNotOursError} @throws {StartRefusedError} when there would be two primaries, or there is no data. */
async function checkStart(deps: InstanceDependencies, input: StartInstanceInput): Promise<ServerOptions> {
  const { cluster, instance: name } = input;
  const { options, instance } = findServer(deps, cluster, name);
  if (options === null) throw new ServerNotOursError(name);
  const { dataDirectory } = options;
  if (!existsSync(join(dataDirectory, 'PG_VERSION')))
    throw new StartRefusedError(name, `${dataDirectory} holds no PostgreSQL on this host`);
  if (existsSync(join(dataDirectory, 'standby.signal')) || serverPid(dataDirectory) !== null) return options;
  const states = await probeCluster(deps.fleet, deps.fleet.get(cluster));
  const other = states.find((one) => one.role === 'PRIMARY' && one.instance.name !== instance.name);
  if (other !== undefined)
    throw new StartRefusedError(
      name,
      `${other.instance.name} is the primary now, and both would take writes`,
    );
  return options;
}

async function watch(
  { fleet }: InstanceDependencies,
  { cluster, instance }: StartInstanceInput,
  { signal, progress }: StepContext,
): Promise<Pick<StartInstanceResult, 'role' | 'lagBytes'>> {
  const deadline = performance.now() + CATCH_UP_MS;
  for (;;) {
    const states = await probeCluster(fleet, fleet.get(cluster));
    const state = states.find((one) => one.instance.name === instance);
    const { lagBytes = null, role = 'UNKNOWN' } = state ?? {};
    const isNear = role === 'PRIMARY' || (lagBytes !== null && lagBytes <= NEAR_BYTES);
    if (state?.state === 'UP' && role !== 'UNKNOWN' && isNear)
      return { role, lagBytes: lagBytes?.toString() ?? null };
    if (performance.now() > deadline) {
      // It answers and is far behind: that is for its own alert to say.
      if (state?.state === 'UP') return { role, lagBytes: lagBytes?.toString() ?? null };
      throw new DatabaseUnavailableError(instance, new Error(state?.reason ?? 'it does not answer'));
    }
    progress({ message: lagBytes === null ? (state?.reason ?? 'it starts') : `${lagBytes} bytes to replay` });
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}
