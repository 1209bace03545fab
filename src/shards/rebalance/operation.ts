import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Children } from '../../operations/children.ts';
import { defineOperation, type Plan, type StepContext } from '../../operations/define.ts';
import type { Database } from '../../postgres/pool.ts';
import type { Directory } from '../directory/directory.ts';
import { RebalancePlanNotFoundError, RebalanceStoppedError } from '../errors.ts';
import type { PlannedMove } from './plan.ts';
import { claimPlan, findPlan, type StoredPlan } from './plan-store.ts';
import { type DailyWindow, isOpen } from './quiet.ts';

const input = z.object({
  planId: z.uuid(),
  /** Moves at the same time; those that share a shard still come one after the other. */
  concurrency: z.int().min(1).max(8),
  window: z.object({ from: z.string(), to: z.string() }).nullable(),
  pauseBudgetMs: z.int().min(1).nullable(),
});
export type RebalanceInput = z.output<typeof input>;

/** What became of one move of the plan. */
export interface RebalancedMove {
  readonly organization: string;
  readonly to: string;
  /**
   * SKIPPED: it was there already, or is not where the plan saw it. READY: its rows are there and kept equal, but its
   * cutover gave up or waits for its window; it still lives where it was.
   */
  readonly outcome: 'MOVED' | 'READY' | 'SKIPPED';
  /** Of the move's operation; null when there was none. */
  readonly operationId: string | null;
}

export interface RebalanceResult {
  readonly moves: readonly RebalancedMove[];
}

/** What a move is started from. */
export interface MoveRequest {
  readonly organization: string;
  readonly from: { readonly shard: string; readonly cluster: string };
  readonly to: { readonly shard: string; readonly cluster: string };
  readonly epoch: bigint;
  readonly window: DailyWindow | null;
  /** Null: what moves take by themselves. */
  readonly pauseBudgetMs: number | null;
}

export interface RebalanceDependencies {
  /** The control database. */
  readonly db: Database;
  readonly directory: Directory;
  readonly children: Children;
  /** The operation that moves one organization. */
  readonly toMove: (request: MoveRequest) => { readonly kind: string; readonly input: unknown };
  /** What is critical on a cluster now, for people; empty when nothing is. */
  readonly listCritical: (cluster: string) => Promise<readonly string[]>;
}

const LOOK_EVERY_MS = 1_000;
/** A rebalance that waits for so long is forgotten by people: its plan says nothing about today any more. */
const LONGEST_WAIT_MS = 7 * 86_400_000;

/**
 * `shards.rebalance`: the moves of a plan, some at a time. Before each group it looks whether it is paused, outside its
 * hours, or whether a cluster is critical. A retry skips what has been moved already.
 */
export function rebalanceOperation(deps: RebalanceDependencies) {
  return defineOperation<RebalanceInput, RebalanceResult>({
    kind: 'shards.rebalance',
    input,
    lanes: [],
    whenBusy: 'QUEUE',
    coordinates: true,
    target: ({ planId }) => ({ cluster: null, name: planId }),
    plan: (wanted) => describe(deps, wanted),
    async run({ step, operationId }, wanted) {
      // Twice is safe: it reads the plan, and marks it as ours. Of two that begin it at once the second is refused.
      const moves = await step('read the plan', async () => {
        checkPlan(wanted.planId, await findPlan(deps.db, wanted.planId), operationId);
        const claimed = await claimPlan(deps.db, wanted.planId, operationId);
        return checkPlan(wanted.planId, claimed, operationId).plan.moves;
      });
      const done: RebalancedMove[] = [];
      for (let from = 0; from < moves.length; from += wanted.concurrency) {
        const group = moves.slice(from, from + wanted.concurrency);
        const name = `move ${from + 1}${group.length > 1 ? ` to ${from + group.length}` : ''} of ${moves.length}`;
        // Twice is safe: a child is found by its key, and one that has moved its organization is skipped.
        done.push(
          ...(await step(name, async (context) => {
            await untilAllowed(deps, wanted, context);
            await refuseCritical(deps, group);
            return Promise.all(group.map((one) => moveOne(deps, { one, wanted }, context)));
          })),
        );
      }
      return { moves: done };
    },
    async compensate({ step, operationId }) {
      // Twice is safe: a move that has ended is not cancelled again.
      await step('stop the moves', ({ signal }) => deps.children.cancelAll(operationId, signal));
    },
  });
}

async function describe({ db }: RebalanceDependencies, wanted: RebalanceInput): Promise<Plan> {
  const { plan } = checkPlan(wanted.planId, await findPlan(db, wanted.planId), null);
  const hours = wanted.window === null ? '' : `, from ${wanted.window.from} to ${wanted.window.to} UTC`;
  return {
    summary: `${plan.moves.length} moves, ${wanted.concurrency} at a time${hours}`,
    steps: plan.moves.map((one) => `move ${one.organization} from ${one.from} to ${one.to}: ${one.reason}`),
    warnings: plan.stays.map((one) => `${one.organization} stays on ${one.shard}: ${one.reason}`),
  };
}

const DAY_MS = 86_400_000;
const LONGEST_KEPT_DAYS = 7;

/** @throws {RebalancePlanNotFoundError} when it may not be begun, or not by this operation. */
export function checkPlan(id: string, found: StoredPlan | null, operationId: string | null): StoredPlan {
  if (found === null) throw new RebalancePlanNotFoundError(id, 'is not there');
  if (found.operationId !== null && found.operationId !== operationId) {
    throw new RebalancePlanNotFoundError(id, `was begun by operation ${found.operationId}`);
  }
  const isOld = Date.now() - found.createdAt.getTime() > LONGEST_KEPT_DAYS * DAY_MS;
  if (found.operationId === null && isOld)
    throw new RebalancePlanNotFoundError(id, `is older than ${LONGEST_KEPT_DAYS} days`);
  return found;
}

async function untilAllowed(
  { db }: RebalanceDependencies,
  { planId, window }: RebalanceInput,
  { signal, progress }: StepContext,
): Promise<void> {
  const deadline = performance.now() + LONGEST_WAIT_MS;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    const isPaused = (await findPlan(db, planId))?.isPaused ?? false;
    if (!isPaused && isOpen(window, new Date())) return;
    progress({ message: isPaused ? 'paused' : `waits until ${window?.from ?? ''} UTC` });
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
  throw new RebalanceStoppedError('the rebalance was paused for a week');
}

async function refuseCritical(
  { directory, listCritical }: RebalanceDependencies,
  group: readonly PlannedMove[],
): Promise<void> {
  const names = [...new Set(group.flatMap((one) => [one.from, one.to]))];
  for (const name of names) {
    const { cluster } = await directory.getShard(name);
    const critical = await listCritical(cluster);
    if (critical.length > 0)
      throw new RebalanceStoppedError(`${cluster} is critical: ${critical.join(', ')}`);
  }
}

async function moveOne(
  { directory, children, toMove }: RebalanceDependencies,
  { one, wanted }: { readonly one: PlannedMove; readonly wanted: RebalanceInput },
  { operationId, signal, progress }: StepContext,
): Promise<RebalancedMove> {
  const { organization, from, to } = one;
  const placement = await directory.find(organization);
  if (placement?.shard !== from) return { organization, to, outcome: 'SKIPPED', operationId: null };
  const target = await directory.getShard(to);
  const { kind, input: told } = toMove({
    organization,
    from: { shard: from, cluster: placement.cluster },
    to: { shard: to, cluster: target.cluster },
    epoch: placement.epoch,
    window: wanted.window,
    pauseBudgetMs: wanted.pauseBudgetMs,
  });
  const child = await children.run(
    { parentId: operationId, kind, input: told, key: `${organization}:${to}` },
    signal,
    ({ phase }) => progress({ message: `${organization} to ${to}${phase === null ? '' : `: ${phase}`}` }),
  );
  if (child.state !== 'SUCCEEDED') {
    throw new RebalanceStoppedError(`the move of ${organization} to ${to} is ${child.state}`);
  }
  const isMoved = (await directory.find(organization))?.shard === to;
  return { organization, to, outcome: isMoved ? 'MOVED' : 'READY', operationId: child.id };
}
