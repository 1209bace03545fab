import { z } from 'zod';
import { SundayError } from '../../errors.ts';
import { defineOperation, type OperationDefinition, type StepContext } from '../../operations/define.ts';
import { MaintenanceIncompleteError, type MaintenanceFailure } from '../errors.ts';
import { inUtc, readLeaves } from '../probe.ts';
import { recordWrites } from '../store.ts';
import { plan } from './look.ts';
import {
  createAt,
  findPlace,
  type Performed,
  type Performing,
  performFinalize,
  type Place,
} from './perform.ts';
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
  /** Names of partitions, in the order in which it was done. Those that were found missing, and are there now. */
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
/** Partitions of one table that are made in a step: its journal takes longer than one of them. */
const MOST_AT_ONCE = 12;

/**
 * `partitions.maintain`: each action is a transaction of its own, and what fails in one is no reason to leave the others
 * undone. When all others are done it fails with what could not be: a success would be believed.
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
      for (const batch of toBatches(actions)) {
        const isBlocked = batch.some(({ table }) => blocked.has(table));
        // Twice is safe: each of them finds out what has been done before.
        const outcomes = await context.step(describeBatch(batch), (told) =>
          actOn(deps, { cluster, batch, isBlocked }, told),
        );
        for (const [index, action] of batch.entries()) {
          const outcome = outcomes[index];
          if (outcome === undefined) continue;
          if (!('failure' in outcome)) done.push({ action, ...outcome });
          else failures.push(outcome.failure);
          if ('failure' in outcome && outcome.failure.code === BLOCKED) blocked.add(action.table);
        }
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

/** Makings of partitions of one table go together, everything else goes alone. */
function toBatches(actions: readonly MaintenanceAction[]): readonly (readonly MaintenanceAction[])[] {
  const batches: MaintenanceAction[][] = [];
  for (const action of actions) {
    const last = batches.at(-1);
    const isAlike =
      action.kind === 'CREATE' &&
      last?.[0]?.kind === 'CREATE' &&
      last[0].table === action.table &&
      last[0].schema === action.schema;
    if (last !== undefined && isAlike && last.length < MOST_AT_ONCE) last.push(action);
    else batches.push([action]);
  }
  return batches;
}

function describeBatch(batch: readonly MaintenanceAction[]): string {
  const [first] = batch;
  if (first === undefined) return 'nothing';
  return batch.length === 1
    ? describeAction(first)
    : `${describeAction(first)} and ${batch.length - 1} more, to ${batch.at(-1)?.partition}`;
}

const BLOCKED = 'PARTITION_BLOCKED';
type Outcome = Performed | { readonly failure: MaintenanceFailure };

interface Batch {
  readonly cluster: string;
  readonly batch: readonly MaintenanceAction[];
  readonly isBlocked: boolean;
}

async function actOn(
  deps: MaintainDependencies,
  { cluster, batch, isBlocked: wasBlocked }: Batch,
  context: StepContext,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const act = createActs(deps, cluster, context);
  let isBlocked = wasBlocked;
  for (const [index, action] of batch.entries()) {
    context.progress({ message: describeAction(action), fractionDone: index / batch.length });
    try {
      // Who holds one lock of a table for long will hold the next one too.
      const patienceMs = isBlocked ? Math.min(deps.patienceMs, SHORT_PATIENCE_MS) : deps.patienceMs;
      outcomes.push(await act(action, patienceMs));
    } catch (error) {
      // A cancel, a lost lease and a bug end the operation.
      if (context.signal.aborted || !(error instanceof SundayError)) throw error;
      const { code, message } = error;
      if (code === BLOCKED) isBlocked = true;
      outcomes.push({ failure: { cluster, what: describeAction(action), code, message } });
    }
  }
  return outcomes;
}

/** A table is looked at once for all partitions of it that are made in a step. */
function createActs(deps: MaintainDependencies, cluster: string, context: StepContext) {
  let place: Place | null = null;
  return async (action: MaintenanceAction, patienceMs: number): Promise<Performed> => {
    if (action.kind === 'FINALIZE') return performFinalize({ ...deps, patienceMs }, cluster, action, context);
    if (action.kind === 'CREATE') {
      const db = await deps.fleet.primary(cluster);
      place ??= await findPlace(db, cluster, action);
      return createAt(place, { db, patienceMs }, action, context);
    }
    await deps.archive(cluster, action, context);
    return { isNew: true, movedRows: '0' };
  };
}

function toResult(cluster: string, done: readonly Done[], warnings: readonly string[]): MaintainResult {
  const of = (kind: MaintenanceKind, those: readonly Done[]) =>
    those.filter(({ action }) => action.kind === kind).map(({ action }) => action.partition);
  const isNew = done.filter((one) => one.isNew);
  return {
    // One that is there already was made by a run of this step that was killed.
    ...{
      cluster,
      created: of('CREATE', done),
      finalized: of('FINALIZE', isNew),
      archived: of('ARCHIVE', isNew),
    },
    movedRows: String(done.reduce((sum, { movedRows }) => sum + BigInt(movedRows), 0n)),
    warnings,
  };
}
