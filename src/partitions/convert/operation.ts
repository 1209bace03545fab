import { z } from 'zod';
import { defineOperation, type OperationDefinition, type StepContext } from '../../operations/define.ts';
import { PARTITION_INTERVALS } from '../bounds.ts';
import { OLD_SCHEMA, type Conversion } from './conversion.ts';
import { addForeignKeys, build, compareAll, copyRows, noteChanges, removeWork } from './convert.ts';
import { TableNotConvertibleError } from './errors.ts';
import type { ConversionWish } from './judge.ts';
import { lookAt, parseTable, planConversion, type PlanningDependencies } from './plan.ts';
import { swap } from './swap.ts';
import type { Converting } from './work.ts';

const input = z.object({
  cluster: z.string(),
  /** With its schema in front where that is not public. */
  table: z.string(),
  column: z.string(),
  interval: z.enum(PARTITION_INTERVALS),
  retentionMonths: z.int(),
  premakeMonths: z.int(),
  extendKeys: z.boolean(),
  /** Of the copy; null: as fast as it goes. */
  rowsPerSecond: z.int().nullable(),
  swapPatienceSeconds: z.number(),
});
export type ConvertTableInput = z.output<typeof input>;

export interface ConvertTableResult {
  readonly table: string;
  readonly partitions: number;
  /** Compared in one snapshot. */
  readonly rowsCompared: string;
  readonly rowsComparedInPause: string;
  /** Null: a crash has hidden it. */
  readonly pauseMs: number | null;
  /** The plain table, until it is completed. */
  readonly keptTable: string;
}

/**
 * `partitions.convert`: a plain table becomes a partitioned one while it is used.
 *
 * | killed                | what is left                                        | the next run                      |
 * |-----------------------|-----------------------------------------------------|-----------------------------------|
 * | before the triggers   | an empty table that nobody sees                     | finds it by its mark              |
 * | while it copies       | part of the rows, and how far, in one transaction   | goes on from there                |
 * | while it compares     | nothing                                             | compares again                    |
 * | with foreign keys     | some leaves that have them                          | adds the others                   |
 * | in the swap           | all of it or nothing: it is one transaction         | sees which                        |
 *
 * What fails or is cancelled before the swap leaves the plain table as it was.
 */
export function convertTableOperation(
  deps: PlanningDependencies,
): OperationDefinition<ConvertTableInput, ConvertTableResult> {
  return defineOperation<ConvertTableInput, ConvertTableResult>({
    kind: 'partitions.convert',
    input,
    // As a migration: nobody may change a schema, or move an organization, meanwhile.
    lanes: ['schema', 'data'],
    whenBusy: 'QUEUE',
    target: ({ cluster, table }) => ({ cluster, name: `${cluster}/${table}` }),
    async plan(wanted) {
      const { summary, steps, warnings } = await planOf(deps, wanted);
      return { summary, steps, warnings };
    },
    async run({ step, operationId }, wanted) {
      const on = <T>(name: string, conversion: Conversion, work: (one: Converting) => Promise<T>) =>
        step(name, (context) => work(toConverting(deps, wanted, { conversion, context })));
      // Twice is safe: it only looks. What it saw is kept, and must be so until the swap.
      const { conversion, rows } = await step('look at the table', () => look(deps, wanted, operationId));
      // Twice is safe: each of these finds what has been done of it; see there.
      await on('make the new table', conversion, build);
      await on('note changes', conversion, noteChanges);
      await on('copy rows', conversion, (one) =>
        copyRows(one, { rows: BigInt(rows), rowsPerSecond: wanted.rowsPerSecond }),
      );
      const rowsCompared = await on('compare all rows', conversion, compareAll);
      if (conversion.shape.foreignKeys.length > 0) await on('add foreign keys', conversion, addForeignKeys);
      const { pauseMs, rowsInPause, partitions } = await on('swap', conversion, swap);
      return {
        ...{ table: wanted.table, partitions, rowsCompared, rowsComparedInPause: rowsInPause, pauseMs },
        keptTable: `${OLD_SCHEMA}.${conversion.shape.name}`,
      };
    },
    async compensate({ step, operationId }, wanted) {
      // Twice is safe: only what bears the mark of this operation goes, and nothing after the swap.
      await step('remove what was made', async (context) => {
        const shape = await lookAt(await deps.fleet.primary(wanted.cluster), {
          ...wanted,
          ...parseTable(wanted.table),
        }).catch(() => null);
        if (shape === null) return;
        const conversion = { ...toWish(wanted), operationId, shape };
        await removeWork(toConverting(deps, wanted, { conversion, context }));
      });
    },
  });
}

export function toWish({
  column,
  interval,
  retentionMonths,
  premakeMonths,
  extendKeys,
}: ConvertTableInput): ConversionWish {
  return { column, interval, extendKeys, policy: { retentionMonths, premakeMonths } };
}

/** Also to be shown before anything is begun: `problems` then says what would be refused. */
export function planOf(deps: PlanningDependencies, wanted: ConvertTableInput) {
  return planConversion(deps, { cluster: wanted.cluster, ...parseTable(wanted.table) }, toWish(wanted));
}

/** @throws {TableNotConvertibleError} */
async function look(deps: PlanningDependencies, wanted: ConvertTableInput, operationId: string) {
  const target = { cluster: wanted.cluster, ...parseTable(wanted.table) };
  const { problems, rows } = await planOf(deps, wanted);
  if (problems.length > 0) throw new TableNotConvertibleError(wanted.table, problems);
  const shape = await lookAt(await deps.fleet.primary(wanted.cluster), target);
  const conversion: Conversion = { ...toWish(wanted), operationId, shape };
  return { conversion, rows: String(rows) };
}

function toConverting(
  deps: PlanningDependencies,
  { cluster, swapPatienceSeconds }: ConvertTableInput,
  { conversion, context }: { readonly conversion: Conversion; readonly context: StepContext },
): Converting {
  return { deps, cluster, conversion, context, patienceMs: swapPatienceSeconds * 1_000 };
}
