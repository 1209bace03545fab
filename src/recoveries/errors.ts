import { SundayError } from '../errors.ts';

export class RecoveryOrganizationNotFoundError extends SundayError {
  readonly code = 'RECOVERY_ORGANIZATION_NOT_FOUND';
  override readonly argument = ['input', 'organization'];
  override readonly hint: string;
  constructor(organization: string, where: string, hint: string) {
    super(`there is no organization ${organization} ${where}`);
    this.hint = hint;
  }
}

/** Names and slugs are not unique. */
export class RecoveryOrganizationAmbiguousError extends SundayError {
  readonly code = 'RECOVERY_ORGANIZATION_AMBIGUOUS';
  override readonly argument = ['input', 'organization'];
  override readonly hint: string;
  readonly candidates: readonly string[];
  constructor(organization: string, candidates: readonly string[]) {
    super(`${candidates.length} organizations are called ${organization}`);
    this.candidates = candidates;
    this.hint = `Give the id: ${candidates.join(' or ')}.`;
  }
}

/** Rows are put back only where somebody has looked at the plan, or has typed the name. */
export class RecoveryPlanRequiredError extends SundayError {
  readonly code = 'RECOVERY_PLAN_REQUIRED';
  override readonly argument = ['input', 'planId'];
  override readonly hint: string;
  readonly planId: string;
  constructor(organization: string, planId: string) {
    super(`putting rows of ${organization} back needs a plan, or its name typed back`);
    this.planId = planId;
    this.hint = `Look at the plan and give planId: "${planId}", or confirm: "${organization}".`;
  }
}

export class RecoveryPlanChangedError extends SundayError {
  readonly code = 'RECOVERY_PLAN_CHANGED';
  override readonly argument = ['input', 'planId'];
  override readonly hint = 'Nothing was written. Look at the new plan, or compare again, and give that id.';
  readonly planId: string;
  constructor(given: string, planId: string) {
    super(`plan ${given} is not what would be done now: that is ${planId}`);
    this.planId = planId;
  }
}

/** The tables have changed since, so that rows of then don't fit any more. */
export class RecoverySchemaDiffersError extends SundayError {
  readonly code = 'RECOVERY_SCHEMA_DIFFERS';
  override readonly argument = ['input', 'tables'];
  override readonly hint =
    'Leave these tables out with `tables`, or export them and put the rows back by hand.';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`rows of then don't fit the tables of now: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/** A constraint or a trigger of the live database said no. All was taken back. */
export class RecoveryRejectedError extends SundayError {
  readonly code = 'RECOVERY_REJECTED';
  override readonly hint: string;
  constructor(table: string, problem: string, hint: string, cause?: unknown) {
    super(`the live database takes no such rows into ${table}: ${problem}`, { cause });
    this.hint = hint;
  }
}

/** Rows of others would have been touched. All was taken back. */
export class RecoveryProofFailedError extends SundayError {
  readonly code = 'RECOVERY_PROOF_FAILED';
  override readonly hint =
    'Nothing was written. Look for triggers of these tables that write to rows of other organizations.';
  readonly tables: readonly string[];
  constructor(tables: readonly string[]) {
    super(`putting the rows back would have changed rows of others in ${tables.join(', ')}`);
    this.tables = tables;
  }
}

/** Rows that we may not see would look deleted, and rows that we may not write can't be put back. */
export class RecoveryRightsMissingError extends SundayError {
  readonly code = 'RECOVERY_RIGHTS_MISSING';
  override readonly hint: string;
  constructor(problem: string, hint: string, cause?: unknown) {
    super(problem, { cause });
    this.hint = hint;
  }
}
