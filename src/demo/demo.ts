import { InvalidInputError } from '../errors.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Operation, OperationRequest, OperationStarter } from '../operations/operations.ts';
import { DEMO_LIMITS } from './limits.ts';
import { checkDatabase } from './load.ts';
import type { LoadDemoInput, loadDemoOperation } from './operation.ts';
import { readToday } from './store.ts';

export interface DemoService {
  /**
   * Starts `demo.load`. Whether the seed is loaded already is found out by the operation itself: here it would
   * refuse a repeated call whose idempotency key belongs to the load that did it.
   *
   * @throws {ClusterNotFoundError} @throws {DatabaseUnavailableError} @throws {InvalidInputError}
   * @throws {DemoDataRefusedError} and what `OperationStarter.start` does.
   */
  load(input: LoadDemoInput, request: OperationRequest): Promise<Operation>;
}

export interface DemoDependencies {
  readonly fleet: Fleet;
  readonly operations: OperationStarter;
  readonly definition: ReturnType<typeof loadDemoOperation>;
}

export function createDemo({ fleet, operations, definition }: DemoDependencies): DemoService {
  return {
    async load(input, request) {
      checkLimits(input);
      const db = await fleet.primary(fleet.get(input.cluster).name);
      await checkDatabase(db, await readToday(db));
      return operations.start(definition, input, request);
    },
  };
}

function checkLimits(input: LoadDemoInput): void {
  for (const name of ['organizations', 'items', 'seed'] as const) {
    const { least, most } = DEMO_LIMITS[name];
    const value = input[name];
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidInputError(['input', name], `${value} is not a whole number from ${least} to ${most}`);
  }
}
