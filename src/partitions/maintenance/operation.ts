import { z } from 'zod';
import { SundayError } from '../../errors.ts';
import {
  defineOperation,
  type OperationContext,
  type OperationDefinition,
  type StepContext,
} from '../../operations/define.ts';
import { MaintenanceIncompleteError, type MaintenanceFailure } from '../errors.ts';
import { inUtc, readLeaves } from '../probe.ts';
import { recordWrites } from '../store.ts';
import { plan } from './look.ts';
import { type Performed, type Performing, performCreate, performFinalize } from './perform.ts';
import {
  describeAction,
  type MaintenanceAction,
  type MaintenanceKind,
  type MaintenancePlan,
} from './plan.ts';

const input = z.object({ cluster: z.string() });
export type MaintainOperationInput = z.output<typeof input>;

export interface MaintainResult {
  readonly cluster: string;
  /** Names of partitions, in the order in which it was done. */
  readonly created: readonly string[];
  readonly finalized: readonly string[];
  readonly archived: readonly string[];
  /** From default partitions. */
  readonly movedRows: string;
  readonly warnings: readonly string[];
}

export interface MaintainDependencies extends Performing {
  /** Archives one partition and drops it, as `partitions.archive` does; what fails leaves it attached. */
  readonly archive: (cluster: string, action: MaintenanceAction, context: StepContext) => Promise<void>;
}

const SHORT_PATIENCE_MS = 2_000;

/**
 * `partitions.maintain`: each action is a step, and what fails in one is no reason to leave the others undone. When all
 * others are done it fails with what could not be: a success would be believed.
 */
export function maintainOperation(
  deps: MaintainDependencies,
): OperationDefinition<MaintainOperationInput, MaintainResult> {
  return defineOperation<MaintainOperationInput, MaintainResult>({
    kind: 'partitions.maintain',
    input,
    lanes: ['maintenance'],
    whenBusy: 'QUEUE',
    target: ({ cluster }) => ({ cluster, name: cluster }),
    async run(context, { cluster }) {
      // Twice is safe: it only looks, and counts anew. What it found is kept, so that a successor has the same steps.
      const { actions, warnings } = await context.step('look at the partitions', () => look(deps, cluster));
      const done: Done[] = [];
      const failures: MaintenanceFailure[] = [];
      const blocked = new Set<string>();
      for (const action of actions) {
        // Who holds one lock of a table for long will hold the next one too.
        const isBlocked = blocked.has(action.table);
        const patienceMs = isBlocked ? Math.min(deps.patienceMs, SHORT_PATIENCE_MS) : deps.patienceMs;
        const outcome = await tryAction({ ...deps, patienceMs }, context, cluster, action);
        if ('failure' in outcome) failures.push(outcome.failure);
        if ('failure' in outcome && outcome.failure.code === 'PARTITION_BLOCKED') blocked.add(action.table);
        if ('isNew' in outcome) done.push({ action, ...outcome });
      }
      if (failures.length > 0) throw new MaintenanceIncompleteError(failures, done.length);
      return toResult(cluster, done, warnings);
    },
  });
}

interface Done extends Performed {
  readonly action: MaintenanceAction;
}

/** Also remembers the counters of writes, by which `lastWriteAt` is known the next time. */
async function look(deps: MaintainDependencies, cluster: string): Promise<MaintenancePlan> {
  const db = await deps.fleet.primary(cluster);
  const leaves = await inUtc(db, readLeaves);
  await recordWrites(deps.db, cluster, leaves);
  return plan(deps, cluster, new Date());
}

type Outcome = Performed | { readonly failure: MaintenanceFailure };

async function tryAction(
  deps: MaintainDependencies,
  { step }: OperationContext,
  cluster: string,
  action: MaintenanceAction,
): Promise<Outcome> {
  // Twice is safe: each of them finds out what has been done before.
  return step(describeAction(action), async (context): Promise<Outcome> => {
    try {
      return await ACTS[action.kind](deps, cluster, action, context);
    } catch (error) {
      // A cancel, a lost lease and a bug end the operation.
      if (context.signal.aborted || !(error instanceof SundayError)) throw error;
      const { code, message } = error;
      return { failure: { cluster, what: describeAction(action), code, message } };
    }
  });
}

const ACTS: Readonly<
  Record<
    MaintenanceKind,
    (
      deps: MaintainDependencies,
      cluster: string,
      action: MaintenanceAction,
      context: StepContext,
    ) => Promise<Performed>
  >
> = {
  CREATE: performCreate,
  FINALIZE: performFinalize,
  async ARCHIVE({ archive }, cluster, action, context) {
    await archive(cluster, action, context);
    return { isNew: true, movedRows: '0' };
  },
};

function toResult(cluster: string, done: readonly Done[], warnings: readonly string[]): MaintainResult {
  const of = (kind: MaintenanceKind) =>
    done.filter(({ action, isNew }) => action.kind === kind && isNew).map(({ action }) => action.partition);
  return {
    ...{ cluster, created: of('CREATE'), finalized: of('FINALIZE'), archived: of('ARCHIVE') },
    movedRows: String(done.reduce((sum, { movedRows }) => sum + BigInt(movedRows), 0n)),
    warnings,
  };
}
