import { SundayError } from '../errors.ts';

export class AlertNotFoundError extends SundayError {
  readonly code = 'ALERT_NOT_FOUND';
  override readonly hint = 'List the alerts to see their ids.';
  override readonly argument = ['input', 'id'];
  constructor(id: string) {
    super(`there is no alert ${id}`);
  }
}

/** It is over: there is nothing to take in hand any more. */
export class AlertResolvedError extends SundayError {
  readonly code = 'ALERT_RESOLVED';
  override readonly hint = 'If the trouble comes back, that is a new alert.';
  override readonly argument = ['input', 'id'];
  readonly resolvedAt: Date;
  constructor(id: string, resolvedAt: Date) {
    super(`alert ${id} was resolved at ${resolvedAt.toISOString()}`);
    this.resolvedAt = resolvedAt;
  }
}

export class AlertRuleNotFoundError extends SundayError {
  readonly code = 'ALERT_RULE_NOT_FOUND';
  override readonly hint =
    'List the rules. One of the product cannot be deleted, but a rule of its name with `isEnabled: false` replaces it.';
  override readonly argument = ['input', 'name'];
  constructor(name: string, cluster: string | null) {
    super(`people made no alert rule ${name}${cluster === null ? '' : ` for ${cluster}`}`);
  }
}

/** The parts of a rule contradict each other, or it is about nothing that anybody measures. */
export class AlertRuleInvalidError extends SundayError {
  readonly code = 'ALERT_RULE_INVALID';
  override readonly hint: string | null;
  override readonly argument: readonly string[];
  constructor(field: string, problem: string, hint: string | null = null) {
    super(`${field}: ${problem}`);
    this.argument = ['input', field];
    this.hint = hint;
  }
}

export class AlertSilenceNotFoundError extends SundayError {
  readonly code = 'ALERT_SILENCE_NOT_FOUND';
  override readonly hint = 'List the silences to see their ids. Those that ended long ago are forgotten.';
  override readonly argument = ['input', 'id'];
  constructor(id: string) {
    super(`there is no silence ${id}`);
  }
}

export class AlertWindowNotFoundError extends SundayError {
  readonly code = 'ALERT_WINDOW_NOT_FOUND';
  override readonly hint = 'List the maintenance windows to see their names.';
  override readonly argument = ['input', 'name'];
  constructor(name: string) {
    super(`there is no maintenance window ${name}`);
  }
}

/** There are as many as we keep: a list that nobody can read any more helps nobody. */
export class AlertLimitError extends SundayError {
  readonly code = 'ALERT_LIMIT_REACHED';
  override readonly hint = 'Delete some that are not needed any more.';
  constructor(what: string, limit: number) {
    super(`there are ${limit} ${what} already, which is as many as are allowed`);
  }
}
