import { InvalidInputError } from '../errors.ts';
import type { OperationDefinition } from '../operations/define.ts';
import type { Operation, OperationRequest, OperationStarter } from '../operations/operations.ts';
import { resolveOrganization, type MeantOrganization } from './organizations.ts';
import { planRecovery, type PlanDependencies, type RecoveryPlan } from './plan.ts';
import type { RecoveryInput, RecoveryReport } from './recoveries.ts';

export interface RecoverOrganizationInput extends Omit<
  RecoveryInput,
  'organizationId' | 'organizationName' | 'isConfirmed'
> {
  /** Id, name or slug. */
  readonly organization: string;
  /** What was typed back; null: nothing. */
  readonly confirm: string | null;
  readonly dryRun: boolean;
}

export interface RecoverOrganizationOutcome {
  /** Null for a dry run. */
  readonly operation: Operation | null;
  /** Null when work was started: the operation has its plan in words. */
  readonly plan: RecoveryPlan | null;
}

export interface OrganizationRecovery {
  readonly operation: Operation;
  /** Null until the operation has succeeded. */
  readonly report: RecoveryReport | null;
}

export interface RecoveryService {
  /**
   * Plans, or starts `recoveries.recover`. All refusals come before anything is written.
   *
   * @throws {RecoveryOrganizationNotFoundError} {RecoveryOrganizationAmbiguousError} and what `planRecovery` does.
   */
  recover(input: RecoverOrganizationInput, request: OperationRequest): Promise<RecoverOrganizationOutcome>;
  /** By the operation's id; null when it is none of a recovery. */
  find(operationId: string): Promise<OrganizationRecovery | null>;
}

export interface RecoveryServiceDependencies extends PlanDependencies {
  readonly operations: OperationStarter & {
    findMany(ids: readonly string[]): Promise<readonly (Operation | null)[]>;
  };
  readonly definition: OperationDefinition<RecoveryInput, RecoveryReport>;
}

const PLAN_ID = /^(plan|rows)-[0-9a-f]{32}$/;

export function createRecoveries(deps: RecoveryServiceDependencies): RecoveryService {
  const { fleet, operations, definition } = deps;
  return {
    async recover({ dryRun, organization, confirm, ...rest }, request) {
      checkInput(rest);
      const live = await fleet.primary(rest.cluster);
      const meant = await resolveOrganization(live, organization);
      const isConfirmed = isNamed(meant, confirm);
      const wanted = { ...rest, organizationId: meant.id, organizationName: meant.name, isConfirmed };
      if (dryRun) return { operation: null, plan: await planRecovery(deps, wanted) };
      // The engine plans, and refuses what was not agreed to, after it has looked for the idempotency key.
      return { operation: await operations.start(definition, wanted, request), plan: null };
    },
    async find(operationId) {
      const [operation] = await operations.findMany([operationId]);
      if (operation?.kind !== definition.kind) return null;
      const report = operation.state === 'SUCCEEDED' ? (operation.result as RecoveryReport) : null;
      return { operation, report };
    },
  };
}

/** @throws {InvalidInputError} */
function checkInput({
  mode,
  destination,
  overwriteChanged,
  planId,
}: Pick<RecoveryInput, 'mode' | 'destination' | 'overwriteChanged' | 'planId'>): void {
  if ((mode === 'EXPORT') !== (destination !== null))
    throw new InvalidInputError(
      ['input', 'destination'],
      mode === 'EXPORT' ? 'an export needs a directory' : `a recovery of mode ${mode} writes no files`,
    );
  if (overwriteChanged && mode !== 'MERGE' && mode !== 'COMPARE')
    throw new InvalidInputError(['input', 'overwriteChanged'], `mode ${mode} changes no rows`);
  if (planId !== null && !PLAN_ID.test(planId))
    throw new InvalidInputError(['input', 'planId'], 'this is no id of a plan or a comparison');
  if (planId !== null && mode !== 'MERGE')
    throw new InvalidInputError(['input', 'planId'], 'only a merge needs one');
}

/** @throws {InvalidInputError} when something else was typed. */
function isNamed({ id, name, slug }: MeantOrganization, confirm: string | null): boolean {
  if (confirm === null) return false;
  if ([id, name, slug].includes(confirm)) return true;
  throw new InvalidInputError(
    ['input', 'confirm'],
    `${confirm} is not what the organization is called`,
    'Type its name, slug or id.',
  );
}
