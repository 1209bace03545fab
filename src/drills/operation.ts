import {
  defineOperation,
  type OperationContext,
  type OperationDefinition,
  type Plan,
  type StepContext,
} from '../operations/define.ts';
import type { Queryable } from '../postgres/pool.ts';
import type { CloneGoal, FilesTimes, Reached } from './clones.ts';
import {
  describeDrillTarget,
  type DrillCheck,
  type DrillInput,
  drillSchema,
  type RecoveryDrill,
  stateOf,
} from './drills.ts';
import { DrillFailedError, DrillWindowEmptyError } from './errors.ts';
import { type FilesPrediction, predictRto } from './predict.ts';
import {
  asFinding,
  decide,
  type Decided,
  type DrillStepDependencies,
  type Found,
  type Proof,
  prove,
  readLiveBytes,
  toDirectory,
  toWish,
} from './steps.ts';
import { recordDrill } from './store.ts';

export interface DrillDependencies<Goal extends CloneGoal> extends DrillStepDependencies<Goal> {
  /** The control database. */
  readonly db: Queryable;
  /** By what the fleet has restored lately, with a restore of `own` counted in. */
  readonly readFilesModel: (
    cluster: string,
    own: FilesTimes & { readonly databaseBytes: number },
  ) => Promise<(bytes: number) => FilesPrediction>;
}

/** What an operation came to; the evidence has the rest. */
export interface DrillResult {
  readonly drillId: string;
  readonly backup: string;
  readonly target: string;
  readonly checks: readonly DrillCheck[];
  readonly rtoSeconds: number;
  readonly predictedRtoSeconds: number | null;
}

/**
 * `drills.run`: restores a state into a fenced clone, looks whether it is what it should be, and removes it. Production
 * is only read. The lane of backups: a set must not expire while it is restored.
 */
export function runDrillOperation<Goal extends CloneGoal>(
  deps: DrillDependencies<Goal>,
): OperationDefinition<DrillInput, DrillResult> {
  return defineOperation<DrillInput, DrillResult>({
    kind: 'drills.run',
    input: drillSchema,
    lanes: ['backup'],
    whenBusy: 'QUEUE',
    target: ({ cluster, target }) => ({ cluster, name: `${cluster}/${describeDrillTarget(target)}` }),
    plan: (wanted) => planDrill(deps, wanted),
    run: (context, wanted) => runDrill(deps, wanted, context),
    async compensate({ step }) {
      // Twice is safe: what is not there, or not ours, is left alone.
      await step('remove clone', (context) => removeClone(deps, context));
    },
  });
}

/** Reads only. @throws {DrillWindowEmptyError} and the refusals of a restore. */
export async function planDrill<Goal extends CloneGoal>(
  deps: DrillDependencies<Goal>,
  wanted: DrillInput,
): Promise<Plan> {
  const { cluster, target } = wanted;
  if (target === null) {
    if ((await deps.listWindows(cluster)).length === 0) throw new DrillWindowEmptyError(cluster);
    return describe(
      wanted,
      'restore a random moment inside the recovery windows into a clone, fenced off',
      [],
    );
  }
  const clone = await deps.clones.plan(await toWish(deps, { ...wanted, target }, null));
  const time = clone.seconds === null ? 'how long was never measured' : `about ${Math.ceil(clone.seconds)} s`;
  const restore = `restore backup ${clone.label} (${clone.databaseBytes} bytes) and ${clone.segments} segments of log into a clone, fenced off (${time})`;
  return describe(wanted, restore, clone.warnings);
}

function describe({ cluster, target }: DrillInput, restore: string, warnings: readonly string[]): Plan {
  return {
    summary: `Drill the recovery of ${cluster} to ${describeDrillTarget(target)}`,
    steps: [
      restore,
      'start it without network and archiving, and see that it reaches its target',
      'check its catalog, rows, indexes and data quality',
      'stop it, remove it and keep the evidence',
    ],
    warnings,
  };
}

async function runDrill<Goal extends CloneGoal>(
  deps: DrillDependencies<Goal>,
  wanted: DrillInput,
  { step }: OperationContext,
): Promise<DrillResult> {
  // Twice is safe: it only reads, and what it chose at random counts once it is noted.
  const decided = await step('choose', (context) => decide(deps, wanted, context));
  const { wish, goal } = decided;
  // Twice is safe: the directory is marked as ours before anything is put there, and made empty again first.
  const restored = await step('restore files', (context) =>
    asFinding('restore', context, () => deps.clones.make(wish, goal, context)),
  );
  let reached: Found<Reached> | null = null;
  let proof: Found<Proof> | null = null;
  if (restored.failed === null) {
    // Twice is safe: a server that runs already is taken as it is; one that was killed recovers again.
    reached = await step('recover', (context) =>
      asFinding('recovery', context, () =>
        deps.clones.open(wish, goal, context, (_db, found) => Promise.resolve(found)),
      ),
    );
    if (reached.failed === null) {
      // Twice is safe: it reads, and a clone that has been written to is made again.
      proof = await step('check', (context) =>
        asFinding('recovery', context, () => prove(deps, decided, context)),
      );
    }
  }
  // Twice is safe: what is gone is gone.
  await step('remove clone', (context) => removeClone(deps, context));
  // Twice is safe: an upsert by operation.
  return step('record evidence', (context) => record(deps, decided, { restored, reached, proof }, context));
}

function removeClone<Goal extends CloneGoal>(
  { clones, workDirectory }: DrillDependencies<Goal>,
  context: StepContext,
): Promise<void> {
  return clones.remove({ directory: toDirectory(workDirectory, context.operationId) }, context);
}

interface Findings {
  readonly restored: Found<FilesTimes>;
  readonly reached: Found<Reached> | null;
  readonly proof: Found<Proof> | null;
}

/** @throws {DrillFailedError} once the evidence is written down. */
async function record<Goal extends CloneGoal>(
  deps: DrillDependencies<Goal>,
  { wish, goal, startedAt }: Decided<Goal>,
  findings: Findings,
  { operationId, assertLease }: StepContext,
): Promise<DrillResult> {
  const { cluster } = wish;
  const { databaseBytes } = goal;
  const { restoreMs, fixedMs } = findings.restored.value ?? { restoreMs: 0, fixedMs: 0 };
  const recoveryMs = findings.reached?.value?.recoveryMs ?? 0;
  const [liveBytes, predictFiles] = await Promise.all([
    readLiveBytes(deps.fleet, cluster),
    deps.readFilesModel(cluster, { databaseBytes, restoreMs, fixedMs }),
  ]);
  const checks = toChecks(goal, findings);
  const prediction = predictRto({ liveBytes, databaseBytes, restoreMs, recoveryMs, predictFiles });
  const at = goal.at ?? findings.reached?.value?.committedAt ?? null;
  const drill: RecoveryDrill = {
    ...{ id: operationId, cluster, target: goal.target, backup: goal.label, liveBytes, checks },
    state: stateOf(checks),
    recoveredAt: at === null || findings.reached?.value == null ? null : new Date(at),
    rto: toPhases(findings),
    databaseBytes: BigInt(databaseBytes),
    predictedRtoSeconds: prediction.seconds,
    predictionBasis: prediction.basis,
    ...{ startedAt: new Date(startedAt), finishedAt: new Date() },
  };
  assertLease();
  await recordDrill(deps.db, drill);
  const failed = checks.filter((one) => one.state === 'FAILED');
  if (failed.length > 0) throw new DrillFailedError(cluster, operationId, failed);
  return {
    ...{ drillId: operationId, backup: goal.label, target: goal.target, checks },
    rtoSeconds: (restoreMs + recoveryMs) / 1000,
    predictedRtoSeconds: prediction.seconds,
  };
}

/** Those that could not be made any more are left out: the failed one says why. */
function toChecks(goal: CloneGoal, { restored, reached, proof }: Findings): readonly DrillCheck[] {
  const passed = (name: 'restore' | 'recovery', found: string): DrillCheck => ({
    ...{ name, state: 'PASSED', found, expected: null, reason: null },
  });
  const bad = [restored, reached, proof].flatMap((one) => one?.failed ?? []);
  return [
    ...(restored.failed === null ? [passed('restore', `${goal.databaseBytes} bytes of ${goal.label}`)] : []),
    ...(proof?.value != null
      ? [passed('recovery', `stopped at LSN ${reached?.value?.lsn ?? 'unknown'}`)]
      : []),
    ...bad,
    ...(proof?.value?.checks ?? []),
  ];
}

function toPhases({ restored, reached, proof }: Findings): RecoveryDrill['rto'] {
  const [files, recovery, checked] = [restored.value, reached?.value ?? null, proof?.value ?? null];
  const toSeconds = (ms: number) => ms / 1000;
  return [
    ...(files === null
      ? []
      : [
          {
            ...({ phase: 'restore', seconds: toSeconds(files.restoreMs) } as const),
            fixedSeconds: toSeconds(files.fixedMs),
          },
        ]),
    ...(recovery === null
      ? []
      : [
          {
            ...({ phase: 'recovery', seconds: toSeconds(recovery.recoveryMs) } as const),
            replaySeconds: recovery.replayMs === null ? null : toSeconds(recovery.replayMs),
            walBytes: recovery.walBytes,
          },
        ]),
    ...(checked === null ? [] : [{ phase: 'proof', seconds: toSeconds(checked.proofMs) } as const]),
  ];
}
