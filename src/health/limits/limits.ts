import type { Requester } from '../../access/principals.ts';
import { InvalidInputError } from '../../errors.ts';
import { judge, worstOf, type Threshold, type Unit } from '../../limits.ts';
import type { Database, Queryable, Transaction } from '../../postgres/pool.ts';
import type { Figure } from '../measure.ts';
import { isMetricName, METRIC_NAMES, THRESHOLDS, type MetricName } from '../thresholds.ts';
import * as store from './store.ts';
import type { ThresholdRow } from './store.ts';

export const THRESHOLD_SCOPES = ['DEFAULT', 'FLEET', 'CLUSTER'] as const;

/** What holds for one metric of a cluster. */
export interface EffectiveThreshold {
  readonly metric: MetricName;
  readonly unit: Unit;
  readonly better: Threshold['better'];
  readonly target: number | null;
  readonly critical: number | null;
  /** Where the limits come from: a document, or who set them and why. */
  readonly source: string;
  /** Whether they are the program's own, or set for all clusters or for this one. */
  readonly setFor: (typeof THRESHOLD_SCOPES)[number];
  /** When somebody set them; null for a default. */
  readonly updatedAt: Date | null;
}

/** The limits of one cluster, by metric. */
export type Limits = ReadonlyMap<string, ThresholdRow>;

export interface ThresholdRequest {
  /** Null: for all clusters that have none of their own. */
  readonly cluster: string | null;
  readonly metric: string;
  readonly target: number | null;
  readonly critical: number | null;
  /** True: takes back what was set, and `target` and `critical` are not looked at. */
  readonly isRestored: boolean;
  readonly dryRun: boolean;
}

/** Limits that were set, for each of `clusters` in their order. What is set for a cluster goes before what is set for all. */
export async function readLimits(db: Queryable, clusters: readonly string[]): Promise<readonly Limits[]> {
  const rows = await store.list(db, clusters);
  const ofFleet = rows.filter(({ cluster }) => cluster === null);
  return clusters.map(
    (name) =>
      new Map(
        [...ofFleet, ...rows.filter(({ cluster }) => cluster === name)].map((one) => [one.metric, one]),
      ),
  );
}

/** Pure: the same figures against other limits. A state that says more than the limits did never gets better by it. */
export function withLimits(figures: readonly Figure[], limits: Limits): readonly Figure[] {
  if (limits.size === 0) return figures;
  return figures.map((one) => {
    const set = limits.get(one.name);
    if (set === undefined) return one;
    const { target, critical } = set;
    if (one.value === null) return { ...one, target, critical };
    const { better } = THRESHOLDS[one.name];
    const state = judge(one.value, { better, target, critical });
    const isPlain = one.state === judge(one.value, { better, target: one.target, critical: one.critical });
    return { ...one, target, critical, state: isPlain ? state : worstOf([one.state, state]) };
  });
}

/** All metrics, in the order of the catalogue. */
export function listEffective(limits: Limits): readonly EffectiveThreshold[] {
  return METRIC_NAMES.map((metric) => toEffective(metric, limits));
}

function toEffective(metric: MetricName, limits: Limits): EffectiveThreshold {
  const { unit, better, ...defaults } = THRESHOLDS[metric];
  const set = limits.get(metric);
  if (set === undefined) return { metric, unit, better, ...defaults, setFor: 'DEFAULT', updatedAt: null };
  const { target, critical, cluster, updatedAt } = set;
  const setFor = cluster === null ? 'FLEET' : 'CLUSTER';
  return { metric, unit, better, target, critical, source: describeRow(set), setFor, updatedAt };
}

function describeRow({ updatedBy, onBehalfOf, reason }: ThresholdRow): string {
  const who = onBehalfOf === null ? updatedBy : `${onBehalfOf} through ${updatedBy}`;
  return reason === null ? `Set by ${who}.` : `Set by ${who}: ${reason}`;
}

export interface LimitsDependencies {
  readonly db: Database;
  /** Writes the line of the audit log in the transaction of the change. */
  readonly recordAudit: (tx: Transaction, request: ThresholdRequest, requester: Requester) => Promise<void>;
}

/**
 * Sets or takes back limits, and gives what holds then.
 *
 * @throws {InvalidInputError} for a metric that there is not, and for limits in the wrong order.
 */
export async function upsertThreshold(
  { db, recordAudit }: LimitsDependencies,
  request: ThresholdRequest,
  requester: Requester,
): Promise<EffectiveThreshold> {
  const { metric, cluster, target, critical, isRestored, dryRun } = request;
  const name = checkRequest(request);
  const { principal, onBehalfOf, reason } = requester;
  const row = { cluster, metric, target, critical, updatedBy: principal.name, onBehalfOf, reason };
  await db.transaction(async (tx) => {
    if (isRestored && !dryRun) await store.remove(tx, cluster, metric);
    if (!isRestored && !dryRun) await store.upsert(tx, row);
    await recordAudit(tx, request, requester);
  });
  const [limits = new Map<string, ThresholdRow>()] = await readLimits(db, [cluster ?? '']);
  if (!dryRun) return toEffective(name, limits);
  const planned = new Map(limits);
  if (isRestored) planned.delete(metric);
  else planned.set(metric, { ...row, updatedAt: new Date() });
  return toEffective(name, planned);
}

function checkRequest({ metric, target, critical, isRestored }: ThresholdRequest): MetricName {
  if (!isMetricName(metric))
    throw new InvalidInputError(
      ['input', 'metric'],
      `there is no metric ${metric}`,
      'The query `thresholds` lists them.',
    );
  const { better } = THRESHOLDS[metric];
  if (isRestored || target === null || critical === null) return metric;
  const isOrdered = better === 'LOWER' ? target <= critical : target >= critical;
  if (!isOrdered)
    throw new InvalidInputError(
      ['input', 'critical'],
      `${better.toLowerCase()} is better for ${metric}, so critical must not lie on the good side of target`,
    );
  return metric;
}
