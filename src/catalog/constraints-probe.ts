import { type Statement, sql } from '../postgres/sql.ts';
import { notMember } from './scope-probe.ts';

/**
 * NOT NULL is left out: it stands with its column, and newer servers alone keep a constraint for it. So are the rows
 * that the server adds for each partition (conparentid). A foreign key whose triggers are off checks nothing.
 */
const CONSTRAINT_ROWS = sql`/* catalog.constraints */
  WITH places AS (
    SELECT r.oid AS relation, 0::oid AS domain, r.name FROM relations AS r WHERE r.relkind IN ('r', 'p', 'f')
    UNION ALL
    SELECT 0::oid, t.oid, format('%I.%I', s.nspname, t.typname)
    FROM pg_type AS t JOIN schemas AS s ON s.oid = t.typnamespace
    WHERE t.typtype = 'd' AND ${notMember('pg_type', 't.oid')}
  )
  SELECT 'CONSTRAINT' AS kind, quote_ident(c.conname) || ' on ' || p.name AS name, concat_ws(', ',
    pg_get_constraintdef(c.oid),
    CASE WHEN NOT x.indisvalid THEN 'INVALID' END,
    CASE WHEN x.indisclustered THEN 'CLUSTER' END,
    CASE WHEN c.contype = 'f' AND EXISTS (
      SELECT FROM pg_trigger AS t WHERE t.tgconstraint = c.oid AND t.tgenabled <> 'O') THEN 'TRIGGERS DISABLED' END
  ) AS definition
  FROM places AS p
  JOIN pg_constraint AS c ON c.conrelid = p.relation AND c.contypid = p.domain
  LEFT JOIN pg_index AS x ON x.indexrelid = c.conindid AND c.contype IN ('p', 'u', 'x')
  WHERE c.contype IN ('c', 'f', 'p', 'u', 'x') AND c.conparentid = 0
`;

/** Those behind a constraint stand with it. */
const INDEXES = sql`/* catalog.indexes */
  SELECT 'INDEX' AS kind, format('%I.%I', s.nspname, i.relname) AS name, concat_ws(', ',
    pg_get_indexdef(i.oid),
    CASE WHEN NOT x.indisvalid THEN 'INVALID' END,
    CASE WHEN x.indisclustered THEN 'CLUSTER' END,
    (SELECT string_agg('STATISTICS ' || a.attnum || ' ' || a.attstattarget, ', ' ORDER BY a.attnum)
      FROM pg_attribute AS a WHERE a.attrelid = i.oid AND coalesce(a.attstattarget, -1) <> -1)
  ) AS definition
  FROM relations AS r
  JOIN pg_index AS x ON x.indrelid = r.oid
  JOIN pg_class AS i ON i.oid = x.indexrelid
  JOIN schemas AS s ON s.oid = i.relnamespace
  WHERE r.relkind IN ('r', 'p', 'm') AND NOT EXISTS (
    SELECT FROM pg_constraint AS c
    WHERE c.conrelid = r.oid AND c.conindid = x.indexrelid AND c.contype IN ('p', 'u', 'x')
  )
`;

const STATISTICS = sql`/* catalog.statistics */
  SELECT 'STATISTICS' AS kind, format('%I.%I', s.nspname, x.stxname) AS name, concat_ws(', ',
    pg_get_statisticsobjdef(x.oid),
    CASE WHEN coalesce(x.stxstattarget, -1) <> -1 THEN 'STATISTICS ' || x.stxstattarget END
  ) AS definition
  FROM pg_statistic_ext AS x
  JOIN relations AS r ON r.oid = x.stxrelid
  JOIN schemas AS s ON s.oid = x.stxnamespace
`;

/** Constraints, indexes and statistics objects. */
export const CONSTRAINT_PARTS: readonly Statement[] = [CONSTRAINT_ROWS, INDEXES, STATISTICS];
