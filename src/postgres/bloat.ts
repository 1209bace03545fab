import { raw } from './sql.ts';

/**
 * Estimate of the space of each table that its rows do not fill, from their mean widths: a row takes its header with
 * the bitmap of nulls, its columns, both aligned to 8 bytes, and a pointer of 4 (PostgreSQL manual, 73.6 Database Page
 * Layout). Within a few points of pgstattuple, without reading a single page of the table. Columns: `oid`, `name`,
 * `pages`, `free` (pages). Tables below 10 MB, or without statistics of all columns, have no row.
 */
export const TABLE_BLOAT = raw(`
  SELECT oid, name, relpages AS pages, greatest(0, relpages - needed) AS free
  FROM (
    SELECT c.oid, c.relnamespace::regnamespace || '.' || c.relname AS name, c.relpages
      , ceil(c.reltuples * (
          CASE WHEN nulls > 0 THEN ceil((23 + ceil(c.relnatts / 8.0)) / 8.0) * 8 ELSE 24 END
          + ceil(width / 8.0) * 8 + 4
        ) / ((8192 - 24) * coalesce(substring(c.reloptions::text FROM 'fillfactor=([0-9]+)')::int, 100) / 100.0)) AS needed
    FROM pg_class AS c
    JOIN (
      SELECT starelid, sum((1 - stanullfrac) * stawidth) AS width, max(stanullfrac) AS nulls, count(*) AS known
      FROM pg_statistic
      WHERE NOT stainherit
      GROUP BY starelid
    ) AS widths ON starelid = c.oid
    WHERE c.relkind IN ('r', 'm') AND c.relpages >= 1280 AND c.reltuples >= 0
      AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      AND known = (SELECT count(*) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)
  ) AS needed
`);
