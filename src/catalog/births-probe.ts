import { type Statement, sql } from '../postgres/sql.ts';
import { SCOPE } from './scope-probe.ts';

/** In `xmin` of the rows that this transaction wrote; those of a subtransaction have its own. */
const MINE = sql`(SELECT pg_current_xact_id()::xid)`;

/** CTE `columns`: rows of columns that this transaction wrote, those of the system columns too. */
const COLUMNS = sql`columns AS MATERIALIZED (
  SELECT a.attrelid, a.attnum, a.attname, a.cmin::text::int AS born
  FROM pg_attribute AS a WHERE a.xmin = ${MINE} AND NOT a.attisdropped
)`;

/** CTE `made`: its tables and sequences, by the row of their system column ctid, which nothing ever changes. */
const MADE = sql`made AS MATERIALIZED (
  SELECT r.name, r.relkind, r.relowner, r.relacl, c.born
    , CASE r.relkind WHEN 'S' THEN 'sequence ' ELSE 'table ' END || r.name AS holder
  FROM relations AS r
  JOIN columns AS c ON c.attrelid = r.oid AND c.attnum = -1
  WHERE r.relkind IN ('r', 'p', 'f', 'S')
)`;

const TABLES = sql`
  SELECT 'TABLE' AS kind, m.name, NULL AS definition, m.born FROM made AS m WHERE m.relkind <> 'S'
  UNION ALL
  SELECT 'COLUMN', r.name || '.' || quote_ident(c.attname), NULL, c.born
  FROM columns AS c JOIN relations AS r ON r.oid = c.attrelid
  WHERE c.attnum > 0 AND r.relkind IN ('r', 'p', 'f')
`;

/** As it was when a column was added: those before it, and it. */
const COLUMN_ORDERS = sql`
  SELECT 'COLUMN_ORDER', o.name, o.definition, o.born
  FROM (
    SELECT r.name, a.xmin, a.cmin::text::int AS born
      , string_agg(quote_ident(a.attname), chr(10)) OVER (PARTITION BY r.oid ORDER BY a.attnum) AS definition
    FROM relations AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE r.relkind IN ('r', 'p', 'f') AND r.oid IN (SELECT c.attrelid FROM columns AS c WHERE c.attnum > 0)
  ) AS o
  WHERE o.xmin = ${MINE}
`;

/** By rows that are written once: those of pg_class change with every column, index and key. */
const PARTS = sql`
  SELECT 'CONSTRAINT', quote_ident(c.conname) || ' on ' || r.name, NULL, c.cmin::text::int
  FROM pg_constraint AS c JOIN relations AS r ON r.oid = c.conrelid
  WHERE c.xmin = ${MINE} AND c.contype IN ('c', 'f', 'p', 'u', 'x') AND c.conparentid = 0
    AND r.relkind IN ('r', 'p', 'f')
  UNION ALL
  SELECT 'INDEX', format('%I.%I', s.nspname, i.relname), NULL, x.cmin::text::int
  FROM pg_index AS x
  JOIN relations AS r ON r.oid = x.indrelid
  JOIN pg_class AS i ON i.oid = x.indexrelid
  JOIN schemas AS s ON s.oid = i.relnamespace
  WHERE x.xmin = ${MINE} AND NOT EXISTS (
    SELECT FROM pg_constraint AS c
    WHERE c.conrelid = r.oid AND c.conindid = x.indexrelid AND c.contype IN ('p', 'u', 'x')
  )
  UNION ALL
  SELECT 'SEQUENCE', r.name, NULL, q.cmin::text::int
  FROM pg_sequence AS q JOIN relations AS r ON r.oid = q.seqrelid WHERE q.xmin = ${MINE}
  UNION ALL
  SELECT 'COMMENT', i.type || ' ' || i.identity, NULL, d.cmin::text::int
  FROM pg_description AS d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
  WHERE d.xmin = ${MINE}
`;

/** Who owns it, and whom default privileges let in: from its first moment. One for each that could have a line. */
const PRIVILEGES = sql`
  SELECT 'OWNER', m.holder, NULL, m.born FROM made AS m
  UNION
  SELECT 'GRANT', m.holder || ' to ' || o.name, NULL, m.born
  FROM made AS m
  CROSS JOIN LATERAL (
    SELECT e.grantee FROM aclexplode(m.relacl) AS e
    UNION
    SELECT e.grantee FROM aclexplode(acldefault(CASE m.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", m.relowner)) AS e
  ) AS granted
  JOIN roles AS o ON o.oid = granted.grantee
  WHERE m.relacl IS NOT NULL
`;

/**
 * Which command of this transaction wrote the row of an object: `born` is its number (`cmin`), which grows from
 * command to command. Of tables with their columns, constraints, indexes, sequences and comments, and of who may use
 * them; no other kinds.
 */
export const BIRTHS: Statement = sql`/* catalog.births */
  WITH ${SCOPE}, ${COLUMNS}, ${MADE}
  ${TABLES} UNION ALL ${COLUMN_ORDERS} UNION ALL ${PARTS} UNION ALL (${PRIVILEGES})
`;
