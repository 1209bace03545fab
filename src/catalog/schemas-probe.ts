import { type Statement, sql } from '../postgres/sql.ts';
import { notMember } from './scope-probe.ts';

const SCHEMA_ROWS = sql`/* catalog.schemas */
  SELECT 'SCHEMA' AS kind, quote_ident(s.nspname) AS name, 'SCHEMA' AS definition, NULL AS remark FROM schemas AS s
  UNION ALL
  SELECT 'EXTENSION', quote_ident(e.extname), 'SCHEMA ' || quote_ident(n.nspname), 'VERSION ' || e.extversion
  FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
  WHERE e.extname <> 'hypopg' -- a tool of those who ask for advice, which no schema is built on
  UNION ALL
  SELECT 'EVENT_TRIGGER', quote_ident(t.evtname), concat_ws(', ', 'ON ' || t.evtevent,
    'TAGS ' || array_to_string(t.evttags, ' '), 'EXECUTE ' || t.evtfoid::regprocedure::text,
    CASE t.evtenabled WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'ENABLED FOR REPLICA' WHEN 'A' THEN 'ENABLED ALWAYS' END), NULL
  FROM pg_event_trigger AS t WHERE ${notMember('pg_event_trigger', 't.oid')}
`;

/** The types of rows and arrays come with their tables and elements, a multirange with its range. */
const TYPES = sql`/* catalog.types */
  SELECT 'TYPE' AS kind, format('%I.%I', s.nspname, t.typname) AS name, CASE t.typtype
    WHEN 'e' THEN 'ENUM (' || coalesce((SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
      FROM pg_enum AS e WHERE e.enumtypid = t.oid), '') || ')'
    WHEN 'd' THEN concat_ws(' ', 'DOMAIN ' || format_type(t.typbasetype, t.typtypmod),
      CASE WHEN t.typcollation <> base.typcollation THEN 'COLLATE ' || t.typcollation::regcollation::text END,
      CASE WHEN t.typnotnull THEN 'NOT NULL' END, 'DEFAULT ' || t.typdefault)
    WHEN 'c' THEN 'COMPOSITE (' || coalesce((SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attcollation <> at.typcollation THEN 'COLLATE ' || a.attcollation::regcollation::text END), ', ' ORDER BY a.attnum)
      FROM pg_attribute AS a JOIN pg_type AS at ON at.oid = a.atttypid
      WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), '') || ')'
    WHEN 'r' THEN (SELECT concat_ws(', ', 'RANGE OF ' || format_type(g.rngsubtype, NULL),
        'SUBTYPE_DIFF ' || nullif(g.rngsubdiff::regproc::text, '-'), 'CANONICAL ' || nullif(g.rngcanonical::regproc::text, '-'),
        'COLLATION ' || nullif(g.rngcollation::regcollation::text, '-'))
      FROM pg_range AS g WHERE g.rngtypid = t.oid)
    ELSE concat_ws(', ', 'BASE', 'INPUT ' || t.typinput::regproc::text, 'OUTPUT ' || t.typoutput::regproc::text) END AS definition
  FROM pg_type AS t
  JOIN schemas AS s ON s.oid = t.typnamespace
  LEFT JOIN pg_type AS base ON base.oid = t.typbasetype
  WHERE t.typtype IN ('e', 'd', 'c', 'r', 'b') AND ${notMember('pg_type', 't.oid')}
    AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class AS c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
    AND NOT EXISTS (SELECT FROM pg_type AS element WHERE element.typarray = t.oid)
`;

/** Its definition, not its value. The one behind an identity column stands with the column. */
const SEQUENCES = sql`/* catalog.sequences */
  WITH owned AS (
    SELECT d.objid, d.deptype, format('%I.%I.%I', n.nspname, c.relname, a.attname) AS by
    FROM pg_depend AS d
    JOIN pg_class AS c ON c.oid = d.refobjid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
  )
  SELECT 'SEQUENCE' AS kind, r.name, concat_ws(' ', CASE r.relpersistence WHEN 'u' THEN 'UNLOGGED' END,
    'AS ' || format_type(s.seqtypid, NULL), 'START ' || s.seqstart, 'INCREMENT ' || s.seqincrement,
    'MINVALUE ' || s.seqmin, 'MAXVALUE ' || s.seqmax, 'CACHE ' || s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' END,
    'OWNED BY ' || (SELECT o.by FROM owned AS o WHERE o.objid = r.oid AND o.deptype = 'a')
  ) AS definition
  FROM relations AS r
  JOIN pg_sequence AS s ON s.seqrelid = r.oid
  WHERE NOT EXISTS (SELECT FROM owned AS o WHERE o.objid = r.oid AND o.deptype = 'i')
`;

const PUBLICATIONS = sql`/* catalog.publications */
  SELECT 'PUBLICATION' AS kind, quote_ident(p.pubname) AS name, concat_ws(', ',
    CASE WHEN p.puballtables THEN 'FOR ALL TABLES' END,
    (SELECT string_agg('FOR TABLES IN SCHEMA ' || quote_ident(n.nspname), ', ' ORDER BY n.nspname)
      FROM pg_publication_namespace AS s JOIN pg_namespace AS n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid),
    (SELECT string_agg('FOR TABLE ' || t.line, ', ' ORDER BY t.line COLLATE "C") FROM (
      SELECT concat(r.prrelid::regclass, ' (' || (
          SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
          WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)) || ')',
        ' WHERE ' || pg_get_expr(r.prqual, r.prrelid)) AS line
      FROM pg_publication_rel AS r WHERE r.prpubid = p.oid) AS t),
    'PUBLISH ' || concat_ws(' ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
      CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END),
    CASE WHEN p.pubviaroot THEN 'VIA PARTITION ROOT' END
  ) AS definition
  FROM pg_publication AS p
`;

/** What a product's schema seldom has. Of these a change of what is inside is seen only where it is written out. */
const OTHERS = sql`/* catalog.others */
  WITH others AS (
    SELECT 'pg_collation'::regclass AS class, c.oid, concat_ws(' ', c.collprovider, c.collcollate, c.collctype,
      CASE WHEN NOT c.collisdeterministic THEN 'NOT DETERMINISTIC' END) AS definition FROM pg_collation AS c
    UNION ALL SELECT 'pg_ts_dict'::regclass, d.oid, concat_ws(' ', d.dicttemplate::text, d.dictinitoption) FROM pg_ts_dict AS d WHERE d.oid >= 16384
    UNION ALL SELECT 'pg_ts_config'::regclass, f.oid, (SELECT string_agg(m.maptokentype || ' ' || m.mapdict::regdictionary::text, ', '
      ORDER BY m.maptokentype, m.mapseqno) FROM pg_ts_config_map AS m WHERE m.mapcfg = f.oid) FROM pg_ts_config AS f
    UNION ALL SELECT 'pg_opclass'::regclass, o.oid, NULL FROM pg_opclass AS o
    UNION ALL SELECT 'pg_opfamily'::regclass, o.oid, NULL FROM pg_opfamily AS o
    UNION ALL SELECT 'pg_conversion'::regclass, o.oid, NULL FROM pg_conversion AS o
    UNION ALL SELECT 'pg_language'::regclass, o.oid, NULL FROM pg_language AS o
    UNION ALL SELECT 'pg_am'::regclass, o.oid, NULL FROM pg_am AS o
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, o.oid, NULL FROM pg_foreign_data_wrapper AS o
    UNION ALL SELECT 'pg_foreign_server'::regclass, o.oid, array_to_string(o.srvoptions, ', ') FROM pg_foreign_server AS o
  )
  SELECT 'OTHER' AS kind, i.type || ' ' || i.identity AS name, coalesce(o.definition, '') AS definition
  FROM others AS o
  CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) AS i
  WHERE o.oid >= 16384 -- below: the server's own
    AND NOT EXISTS (SELECT FROM members AS m WHERE m.classid = o.class AND m.objid = o.oid)
    AND (i.schema IS NULL OR i.schema IN (SELECT quote_ident(s.nspname) FROM schemas AS s))
`;

/** Schemas, extensions and event triggers; the only part that gives a remark. */
export const REMARKED_PART: Statement = SCHEMA_ROWS;

/** Types, sequences, publications, and that the rarer things are there. */
export const SCHEMA_PARTS: readonly Statement[] = [TYPES, SEQUENCES, PUBLICATIONS, OTHERS];
