import type { Queryable, Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { AlertRule, RuleInForce } from './rules.ts';

const RULE_COLUMNS = sql`name, cluster, metric, comparison, threshold, recovery_threshold AS "recoveryThreshold", severity
  , for_seconds AS "forSeconds", resolve_after_seconds AS "resolveAfterSeconds"
  , reminder_seconds AS "reminderSeconds", escalate_after_seconds AS "escalateAfterSeconds", runbook
  , is_enabled AS "isEnabled", updated_by AS "updatedBy", updated_at AS "updatedAt", false AS "isDefault"`;

/** Those that people made, by name; at most `limit`. */
export function listRules(db: Queryable, limit: number): Promise<readonly RuleInForce[]> {
  return db.rows<RuleInForce>(sql`/* alerts.listRules */
    SELECT ${RULE_COLUMNS} FROM alert_rule ORDER BY name, cluster NULLS FIRST LIMIT ${limit}
  `);
}

export interface Author {
  readonly by: string;
  readonly onBehalfOf: string | null;
}

/** Makes the rule of that name and cluster, or replaces it; null when there would be more than `limit`. */
export async function upsertRule(
  tx: Transaction,
  rule: AlertRule,
  { by, onBehalfOf, limit }: Author & { readonly limit: number },
): Promise<RuleInForce | null> {
  const [row] = await tx.rows<RuleInForce>(sql`/* alerts.upsertRule */
    INSERT INTO alert_rule (name, cluster, metric, comparison, threshold, recovery_threshold, severity, for_seconds
      , resolve_after_seconds, reminder_seconds, escalate_after_seconds, runbook, is_enabled, updated_by, on_behalf_of)
    SELECT ${rule.name}, ${rule.cluster}, ${rule.metric}, ${rule.comparison}, ${rule.threshold}::float8
      , ${rule.recoveryThreshold}::float8, ${rule.severity}, ${rule.forSeconds}::int
      , ${rule.resolveAfterSeconds}::int, ${rule.reminderSeconds}::int, ${rule.escalateAfterSeconds}::int
      , ${rule.runbook}, ${rule.isEnabled}::boolean, ${by}, ${onBehalfOf}
    WHERE (SELECT count(*) FROM alert_rule) < ${limit}
      OR EXISTS (SELECT FROM alert_rule
        WHERE name = ${rule.name} AND cluster IS NOT DISTINCT FROM ${rule.cluster}::text)
    ON CONFLICT (name, cluster) DO UPDATE
    SET metric = EXCLUDED.metric, comparison = EXCLUDED.comparison, threshold = EXCLUDED.threshold
      , recovery_threshold = EXCLUDED.recovery_threshold, severity = EXCLUDED.severity
      , for_seconds = EXCLUDED.for_seconds, resolve_after_seconds = EXCLUDED.resolve_after_seconds
      , reminder_seconds = EXCLUDED.reminder_seconds, escalate_after_seconds = EXCLUDED.escalate_after_seconds
      , runbook = EXCLUDED.runbook, is_enabled = EXCLUDED.is_enabled, updated_by = EXCLUDED.updated_by
      , on_behalf_of = EXCLUDED.on_behalf_of, updated_at = clock_timestamp(), revision = alert_rule.revision + 1
    RETURNING ${RULE_COLUMNS}
  `);
  return row ?? null;
}

/** False when there is none. */
export async function removeRule(tx: Transaction, name: string, cluster: string | null): Promise<boolean> {
  const rows = await tx.rows(sql`/* alerts.removeRule */
    DELETE FROM alert_rule WHERE name = ${name} AND cluster IS NOT DISTINCT FROM ${cluster}::text RETURNING name
  `);
  return rows.length > 0;
}
