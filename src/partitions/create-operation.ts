import { z } from 'zod';
import { defineOperation, type OperationDefinition } from '../operations/define.ts';
import { nameLeaf, overlap, spanOf } from './bounds.ts';
import { PartitionExistsError } from './errors.ts';
import { describeAction, intervalOf, type MaintenanceAction } from './maintenance/plan.ts';
import { type Performing, performCreate } from './maintenance/perform.ts';
import { pickTable, readPartitions } from './read.ts';

const input = z.object({
  cluster: z.string(),
  /** With its schema in front where that is not public. */
  table: z.string(),
  /** ISO 8601: any moment of the partition that is to be made. */
  at: z.string(),
});
export type CreatePartitionOperationInput = z.output<typeof input>;

export interface CreatePartitionResult {
  readonly partition: string;
  readonly from: string | null;
  readonly to: string | null;
  /** False: it was there. */
  readonly isNew: boolean;
  readonly movedRows: string;
}

/** `partitions.create`: the partition of one moment, whether a policy wants it or not. */
export function createPartitionOperation(
  deps: Performing,
): OperationDefinition<CreatePartitionOperationInput, CreatePartitionResult> {
  return defineOperation<CreatePartitionOperationInput, CreatePartitionResult>({
    kind: 'partitions.create',
    input,
    lanes: ['maintenance'],
    whenBusy: 'QUEUE',
    target: ({ cluster, table }) => ({ cluster, name: `${cluster}/${table}` }),
    async plan(wanted) {
      const { action, isThere } = await planCreate(deps, wanted);
      if (isThere)
        return { summary: `${action.partition} is part of ${wanted.table} already`, steps: [], warnings: [] };
      return {
        summary: `Make ${action.partition} of ${wanted.table}`,
        steps: [describeAction(action)],
        warnings: [],
      };
    },
    async run({ step }, wanted) {
      // Twice is safe: it only looks. Kept, because an interval may be another one when there are more partitions.
      const action = await step('choose its range', async () => (await planCreate(deps, wanted)).action);
      // Twice is safe: it finds the one that is there.
      const made = await step(describeAction(action), (context) =>
        performCreate(deps, wanted.cluster, action, context),
      );
      return { partition: action.partition, from: action.from, to: action.to, ...made };
    },
  });
}

interface Choice {
  readonly action: MaintenanceAction;
  /** True: nothing is left to do. */
  readonly isThere: boolean;
}

/** @throws {PartitionedTableNotFoundError} @throws {PartitionExistsError} */
async function planCreate(
  deps: Performing,
  { cluster, table, at }: CreatePartitionOperationInput,
): Promise<Choice> {
  const { shown } = pickTable(cluster, await readPartitions(deps, cluster, new Date()), table);
  const interval = intervalOf(shown);
  if (interval === null)
    throw new PartitionExistsError(
      `the partition of ${at}`,
      `no partition of ${table} is an interval of the calendar, so nobody knows how long it would be`,
    );
  const span = spanOf(interval, new Date(at));
  const partition = nameLeaf(shown.name, interval, span.from);
  const other = shown.partitions.find(
    (one) => one.state !== 'DETACHED' && one.state !== 'ARCHIVED' && !one.isDefault && overlap(one, span),
  );
  const isThere =
    other?.state === 'ATTACHED' &&
    other.from?.getTime() === span.from.getTime() &&
    other.to?.getTime() === span.to.getTime();
  if (other && !isThere) throw new PartitionExistsError(partition, `${other.name} holds part of its range`);
  return {
    action: {
      ...{ kind: 'CREATE', schema: shown.schema, table: shown.name },
      partition: other?.name ?? partition,
      ...{ from: span.from.toISOString(), to: span.to.toISOString(), rows: null },
    },
    isThere,
  };
}
