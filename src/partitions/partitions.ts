import type { Children } from '../operations/children.ts';
import type { OperationDefinition, Plan } from '../operations/define.ts';
import type { Operation, OperationRequest, OperationStarter } from '../operations/operations.ts';
import type { ArchiveDependencies } from './archive/subject.ts';
import { archiveFully } from './archive/archive.ts';
import {
  archivePartitionOperation,
  type ArchivePartitionOperationInput,
  type ArchivePartitionResult,
} from './archive/archive-operation.ts';
import {
  restorePartitionOperation,
  type RestorePartitionOperationInput,
  type RestorePartitionResult,
} from './archive/restore-operation.ts';
import {
  createPartitionOperation,
  type CreatePartitionOperationInput,
  type CreatePartitionResult,
} from './create-operation.ts';
import { InvalidInputError } from '../errors.ts';
import {
  completeConversionOperation,
  type CompleteConversionInput,
  type CompleteConversionResult,
} from './convert/complete-operation.ts';
import { TableNotConvertibleError } from './convert/errors.ts';
import {
  convertTableOperation,
  type ConvertTableInput,
  type ConvertTableResult,
  planOf,
} from './convert/operation.ts';
import type { ConversionPlan, PlanningDependencies } from './convert/plan.ts';
import { checkHealth, type PartitionHealth } from './health/health.ts';
import {
  maintainFleetOperation,
  type MaintainFleetOperationInput,
  type MaintainFleetResult,
} from './maintenance/fleet-operation.ts';
import { planCluster } from './maintenance/look.ts';
import {
  maintainOperation,
  type MaintainOperationInput,
  type MaintainResult,
} from './maintenance/operation.ts';
import type { MaintenancePlan } from './maintenance/plan.ts';
import type { PartitionedTable } from './partition.ts';
import { readPartitions } from './read.ts';

/** All throw {ClusterNotFoundError} and {DatabaseUnavailableError}; what starts work what `OperationStarter.start` does. */
export interface PartitionService {
  /** Live, in the order of `clusters` (the DataLoader contract); one that cannot be read gives its error. */
  listByCluster(clusters: readonly string[]): Promise<readonly (readonly PartitionedTable[] | Error)[]>;
  check(cluster: string): Promise<PartitionHealth>;
  /** Null: all clusters. The operation is null for a dry run. */
  maintain(
    wanted: { readonly clusters: readonly string[] | null; readonly dryRun: boolean },
    request: OperationRequest,
  ): Promise<MaintainOutcome>;
  create(input: CreatePartitionOperationInput & DryRun, request: OperationRequest): Promise<PlannedOutcome>;
  archive(input: ArchivePartitionOperationInput & DryRun, request: OperationRequest): Promise<PlannedOutcome>;
  restore(input: RestorePartitionOperationInput & DryRun, request: OperationRequest): Promise<PlannedOutcome>;
  /** @throws {TableNotFoundError} @throws {TableNotConvertibleError} not for a dry run, whose plan says why. */
  convert(input: ConvertTableInput & DryRun, request: OperationRequest): Promise<ConvertOutcome>;
  /** @throws {InvalidInputError} when `confirm` is not the table's name. */
  complete(
    input: CompleteConversionInput & DryRun & { readonly confirm: string | null },
    request: OperationRequest,
  ): Promise<PlannedOutcome>;
}

export interface DryRun {
  readonly dryRun: boolean;
}

export interface MaintainOutcome {
  readonly operation: Operation | null;
  readonly plans: readonly MaintenancePlan[];
}

export interface PlannedOutcome {
  /** Null for a dry run. */
  readonly operation: Operation | null;
  readonly plan: Plan;
}

export interface ConvertOutcome {
  /** Null for a dry run. */
  readonly operation: Operation | null;
  readonly plan: ConversionPlan;
}

export interface PartitionDependencies extends ArchiveDependencies, PlanningDependencies {
  readonly children: Children;
}

export interface PartitionOperations {
  readonly maintain: OperationDefinition<MaintainOperationInput, MaintainResult>;
  readonly maintainAll: OperationDefinition<MaintainFleetOperationInput, MaintainFleetResult>;
  readonly create: OperationDefinition<CreatePartitionOperationInput, CreatePartitionResult>;
  readonly archive: OperationDefinition<ArchivePartitionOperationInput, ArchivePartitionResult>;
  readonly restore: OperationDefinition<RestorePartitionOperationInput, RestorePartitionResult>;
  readonly convert: OperationDefinition<ConvertTableInput, ConvertTableResult>;
  readonly complete: OperationDefinition<CompleteConversionInput, CompleteConversionResult>;
}

/** The kinds of work, to be registered with the engine. */
export function createPartitionOperations(deps: PartitionDependencies): PartitionOperations {
  return {
    maintain: maintainOperation({
      ...deps,
      archive: (cluster, action, context) => archiveFully(deps, { cluster, ...action }, context),
    }),
    maintainAll: maintainFleetOperation(deps),
    create: createPartitionOperation(deps),
    archive: archivePartitionOperation(deps),
    restore: restorePartitionOperation(deps),
    convert: convertTableOperation(deps),
    complete: completeConversionOperation(deps),
  };
}

export function createPartitions(
  deps: PartitionDependencies & {
    readonly operations: OperationStarter;
    readonly definitions: PartitionOperations;
  },
): PartitionService {
  const { fleet, operations, definitions } = deps;
  const list = async (cluster: string) => {
    fleet.get(cluster);
    return (await readPartitions(deps, cluster, new Date())).map(({ shown }) => shown);
  };
  const planned =
    <Input>(definition: OperationDefinition<Input, unknown>) =>
    async ({ dryRun, ...rest }: Input & DryRun, request: OperationRequest): Promise<PlannedOutcome> => {
      const input = rest as Input;
      if (!dryRun) {
        const operation = await operations.start(definition, input, request);
        return { operation, plan: operation.plan ?? NO_PLAN };
      }
      return { operation: null, plan: (await definition.plan?.(definition.input.parse(input))) ?? NO_PLAN };
    };
  return {
    listByCluster: (clusters) => Promise.all(clusters.map((one) => list(one).catch(toError))),
    check: (cluster) => checkHealth(deps, cluster, new Date()),
    async maintain({ clusters, dryRun }, request) {
      const names = clusters ?? fleet.list().map(({ name }) => name);
      for (const name of names) fleet.get(name);
      const plans = await Promise.all(names.map((name) => planCluster(deps, name)));
      if (dryRun) return { operation: null, plans };
      const [only] = names;
      const operation =
        clusters !== null && names.length === 1 && only !== undefined
          ? await operations.start(definitions.maintain, { cluster: only }, request)
          : await operations.start(
              definitions.maintainAll,
              { clusters: clusters === null ? null : [...names] },
              request,
            );
      return { operation, plans };
    },
    create: planned(definitions.create),
    archive: planned(definitions.archive),
    restore: planned(definitions.restore),
    async convert({ dryRun, ...input }, request) {
      const plan = await planOf(deps, input);
      if (dryRun) return { operation: null, plan };
      if (plan.problems.length > 0) throw new TableNotConvertibleError(input.table, plan.problems);
      return { operation: await operations.start(definitions.convert, input, request), plan };
    },
    async complete({ confirm, ...input }, request) {
      if (!input.dryRun && confirm !== input.table)
        throw new InvalidInputError(['input', 'confirm'], `type ${input.table} to have it dropped`);
      return planned(definitions.complete)(input, request);
    },
  };
}

const NO_PLAN: Plan = { summary: '', steps: [], warnings: [] };

function toError(error: unknown): Error {
  if (error instanceof Error) return error;
  throw error;
}
