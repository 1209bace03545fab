import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { TargetFacts } from './facts.ts';

const MAX_ROWS = 2_000;

interface DomainRow {
  readonly name: string;
  readonly isConstrained: boolean;
  /** Below all domains. */
  readonly type: string;
  readonly modifier: number;
}

/** Those of these names, in any schema. A domain over a domain has the constraints of both. */
export async function readDomains(
  db: Queryable,
  names: readonly string[],
): Promise<Pick<TargetFacts, 'constrainedDomains' | 'plainDomains'>> {
  const rows = await db.rows<DomainRow>(sql`/* analysis.readDomains */
    WITH RECURSIVE chain AS (
      SELECT t.oid AS domain, t.typname::text AS name, t.oid, t.typbasetype AS base, t.typtypmod AS modifier, t.typnotnull
      FROM pg_type t WHERE t.typname = ANY(${names}::text[]) AND t.typtype = 'd'
      UNION ALL
      SELECT c.domain, c.name, t.oid, t.typbasetype, CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE c.modifier END, t.typnotnull
      FROM chain c JOIN pg_type t ON t.oid = c.base
    )
    SELECT c.name, bool_or(c.typnotnull OR EXISTS (SELECT FROM pg_constraint k WHERE k.contypid = c.oid)) AS "isConstrained"
      , max(t.typname::text) FILTER (WHERE c.base = 0) AS type, max(c.modifier) FILTER (WHERE c.base = 0) AS modifier
    FROM chain c JOIN pg_type t ON t.oid = c.oid
    GROUP BY c.domain, c.name
    LIMIT ${MAX_ROWS}`);
  const constrainedDomains = new Set(rows.filter((one) => one.isConstrained).map((one) => one.name));
  const plain = rows.filter((one) => !constrainedDomains.has(one.name));
  return { constrainedDomains, plainDomains: new Map(plain.map((one) => [one.name, one])) };
}
