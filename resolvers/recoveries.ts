import { DestinationRefusedError } from '../src/backups/errors.ts';
import {
  RecoveryOrganizationAmbiguousError,
  RecoveryOrganizationNotFoundError,
  RecoveryPlanChangedError,
  RecoveryPlanRequiredError,
  RecoveryRightsMissingError,
  RecoverySchemaDiffersError,
} from '../src/recoveries/errors.ts';
import { builder } from '../schema/builder.ts';
import { START_ERRORS } from '../schema/errors.ts';
import { OperationRef } from '../schema/operations.ts';
import { RecoverOrganizationInputRef, RecoverOrganizationSuccessRef } from '../schema/recoveries.ts';
import { OrganizationRecoveryRef, RecoveryReportRef } from '../schema/recovery-reports.ts';
import { REPOSITORY_ERRORS } from './backups.ts';
import { toOperationId } from './operations.ts';
import { TARGET_ERRORS, toTarget } from './restores.ts';

const RECOVERY_ERRORS = [
  ...[RecoveryOrganizationNotFoundError, RecoveryOrganizationAmbiguousError],
  ...[RecoveryPlanRequiredError, RecoveryPlanChangedError, RecoverySchemaDiffersError],
  RecoveryRightsMissingError,
];

builder.queryField('organizationRecovery', (t) =>
  t.field({
    type: OrganizationRecoveryRef,
    nullable: true,
    description: 'The recovery that an operation does or did; null when it is an operation of another kind.',
    authScopes: { scope: 'recovery:read' },
    args: { operationId: t.arg.id({ required: true, description: 'Id of the operation.' }) },
    resolve: (_root, { operationId }, { services }) =>
      services.recoveries.find(toOperationId(operationId, ['operationId'])),
  }),
);

builder.objectField(OperationRef, 'organizationRecovery', (t) =>
  t.field({
    type: RecoveryReportRef,
    nullable: true,
    description:
      'What it found and did when it recovered an organization; null until it has succeeded, and for other kinds.',
    authScopes: { scope: 'recovery:read' },
    resolve: async ({ id, kind }, _args, { services }) =>
      kind === 'recoveries.recover' ? ((await services.recoveries.find(id))?.report ?? null) : null,
  }),
);

builder.mutationField('recoverOrganization', (t) =>
  t.field({
    type: RecoverOrganizationSuccessRef,
    description:
      'Brings one organization back as it was at a moment, beside all others that go on: restores a clone, fenced off, compares its rows with the live ones, and exports them, copies them beside or puts back what is missing. MERGE needs the id of a plan, or the name typed back.',
    authScopes: { scope: 'recovery:write' },
    args: {
      input: t.arg({
        type: RecoverOrganizationInputRef,
        required: true,
        description: 'Whose rows, of which moment, and what to do with them.',
      }),
    },
    errors: {
      types: [
        ...[...START_ERRORS, ...REPOSITORY_ERRORS, ...TARGET_ERRORS],
        ...[...RECOVERY_ERRORS, DestinationRefusedError],
      ],
    },
    resolve: (_root, { input }, { services, request }) =>
      services.recoveries.recover(toWanted(input), request(input)),
  }),
);

function toWanted(input: typeof RecoverOrganizationInputRef.$inferInput) {
  return {
    cluster: input.cluster,
    organization: input.organization,
    target: toTarget(input.at),
    timeline: input.timeline ?? null,
    mode: input.mode,
    tables: input.tables ?? null,
    overwriteChanged: input.overwriteChanged ?? false,
    planId: input.planId ?? null,
    confirm: input.confirm ?? null,
    destination: input.destination ?? null,
    workDirectory: input.workDirectory ?? null,
    dryRun: input.dryRun ?? false,
  };
}
