import { z } from 'zod';
import type { Fleet } from '../../fleet/fleet.ts';
import { defineOperation, type OperationDefinition } from '../../operations/define.ts';
import { untilUnblocked } from '../lock-runner.ts';
import { toWork } from '../maintenance/perform.ts';
import { OLD_SCHEMA } from './conversion.ts';
import { TableNotFoundError } from './errors.ts';
import { parseTable } from './plan.ts';
import { dropKept, type KeptTable, listKept } from './swap-runner.ts';

const input = z.object({
  cluster: z.string(),
  /** With its schema in front where that is not public. */
  table: z.string(),
});
export type CompleteConversionInput = z.output<typeof input>;

export interface CompleteConversionResult {
  readonly dropped: string;
  readonly freedBytes: string;
}

export interface CompletingDependencies {
  readonly fleet: Fleet;
  readonly patienceMs: number;
}

/** `partitions.complete`: drops the plain table that a partitioned one has replaced. */
export function completeConversionOperation(
  deps: CompletingDependencies,
): OperationDefinition<CompleteConversionInput, CompleteConversionResult> {
  return defineOperation<CompleteConversionInput, CompleteConversionResult>({
    kind: 'partitions.complete',
    input,
    lanes: ['schema', 'data'],
    whenBusy: 'QUEUE',
    target: ({ cluster, table }) => ({ cluster, name: `${cluster}/${table}` }),
    async plan(wanted) {
      const { name, bytes } = await findKept(deps, wanted);
      const what = `${OLD_SCHEMA}.${name}`;
      return {
        summary: `Drop ${what}, ${bytes} bytes`,
        steps: [`drop ${what}`],
        warnings: ['there is no way back from then on'],
      };
    },
    async run({ step }, wanted) {
      // Twice is safe: it only looks; what it found is kept.
      const kept = await step('find it', async () => {
        const { name, bytes } = await findKept(deps, wanted);
        return { name, bytes: String(bytes) };
      });
      // Twice is safe: one that is gone is gone.
      await step('drop it', async (context) => {
        const db = await deps.fleet.primary(wanted.cluster);
        await untilUnblocked({ ...toWork(deps, context, `drop ${OLD_SCHEMA}.${kept.name}`), db }, (session) =>
          session.transaction((tx) => {
            context.assertLease();
            return dropKept(tx, kept.name);
          }),
        );
      });
      return { dropped: `${OLD_SCHEMA}.${kept.name}`, freedBytes: kept.bytes };
    },
  });
}

/** @throws {TableNotFoundError} */
async function findKept(
  { fleet }: CompletingDependencies,
  { cluster, table }: CompleteConversionInput,
): Promise<KeptTable> {
  const { schema, name } = parseTable(table);
  const db = await fleet.primary(cluster);
  const found = (await db.transaction(listKept)).find((one) => one.schema === schema && one.name === name);
  if (found) return found;
  throw new TableNotFoundError(cluster, `${OLD_SCHEMA}.${name} that was replaced by ${table}`);
}
