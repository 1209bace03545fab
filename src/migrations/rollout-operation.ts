import { z } from 'zod';
import type { Children } from '../operations/children.ts';
import { defineOperation, type OperationContext, type Plan, type StepContext } from '../operations/define.ts';
import { checkAgreement, describeReview, type MigrationReview } from './review.ts';
import {
  type ClusterEnd,
  type ClusterHealth,
  compareHealth,
  RolloutStoppedError,
  toWaves,
} from './rollout.ts';

const input = z.object({
  /** The first is the canary. */
  clusters: z.array(z.string()).min(1).max(1_000),
  /** A version as in the file's name; null: all. */
  target: z.string().nullable(),
  /** Clusters at a time, behind the canary. */
  concurrency: z.int().min(1).max(16),
  /** How long the canary is watched before and after, each. 0: not at all. */
  observeSeconds: z.int().min(0).max(3_600),
  /** Ids of plans that were agreed to. */
  planIds: z.array(z.string()).max(1_000),
  appliedBy: z.string(),
  onBehalfOf: z.string().nullable(),
});
export type RolloutInput = z.output<typeof input>;

export interface RolloutResult {
  readonly clusters: readonly ClusterEnd[];
  /** How the canary was; null when it was not watched. */
  readonly canary: { readonly before: ClusterHealth; readonly after: ClusterHealth } | null;
}

export interface RolloutDependencies {
  readonly children: Children;
  /** What applying would do there now. */
  readonly plan: (cluster: string, target: string | null) => Promise<MigrationReview>;
  /** Watches a cluster for some seconds. */
  readonly observe: (
    cluster: string,
    watch: { readonly seconds: number; readonly signal: AbortSignal },
  ) => Promise<ClusterHealth>;
}

/** Kind of the operation that applies the migrations on one cluster. */
const CHILD_KIND = 'migrations.apply';

/**
 * `migrations.rollout`: the same migrations on many clusters. The canary goes first and is compared with itself;
 * then waves of the others. The first failure stops it behind its wave. A cluster that has the migrations already
 * applies nothing, so a retry goes on where it stopped.
 */
export function rolloutOperation(dependencies: RolloutDependencies) {
  return defineOperation<RolloutInput, RolloutResult>({
    kind: 'migrations.rollout',
    input,
    lanes: [],
    whenBusy: 'QUEUE',
    coordinates: true,
    target: ({ clusters }) => ({
      cluster: null,
      name: clusters.length > 3 ? `${clusters[0]} and ${clusters.length - 1} more` : clusters.join(', '),
    }),
    plan: (wanted) => agree(dependencies, wanted),
    async run(context, wanted) {
      const [canary = '', ...others] = wanted.clusters;
      const ends: ClusterEnd[] = [];
      const health = await rollOutCanary(dependencies, { context, wanted, canary, ends });
      for (const wave of toWaves(others, wanted.concurrency)) {
        const came = await applyToWave(dependencies, { context, wanted, wave, done: ends.length });
        ends.push(...came);
        const failed = came.find(({ state }) => state !== 'SUCCEEDED');
        if (failed) throw stopped(wanted, ends, failed.cluster, failed.error ?? 'it was cancelled');
      }
      return { clusters: ends, canary: health };
    },
    async compensate({ step, operationId }) {
      await step('stop what is under way', ({ signal }) =>
        dependencies.children.cancelAll(operationId, signal),
      );
    },
  });
}

/** One line for each cluster; what is refused for one of them is refused before anything is written. */
async function agree(
  { plan }: RolloutDependencies,
  { clusters, target, planIds }: RolloutInput,
): Promise<Plan> {
  const [canary = '', ...others] = clusters;
  const steps: string[] = [];
  const warnings: string[] = [];
  for (const cluster of [canary, ...others]) {
    const review = await plan(cluster, target);
    checkAgreement(review, agreedPlan(review, planIds));
    const described = describeReview(review);
    steps.push(cluster === canary ? `canary: ${described.summary}` : described.summary);
    warnings.push(...described.warnings.map((one) => `${cluster}: ${one}`));
  }
  return { summary: `roll out to ${clusters.length} cluster(s), ${canary} first`, steps, warnings };
}

function agreedPlan({ id }: MigrationReview, planIds: readonly string[]): string | null {
  return planIds.includes(id) ? id : null;
}

interface Canary {
  readonly context: OperationContext;
  readonly wanted: RolloutInput;
  readonly canary: string;
  /** The canary's end is added here. */
  readonly ends: ClusterEnd[];
}

async function rollOutCanary(
  dependencies: RolloutDependencies,
  { context, wanted, canary, ends }: Canary,
): Promise<RolloutResult['canary']> {
  const seconds = wanted.observeSeconds;
  // Twice is safe: they only look.
  const watch = (name: string) =>
    context.step(name, ({ signal }) => dependencies.observe(canary, { seconds, signal }));
  const before = seconds === 0 ? null : await watch(`watch ${canary} before`);
  const came = await applyToWave(dependencies, { context, wanted, wave: [canary], done: 0 });
  ends.push(...came);
  const [end] = came;
  if (end?.state !== 'SUCCEEDED') throw stopped(wanted, ends, canary, end?.error ?? 'it was cancelled');
  if (before === null) return null;
  const after = await watch(`watch ${canary} after`);
  const worse = compareHealth(before, after);
  if (worse.length > 0) throw stopped(wanted, ends, canary, worse.join('; '));
  return { before, after };
}

interface Wave {
  readonly context: OperationContext;
  readonly wanted: RolloutInput;
  readonly wave: readonly string[];
  /** Clusters that are through. */
  readonly done: number;
}

async function applyToWave(
  dependencies: RolloutDependencies,
  { context, wanted, wave, done }: Wave,
): Promise<readonly ClusterEnd[]> {
  const names = wave.join(', ');
  // Twice is safe: it only looks. A step of its own, because what a child is told must stay the same: a successor that
  // looked again would see what the child has applied by then, and miss the child that was started with its key.
  const agreed = await context.step(`plan ${names}`, () => planWave(dependencies, wanted, wave));
  // Twice is safe: each child is found again by its key.
  return context.step(`apply to ${names}`, (step) =>
    applyTo(dependencies, { step, wanted, wave: agreed, done }),
  );
}

/** What a cluster's child is told; or why its plan cannot be made. */
interface Agreed {
  readonly cluster: string;
  readonly planId: string | null;
  readonly problem: string | null;
}

/** Problems too: what is wrong with one must not keep the others of its wave from their ends. */
function planWave(
  { plan }: RolloutDependencies,
  { target, planIds }: RolloutInput,
  wave: readonly string[],
): Promise<readonly Agreed[]> {
  const agree = async (cluster: string): Promise<Agreed> => {
    try {
      return { cluster, planId: agreedPlan(await plan(cluster, target), planIds), problem: null };
    } catch (error) {
      return { cluster, planId: null, problem: messageOf(error) };
    }
  };
  return Promise.all(wave.map(agree));
}

/** All ends, failures too: one that fails must not leave its neighbours unwatched. */
async function applyTo(
  { children }: RolloutDependencies,
  wave: {
    readonly step: StepContext;
    readonly wanted: RolloutInput;
    readonly wave: readonly Agreed[];
    readonly done: number;
  },
): Promise<readonly ClusterEnd[]> {
  const { step, wanted } = wave;
  const { target, appliedBy, onBehalfOf, clusters } = wanted;
  let through = wave.done;
  const apply = async ({ cluster, planId, problem }: Agreed): Promise<ClusterEnd> => {
    if (problem !== null) return refused(cluster, problem);
    const child = await children.run(
      {
        parentId: step.operationId,
        kind: CHILD_KIND,
        input: { cluster, target, planId, allowDrift: false, appliedBy, onBehalfOf },
        key: cluster,
      },
      step.signal,
    );
    through += 1;
    step.progress({ fractionDone: through / clusters.length, message: `${cluster} ${child.state}` });
    return { cluster, operationId: child.id, state: child.state, error: child.error?.message ?? null };
  };
  const settled = await Promise.allSettled(wave.wave.map(apply));
  step.signal.throwIfAborted();
  return settled.map((one, index) =>
    one.status === 'fulfilled' ? one.value : refused(wave.wave[index]?.cluster ?? '', messageOf(one.reason)),
  );
}

/** A child that could not even start. */
function refused(cluster: string, error: string): ClusterEnd {
  return { cluster, operationId: '', state: 'FAILED', error };
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function stopped(
  { clusters }: RolloutInput,
  ends: readonly ClusterEnd[],
  where: string,
  why: string,
): RolloutStoppedError {
  const begun = new Set(ends.map(({ cluster }) => cluster));
  return new RolloutStoppedError(where, why, {
    applied: ends.filter(({ state }) => state === 'SUCCEEDED').map(({ cluster }) => cluster),
    untouched: clusters.filter((cluster) => !begun.has(cluster)),
  });
}
