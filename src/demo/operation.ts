import { z } from 'zod';
import type { Fleet } from '../fleet/fleet.ts';
import { defineOperation, type OperationDefinition, type StepContext } from '../operations/define.ts';
import { DEMO_LIMITS } from './limits.ts';
import { checkDatabase, loadDemo } from './load.ts';
import { readToday, type RowCounts } from './store.ts';

const within = ({ least, most }: { readonly least: number; readonly most: number }) =>
  z.int().min(least).max(most);
const input = z.object({
  cluster: z.string(),
  organizations: within(DEMO_LIMITS.organizations),
  items: within(DEMO_LIMITS.items),
  seed: within(DEMO_LIMITS.seed),
});
export type LoadDemoInput = z.output<typeof input>;

export interface LoadDemoResult {
  /** By table. */
  readonly rows: RowCounts;
  /** The rows tell of the 180 days before this moment; the same seed and moment give the same rows. */
  readonly anchor: string;
}

export interface DemoDependencies {
  readonly fleet: Fleet;
  /** Brings what was written to the tables that all shards share to the others. On a cluster that is no shard: nothing. */
  readonly shareTables: (cluster: string) => Promise<void>;
}

/** Lane of the fence on the target database; the same as the lease's, since its tokens stand there. */
const LANE = 'data';

/** `demo.load`: fills the product database of a cluster with rows that look like work. */
export function loadDemoOperation({
  fleet,
  shareTables,
}: DemoDependencies): OperationDefinition<LoadDemoInput, LoadDemoResult> {
  return defineOperation<LoadDemoInput, LoadDemoResult>({
    kind: 'demo.load',
    input,
    lanes: [LANE],
    whenBusy: 'REFUSE',
    target: ({ cluster }) => ({ cluster, name: cluster }),
    plan: async ({ cluster, organizations, items, seed }) => ({
      summary: `load ${items} items of ${organizations} organizations into ${cluster}, seed ${seed}`,
      steps: ['check the database', 'load rows and gather statistics, in one transaction'],
      warnings: [],
    }),
    async run(context, wanted) {
      // Twice is safe: it only reads. The day is remembered, so that a successor makes the same rows.
      const anchor = await context.step('check the database', async () => {
        const db = await fleet.primary(wanted.cluster);
        const today = await readToday(db);
        await checkDatabase(db, today);
        return today.toISOString();
      });
      // Twice is safe: it is one transaction, and the row that names this operation is committed with it.
      const rows = await context.step('load rows', (step) => loadStep({ fleet }, wanted, anchor, step));
      // Twice is safe: what is there already stays. A cancel right before leaves what `sunday shards sync` mends.
      await context.step('share users', () => shareTables(wanted.cluster));
      return { rows, anchor };
    },
  });
}

async function loadStep(
  { fleet }: Pick<DemoDependencies, 'fleet'>,
  { cluster, ...size }: LoadDemoInput,
  anchor: string,
  context: StepContext,
): Promise<RowCounts> {
  const db = await fleet.primary(cluster);
  return loadDemo(
    db,
    { ...size, anchor: new Date(anchor) },
    {
      operationId: context.operationId,
      fence: { lane: LANE, token: context.token },
      signal: context.signal,
      beforeCommit: () => context.assertLease(),
      onProgress: ({ itemsDone, rowsDone }) =>
        context.progress({
          fractionDone: itemsDone / size.items,
          message: `${itemsDone} of ${size.items} items, ${rowsDone} rows`,
        }),
    },
  );
}
