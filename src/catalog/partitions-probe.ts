import { type Statement, sql } from '../postgres/sql.ts';
import { SMALL_SCOPE } from './scope-probe.ts';

/** CTE `leaves`: every partition, a partitioned one too, with its parent's row; and what it needs. */
export const LEAVES = sql`${SMALL_SCOPE}, leaves AS MATERIALIZED (
  SELECT c.oid, format('%I.%I', s.nspname, c.relname) AS name, i.inhdetachpending AS is_leaving
    , c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relpersistence, c.relacl, c.relowner
    , p.oid AS parent, p.relrowsecurity AS p_rowsecurity, p.relforcerowsecurity AS p_forcerowsecurity
    , p.relreplident AS p_replident, p.relpersistence AS p_persistence, p.relacl AS p_acl, p.relowner AS p_owner
  FROM pg_inherits AS i
  JOIN pg_class AS c ON c.oid = i.inhrelid AND c.relkind IN ('r', 'p', 'f') AND c.relispartition
  JOIN pg_class AS p ON p.oid = i.inhparent
  JOIN schemas AS s ON s.oid = c.relnamespace
)`;

const FLAGS = sql`/* catalog.leafFlags */
  SELECT 'PARTITION_PROBLEM' AS kind, l.name || ': ' || problem.thing AS name, problem.definition
  FROM leaves AS l
  CROSS JOIN LATERAL (
    SELECT 'detach' AS thing, 'a DETACH CONCURRENTLY was not finished: its rows are invisible' AS definition WHERE l.is_leaving
    UNION ALL
    SELECT 'persistence', format('is %s, the parent is %s', l.relpersistence, l.p_persistence) WHERE l.relpersistence <> l.p_persistence
    UNION ALL
    SELECT 'row level security', format('enabled %s, forced %s; the parent: enabled %s, forced %s',
      l.relrowsecurity, l.relforcerowsecurity, l.p_rowsecurity, l.p_forcerowsecurity)
    WHERE (l.relrowsecurity, l.relforcerowsecurity) <> (l.p_rowsecurity, l.p_forcerowsecurity)
    UNION ALL
    SELECT 'replica identity', format('is %s, the parent''s is %s', l.relreplident, l.p_replident)
    WHERE l.relreplident <> l.p_replident
    UNION ALL
    SELECT 'replica identity', 'is another index than the parent''s'
    WHERE l.relreplident = 'i' AND l.p_replident = 'i' AND NOT EXISTS (
      SELECT FROM pg_index AS x
      JOIN pg_inherits AS h ON h.inhrelid = x.indexrelid
      JOIN pg_index AS px ON px.indexrelid = h.inhparent AND px.indrelid = l.parent AND px.indisreplident
      WHERE x.indrelid = l.oid AND x.indisreplident)
  ) AS problem
`;

const COLUMN_PROBLEMS = sql`/* catalog.leafColumns */
  WITH columns AS MATERIALIZED (
    SELECT a.attrelid, a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attcollation <> 0 THEN 'COLLATE ' || a.attcollation::regcollation::text END,
      CASE WHEN a.attnotnull THEN 'NOT NULL' END, nullif(a.attgenerated, ''), 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)) AS definition
    FROM pg_attribute AS a
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped
      AND a.attrelid IN (SELECT l.oid FROM leaves AS l UNION SELECT l.parent FROM leaves AS l)
  )
  SELECT 'PARTITION_PROBLEM' AS kind, l.name || ': column ' || quote_ident(p.attname) AS name,
    format('is %s, the parent''s is %s', c.definition, p.definition) AS definition
  FROM leaves AS l
  JOIN columns AS p ON p.attrelid = l.parent
  JOIN columns AS c ON c.attrelid = l.oid AND c.attname = p.attname
  WHERE c.definition <> p.definition
`;

const INDEX_PROBLEMS = sql`/* catalog.leafIndexes */
  SELECT 'PARTITION_PROBLEM' AS kind, l.name || ': index ' || i.relname AS name, 'has no valid index for it' AS definition
  FROM leaves AS l
  JOIN pg_index AS x ON x.indrelid = l.parent
  JOIN pg_class AS i ON i.oid = x.indexrelid
  WHERE NOT EXISTS (
    SELECT FROM pg_inherits AS h JOIN pg_index AS own ON own.indexrelid = h.inhrelid
    WHERE h.inhparent = x.indexrelid AND own.indrelid = l.oid AND own.indisvalid)
  UNION ALL
  SELECT 'PARTITION_PROBLEM', l.name || ': index ' || i.relname, 'the parent has none: ' || pg_get_indexdef(i.oid)
  FROM leaves AS l
  JOIN pg_index AS x ON x.indrelid = l.oid
  JOIN pg_class AS i ON i.oid = x.indexrelid
  WHERE NOT i.relispartition
`;

/** Foreign keys, which CREATE TABLE (LIKE) does not copy, and checks that were not validated. */
const KEY_PROBLEMS = sql`/* catalog.leafKeys */
  SELECT 'PARTITION_PROBLEM' AS kind, l.name || ': constraint ' || quote_ident(c.conname) AS name
    , 'has no valid foreign key for it' AS definition
  FROM leaves AS l
  JOIN pg_constraint AS c ON c.conrelid = l.parent AND c.contype = 'f'
  LEFT JOIN pg_constraint AS above ON above.oid = c.conparentid
  WHERE above.conrelid IS DISTINCT FROM c.conrelid AND NOT EXISTS (
    SELECT FROM pg_constraint AS own
    WHERE own.conrelid = l.oid AND own.conparentid = c.oid AND own.convalidated = c.convalidated)
  UNION ALL
  SELECT 'PARTITION_PROBLEM', l.name || ': constraint ' || quote_ident(c.conname)
    , 'the parent has none: ' || pg_get_constraintdef(c.oid)
  FROM leaves AS l
  JOIN pg_constraint AS c ON c.conrelid = l.oid AND c.contype = 'f' AND c.conparentid = 0
  UNION ALL
  SELECT 'PARTITION_PROBLEM', l.name || ': constraint ' || quote_ident(c.conname), 'is not validated'
  FROM leaves AS l
  JOIN pg_constraint AS c ON c.conrelid = l.oid AND c.contype = 'c' AND NOT c.convalidated
  JOIN pg_constraint AS p ON p.conrelid = l.parent AND p.conname = c.conname AND p.convalidated
`;

const TRIGGER_PROBLEMS = sql`/* catalog.leafTriggers */
  SELECT 'PARTITION_PROBLEM' AS kind, l.name || ': trigger ' || quote_ident(t.tgname) AS name
    , CASE WHEN own.oid IS NULL THEN 'is missing' ELSE format('is switched to %s, the parent''s to %s', own.tgenabled, t.tgenabled) END AS definition
  FROM leaves AS l
  JOIN pg_trigger AS t ON t.tgrelid = l.parent AND NOT t.tgisinternal AND t.tgtype & 1 = 1 -- for each row
  LEFT JOIN pg_trigger AS own ON own.tgrelid = l.oid AND own.tgparentid = t.oid
  WHERE own.tgenabled IS DISTINCT FROM t.tgenabled
  UNION ALL
  SELECT 'PARTITION_PROBLEM', l.name || ': trigger ' || quote_ident(t.tgname), 'the parent has none: ' || pg_get_triggerdef(t.oid)
  FROM leaves AS l
  JOIN pg_trigger AS t ON t.tgrelid = l.oid AND NOT t.tgisinternal AND t.tgparentid = 0
`;

/** A leaf that lets in whom its parent does not is a way around the parent. */
const ACCESS_PROBLEMS = sql`/* catalog.leafAccess */
  SELECT 'PARTITION_PROBLEM' AS kind, l.name || ': grant to ' || coalesce(r.rolname, 'PUBLIC') AS name
    , string_agg(e.privilege_type, ', ' ORDER BY e.privilege_type) AS definition
  FROM leaves AS l
  CROSS JOIN LATERAL aclexplode(l.relacl) AS e
  LEFT JOIN pg_roles AS r ON r.oid = e.grantee
  WHERE l.relacl IS NOT NULL AND e.grantee <> l.relowner AND NOT EXISTS (
    SELECT FROM aclexplode(coalesce(l.p_acl, acldefault('r', l.p_owner))) AS p
    WHERE (p.grantee, p.privilege_type) = (e.grantee, e.privilege_type))
  GROUP BY l.name, r.rolname
  UNION ALL
  SELECT 'PARTITION_PROBLEM', l.name || ': policy ' || quote_ident(own.polname), 'the parent has another or none'
  FROM leaves AS l
  JOIN pg_policy AS own ON own.polrelid = l.oid
  WHERE NOT EXISTS (
    SELECT FROM pg_policy AS p
    WHERE p.polrelid = l.parent AND p.polname = own.polname AND (p.polcmd, p.polpermissive, p.polroles) = (own.polcmd, own.polpermissive, own.polroles)
      AND pg_get_expr(p.polqual, p.polrelid) IS NOT DISTINCT FROM pg_get_expr(own.polqual, own.polrelid)
      AND pg_get_expr(p.polwithcheck, p.polrelid) IS NOT DISTINCT FROM pg_get_expr(own.polwithcheck, own.polrelid))
`;

/**
 * Partitions come and go with the months, so they are no part of a catalog; but each must be what its parent says.
 * One that is not gives an object for each thing in which it is not. A policy that only the parent has is none: who
 * may not see a leaf through its own policies sees nothing of it. A CHECK that only the leaf has is none either: it
 * states the bounds, so that attaching does not scan.
 */
export const PARTITION_PARTS: readonly Statement[] = [
  FLAGS,
  COLUMN_PROBLEMS,
  INDEX_PROBLEMS,
  KEY_PROBLEMS,
  TRIGGER_PROBLEMS,
  ACCESS_PROBLEMS,
];
