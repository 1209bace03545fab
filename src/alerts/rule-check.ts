import { AlertRuleInvalidError } from './errors.ts';
import type { AlertRule, KnownMetric } from './rules.ts';

/** @throws {AlertRuleInvalidError} */
export function checkRule(rule: AlertRule, metrics: readonly KnownMetric[]): void {
  const metric = metrics.find(({ name }) => name === rule.metric);
  if (metric === undefined)
    throw new AlertRuleInvalidError(
      'metric',
      `nobody measures ${rule.metric}`,
      `Known: ${metrics.map(({ name }) => name).join(', ')}.`,
    );
  if (rule.threshold === null && metric.target === null)
    throw new AlertRuleInvalidError('threshold', `${rule.metric} has no limit of its own, so it needs one`);
  const { comparison, recoveryThreshold, threshold } = rule;
  if (threshold === null || recoveryThreshold === null) return;
  const isBeyond = comparison === 'ABOVE' ? recoveryThreshold > threshold : recoveryThreshold < threshold;
  if (isBeyond)
    throw new AlertRuleInvalidError(
      'recoveryThreshold',
      'it stands where the figure is still wrong',
      `For ${comparison} ${threshold} it is ${comparison === 'ABOVE' ? 'at most' : 'at least'} ${threshold}.`,
    );
}
