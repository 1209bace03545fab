import { z } from 'zod';
import { defineOperation, type OperationDefinition, type Plan } from '../operations/define.ts';
import type { Database } from '../postgres/pool.ts';
import { auditSecurity } from './audit/audit.ts';
import { finding, type Finding, type Found, inOrder } from './findings.ts';
import { checkConnections } from './reviews/connections.ts';
import { planCapacity } from './reviews/capacity.ts';
import { type ErrorReview, reviewErrors } from './reviews/errors.ts';
import { reviewIndexes } from './reviews/indexes.ts';
import { checkLeftovers } from './reviews/leftovers.ts';
import { type PlanReview, reviewPlans } from './reviews/plans.ts';
import { reviewStatements } from './reviews/statements.ts';
import { recordPlans } from './plan-store.ts';
import { recordRun } from './store.ts';
import { getTask, RUN_KIND, RUN_TASKS, type RunTask } from './tasks.ts';
import { performVisit } from './visits/perform.ts';
import { type PlanDependencies, type Planned, planVisits } from './visits/plan.ts';
import { statementOf } from './visits/visit.ts';

export interface MaintenanceDependencies extends PlanDependencies {
  /** The control database. */
  readonly db: Database;
}

const LONGEST_MINUTES = 720;

export const runTaskInput = z.object({
  cluster: z.string(),
  task: z.enum(RUN_TASKS),
  /** No further table is begun after so long, and a statement that is under way is cancelled. */
  minutes: z.int().min(1).max(LONGEST_MINUTES).default(60),
  /** Pause of VACUUM and ANALYZE, in milliseconds; autovacuum's own is 2. */
  costDelayMs: z.number().min(0).max(100).default(2),
});
export type RunTaskInput = z.output<typeof runTaskInput>;

/** What a task saw: where it goes, and what its next run begins from. */
type Seen = Planned & Partial<Pick<ErrorReview, 'bookmarks'> & Pick<PlanReview, 'plans'>>;

export interface RunTaskResult extends Found {
  readonly cluster: string;
  readonly task: RunTask;
}

/**
 * `maintenance.run`: looks, visits one table after the other, each in a step of its own, and keeps what it found.
 * A cancel ends the statement under way; what was visited before stays visited.
 */
export function runTaskOperation(
  deps: MaintenanceDependencies,
): OperationDefinition<RunTaskInput, RunTaskResult> {
  return defineOperation<RunTaskInput, RunTaskResult>({
    kind: RUN_KIND,
    input: runTaskInput,
    lanes: ['maintenance'],
    whenBusy: 'QUEUE',
    target: ({ cluster, task }) => ({ cluster, name: `${cluster}/${task}` }),
    plan: (input) => planRun(deps, input),
    async run({ step, operationId }, input) {
      const { cluster, task } = input;
      // Twice is safe: it only looks. What it found is kept, so that a successor has the same steps.
      const seen = await step('look', async () => ({
        ...(await look(deps, cluster, task)),
        startedMs: Date.now(),
      }));
      const untilMs = seen.startedMs + input.minutes * 60_000;
      const done: Finding[] = [];
      for (const [index, visit] of seen.visits.entries()) {
        // Twice is safe: see performVisit.
        const outcome = await step(statementOf(visit), (context) => {
          context.progress({ fractionDone: index / seen.visits.length, message: visit.because });
          return performVisit(
            deps.fleet,
            { cluster, visit, untilMs, costDelayMs: input.costDelayMs },
            context,
          );
        });
        done.push(outcome);
      }
      const findings = inOrder([...seen.findings, ...done]);
      const { lookedAt, bookmarks = {}, plans = [] } = seen;
      // Twice is safe: upserts by the operation and by the statement.
      await step('keep what was found', async () => {
        const times = { startedAt: new Date(seen.startedMs), finishedAt: new Date() };
        const found = { findings, lookedAt, bookmarks };
        await deps.db.transaction(async (tx) => {
          await recordRun(tx, { id: operationId, cluster, task, ...found, ...times });
          await recordPlans(tx, cluster, plans);
        });
      });
      return { cluster, task, findings, lookedAt };
    },
  });
}

/** What a run would do now. Reviews only look, so their plan says at what. */
async function planRun(
  deps: MaintenanceDependencies,
  { cluster, task, minutes }: RunTaskInput,
): Promise<Plan> {
  deps.fleet.get(cluster);
  const planned = await planVisits(deps, cluster, task);
  if (planned === null)
    return { summary: `${task} of ${cluster} changes nothing`, steps: [getTask(task).about], warnings: [] };
  const { visits, findings } = planned;
  return {
    summary:
      visits.length === 0
        ? `${task} finds nothing to do on ${cluster} now`
        : `${visits.length} visit(s) on ${cluster}, one after the other, for ${minutes} minute(s) at most`,
    steps: visits.map((visit) => `${statementOf(visit)}: ${visit.because}`),
    warnings: findings.map(({ subject, message }) => `${subject}: ${message}`),
  };
}

async function look(deps: MaintenanceDependencies, cluster: string, task: RunTask): Promise<Seen> {
  const { sources, fleet } = deps;
  const looks: Readonly<Partial<Record<RunTask, () => Promise<Omit<Seen, 'visits'>>>>> = {
    SLOW_QUERY_REVIEW: () => reviewStatements(sources, cluster),
    ERROR_LOG_REVIEW: () => reviewErrors(deps, cluster),
    CONNECTION_CHECK: () => checkConnections(sources, cluster),
    MOVE_LEFTOVER_CHECK: () => checkLeftovers(sources, cluster),
    INDEX_USAGE_REVIEW: () => reviewIndexes(sources, cluster),
    PLAN_REVIEW: () => reviewPlans(deps, cluster),
    CAPACITY_PLANNING: () => planCapacity(sources, cluster),
    SECURITY_AUDIT: async () => auditSecurity(await fleet.primary(cluster)),
  };
  const found = await looks[task]?.();
  if (found !== undefined) return { ...found, visits: [] };
  const planned = await planVisits(deps, cluster, task);
  if (planned !== null) return planned;
  return { visits: [], findings: [finding('UNKNOWN', task, 'nobody knows how to do it')], lookedAt: [] };
}
