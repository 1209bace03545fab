import type { AlertSample } from '../../src/alerts/alerts.ts';
import type { AlertRule } from '../../src/alerts/rules.ts';

export const START = Date.UTC(2026, 10, 22, 12);

export const RULE: AlertRule = {
  ...{ name: 'connections', cluster: null, metric: 'connections', comparison: 'ABOVE' },
  ...{ threshold: null, recoveryThreshold: 75, severity: null, forSeconds: 60, resolveAfterSeconds: 120 },
  ...{ reminderSeconds: 3_600, escalateAfterSeconds: 900, runbook: null, isEnabled: true },
};

/** Connections of `main-1`, above 80 % wrong and above 95 % very wrong. Null: nobody knows. */
export function sampleOf(value: number | null, second: number, more: Partial<AlertSample> = {}): AlertSample {
  const state = value === null ? 'UNKNOWN' : value > 95 ? 'CRITICAL' : value > 80 ? 'WARNING' : 'OK';
  return {
    ...{ name: 'connections', cluster: 'main', instance: 'main-1', value, unit: 'percent', state },
    ...{ target: 80, critical: 95, reason: null, sampledAt: new Date(START + second * 1_000) },
    ...more,
  };
}
