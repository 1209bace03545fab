import { z } from 'zod';
import {
  DRILL_CHECK_STATES,
  DRILL_STATES,
  type DrillCheck,
  type DrillCheckState,
  type DrillState,
  type PhaseTime,
  type RecoveryDrill,
} from '../src/drills/drills.ts';
import { DrillWindowEmptyError } from '../src/drills/errors.ts';
import type { StartDrillOutcome } from '../src/drills/service.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { OperationPlanRef, OperationRef } from './operations.ts';
import { clusterField, requestFields } from './requests.ts';
import { RestoreTargetInputRef } from './restores.ts';

const STATES: Record<DrillState, string> = {
  PASSED: 'No check failed. Some may be UNKNOWN.',
  FAILED: 'A check failed: `checks` says which, and why.',
};
const CHECK_STATES: Record<DrillCheckState, string> = {
  PASSED: 'It is as it should be.',
  FAILED: 'It is not as it should be.',
  UNKNOWN: 'It could not be told: `reason` says why. It fails nothing.',
};

const DrillStateRef = builder.enumType('RecoveryDrillState', {
  description: 'What came of a drill.',
  values: Object.fromEntries(
    DRILL_STATES.map((state) => [state, { value: state, description: STATES[state] }]),
  ) as Record<DrillState, { value: DrillState; description: string }>,
});
const DrillCheckStateRef = builder.enumType('RecoveryDrillCheckState', {
  description: 'What came of one check.',
  values: Object.fromEntries(
    DRILL_CHECK_STATES.map((state) => [state, { value: state, description: CHECK_STATES[state] }]),
  ) as Record<DrillCheckState, { value: DrillCheckState; description: string }>,
});

const DrillCheckRef = builder.objectRef<DrillCheck>('RecoveryDrillCheck').implement({
  description: 'One look at the restored clone.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description:
        '`restore`, `recovery`, `catalog`, `rows`, `indexes`, `data_quality_issues` or `orphaned_records`; new ones may be added.',
    }),
    state: t.expose('state', { type: DrillCheckStateRef, description: 'What came of it.' }),
    found: t.exposeString('found', {
      nullable: true,
      description: 'What was there, for people; a catalog by its SHA-256. Null when nothing was found out.',
    }),
    expected: t.exposeString('expected', {
      nullable: true,
      description: 'What should be there, for people. Null when nothing certain is expected.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description:
        'Why it failed, with the names in it, or could not be told. Null when there is nothing to say.',
    }),
  }),
});

const PhaseTimeRef = builder.objectRef<PhaseTime>('RecoveryDrillPhase').implement({
  description: 'How long one phase of a drill took.',
  fields: (t) => ({
    phase: t.exposeString('phase', {
      description:
        '`restore`: copying the files. `recovery`: replaying log until it can be opened. `proof`: all checks.',
    }),
    seconds: t.exposeFloat('seconds', { description: 'How long it took, in seconds.' }),
  }),
});

/** `cluster` and `operation` are edges: resolvers add them. */
export const RecoveryDrillRef = builder.objectRef<RecoveryDrill>('RecoveryDrill').implement({
  description: 'Evidence that a state was restored and looked at, and what was found.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of its operation: a drill leaves evidence once.' }),
    target: t.exposeString('target', { description: 'What was restored, for people.' }),
    backup: t.exposeString('backup', { description: 'Label of the backup that it began with.' }),
    recoveredAt: t.expose('recoveredAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the cluster was in that state; null when nothing tells, and when it was not reached.',
    }),
    state: t.expose('state', { type: DrillStateRef, description: 'What came of it.' }),
    checks: t.field({
      type: [DrillCheckRef],
      description: 'What was looked at. Those that could not be made after a failure are left out.',
      resolve: ({ checks }) => checks,
    }),
    rto: t.field({
      type: [PhaseTimeRef],
      description: 'What took how long, in order; without phases that were not reached.',
      resolve: ({ rto }) => rto,
    }),
    databaseBytes: t.expose('databaseBytes', {
      type: 'BigInt',
      description: 'Size of what was restored, in bytes.',
    }),
    liveBytes: t.expose('liveBytes', {
      type: 'BigInt',
      nullable: true,
      description: 'Size of the live cluster when the drill ended, in bytes; null when nobody answered.',
    }),
    predictedRtoSeconds: t.exposeFloat('predictedRtoSeconds', {
      nullable: true,
      description:
        'How long restoring and recovering the live cluster would take, as large as it is, in seconds; null when it can not be told.',
    }),
    predictionBasis: t.exposeString('predictionBasis', {
      description: 'Which measurements the prediction comes from, or why there is none.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When its work began.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', description: 'When the evidence was written.' }),
  }),
});

export const StartRecoveryDrillInputRef = builder.inputType('StartRecoveryDrillInput', {
  description: 'What to restore for a drill.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    target: t.field({
      type: RestoreTargetInputRef,
      description: 'Where the restore stops. Null: a random moment inside the recovery windows.',
    }),
    timeline: t.int({
      description: 'Timeline to recover along, 1 or more. Null: as `startRestore` does.',
      validate: z.number().int().min(1, 'timelines begin with 1').nullish(),
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only the plan; nothing is started. Null: false.',
    }),
    ...requestFields(t),
  }),
});

export const StartRecoveryDrillSuccessRef = builder
  .objectRef<StartDrillOutcome>('StartRecoveryDrillSuccess')
  .implement({
    description: 'The drill was started, or planned.',
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        nullable: true,
        description:
          'The operation that does it; `recoveryDrill` of its id has the evidence. Null for a dry run.',
      }),
      plan: t.expose('plan', { type: OperationPlanRef, description: 'What is done, or would be.' }),
    }),
  });

errorType(DrillWindowEmptyError, { description: 'There is nothing that a drill could restore.' });
