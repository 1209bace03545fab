import { type Statement, sql } from '../postgres/sql.ts';
import { notMember } from './scope-probe.ts';

const TRIGGERS = sql`/* catalog.triggers */
  SELECT 'TRIGGER' AS kind, quote_ident(t.tgname) || ' on ' || r.name AS name, concat_ws(', ',
    pg_get_triggerdef(t.oid),
    CASE t.tgenabled WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'ENABLED FOR REPLICA' WHEN 'A' THEN 'ENABLED ALWAYS' END
  ) AS definition
  FROM relations AS r
  JOIN pg_trigger AS t ON t.tgrelid = r.oid
  WHERE NOT t.tgisinternal
`;

const POLICIES = sql`/* catalog.policies */
  SELECT 'POLICY' AS kind, quote_ident(p.polname) || ' on ' || r.name AS name, concat_ws(' ',
    CASE WHEN p.polpermissive THEN 'AS PERMISSIVE' ELSE 'AS RESTRICTIVE' END,
    CASE p.polcmd WHEN 'r' THEN 'FOR SELECT' WHEN 'a' THEN 'FOR INSERT' WHEN 'w' THEN 'FOR UPDATE'
      WHEN 'd' THEN 'FOR DELETE' ELSE 'FOR ALL' END,
    'TO ' || (
      SELECT string_agg(one.name, ', ' ORDER BY one.name COLLATE "C")
      FROM (SELECT CASE o WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(o)) END AS name
        FROM unnest(p.polroles) AS o) AS one),
    'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
    'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'
  ) AS definition
  FROM relations AS r
  JOIN pg_policy AS p ON p.polrelid = r.oid
`;

const RULES = sql`/* catalog.rules */
  SELECT 'RULE' AS kind, quote_ident(w.rulename) || ' on ' || r.name AS name, concat_ws(', ',
    pg_get_ruledef(w.oid),
    CASE w.ev_enabled WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'ENABLED FOR REPLICA' WHEN 'A' THEN 'ENABLED ALWAYS' END
  ) AS definition
  FROM relations AS r
  JOIN pg_rewrite AS w ON w.ev_class = r.oid
  WHERE w.rulename <> '_RETURN'
`;

/** Whether a materialized view is populated is left out: that is its rows, not its definition. */
const VIEWS = sql`/* catalog.views */
  SELECT CASE r.relkind WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED_VIEW' END AS kind, r.name, concat_ws(' ',
    'WITH (' || (SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(r.reloptions) AS o) || ')',
    'AS ' || pg_get_viewdef(r.oid)
  ) AS definition
  FROM relations AS r
  WHERE r.relkind IN ('v', 'm')
`;

const FUNCTIONS = sql`/* catalog.functions */
  SELECT CASE p.prokind WHEN 'a' THEN 'AGGREGATE' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END AS kind
    , format('%I.%I(%s)', s.nspname, p.proname, oidvectortypes(p.proargtypes)) AS name
    , CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE (
        SELECT concat_ws(', ', 'SFUNC ' || a.aggtransfn::regproc::text, 'STYPE ' || format_type(a.aggtranstype, NULL),
          'FINALFUNC ' || nullif(a.aggfinalfn::regproc::text, '-'), 'COMBINEFUNC ' || nullif(a.aggcombinefn::regproc::text, '-'),
          'INITCOND ' || quote_literal(a.agginitval), 'KIND ' || a.aggkind::text, 'PARALLEL ' || p.proparallel::text)
        FROM pg_aggregate AS a WHERE a.aggfnoid = p.oid
      ) END AS definition
  FROM pg_proc AS p
  JOIN schemas AS s ON s.oid = p.pronamespace
  WHERE ${notMember('pg_proc', 'p.oid')} AND NOT EXISTS (
    SELECT FROM pg_depend AS d -- the constructors of a range type come with it
    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i'
  )
`;

const OPERATORS = sql`/* catalog.operators */
  SELECT 'OPERATOR' AS kind
    , format('%I.%s(%s, %s)', s.nspname, o.oprname, nullif(o.oprleft::regtype::text, '-'), o.oprright::regtype::text) AS name
    , concat_ws(', ', 'FUNCTION ' || o.oprcode::regproc::text, 'COMMUTATOR ' || nullif(o.oprcom::regoperator::text, '0'),
        'NEGATOR ' || nullif(o.oprnegate::regoperator::text, '0'), 'RESTRICT ' || nullif(o.oprrest::regproc::text, '-'),
        'JOIN ' || nullif(o.oprjoin::regproc::text, '-'), CASE WHEN o.oprcanhash THEN 'HASHES' END,
        CASE WHEN o.oprcanmerge THEN 'MERGES' END) AS definition
  FROM pg_operator AS o
  JOIN schemas AS s ON s.oid = o.oprnamespace
  WHERE ${notMember('pg_operator', 'o.oid')}
  UNION ALL
  SELECT 'CAST', format('%s as %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
    concat_ws(', ', CASE c.castmethod WHEN 'f' THEN 'FUNCTION ' || c.castfunc::regprocedure::text WHEN 'i' THEN 'INOUT'
      ELSE 'WITHOUT FUNCTION' END, CASE c.castcontext WHEN 'a' THEN 'AS ASSIGNMENT' WHEN 'i' THEN 'AS IMPLICIT' END)
  FROM pg_cast AS c
  WHERE c.oid >= 16384 AND ${notMember('pg_cast', 'c.oid')} -- below: the server's own
    AND NOT EXISTS (SELECT FROM pg_depend AS d -- of a range to its multirange
      WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')
`;

/** What runs or rewrites: triggers, policies, rules, views, functions and their like. */
export const ROUTINE_PARTS: readonly Statement[] = [TRIGGERS, POLICIES, RULES, VIEWS, FUNCTIONS, OPERATORS];
