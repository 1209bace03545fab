import type { OperationDefinition, Plan } from '../operations/define.ts';
import { InvalidInputError } from '../errors.ts';
import type { Operation, OperationRequest, OperationStarter } from '../operations/operations.ts';
import type { MaintenanceRun } from './findings.ts';
import type { MaintenanceDependencies, RunTaskInput, RunTaskResult } from './operation.ts';
import { findRun, listRuns } from './store.ts';
import { getTask, isRunTask, MAINTENANCE_TASKS, type Task, type TaskName } from './tasks.ts';

/** One task as it stands for one cluster. */
export interface ClusterTask extends Task {
  readonly cluster: string;
}

export interface RunTaskRequest extends Omit<RunTaskInput, 'task'> {
  readonly task: TaskName;
  readonly dryRun: boolean;
}

export interface RunTaskOutcome {
  /** Null for a dry run. */
  readonly operation: Operation | null;
  readonly plan: Plan;
}

export interface MaintenanceService {
  /** Daily ones first. @throws {ClusterNotFoundError} */
  tasks(cluster: string): readonly ClusterTask[];
  /**
   * Starts `maintenance.run`, or says what it would do.
   *
   * @throws {ClusterNotFoundError} @throws {DatabaseUnavailableError} @throws {InvalidInputError} for a task that is
   * another noun's operation, and what `OperationStarter.start` throws.
   */
  run(wanted: RunTaskRequest, request: OperationRequest): Promise<RunTaskOutcome>;
  /** The newest ten of each `<cluster>/<task>`, newest first (the DataLoader contract). */
  listRuns(keys: readonly string[]): Promise<readonly (readonly MaintenanceRun[])[]>;
  /** By the operation's id; null when it has not ended, or is none of a task. */
  findRun(operationId: string): Promise<MaintenanceRun | null>;
}

const RUNS_SHOWN = 10;
/** What starts a task that is not ours. */
const MUTATIONS: Readonly<Record<string, string>> = {
  BACKUP_VERIFICATION: 'verifyBackup',
  SCHEMA_DRIFT_CHECK: 'a schedule of migrations.checkDrift',
  PARTITION_MAINTENANCE: 'maintainPartitions',
  DR_DRILL: 'startRecoveryDrill',
};

export function createMaintenance(
  deps: MaintenanceDependencies & {
    readonly operations: OperationStarter;
    readonly definition: OperationDefinition<RunTaskInput, RunTaskResult>;
  },
): MaintenanceService {
  const { fleet, db, operations, definition } = deps;
  return {
    tasks(cluster) {
      const { name } = fleet.get(cluster);
      return MAINTENANCE_TASKS.map((task) => ({ ...task, cluster: name }));
    },
    async run({ dryRun, task, ...rest }, request) {
      if (!isRunTask(task))
        throw new InvalidInputError(
          ['input', 'task'],
          `${task} is done by ${getTask(task).kinds.join(' and ')}`,
          `Use ${MUTATIONS[task] ?? 'its own mutation'}.`,
        );
      const input = { ...rest, task };
      if (!dryRun) {
        const operation = await operations.start(definition, input, request);
        return { operation, plan: operation.plan ?? NO_PLAN };
      }
      return { operation: null, plan: (await definition.plan?.(definition.input.parse(input))) ?? NO_PLAN };
    },
    listRuns: (keys) => listRuns(db, keys, RUNS_SHOWN),
    findRun: (operationId) => findRun(db, operationId),
  };
}

const NO_PLAN: Plan = { summary: '', steps: [], warnings: [] };
