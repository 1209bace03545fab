import type { Alert, AlertSample } from '../../src/alerts/alerts.ts';
import { decide, type Pending, type Situation } from '../../src/alerts/decide.ts';
import type { AlertRule } from '../../src/alerts/rules.ts';
import { RULE, START } from './samples.ts';

/** The alerts of one cluster, kept in memory between decisions. */
export function createStory(rules: readonly AlertRule[] = [RULE]) {
  let open: readonly Alert[] = [];
  let pending: readonly Pending[] = [];
  let ids = 0;
  const log: string[] = [];
  const all = new Map<string, Alert>();
  return {
    log,
    all,
    get open() {
      return open;
    },
    change(edit: (alert: Alert) => Alert) {
      open = open.map(edit);
    },
    at(second: number, samples: readonly AlertSample[], more: Partial<Situation> = {}) {
      const decision = decide({
        ...{ now: new Date(START + second * 1_000), cluster: 'main', instances: ['main-1', 'main-2'] },
        ...{ rules, samples, open, pending, mutes: [], newId: () => `alert-${++ids}` },
        ...more,
      });
      const changed = [...decision.fired, ...decision.changed];
      for (const one of changed) all.set(one.id, one);
      const ids_ = changed.map((one) => one.id);
      open = [...open.filter((one) => !ids_.includes(one.id)), ...changed].filter((one) => !one.resolvedAt);
      const put = decision.pending.map((one) => one.fingerprint);
      pending = [
        ...pending.filter(
          (one) => !put.includes(one.fingerprint) && !decision.gone.includes(one.fingerprint),
        ),
        ...decision.pending,
      ];
      for (const { alert, change } of decision.changes) log.push(`${second} ${change} ${alert.metric}`);
      return decision;
    },
  };
}
