import { z } from 'zod';
import { SundayError } from '../../errors.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Children } from '../../operations/children.ts';
import { defineOperation, type OperationDefinition, type StepContext } from '../../operations/define.ts';
import type { Operation } from '../../operations/operations.ts';
import { type MaintenanceFailure, MaintenanceIncompleteError } from '../errors.ts';

const input = z.object({
  /** Null: all that are configured when it begins. */
  clusters: z.array(z.string()).min(1).nullable().default(null),
});
export type MaintainFleetOperationInput = z.output<typeof input>;

export interface MaintainFleetResult {
  readonly clusters: readonly { readonly cluster: string; readonly operationId: string }[];
}

const CHILD_KIND = 'partitions.maintain';
const AT_ONCE = 4;

/** `partitions.maintainAll`: one operation for each cluster. One that fails is no reason to leave the others out. */
export function maintainFleetOperation({
  fleet,
  children,
}: {
  readonly fleet: Fleet;
  readonly children: Children;
}): OperationDefinition<MaintainFleetOperationInput, MaintainFleetResult> {
  return defineOperation<MaintainFleetOperationInput, MaintainFleetResult>({
    kind: 'partitions.maintainAll',
    input,
    lanes: [],
    whenBusy: 'QUEUE',
    coordinates: true,
    target: ({ clusters }) => ({
      cluster: null,
      name: clusters === null ? 'all clusters' : clusters.join(', '),
    }),
    async run({ step }, { clusters }) {
      // Twice is safe: it only reads.
      const names = await step('list clusters', async () => clusters ?? fleet.list().map(({ name }) => name));
      // Twice is safe: each child is found again by its key.
      const ends = await step('maintain each cluster', (context) => maintainEach(children, names, context));
      const failures = ends.flatMap(({ failure }) => (failure === null ? [] : [failure]));
      if (failures.length > 0) throw new MaintenanceIncompleteError(failures, ends.length - failures.length);
      return { clusters: ends.map(({ cluster, operationId }) => ({ cluster, operationId })) };
    },
    async compensate({ step, operationId }) {
      await step('stop what is under way', ({ signal }) => children.cancelAll(operationId, signal));
    },
  });
}

interface End {
  readonly cluster: string;
  readonly operationId: string;
  readonly failure: MaintenanceFailure | null;
}

async function maintainEach(
  children: Children,
  names: readonly string[],
  { operationId: parentId, signal, progress }: StepContext,
): Promise<readonly End[]> {
  const ends: End[] = [];
  const waiting = [...names];
  const work = async () => {
    for (let cluster = waiting.shift(); cluster !== undefined; cluster = waiting.shift()) {
      ends.push(await maintainOne(children, cluster, { parentId, signal }));
      progress({ fractionDone: ends.length / names.length, message: `${cluster} is done` });
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, names.length) }, work));
  return ends.toSorted((a, b) => names.indexOf(a.cluster) - names.indexOf(b.cluster));
}

async function maintainOne(
  children: Children,
  cluster: string,
  { parentId, signal }: { readonly parentId: string; readonly signal: AbortSignal },
): Promise<End> {
  const request = { parentId, kind: CHILD_KIND, input: { cluster }, key: cluster };
  try {
    const child = await children.run(request, signal);
    return { cluster, operationId: child.id, failure: toFailure(cluster, child) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SundayError)) throw error;
    // E.g. too many operations wait for this cluster.
    const { code, message } = error;
    return { cluster, operationId: '', failure: { cluster, what: 'maintenance', code, message } };
  }
}

function toFailure(cluster: string, { state, error }: Operation): MaintenanceFailure | null {
  if (state === 'SUCCEEDED') return null;
  const { code, message } = error ?? { code: 'CANCELLED', message: 'it was cancelled' };
  return { cluster, what: 'maintenance', code, message };
}
