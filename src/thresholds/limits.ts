import type { Requester } from '../access/principals.ts';
import { InvalidInputError } from '../errors.ts';
import { judge, worstOf, type Judged, type Threshold, type Unit } from '../limits.ts';
import type { Database, Queryable, Transaction } from '../postgres/pool.ts';
import * as store from './store.ts';
import type { ThresholdRow } from './store.ts';

export const THRESHOLD_SCOPES = ['DEFAULT', 'FLEET', 'CLUSTER', 'SERVICE'] as const;

/** The metrics of a noun with the limits of the program. */
export type Catalogue = Readonly<Record<string, Threshold>>;

/** Between the word and the name of what is no cluster: `platform/cache`. No cluster has it in its name. */
const SLASH = '/';

/** What holds for one metric of a cluster. */
export interface EffectiveThreshold {
  readonly metric: string;
  readonly unit: Unit;
  readonly better: Threshold['better'];
  readonly target: number | null;
  readonly critical: number | null;
  /** Where the limits come from: a document, or who set them and why. */
  readonly source: string;
  /** Whether they are the program's own, or set for all, or for this one. */
  readonly setFor: (typeof THRESHOLD_SCOPES)[number];
  /** When somebody set them; null for a default. */
  readonly updatedAt: Date | null;
}

/** What was set for one cluster or service, by metric. */
export type Limits = ReadonlyMap<string, ThresholdRow>;

export interface ThresholdRequest {
  /** A cluster, or `platform/` and the name of a service. Null: all that have none of their own. */
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
export function withLimits<Figure extends Judged & { readonly name: string }>(
  figures: readonly Figure[],
  limits: Limits,
  catalogue: Catalogue,
): readonly Figure[] {
  if (limits.size === 0) return figures;
  return figures.map((one) => {
    const set = limits.get(one.name);
    const better = catalogue[one.name]?.better;
    if (set === undefined || better === undefined) return one;
    const { target, critical } = set;
    if (one.value === null) return { ...one, target, critical };
    const state = judge(one.value, { better, target, critical });
    const isPlain = one.state === judge(one.value, { better, target: one.target, critical: one.critical });
    return { ...one, target, critical, state: isPlain ? state : worstOf([one.state, state]) };
  });
}

/** All metrics, in the order of the catalogue. */
export function listEffective(limits: Limits, catalogue: Catalogue): readonly EffectiveThreshold[] {
  return Object.entries(catalogue).map(([metric, usual]) => toEffective(metric, limits, usual));
}

function toEffective(metric: string, limits: Limits, usual: Threshold): EffectiveThreshold {
  const { unit, better, ...defaults } = usual;
  const set = limits.get(metric);
  if (set === undefined) return { metric, unit, better, ...defaults, setFor: 'DEFAULT', updatedAt: null };
  const { target, critical, cluster, updatedAt } = set;
  const setFor = cluster === null ? 'FLEET' : cluster.includes(SLASH) ? 'SERVICE' : 'CLUSTER';
  return { metric, unit, better, target, critical, source: describeRow(set), setFor, updatedAt };
}

/** Who set limits, and why. */
export function describeRow({ updatedBy, onBehalfOf, reason }: ThresholdRow): string {
  const who = onBehalfOf === null ? updatedBy : `${onBehalfOf} through ${updatedBy}`;
  return reason === null ? `Set by ${who}.` : `Set by ${who}: ${reason}`;
}

export interface LimitsDependencies {
  readonly db: Database;
  readonly catalogue: Catalogue;
  /** Writes the line of the audit log in the transaction of the change. */
  readonly recordAudit: (tx: Transaction, request: ThresholdRequest, requester: Requester) => Promise<void>;
}

/**
 * Sets or takes back limits, and gives what holds then.
 *
 * @throws {InvalidInputError} for a metric that there is not, and for limits in the wrong order.
 */
export async function upsertThreshold(
  { db, catalogue, recordAudit }: LimitsDependencies,
  request: ThresholdRequest,
  requester: Requester,
): Promise<EffectiveThreshold> {
  const { metric, cluster, target, critical, isRestored, dryRun } = request;
  const usual = checkRequest(request, catalogue);
  const { principal, onBehalfOf, reason } = requester;
  const row = { cluster, metric, target, critical, updatedBy: principal.name, onBehalfOf, reason };
  await db.transaction(async (tx) => {
    if (isRestored && !dryRun) await store.remove(tx, cluster, metric);
    if (!isRestored && !dryRun) await store.upsert(tx, row);
    await recordAudit(tx, request, requester);
  });
  const [limits = new Map<string, ThresholdRow>()] = await readLimits(db, [cluster ?? '']);
  if (!dryRun) return toEffective(metric, limits, usual);
  const planned = new Map(limits);
  if (isRestored) planned.delete(metric);
  else planned.set(metric, { ...row, updatedAt: new Date() });
  return toEffective(metric, planned, usual);
}

function checkRequest(
  { metric, target, critical, isRestored }: ThresholdRequest,
  catalogue: Catalogue,
): Threshold {
  const usual = Object.hasOwn(catalogue, metric) ? catalogue[metric] : undefined;
  if (usual === undefined)
    throw new InvalidInputError(
      ['input', 'metric'],
      `there is no metric ${metric}`,
      'The query `thresholds` lists those of a cluster, and `PlatformService.thresholds` those of a service.',
    );
  const { better } = usual;
  if (isRestored || target === null || critical === null) return usual;
  const isOrdered = better === 'LOWER' ? target <= critical : target >= critical;
  if (!isOrdered)
    throw new InvalidInputError(
      ['input', 'critical'],
      `${better.toLowerCase()} is better for ${metric}, so critical must not lie on the good side of target`,
    );
  return usual;
}
