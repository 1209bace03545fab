import { InvalidInputError } from '../errors.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { ENDED_STATES, type Operation, type OperationRequest } from '../operations/operations.ts';
import type { OperationDefinition } from '../operations/define.ts';
import type { Operations } from '../operations/service.ts';
import type { Database } from '../postgres/pool.ts';
import type { Directory } from './directory/directory.ts';
import { findFacts, type OrganizationFacts } from './directory/mirror-store.ts';
import { RebalanceNotRunningError } from './errors.ts';
import { listDistribution, type ShardShare } from './load/distribution.ts';
import type { ShardLoad } from './load/load.ts';
import { measureAll, measureShard } from './load/measure.ts';
import { listHours } from './load/sample-store.ts';
import type { RebalanceDependencies, RebalanceInput, RebalanceResult } from './rebalance/operation.ts';
import { type PlannedMove, planMoves, type RebalanceGoal } from './rebalance/plan.ts';
import * as plans from './rebalance/plan-store.ts';
import { findQuietWindow, type DailyWindow } from './rebalance/quiet.ts';
import type { RebalanceConstraints } from './rebalance/rules.ts';
import type { MoveRates } from './rebalance/rates.ts';
import { askAll, type ShardAnswer } from './scatter/ask.ts';
import {
  type FoundOrganization,
  type FoundUser,
  searchOrganizations,
  type SearchRequest,
  type SearchResult,
  searchUsers,
} from './scatter/search.ts';
import type { Placement, Shard } from './shards.ts';
import type { SharedTables } from './shared/shared.ts';
import type { SharedTablesState } from './shared/tables.ts';

/** What a shard says of one of its organizations. */
export interface DescribedOrganization {
  /** Null when the shard did not answer, or has no such row (yet). */
  readonly facts: OrganizationFacts | null;
  readonly reason: string | null;
}

export interface PlanRequest extends RebalanceConstraints {
  readonly goal: RebalanceGoal;
  /** Shards that are taken as DRAINING. */
  readonly drain: readonly string[];
}

export interface StartRebalance {
  readonly planId: string;
  readonly concurrency: number;
  readonly window: DailyWindow | null;
  /** The window is found by what was measured. */
  readonly inQuietHours: boolean;
  readonly pauseBudgetMs: number | null;
}

/** Everything the API does with shards. */
export interface ShardService {
  readonly directory: Directory;
  /** In the order of `ids`; one question to each shard. */
  describe(ids: readonly string[]): Promise<readonly DescribedOrganization[]>;
  searchOrganizations(request: SearchRequest): Promise<SearchResult<FoundOrganization>>;
  searchUsers(request: SearchRequest): Promise<SearchResult<FoundUser>>;
  /** @throws {ShardUnknownError} @throws {DatabaseUnavailableError} */
  measure(shard: string): Promise<ShardLoad>;
  measureAll(): Promise<readonly ShardAnswer<ShardLoad>[]>;
  distribution(): Promise<readonly ShardShare[]>;
  plan(request: PlanRequest): Promise<plans.StoredPlan>;
  /** @throws {RebalancePlanNotFoundError} */
  start(wanted: StartRebalance, request: OperationRequest): Promise<Operation>;
  /** The moves that are under way go on to their end. @throws {RebalanceNotRunningError} */
  setPaused(operationId: string, isPaused: boolean): Promise<plans.StoredPlan>;
  checkShared(shard: string): Promise<SharedTablesState>;
  /** Lets a shard follow the home of the shared tables anew. */
  syncShared(shard: string): Promise<SharedTablesState>;
  /** After a cluster was written to past the home of the shared tables: the same for its shard. Nothing on other clusters. */
  shareTables(cluster: string): Promise<void>;
}

export interface ShardServiceOptions {
  readonly db: Database;
  readonly fleet: Fleet;
  readonly directory: Directory;
  readonly shared: SharedTables;
  readonly operations: Operations;
  readonly definition: OperationDefinition<RebalanceInput, RebalanceResult>;
  readonly listMoving: () => Promise<ReadonlySet<string>>;
  readonly readRates: () => Promise<MoveRates>;
  readonly listCritical: RebalanceDependencies['listCritical'];
}

export function createShards(options: ShardServiceOptions): ShardService {
  const { db, fleet, directory, shared, operations, definition } = options;
  const loads = { db, fleet, directory };
  return {
    directory,
    describe: (ids) => describe(options, ids),
    searchOrganizations: (request) => searchOrganizations({ fleet, directory }, request),
    searchUsers: (request) => searchUsers({ fleet, directory }, request),
    measure: async (name) => measureShard(loads, await directory.getShard(name, ['shard'])),
    measureAll: () => measureAll(loads),
    distribution: async () => listDistribution(await directory.listShards(), await measureAll(loads)),
    plan: (request) => plan(options, request),
    async start(wanted, request) {
      const { planId, concurrency, pauseBudgetMs } = wanted;
      const window = wanted.inQuietHours ? await getQuietWindow(db) : wanted.window;
      return operations.start(definition, { planId, concurrency, window, pauseBudgetMs }, request);
    },
    async setPaused(operationId, isPaused) {
      const [operation] = await operations.findMany([operationId]);
      if (operation && ENDED_STATES.includes(operation.state))
        throw new RebalanceNotRunningError(operationId, `has ended as ${operation.state}`);
      const changed = await plans.setPaused(db, operationId, isPaused);
      if (changed === null) throw new RebalanceNotRunningError(operationId, 'is no rebalance that has begun');
      return changed;
    },
    checkShared: async (name) => shared.check(await directory.getShard(name)),
    async syncShared(name) {
      const shard = await directory.getShard(name);
      await shared.setUp(shard, true);
      return shared.check(shard);
    },
    async shareTables(cluster) {
      const shard = (await directory.listShards()).find((one) => one.cluster === cluster);
      if (shard !== undefined) await shared.setUp(shard, true);
    },
  };
}

async function describe(
  { fleet, directory }: ShardServiceOptions,
  ids: readonly string[],
): Promise<readonly DescribedOrganization[]> {
  const placements = await directory.findMany(ids);
  const of = (shard: Shard) => placements.filter((one) => one?.shard === shard.name) as readonly Placement[];
  const shards = (await directory.listShards()).filter((shard) => of(shard).length > 0);
  const answers = await askAll(shards, async (shard) =>
    findFacts(
      await fleet.primary(shard.cluster),
      of(shard).map((one) => one.organization),
    ),
  );
  return placements.map((placement) => {
    const answer = answers.find((one) => one.shard === placement?.shard);
    const facts = answer?.value?.find((one) => one.id === placement?.organization) ?? null;
    return { facts, reason: facts !== null ? null : (answer?.reason ?? 'It was placed, and not made yet.') };
  });
}

async function plan(
  { db, fleet, directory, listMoving, readRates, listCritical }: ShardServiceOptions,
  { goal, drain, ...constraints }: PlanRequest,
): Promise<plans.StoredPlan> {
  for (const name of drain) await directory.getShard(name, ['input', 'drain']);
  const answers = await measureAll({ db, fleet, directory });
  const missing = answers.find((one) => one.reason !== null);
  // Half of the picture would make the other half look empty.
  if (missing)
    throw new InvalidInputError(['input'], `${missing.shard} could not be measured: ${missing.reason}`);
  const loads = answers.flatMap(({ value }) => value?.organizations ?? []);
  const placements = await directory.findMany(loads.map((one) => one.organization));
  const moving = await listMoving();
  const shards = (await directory.listShards()).map((one) => ({
    ...one,
    state: drain.includes(one.name) ? ('DRAINING' as const) : one.state,
    capacityBytes: one.capacityBytes === null ? null : Number(one.capacityBytes),
  }));
  const organizations = loads.flatMap((one, index) => {
    const placed = placements[index];
    if (!placed || placed.shard !== one.shard) return [];
    return [
      {
        ...{ id: one.organization, shard: one.shard, bytes: Number(one.bytes), rows: Number(one.rows) },
        ...{
          activityPerMinute: one.activityPerMinute ?? 0,
          isPinned: placed.isPinned,
          region: placed.region,
        },
        isMoving: moving.has(one.organization),
        isHot: one.isHot,
      },
    ];
  });
  const made = planMoves({ goal, shards, organizations, constraints, rates: await readRates() });
  return plans.insertPlan(db, { ...made, warnings: await listWarnings(shards, made.moves, listCritical) });
}

/** What `startRebalance` would stop at, were it begun now. */
async function listWarnings(
  shards: readonly Pick<Shard, 'name' | 'cluster'>[],
  moves: readonly PlannedMove[],
  listCritical: ShardServiceOptions['listCritical'],
): Promise<readonly string[]> {
  const names = new Set(moves.flatMap(({ from, to }) => [from, to]));
  const touched = shards.filter(({ name }) => names.has(name));
  const found = await Promise.all(
    touched.map(async ({ cluster }) => (await listCritical(cluster)).map((one) => `${cluster}: ${one}`)),
  );
  return found.flat();
}

/** @throws {InvalidInputError} */
async function getQuietWindow(db: Database): Promise<DailyWindow> {
  const window = findQuietWindow(await listHours(db));
  if (window !== null) return window;
  throw new InvalidInputError(
    ['input', 'inQuietHours'],
    'the load was not measured for a whole day yet',
    'Give a window, or leave both out.',
  );
}
