import type { Plan, OperationDefinition } from '../../operations/define.ts';
import type { Operation, OperationRequest, OperationStarter } from '../../operations/operations.ts';
import type { RestoreResult } from './proof.ts';
import { estimateRestore, type RestoreEstimate } from './estimate.ts';
import { findRestore, type Choice, type WantedState } from './find.ts';
import { findInPlace, listInPlaceWarnings, listStops } from './in-place/aim.ts';
import type { MemberDependencies } from './in-place/members.ts';
import type { RestoreInPlaceInput, RestoreInPlaceResult } from './in-place/operation.ts';
import { planRestore, type StartRestoreOperationInput } from './operation.ts';
import { nameOf } from '../repositories/repositories.ts';
import type { DestinationRules } from './plan.ts';
import { createRestorePoints, type PointRequest } from './points.ts';
import { listPoints, type RestorePoint } from './store.ts';
import { describeTarget } from './target.ts';

export interface StartRestoreInput extends WantedState {
  /** Absolute path of a directory that is empty or not there yet. */
  readonly destination: string;
  /** Only these; null: all. */
  readonly databases: readonly string[] | null;
  readonly dryRun: boolean;
}

export interface StartInPlaceInput extends WantedState {
  /** The cluster's name, typed back. */
  readonly confirm: string;
  /** False: the data directory from before is deleted in the end. */
  readonly keepOld: boolean;
  readonly dryRun: boolean;
}

export interface StartRestoreOutcome {
  /** Null for a dry run. */
  readonly operation: Operation | null;
  readonly plan: Plan;
}

/** How a state could be had again, and what that would take. */
export interface RestorePlan extends Omit<Choice, 'stanza' | 'segments' | 'segmentBytes'>, RestoreEstimate {
  readonly cluster: string;
  /** What was asked for, for people. */
  readonly target: string;
  /** Name of the repository that has the backup. */
  readonly repository: string;
  readonly segments: number;
  readonly firstSegment: string | null;
  readonly lastSegment: string | null;
  readonly walBytes: bigint;
  /** What was committed between the state and now would not be in it; null when nobody knows when the state was. */
  readonly lossWindowSeconds: number | null;
  /** What would be stopped; a clone stops nothing. */
  readonly stops: readonly string[];
}

/** All throw {ClusterNotFoundError}, {BackupsNotConfiguredError} and the typed failures of a repository. */
export interface RestoreService {
  /** @throws the refusals of restore-errors.ts, {DestinationRefusedError}: before anything is enqueued. */
  restore(input: StartRestoreInput, request: OperationRequest): Promise<StartRestoreOutcome>;
  /**
   * Over the live cluster. @throws the refusals of restore-errors.ts, {RestoreNotConfirmedError},
   * {RestoreInPlaceRefusedError}, {DestinationRefusedError}: before anything is enqueued.
   */
  restoreInPlace(input: StartInPlaceInput, request: OperationRequest): Promise<StartRestoreOutcome>;
  /** Reads only. @throws the refusals of restore-errors.ts; in place also {RestoreInPlaceRefusedError} */
  planRestore(wanted: WantedState & { readonly inPlace?: boolean }): Promise<RestorePlan>;
  /** @throws what `createRestorePoints` does. */
  createRestorePoint(request: PointRequest): Promise<readonly RestorePoint[]>;
  /** Newest first, in the order of `clusters` (the DataLoader contract). */
  listRestorePoints(clusters: readonly string[]): Promise<readonly (readonly RestorePoint[])[]>;
}

interface RestoreServiceDependencies extends MemberDependencies, DestinationRules {
  readonly operations: OperationStarter;
  readonly definitions: {
    readonly restore: OperationDefinition<StartRestoreOperationInput, RestoreResult>;
    readonly restoreInPlace: OperationDefinition<RestoreInPlaceInput, RestoreInPlaceResult>;
  };
}

/** Of an operation that an older release has planned in a way that we can't read. */
const NO_PLAN: Plan = { summary: 'Restore a backup and prove it', steps: [], warnings: [] };

export function createRestores(deps: RestoreServiceDependencies): RestoreService {
  const { operations, definitions, db } = deps;
  return {
    async restore({ dryRun, ...wanted }, request) {
      // The engine asks for the plan, too, but only after it has looked for the idempotency key.
      if (dryRun) return { operation: null, plan: await planRestore(deps, wanted) };
      const operation = await operations.start(definitions.restore, wanted, request);
      return { operation, plan: operation.plan ?? NO_PLAN };
    },
    async restoreInPlace({ dryRun, ...given }, request) {
      const wanted = { ...given, repository: given.repository ?? null };
      const { plan } = definitions.restoreInPlace;
      if (dryRun) return { operation: null, plan: (await plan?.(wanted)) ?? NO_PLAN };
      const operation = await operations.start(definitions.restoreInPlace, wanted, request);
      return { operation, plan: operation.plan ?? NO_PLAN };
    },
    async planRestore({ inPlace = false, ...wanted }) {
      if (inPlace) return planHere(deps, wanted);
      const choice = await findRestore(deps, wanted);
      return toPlan(wanted, choice, await estimateRestore(deps, wanted.cluster, choice));
    },
    createRestorePoint: (request) => createRestorePoints(deps, request),
    listRestorePoints: (clusters) => listPoints(db, clusters),
  };
}

async function planHere(deps: RestoreServiceDependencies, wanted: WantedState): Promise<RestorePlan> {
  const { cluster } = wanted;
  const { choice, members } = await findInPlace(deps, wanted, null);
  const plan = toPlan(wanted, choice, await estimateRestore(deps, cluster, choice));
  const warnings = await listInPlaceWarnings(deps, cluster, members);
  return {
    ...plan,
    stops: await listStops(deps, cluster, members),
    warnings: [...plan.warnings, ...warnings],
  };
}

function toPlan({ cluster, target }: WantedState, choice: Choice, estimate: RestoreEstimate): RestorePlan {
  const { segments, segmentBytes, at, stanza, ...rest } = choice;
  return {
    ...rest,
    ...estimate,
    at,
    cluster,
    target: describeTarget(target),
    repository: nameOf(stanza, rest.set.repositoryKey),
    segments: segments.length,
    firstSegment: segments[0] ?? null,
    lastSegment: segments.at(-1) ?? null,
    walBytes: BigInt(segments.length) * BigInt(segmentBytes),
    lossWindowSeconds: at === null ? null : Math.max(0, (Date.now() - Date.parse(at)) / 1000),
    stops: [],
  };
}
