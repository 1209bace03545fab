import { audit } from './audit.ts';
import { AlertLimitError, AlertRuleNotFoundError } from './errors.ts';
import { MOST_RULES } from './evaluate.ts';
import { checkRule } from './rule-check.ts';
import * as ruleStore from './rule-store.ts';
import { rulesInForce } from './rules.ts';
import type { AlertsOptions, AlertService } from './service.ts';

/** Rules of people over those of the product. */
export type RuleService = Pick<AlertService, 'listRules' | 'listOverrides' | 'upsertRule' | 'removeRule'>;

export function createRules(options: AlertsOptions): RuleService {
  const { db, defaultRules, fleet, metrics } = options;
  const listRules = async (cluster: string | null) =>
    rulesInForce(defaultRules, await ruleStore.listRules(db, MOST_RULES), cluster);
  return {
    listRules,
    listOverrides: async () =>
      (await ruleStore.listRules(db, MOST_RULES)).filter(({ cluster }) => cluster !== null),
    upsertRule: async (rule, requester) => {
      if (rule.cluster !== null) fleet.get(rule.cluster);
      checkRule(rule, metrics);
      const { principal, onBehalfOf } = requester;
      return db.transaction(async (tx) => {
        const author = { by: principal.name, onBehalfOf, limit: MOST_RULES };
        const made = await ruleStore.upsertRule(tx, rule, author);
        if (made === null) throw new AlertLimitError('alert rules', MOST_RULES);
        await audit(options, tx, requester, { target: rule.name, input: rule });
        return made;
      });
    },
    removeRule: async (name, cluster, requester) => {
      await db.transaction(async (tx) => {
        if (!(await ruleStore.removeRule(tx, name, cluster))) throw new AlertRuleNotFoundError(name, cluster);
        await audit(options, tx, requester, { target: name, input: { name, cluster } });
      });
      return (await listRules(cluster)).find((one) => one.name === name) ?? null;
    },
  };
}
