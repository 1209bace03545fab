import type { Queryable } from '../../postgres/pool.ts';
import { raw, sql } from '../../postgres/sql.ts';

/** A B-tree, and the pages that its entries would fill. */
export interface BtreeSize {
  readonly schema: string;
  readonly name: string;
  readonly pages: number;
  /** Null: not all of its columns have statistics, or it has expressions. */
  readonly neededPages: number | null;
}

/** An index that no plan uses because its build broke off. */
export interface BrokenIndex {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  /** What REINDEX CONCURRENTLY leaves behind: the half-built new one, or the old one that was not dropped. */
  readonly isLeftover: boolean;
}

/** 8 MB: a smaller one is rebuilt in no time, and nobody misses its space. */
const LEAST_PAGES = 1_024;
const MOST = 10_000;

/**
 * B-trees of 8 MB or more. An entry takes 8 bytes of header, its columns aligned to 8, a bitmap where there are nulls,
 * and a pointer of 4 (PostgreSQL manual, 67.4 B-Tree Implementation); what deduplication saves is not counted, so an
 * index that looks bloated is.
 */
export function listBtrees(db: Queryable): Promise<readonly BtreeSize[]> {
  return db.rows<BtreeSize>(sql`/* maintenance.listBtrees */
    SELECT n.nspname AS schema, c.relname AS name, c.relpages AS pages
      , CASE WHEN i.indexprs IS NULL AND widths.known = i.indnatts THEN 2 + ceil(
          greatest(c.reltuples, 0) * (CASE WHEN widths.nulls > 0 THEN 16 ELSE 8 END + ceil(widths.width / 8.0) * 8 + 4)
          / ((8192 - 40) * coalesce(substring(c.reloptions::text FROM 'fillfactor=([0-9]+)')::int, 90) / 100.0)
        )::float8 END AS "neededPages"
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_class AS t ON t.oid = i.indrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_am ON pg_am.oid = c.relam AND pg_am.amname = 'btree'
    CROSS JOIN LATERAL (
      SELECT count(stats.avg_width)::int AS known, coalesce(sum((1 - null_frac) * avg_width), 0)::float8 AS width
        , coalesce(max(null_frac), 0) AS nulls
      FROM unnest(i.indkey::int2[]) AS attnum
      JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = attnum.attnum
      LEFT JOIN pg_stats AS stats ON stats.schemaname = n.nspname AND stats.tablename = t.relname
        AND stats.attname = a.attname AND NOT stats.inherited
    ) AS widths
    WHERE c.relkind = 'i' AND c.relpages >= ${LEAST_PAGES} AND c.relpersistence = 'p' AND i.indisvalid
      AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    ORDER BY c.relpages DESC, 1, 2
    LIMIT ${MOST}
  `);
}

/** Not being built now: somebody who works on the table just now is left alone. */
const BROKEN = raw(`
  SELECT n.nspname AS schema, c.relname AS name, t.relname AS table
    , c.relname ~ '_cc(new|old)[0-9]*$' AS "isLeftover"
  FROM pg_index AS i
  JOIN pg_class AS c ON c.oid = i.indexrelid
  JOIN pg_class AS t ON t.oid = i.indrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind = 'i' AND NOT i.indisvalid AND c.relpersistence <> 't'
    AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS building WHERE building.relid = i.indrelid)
`);

export function listBroken(db: Queryable): Promise<readonly BrokenIndex[]> {
  return db.rows<BrokenIndex>(sql`/* maintenance.listBroken */ ${BROKEN} ORDER BY 1, 2 LIMIT ${MOST}`);
}

/** What earlier rebuilds of one index have left. */
export function listLeftoversOf(
  db: Queryable,
  schema: string,
  index: string,
): Promise<readonly BrokenIndex[]> {
  return db.rows<BrokenIndex>(sql`/* maintenance.listLeftoversOf */
    SELECT * FROM (${BROKEN}) AS broken
    WHERE schema = ${schema} AND "isLeftover"
      -- A name of 63 characters is cut before the suffix is put to it.
      AND left(${index}, length(regexp_replace(name, '_cc(new|old)[0-9]*$', '')))
        = regexp_replace(name, '_cc(new|old)[0-9]*$', '')
    ORDER BY name LIMIT 20
  `);
}

/** Null: it is not there. */
export async function readIndexState(
  db: Queryable,
  schema: string,
  name: string,
): Promise<{ readonly isValid: boolean; readonly bytes: number } | null> {
  const [row] = await db.rows<{ isValid: boolean; bytes: number }>(sql`/* maintenance.readIndexState */
    SELECT i.indisvalid AND i.indisready AS "isValid", pg_relation_size(c.oid)::float8 AS bytes
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_index AS i ON i.indexrelid = c.oid
    WHERE n.nspname = ${schema} AND c.relname = ${name}
  `);
  return row ?? null;
}
