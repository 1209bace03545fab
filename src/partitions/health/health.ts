import type { Fleet } from '../../fleet/fleet.ts';
import { isServerError } from '../../postgres/errors.ts';
import { overlap } from '../bounds.ts';
import type { Partition, PartitionedTable } from '../partition.ts';
import { type ReadDependencies, readPartitions } from '../read.ts';
import { readCatalogChecks } from './health-probe.ts';
import { checkPruning } from './pruning.ts';

export const PARTITION_HEALTH_STATES = ['OK', 'UNKNOWN', 'WARNING', 'CRITICAL'] as const;
/** From good to bad. */
export type PartitionHealthState = (typeof PARTITION_HEALTH_STATES)[number];

/** One thing of one table that was looked at. */
export interface PartitionCheck {
  /** Empty: of all. */
  readonly table: string;
  /** `COVERAGE`, `GAPS`, `OVERLAPS`, `DEFAULT_PARTITION`, `DETACH`, `RETENTION`, `INDEXES`, `SKEW`, `PRUNING`, … */
  readonly check: string;
  readonly state: PartitionHealthState;
  /** Null: all is well. */
  readonly detail: string | null;
  readonly hint: string | null;
}

export interface PartitionHealth {
  readonly cluster: string;
  readonly checkedAt: Date;
  /** The worst of all. */
  readonly state: PartitionHealthState;
  readonly checks: readonly PartitionCheck[];
}

/** Twice the rows of the middle one is a busy month; four times is something to look at. */
const SKEW_RATIO = 4;
const SKEW_LEAST_ROWS = 10_000n;

/** Looks at all partitioned tables of a cluster. @throws {DatabaseUnavailableError} */
export async function checkHealth(
  deps: ReadDependencies & { readonly fleet: Fleet },
  cluster: string,
  now: Date,
): Promise<PartitionHealth> {
  const { fleet } = deps;
  fleet.get(cluster);
  const tables = (await readPartitions(deps, cluster, now)).map(({ shown }) => shown);
  const checks = [
    ...(await checkCatalog(fleet, cluster, { tables, now })),
    ...tables.map(checkOverlaps),
    ...tables.map(checkSkew),
    ...(await checkPruning(fleet, cluster, tables)),
  ].toSorted((a, b) => (a.table < b.table ? -1 : a.table > b.table ? 1 : 0));
  const rank = (state: PartitionHealthState) => PARTITION_HEALTH_STATES.indexOf(state);
  const worst = checks.reduce<PartitionHealthState>(
    (state, one) => (rank(one.state) > rank(state) ? one.state : state),
    'OK',
  );
  return { cluster, checkedAt: now, state: worst, checks };
}

const HINTS: Readonly<Record<string, string>> = {
  COVERAGE: 'sunday partitions maintain',
  GAPS: 'sunday partitions create TABLE --at MOMENT, if rows of that time are to come.',
  DEFAULT_PARTITION: 'sunday partitions maintain moves its rows; then detach the default partition.',
  DETACH: 'sunday partitions maintain finishes it.',
  RETENTION: 'sunday partitions maintain archives it.',
  POLICY: 'Insert a row for it into ops.partition_policies.',
};

/** Where 004's function is missing, what the catalog shows without it. */
async function checkCatalog(
  fleet: Fleet,
  cluster: string,
  { tables, now }: { readonly tables: readonly PartitionedTable[]; readonly now: Date },
): Promise<readonly PartitionCheck[]> {
  try {
    const found = await readCatalogChecks(await fleet.primary(cluster), now);
    if (found !== null)
      return found.map((one) => ({ ...one, hint: one.state === 'OK' ? null : (HINTS[one.check] ?? null) }));
    return [...tables.flatMap(toProblems), unknown('the database has no check_partition_health()')];
  } catch (error) {
    if (!isServerError(error, '42501', '55P03', '57014')) throw error;
    return [...tables.flatMap(toProblems), unknown(error.message)];
  }
}

function unknown(detail: string): PartitionCheck {
  const hint = 'Apply migration 004 (sunday migrations apply) as the role that we use.';
  return { table: '', check: 'CATALOG', state: 'UNKNOWN', detail, hint };
}

function toProblems({ name, problems }: PartitionedTable): readonly PartitionCheck[] {
  if (problems.length === 0)
    return [{ table: name, check: 'COVERAGE', state: 'OK', detail: null, hint: null }];
  return problems.map((detail) => ({ table: name, check: 'CATALOG', state: 'WARNING', detail, hint: null }));
}

/** Attached ones cannot overlap; one beside, or an archived one, and what has taken its place can. */
function checkOverlaps({ name, partitions }: PartitionedTable): PartitionCheck {
  const attached = partitions.filter(({ state, isDefault }) => state === 'ATTACHED' && !isDefault);
  const away = partitions.filter(
    ({ state, from, to }) => state !== 'ATTACHED' && from !== null && to !== null,
  );
  const found = away.flatMap((one) =>
    attached
      .filter((other) => overlap(one, other))
      .map((other) => `${other.name} is in the place of ${one.name} (${one.state})`),
  );
  return {
    ...{ table: name, check: 'OVERLAPS', state: found.length === 0 ? 'OK' : 'WARNING' },
    detail: found.length === 0 ? null : found.slice(0, 5).join('; '),
    hint: found.length === 0 ? null : 'Rows of one time are in two places: restore it beside and compare.',
  };
}

/** Judged by the server's estimates of the partitions whose time is over. */
function checkSkew({ name, partitions }: PartitionedTable): PartitionCheck {
  const closed = partitions.filter(
    ({ state, to, isDefault }) => state === 'ATTACHED' && !isDefault && to !== null && to <= new Date(),
  );
  const known = closed.filter((one): one is Partition & { rowEstimate: bigint } => one.rowEstimate !== null);
  const base = { table: name, check: 'SKEW', hint: null } as const;
  if (closed.length > 0 && known.length === 0)
    return { ...base, state: 'UNKNOWN', detail: 'nobody has counted its rows yet', hint: `ANALYZE ${name};` };
  const rows = known.map(({ rowEstimate }) => Number(rowEstimate)).toSorted((a, b) => a - b);
  const middle = rows[Math.floor(rows.length / 2)] ?? 0;
  const large = known.filter(
    ({ rowEstimate }) => rowEstimate >= SKEW_LEAST_ROWS && Number(rowEstimate) > SKEW_RATIO * middle,
  );
  if (large.length === 0) return { ...base, state: 'OK', detail: null };
  const list = large.map((one) => `${one.name} has about ${one.rowEstimate} rows`).join('; ');
  return { ...base, state: 'WARNING', detail: `the middle one has ${middle}: ${list}` };
}
