import type { Fleet } from '../../fleet/fleet.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { writeName } from '../../postgres/names.ts';
import { finding, type Finding, type Found } from '../findings.ts';
import type { MaintenanceSources, NeedyTable } from '../sources.ts';
import type { RunTask } from '../tasks.ts';
import { type BtreeSize, listBroken, listBtrees } from './index-probe.ts';
import { listChanged, listUnowned, type UnownedRelation } from './table-probe.ts';
import type { Visit } from './visit.ts';

export interface PlanDependencies {
  readonly fleet: Fleet;
  readonly sources: MaintenanceSources;
}

/** Where a task goes, in this order. */
export interface Planned extends Found {
  readonly visits: readonly Visit[];
}

/** Half of its pages: less comes back within days. */
const BLOATED_SHARE = 0.5;
const MOST_VISITS = 500;

type Planner = (deps: PlanDependencies, cluster: string, db: Queryable) => Promise<Planned>;
const PLANNERS: Readonly<Partial<Record<RunTask, Planner>>> = {
  VACUUM: ({ sources }, cluster) => planVacuum(sources, cluster),
  ANALYZE: (_deps, _cluster, db) => planAnalyze(db),
  REINDEX: (_deps, _cluster, db) => planReindex(db),
};

/** Null: the task visits nothing. @throws {ClusterNotFoundError} @throws {DatabaseUnavailableError} */
export async function planVisits(
  deps: PlanDependencies,
  cluster: string,
  task: RunTask,
): Promise<Planned | null> {
  const planner = PLANNERS[task];
  if (planner === undefined) return null;
  const db = await deps.fleet.primary(cluster);
  const [planned, unowned] = await Promise.all([planner(deps, cluster, db), listUnowned(db)]);
  return withinRights(planned, unowned);
}

async function planVacuum(sources: MaintenanceSources, cluster: string): Promise<Planned> {
  const { tables, total } = await sources.vacuumNeeds(cluster);
  const visits = tables
    .map((one) => ({ one, visit: toVacuum(one) }))
    .filter(({ visit }) => visit !== null)
    .toSorted((a, b) => weightOf(b.one) - weightOf(a.one))
    .flatMap(({ visit }) => visit ?? []);
  const findings = tables.flatMap(({ schema, name, needs }) =>
    needs
      .filter(({ reason }) => reason === 'VACUUM_OFF')
      .map(({ because, statement }) =>
        finding('WARNING', `${schema}.${name}`, because, {
          suggestedAction: 'Switch autovacuum on again.',
          statement,
        }),
      ),
  );
  return {
    visits,
    findings,
    lookedAt: [`the needs of all tables by the rules of autovacuum: ${total} in need`],
  };
}

const VACUUM_REASONS = ['WRAPAROUND', 'DEAD_ROWS', 'INSERTED_ROWS'];
const AHEAD = 1e9;

/** Wraparound stops all writers: it goes before anything else, however urgent that is. */
function weightOf({ needs }: NeedyTable): number {
  const urgency = Math.max(...needs.map((one) => one.urgency));
  return needs.some(({ reason }) => reason === 'WRAPAROUND') ? AHEAD + urgency : urgency;
}

function toVacuum({ schema, name, needs }: NeedyTable): Visit | null {
  const due = needs.filter(({ reason }) => VACUUM_REASONS.includes(reason));
  if (due.length === 0) return null;
  const isFreeze = due.some(({ reason }) => reason === 'WRAPAROUND');
  const isAnalyze = needs.some(({ reason }) => reason === 'DEAD_ROWS' || reason === 'STALE_STATISTICS');
  return {
    ...{ kind: 'VACUUM', schema, name, because: due.map(({ because }) => because).join('; ') },
    options: [...(isFreeze ? (['FREEZE'] as const) : []), ...(isAnalyze ? (['ANALYZE'] as const) : [])],
  };
}

async function planAnalyze(db: Queryable): Promise<Planned> {
  const tables = await listChanged(db);
  return {
    visits: tables.map(({ schema, name, changedRows, analyzedAt }) => ({
      ...{ kind: 'ANALYZE', schema, name, options: [] },
      because: `${changedRows} row(s) changed ${analyzedAt === null ? 'and it was never analyzed' : `since ${analyzedAt.toISOString()}`}`,
    })),
    findings: [],
    lookedAt: [`changes of all tables since their last ANALYZE: ${tables.length} have some`],
  };
}

async function planReindex(db: Queryable): Promise<Planned> {
  const [broken, btrees] = await Promise.all([listBroken(db), listBtrees(db)]);
  const blind = btrees.filter(({ neededPages }) => neededPages === null);
  return {
    // Leftovers go first: each of them costs every writer of its table.
    visits: [
      ...broken.filter(({ isLeftover }) => isLeftover).map((one) => toVisit('DROP_LEFTOVER', one, LEFT)),
      ...broken
        .filter(({ isLeftover }) => !isLeftover)
        .map((one) => toVisit('REINDEX', one, 'it is invalid')),
      ...btrees.flatMap(toRebuild),
    ],
    findings: blind.map(({ schema, name }) =>
      finding(
        'UNKNOWN',
        `${schema}.${name}`,
        'its bloat is not known: a column has no statistics that we may read',
        {
          suggestedAction: 'ANALYZE its table; for an index on expressions use pgstattuple.',
        },
      ),
    ),
    lookedAt: [`${btrees.length} B-tree(s) of 8 MB or more`, `${broken.length} invalid index(es)`],
  };
}

const LEFT = 'a REINDEX that broke off has left it';

function toVisit(
  kind: Visit['kind'],
  { schema, name }: Pick<Visit, 'schema' | 'name'>,
  because: string,
): Visit {
  return { kind, schema, name, options: [], because };
}

function toRebuild(one: BtreeSize): readonly Visit[] {
  const share = one.neededPages === null ? 0 : 1 - one.neededPages / one.pages;
  if (share < BLOATED_SHARE) return [];
  const megabytes = Math.round((one.pages * 8) / 1024);
  return [toVisit('REINDEX', one, `about ${Math.round(share * 100)} % of its ${megabytes} MB are empty`)];
}

/** Pure. What is not ours is said and left out: the server would skip it with no more than a warning. */
function withinRights(planned: Planned, unowned: readonly UnownedRelation[]): Planned {
  const owners = new Map(unowned.map((one) => [`${one.schema}.${one.name}`, one]));
  const refused = planned.visits.flatMap((one): readonly Finding[] => {
    const found = owners.get(`${one.schema}.${one.name}`);
    if (found === undefined) return [];
    const statement = `GRANT ${writeName(found.owner)} TO ${writeName(found.user)};`;
    const message = `${one.kind} is due (${one.because}), and only its owner ${found.owner} may do it`;
    return [
      finding('UNKNOWN', `${one.schema}.${one.name}`, message, {
        suggestedAction: `Make ${found.user} a member of its owner.`,
        statement,
      }),
    ];
  });
  const ours = planned.visits.filter(({ schema, name }) => !owners.has(`${schema}.${name}`));
  const left = ours.length - MOST_VISITS;
  const rest =
    left > 0
      ? [finding('INFO', `${left} more`, `a run visits ${MOST_VISITS} at most; the next one goes on`)]
      : [];
  return {
    ...planned,
    visits: ours.slice(0, MOST_VISITS),
    findings: [...planned.findings, ...refused, ...rest],
  };
}
