import { rm } from 'node:fs/promises';
import { z } from 'zod';
import {
  LANES,
  defineOperation,
  type OperationDefinition,
  type StepContext,
} from '../../../operations/define.ts';
import { pickSet, stanzaOf } from '../../catalogue.ts';
import { ProofFailedError, RestoreFailedError } from '../../errors.ts';
import { persist } from '../../persist.ts';
import { readInfo } from '../../pgbackrest/pgbackrest.ts';
import type { RestoreTimes } from '../../pgbackrest/restore-command.ts';
import * as backupStore from '../../store.ts';
import { openClone, stopClone } from '../clone.ts';
import { abandonDestination, assertClaimed, claimDestination } from '../destination.ts';
import { estimateRestore } from '../estimate.ts';
import type { RestoreResult } from '../proof.ts';
import { toResult } from '../result.ts';
import * as work from '../steps.ts';
import { restoreTargetSchema } from '../target.ts';
import { describeInPlace, findInPlace, listInPlaceWarnings, listStops, refuseOpened } from './aim.ts';
import { RestoreNotConfirmedError } from './errors.ts';
import { getMembers } from './members.ts';
import { cloneIn, openInPlace, type Aim, type OpenDependencies } from './open.ts';
import { keepStandbySlot } from './slots-store.ts';
import { beforeOf, readState, removeState, restoredOf, startMember, switchBack } from './switch.ts';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const input = z.object({
  cluster: z.string(),
  target: restoreTargetSchema,
  timeline: z.number().int().nullable(),
  repository: z.string().nullable(),
  /** The cluster's name, typed back. */
  confirm: z.string(),
  /** False: the directory from before is deleted when all is well. */
  keepOld: z.boolean(),
});
export type RestoreInPlaceInput = z.output<typeof input>;

export interface RestoreInPlaceResult extends RestoreResult {
  readonly inPlace: {
    /** Timeline that the cluster writes now. */
    readonly timeline: number;
    /** The data directory from before; null when it was deleted. */
    readonly oldDirectory: string | null;
    /** Standbys that were made anew and stream. */
    readonly standbys: readonly string[];
  };
}

/**
 * `backups.restoreInPlace`: everything that can fail does so on a copy beside the live cluster, which is proven before
 * anything stops. Then the files change places.
 */
export function restoreInPlaceOperation(
  deps: OpenDependencies,
): OperationDefinition<RestoreInPlaceInput, RestoreInPlaceResult> {
  return defineOperation<RestoreInPlaceInput, RestoreInPlaceResult>({
    kind: 'backups.restoreInPlace',
    input,
    lanes: LANES,
    whenBusy: 'REFUSE',
    target: ({ cluster }) => ({ cluster, name: cluster }),
    plan: (wanted) => planInPlace(deps, wanted),
    async run({ step }, wanted) {
      // Twice is safe: it only reads.
      const aim = await step('check', (context) => check(deps, wanted, context));
      // Twice is safe: the directory is marked as ours, and made empty again first.
      const times = await step('restore files', (context) => restoreBeside(deps, wanted, aim, context));
      // Twice is safe: the fenced server stays in recovery, and a slot is made once.
      const proven = await step('prove', (context) => prove(deps, aim, context));
      // Twice is safe: what has been done is read from the directories, and what is done is not done again.
      return step('go back', async (context) => {
        // A cancel is for the steps before this one; the lease still ends it.
        const through = { ...context, signal: new AbortController().signal };
        const timeline = await openInPlace(deps, { cluster: wanted.cluster, aim }, through);
        return record(deps, wanted, { aim, times, timeline, ...proven }, through);
      });
    },
    async compensate({ step }, wanted) {
      // Twice is safe: what is in its place, runs or is gone already is left alone.
      await step('put everything back', (context) => putBack(deps, wanted, context));
    },
  });
}

/** @throws {RestoreNotConfirmedError} and what `findInPlace` does. Nothing is written. */
export async function planInPlace(deps: OpenDependencies, wanted: RestoreInPlaceInput) {
  const { cluster, confirm, keepOld } = wanted;
  stanzaOf(deps.fleet, cluster);
  if (confirm !== cluster) throw new RestoreNotConfirmedError(cluster);
  const found = await findInPlace(deps, wanted, null);
  const estimate = await estimateRestore(deps, cluster, found.choice);
  const stops = await listStops(deps, cluster, found.members);
  const warnings = await listInPlaceWarnings(deps, cluster, found.members);
  return describeInPlace(found, { wanted, keepOld, estimate, stops, warnings });
}

async function check(
  deps: OpenDependencies,
  wanted: RestoreInPlaceInput,
  context: StepContext,
): Promise<Aim> {
  const { operationId, signal } = context;
  const { choice, members } = await persist(signal, () => findInPlace(deps, wanted, operationId));
  await refuseOpened(wanted.cluster, members, operationId);
  const goal = await work.decideGoal(choice, wanted.target, context);
  const users = [...new Set([...goal.users, members.primary.superuser])];
  return { goal: { ...goal, users }, archiveId: choice.set.archiveId, members };
}

async function restoreBeside(
  deps: OpenDependencies,
  { cluster }: RestoreInPlaceInput,
  { goal, members }: Aim,
  context: StepContext,
): Promise<RestoreTimes> {
  const destination = restoredOf(members.primary.options, context.operationId);
  await stopClone(cloneIn(deps, destination, goal.label, context)); // of a run that was killed later than here
  context.assertLease();
  await claimDestination(destination, context.operationId);
  const times = await work.restoreFiles(stanzaOf(deps.fleet, cluster), destination, goal, context);
  if ((await readdir(join(destination, 'pg_tblspc'))).length > 0)
    throw new RestoreFailedError(goal.label, 'it has tablespaces, which cannot be put in place');
  return times;
}

interface Proven {
  readonly recovered: work.Recovered;
  readonly proof: work.RowProof;
}

/** @throws {ProofFailedError} @throws {RecoveryFailedError} while the cluster still runs. */
async function prove(deps: OpenDependencies, { goal, members }: Aim, context: StepContext): Promise<Proven> {
  const { primary, standbys } = members;
  const destination = restoredOf(primary.options, context.operationId);
  await assertClaimed(destination, context.operationId, goal.label);
  const clone = cloneIn(deps, destination, goal.label, context);
  const options = { goal, timeoutMs: deps.recoveryTimeoutMs };
  const proven = await work.openAtTarget(clone, options, context, async (db, recovered) => {
    const proof = await work.proveRows(db, goal, context);
    const failed = proof.tables.filter((one) => !one.ok).map((one) => one.table);
    if (failed.length > 0) throw new ProofFailedError(goal.label, failed);
    const admin = openClone(clone, { user: primary.superuser, database: 'postgres' });
    try {
      for (const { slot } of standbys) if (slot !== null) await keepStandbySlot(admin, slot);
    } finally {
      await admin.close();
    }
    return { recovered, proof };
  });
  await stopClone(clone);
  return proven;
}

interface Outcome extends Proven {
  readonly aim: Aim;
  readonly times: RestoreTimes;
  readonly timeline: number;
}

async function record(
  deps: OpenDependencies,
  { cluster, keepOld }: RestoreInPlaceInput,
  { aim, timeline, ...outcome }: Outcome,
  { operationId, signal }: StepContext,
): Promise<RestoreInPlaceResult> {
  const { goal, members } = aim;
  const { options } = members.primary;
  const result = toResult({ destination: options.dataDirectory, goal, ...outcome });
  const set = pickSet(cluster, await readInfo(stanzaOf(deps.fleet, cluster)), goal.label);
  await persist(signal, () => backupStore.recordProof(deps.db, { cluster, operationId, set, result }));
  const old = beforeOf(options, operationId);
  if (!keepOld) await rm(old, { recursive: true, force: true });
  await removeState(members, operationId);
  const standbys = members.standbys.map(({ name }) => name);
  return { ...result, inPlace: { timeline, oldDirectory: keepOld ? old : null, standbys } };
}

/** Unless clients may have written to the restored primary: then the error of the run says what there is. */
async function putBack(
  deps: OpenDependencies,
  { cluster }: RestoreInPlaceInput,
  context: StepContext,
): Promise<void> {
  const { operationId } = context;
  for (const { name, options, superuser } of deps.listServers?.(cluster) ?? []) {
    if (options === null) continue;
    const member = { name, options, superuser, isRunning: false, slot: null };
    const state = await readState({ primary: member }, operationId);
    if (state?.isOpen === true) return;
    if (state !== null) {
      await stopClone(cloneIn(deps, options.dataDirectory, 'none', context));
      await switchBack(member, operationId);
      await restart(deps, cluster, state.running);
    }
    const destination = restoredOf(options, operationId);
    await stopClone(cloneIn(deps, destination, 'none', context));
    await abandonDestination(destination, operationId);
    if (state !== null) await removeState({ primary: member }, operationId);
  }
}

async function restart(deps: OpenDependencies, cluster: string, names: readonly string[]): Promise<void> {
  const { primary, standbys } = await getMembers(deps, cluster);
  for (const member of [primary, ...standbys]) if (names.includes(member.name)) await startMember(member);
}
