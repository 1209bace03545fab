import { SundayError } from '../errors.ts';

/** The evidence is kept: `recoveryDrill` has it. */
export class DrillFailedError extends SundayError {
  readonly code = 'DRILL_FAILED';
  override readonly hint: string;
  readonly drillId: string;
  /** Names of the checks that failed. */
  readonly checks: readonly string[];
  constructor(cluster: string, drillId: string, failed: readonly { name: string; reason: string | null }[]) {
    const problems = failed.map(({ name, reason }) => (reason === null ? name : `${name}: ${reason}`));
    super(`the drill of ${cluster} failed: ${problems.join('; ')}`);
    this.drillId = drillId;
    this.checks = failed.map(({ name }) => name);
    this.hint = `Look at the evidence: sunday drills show ${drillId}`;
  }
}

/** There is nothing that could be restored. */
export class DrillWindowEmptyError extends SundayError {
  readonly code = 'DRILL_WINDOW_EMPTY';
  override readonly argument = ['input', 'target'];
  override readonly hint: string;
  constructor(cluster: string) {
    super(`no moment of ${cluster} can be recovered`);
    this.hint = `Take a backup first: sunday backups start --cluster ${cluster}`;
  }
}
