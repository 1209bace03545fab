import type { OperationDefinition, Plan } from '../../operations/define.ts';
import type { Operation, OperationRequest, OperationStarter } from '../../operations/operations.ts';
import type { CreateIndexInput, CreateIndexResult } from './operation.ts';

export interface CreateIndexRequest extends CreateIndexInput {
  readonly dryRun: boolean;
}

export interface CreateIndexOutcome {
  /** Null for a dry run. */
  readonly operation: Operation | null;
  readonly plan: Plan;
}

/** Makes indexes that were suggested. */
export interface IndexBuildingService {
  /**
   * Makes an index while readers and writers go on, or says what that would mean.
   *
   * @throws {SqlSyntaxError} @throws {InvalidInputError} and what `OperationStarter.start` throws.
   */
  create(input: CreateIndexRequest, request: OperationRequest): Promise<CreateIndexOutcome>;
}

/** A refusal comes at once and not as an operation that has failed. */
export function createIndexBuilding({
  operations,
  definition,
}: {
  readonly operations: OperationStarter;
  readonly definition: OperationDefinition<CreateIndexInput, CreateIndexResult>;
}): IndexBuildingService {
  return {
    async create({ dryRun, ...input }, request) {
      const plan = (await definition.plan?.(input)) ?? { summary: '', steps: [], warnings: [] };
      return { plan, operation: dryRun ? null : await operations.start(definition, input, request) };
    },
  };
}
