import type { Fleet } from '../fleet/fleet.ts';
import type { OperationDefinition, Plan } from '../operations/define.ts';
import type { Operation, OperationRequest, OperationStarter } from '../operations/operations.ts';
import type { Queryable } from '../postgres/pool.ts';
import type { DrillInput, RecoveryDrill } from './drills.ts';
import type { DrillResult } from './operation.ts';
import { findDrill, listDrills, listDrillsOfBackups } from './store.ts';

export interface StartDrillOutcome {
  /** Null for a dry run. */
  readonly operation: Operation | null;
  readonly plan: Plan;
}

export interface DrillService {
  /** @throws {DrillWindowEmptyError} and the refusals of a restore: before anything is enqueued. */
  start(
    input: DrillInput & { readonly dryRun: boolean },
    request: OperationRequest,
  ): Promise<StartDrillOutcome>;
  /** Newest first, by when they ended; null: without that end. @throws {ClusterNotFoundError} */
  list(
    cluster: string,
    period?: { readonly from: Date | null; readonly to: Date | null; readonly limit: number },
  ): Promise<readonly RecoveryDrill[]>;
  /** Newest first, in the order of `keys`, each `<cluster>/<label>` (the DataLoader contract). */
  listOfBackups(keys: readonly string[]): Promise<readonly (readonly RecoveryDrill[])[]>;
  /** By its own id, which is that of its operation; null while it runs, and when there is none. */
  find(id: string): Promise<RecoveryDrill | null>;
}

export interface DrillServiceDependencies {
  readonly fleet: Fleet;
  /** The control database. */
  readonly db: Queryable;
  readonly operations: OperationStarter;
  readonly definition: OperationDefinition<DrillInput, DrillResult>;
}

const NO_PLAN: Plan = { summary: 'Drill a recovery', steps: [], warnings: [] };
const LISTED = 100;

export function createDrills({ fleet, db, operations, definition }: DrillServiceDependencies): DrillService {
  return {
    async start({ dryRun, ...wanted }, request) {
      const plan = dryRun ? await definition.plan?.(wanted) : undefined;
      if (plan !== undefined) return { operation: null, plan };
      const operation = await operations.start(definition, wanted, request);
      return { operation, plan: operation.plan ?? NO_PLAN };
    },
    async list(cluster, period = { from: null, to: null, limit: LISTED }) {
      fleet.get(cluster);
      return listDrills(db, { cluster, ...period });
    },
    listOfBackups: (keys) => listDrillsOfBackups(db, keys),
    find: (id) => findDrill(db, id),
  };
}
