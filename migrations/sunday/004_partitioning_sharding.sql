-- depends: 001
--
-- Months of the partitioned tables, and the shards on which organizations live.
--
-- Settings are pinned on each function: a bound is a UTC instant, whatever the TimeZone or DateStyle of the session
-- that asks; and no search_path of a caller decides which table is meant. All of them run with the caller's rights,
-- except the two triggers on organizations. Nobody but the owner may call them until he grants it.

-- 003 keeps its tables there too, and either may be applied first.
CREATE SCHEMA IF NOT EXISTS ops;

-- ── Partitions ──────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE ops.partition_policies (
  -- In schema public.
  table_name text PRIMARY KEY,
  -- A partition is expired when its youngest possible row is older than this.
  retention_months integer NOT NULL CHECK (retention_months BETWEEN 1 AND 1200),
  -- Months that exist beyond the present one.
  premake_months integer NOT NULL DEFAULT 3 CHECK (premake_months BETWEEN 1 AND 24)
);
INSERT INTO ops.partition_policies (table_name, retention_months) VALUES
  ('activity_log', 24), ('automation_executions', 12), ('webhook_deliveries', 6);

-- Every partition of every table that is partitioned by ranges of one timestamptz column. Open ends are infinite;
-- the default partition has no ends.
CREATE FUNCTION ops.partition_ranges()
RETURNS TABLE (
  parent regclass, partition regclass, from_at timestamptz, to_at timestamptz, is_default boolean, is_detaching boolean
)
LANGUAGE sql STABLE ROWS 100
SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD'
AS $$
  SELECT inhparent::regclass, inhrelid::regclass
    , CASE WHEN bound <> 'DEFAULT' THEN coalesce(substring(bound FROM $q$FROM \('([^']+)'\)$q$), '-infinity')::timestamptz END
    , CASE WHEN bound <> 'DEFAULT' THEN coalesce(substring(bound FROM $q$TO \('([^']+)'\)$q$), 'infinity')::timestamptz END
    , bound = 'DEFAULT', inhdetachpending
  FROM pg_partitioned_table
  JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0] AND atttypid = 'timestamptz'::regtype
  JOIN pg_inherits ON inhparent = partrelid
  JOIN pg_class ON pg_class.oid = inhrelid
  CROSS JOIN pg_get_expr(relpartbound, pg_class.oid) AS bound
  WHERE partstrat = 'r' AND partnatts = 1
$$;

CREATE FUNCTION ops.require_monthly_table(parent regclass) RETURNS name
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD'
AS $$
DECLARE
  key_column name;
BEGIN
  SELECT attname INTO key_column
  FROM pg_partitioned_table
  JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0] AND atttypid = 'timestamptz'::regtype
  WHERE partrelid = parent AND partstrat = 'r' AND partnatts = 1;
  IF key_column IS NULL THEN
    RAISE EXCEPTION '% is not partitioned by ranges of one timestamptz column', parent USING ERRCODE = '42809';
  END IF;
  -- Merged old months are fine beside others, but a table of days or quarters has no month at all.
  IF (
    SELECT bool_and(to_at IS DISTINCT FROM from_at + interval '1 month' OR from_at <> date_trunc('month', from_at))
    FROM ops.partition_ranges() AS range
    WHERE range.parent = require_monthly_table.parent AND NOT is_default
  ) THEN
    RAISE EXCEPTION '% has partitions, but none is a month', parent USING ERRCODE = '42809';
  END IF;
  RETURN key_column;
END
$$;

-- The partition that is exactly this month, or null.
-- Another one in the way would make ATTACH fail as well, but after more locks and with fewer words.
CREATE FUNCTION ops.find_month(parent regclass, from_at timestamptz, to_at timestamptz) RETURNS regclass
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD'
AS $$
DECLARE
  found record;
BEGIN
  SELECT range.* INTO found
  FROM ops.partition_ranges() AS range
  WHERE range.parent = find_month.parent AND range.from_at < find_month.to_at AND range.to_at > find_month.from_at
  LIMIT 1;
  IF found.is_detaching THEN
    RAISE EXCEPTION '% is half detached', found.partition USING ERRCODE = '55000',
      HINT = format('ALTER TABLE %s DETACH PARTITION %s FINALIZE;', parent, found.partition);
  END IF;
  IF found.from_at <> from_at OR found.to_at <> to_at THEN
    RAISE EXCEPTION '% holds % to %, which overlaps %', found.partition, found.from_at, found.to_at,
      to_char(from_at, 'YYYY-MM') USING ERRCODE = '42P17';
  END IF;
  RETURN found.partition;
END
$$;

-- A policy with a subquery names its table ("activity_log.organization_id"), so it has to be made while the leaf bears
-- that name, which another schema allows. What it stores are numbers, so it survives the way back.
CREATE FUNCTION ops.copy_row_security(parent regclass, leaf regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  source pg_class;
  leaf_name name;
  away name;
  policy record;
BEGIN
  SELECT * INTO STRICT source FROM pg_class WHERE oid = parent;
  SELECT relname INTO STRICT leaf_name FROM pg_class WHERE oid = leaf;
  IF source.relrowsecurity THEN EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', leaf); END IF;
  IF source.relforcerowsecurity THEN EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', leaf); END IF;
  IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = parent) THEN RETURN; END IF;
  away := CASE WHEN source.relnamespace = 'ops'::regnamespace THEN 'public' ELSE 'ops' END;
  EXECUTE format('ALTER TABLE %s SET SCHEMA %I', leaf, away);
  EXECUTE format('ALTER TABLE %s RENAME TO %I', leaf, source.relname);
  FOR policy IN
    SELECT polname, pg_get_expr(polqual, polrelid) AS visible, pg_get_expr(polwithcheck, polrelid) AS allowed
      , CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END AS kind
      , CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END
        AS command
      , (
        SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ')
        FROM unnest(polroles) AS role
      ) AS roles
    FROM pg_policy WHERE polrelid = parent
  LOOP
    EXECUTE format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', policy.polname, leaf, policy.kind, policy.command, policy.roles)
      || coalesce(' USING (' || policy.visible || ')', '') || coalesce(' WITH CHECK (' || policy.allowed || ')', '');
  END LOOP;
  EXECUTE format('ALTER TABLE %s RENAME TO %I', leaf, leaf_name);
  EXECUTE format('ALTER TABLE %s SET SCHEMA %s', leaf, source.relnamespace::regnamespace);
END
$$;

-- A leaf belongs to whom its parent belongs to, and nobody else has a right of its own on it: applications go through
-- the parent, whose rights are all that PostgreSQL asks for then. The triggers of the audit trail are for each
-- statement and stand on the parent, so who could name a leaf would write past them. What default privileges gave
-- away is taken back.
CREATE FUNCTION ops.keep_to_owner(parent regclass, leaf regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  owner_id CONSTANT oid := (SELECT relowner FROM pg_class WHERE oid = parent);
  grantee_name text;
BEGIN
  -- Asked first: ALTER TABLE would lock readers out of a leaf that is in use, only to find nothing to do.
  IF (SELECT relowner FROM pg_class WHERE oid = leaf) <> owner_id THEN
    EXECUTE format('ALTER TABLE %s OWNER TO %I', leaf, pg_get_userbyid(owner_id));
  END IF;
  FOR grantee_name IN
    SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END
    FROM pg_class CROSS JOIN aclexplode(relacl) WHERE pg_class.oid = leaf AND grantee <> relowner
  LOOP
    EXECUTE format('REVOKE ALL ON TABLE %s FROM %s', leaf, grantee_name);
  END LOOP;
END
$$;

-- ALTER on the parent does not reach a leaf, and a leaf without it breaks UPDATE and DELETE of every tenant as soon
-- as one of them moves to another shard by a filtered publication. So: the index that is the parent's, or else the
-- best that could be, which begins with the tenant.
CREATE FUNCTION ops.set_replica_identity(parent regclass, leaf regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  leaf_index name;
BEGIN
  SELECT relname INTO leaf_index
  FROM pg_index AS source
  JOIN pg_inherits ON inhparent = source.indexrelid
  JOIN pg_index AS own ON own.indexrelid = inhrelid AND own.indrelid = leaf
  JOIN pg_class ON pg_class.oid = own.indexrelid
  WHERE source.indrelid = parent AND own.indisunique AND own.indimmediate AND own.indpred IS NULL AND own.indexprs IS NULL
    AND NOT EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = leaf AND attnum = ANY (own.indkey) AND NOT attnotnull
    )
  ORDER BY source.indisreplident DESC
    , (SELECT attname = 'organization_id' FROM pg_attribute WHERE attrelid = leaf AND attnum = own.indkey[0]) DESC
    , own.indisprimary DESC
  LIMIT 1;
  IF leaf_index IS NULL THEN
    RAISE EXCEPTION '% has no unique index that can be a replica identity', parent USING ERRCODE = '55000';
  END IF;
  EXECUTE format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', leaf, leaf_index);
END
$$;

-- Makes the partition of the UTC month in which `month` lies, and gives its name; does nothing when it exists.
--
-- Locks, until the transaction ends: SHARE UPDATE EXCLUSIVE on the parent, so that its readers and writers go on;
-- SHARE ROW EXCLUSIVE on the tables its foreign keys point at, so that their writers wait for us.
-- PARTITION OF would take ACCESS EXCLUSIVE on the parent. The CHECK spares the scan of the new leaf.
CREATE FUNCTION create_monthly_partition(parent regclass, month date) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET lock_timeout = '500ms'
AS $$
DECLARE
  from_at timestamptz;
  to_at timestamptz;
  key_column name;
  source pg_class;
  leaf regclass;
  leaf_name text;
BEGIN
  IF parent IS NULL OR month IS NULL THEN
    RAISE EXCEPTION 'a partition needs a table and a month' USING ERRCODE = '22004';
  ELSIF NOT isfinite(month) OR extract(year FROM month) NOT BETWEEN 1970 AND 9998 THEN
    RAISE EXCEPTION '% is not between the years 1970 and 9998', month USING ERRCODE = '22008';
  END IF;
  from_at := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
  to_at := from_at + interval '1 month';
  key_column := ops.require_monthly_table(parent);
  SELECT * INTO STRICT source FROM pg_class WHERE oid = parent;
  leaf := ops.find_month(parent, from_at, to_at);
  IF leaf IS NULL THEN
    -- Whoever makes the same month waits here, and then finds it.
    EXECUTE format('LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE', parent);
    leaf := ops.find_month(parent, from_at, to_at);
  END IF;
  IF leaf IS NOT NULL THEN RETURN (SELECT relname FROM pg_class WHERE oid = leaf); END IF;
  leaf_name := source.relname || to_char(from_at, '_YYYYMM');
  IF octet_length(leaf_name) > 63 THEN
    RAISE EXCEPTION '% is too long a name for a partition', leaf_name USING ERRCODE = '42622';
  ELSIF to_regclass(format('%s.%I', source.relnamespace::regnamespace, leaf_name)) IS NOT NULL THEN
    RAISE EXCEPTION '% exists, but is not the partition of %', leaf_name, to_char(from_at, 'YYYY-MM')
      USING ERRCODE = '42P07', HINT = 'It may have been detached: attach it again, or move it away.';
  END IF;
  EXECUTE format('CREATE TABLE %s.%I (LIKE %s INCLUDING ALL)', source.relnamespace::regnamespace, leaf_name, parent);
  leaf := to_regclass(format('%s.%I', source.relnamespace::regnamespace, leaf_name));
  EXECUTE format('ALTER TABLE %s ADD CONSTRAINT bounds CHECK (%I >= %L AND %I < %L)', leaf, key_column, from_at, key_column, to_at);
  PERFORM ops.keep_to_owner(parent, leaf), ops.copy_row_security(parent, leaf);
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', parent, leaf, from_at, to_at);
  EXECUTE format('ALTER TABLE %s DROP CONSTRAINT bounds', leaf);
  PERFORM ops.set_replica_identity(parent, leaf);
  RETURN leaf_name;
END
$$;

-- For every day: makes what is missing from the present month to premake_months ahead, and names what is expired.
-- Action: CREATED, FAILED (detail says why; the other tables are seen to all the same), EXPIRED, or BUSY when another
-- call is at work. No rows: all was there.
--
-- It drops and detaches nothing. DETACH CONCURRENTLY cannot run in a function and plain DETACH would lock out every
-- reader; and whether the rows are in an archive, only somebody outside can prove.
CREATE FUNCTION maintain_partitions(as_of timestamptz DEFAULT now())
RETURNS TABLE (parent text, action text, partition text, detail text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD'
AS $$
#variable_conflict use_column
DECLARE
  policy ops.partition_policies;
  target regclass;
  missing date;
BEGIN
  IF as_of IS NULL OR NOT isfinite(as_of) THEN
    RAISE EXCEPTION 'as_of must be a point in time' USING ERRCODE = '22004';
  ELSIF NOT pg_try_advisory_xact_lock(hashtextextended('ops.maintain_partitions', 0)) THEN
    RETURN QUERY VALUES (NULL, 'BUSY', NULL, 'another call is at work');
    RETURN;
  END IF;
  FOR policy IN SELECT * FROM ops.partition_policies ORDER BY table_name LOOP
    target := to_regclass(format('public.%I', policy.table_name));
    IF target IS NULL THEN
      RETURN QUERY VALUES (policy.table_name, 'FAILED', NULL, '42P01: there is no such table');
      CONTINUE;
    END IF;
    FOR missing IN
      SELECT month::date
      FROM generate_series(0, policy.premake_months) AS ahead
      CROSS JOIN LATERAL (SELECT date_trunc('month', as_of) + make_interval(months => ahead) AS month) AS one
      WHERE NOT EXISTS (
        SELECT FROM ops.partition_ranges() AS range
        WHERE range.parent = target AND from_at <= month AND to_at >= month + interval '1 month' AND NOT is_detaching
      )
      ORDER BY 1
    LOOP
      BEGIN
        partition := public.create_monthly_partition(target, missing);
        action := 'CREATED';
        detail := NULL;
      EXCEPTION WHEN OTHERS THEN
        partition := policy.table_name || to_char(missing, '_YYYYMM');
        action := 'FAILED';
        detail := SQLSTATE || ': ' || SQLERRM;
      END;
      parent := policy.table_name;
      RETURN NEXT;
      -- The next month would most likely wait for the same lock just as long.
      EXIT WHEN action = 'FAILED';
    END LOOP;
    RETURN QUERY
      SELECT policy.table_name, 'EXPIRED', relname::text
        , format('ends %s, kept for %s months: archive it, then ALTER TABLE %s DETACH PARTITION %s CONCURRENTLY'
          , to_at, policy.retention_months, target, pg_class.oid::regclass)
      FROM ops.partition_ranges() AS range JOIN pg_class ON pg_class.oid = range.partition
      WHERE range.parent = target AND to_at <= as_of - make_interval(months => policy.retention_months)
      ORDER BY to_at;
  END LOOP;
END
$$;

-- What is wrong with the months of a table, one row for each problem.
CREATE FUNCTION ops.find_month_problems(parent regclass, policy ops.partition_policies, as_of timestamptz)
RETURNS TABLE (check_name text, state text, problem text)
LANGUAGE plpgsql STABLE ROWS 5
-- row_security: rather fail than call a default partition empty whose rows we must not see.
SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET row_security = off
AS $$
#variable_conflict use_column
DECLARE
  table_oid CONSTANT regclass := parent;
  wanted_until CONSTANT timestamptz := date_trunc('month', as_of) + make_interval(months => policy.premake_months + 1);
  covered_until timestamptz;
  default_partition regclass;
  has_rows boolean;
BEGIN
  -- The end of the unbroken row of partitions that holds as_of.
  SELECT min(to_at) INTO covered_until
  FROM ops.partition_ranges() AS range
  WHERE range.parent = table_oid AND to_at > as_of AND NOT is_detaching AND NOT EXISTS (
    SELECT FROM ops.partition_ranges() AS next
    WHERE next.parent = table_oid AND next.from_at = range.to_at AND NOT next.is_detaching
  ) AND EXISTS (
    SELECT FROM ops.partition_ranges() AS now
    WHERE now.parent = table_oid AND now.from_at <= as_of AND now.to_at > as_of AND NOT now.is_detaching
  );
  IF covered_until IS NULL THEN
    RETURN QUERY VALUES ('COVERAGE', 'CRITICAL', format('no partition takes rows of %s', as_of));
  ELSIF covered_until < wanted_until THEN
    RETURN QUERY VALUES ('COVERAGE', CASE WHEN covered_until < as_of + interval '14 days' THEN 'CRITICAL' ELSE 'WARNING' END
      , format('rows are taken until %s, not until %s', covered_until, wanted_until));
  END IF;
  RETURN QUERY
    SELECT 'GAPS', 'WARNING', format('nothing between %s and %s', to_at, next_from)
    FROM (
      SELECT to_at, lead(from_at) OVER (ORDER BY from_at) AS next_from
      FROM ops.partition_ranges() AS range
      WHERE range.parent = table_oid AND NOT is_default AND NOT is_detaching
    ) AS neighbours
    WHERE next_from > to_at ORDER BY to_at;
  RETURN QUERY
    SELECT 'DETACH', 'CRITICAL', format('the rows of %s are out of sight: ALTER TABLE %s DETACH PARTITION %s FINALIZE', partition, table_oid, partition)
    FROM ops.partition_ranges() AS range WHERE range.parent = table_oid AND is_detaching;
  RETURN QUERY
    SELECT 'RETENTION', 'WARNING', format('%s ended %s', partition, to_at)
    FROM ops.partition_ranges() AS range
    WHERE range.parent = table_oid AND to_at <= as_of - make_interval(months => policy.retention_months) ORDER BY to_at;
  SELECT partition INTO default_partition FROM ops.partition_ranges() AS range WHERE range.parent = table_oid AND is_default;
  IF default_partition IS NOT NULL THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', default_partition) INTO has_rows;
    RETURN QUERY VALUES ('DEFAULT_PARTITION', CASE WHEN has_rows THEN 'CRITICAL' ELSE 'WARNING' END
      , format('%s %s', default_partition, CASE WHEN has_rows THEN 'holds rows of months that nobody made' ELSE 'is in the way of DETACH CONCURRENTLY' END));
  END IF;
END
$$;

-- In what a leaf differs from its parent, one row for each problem.
CREATE FUNCTION ops.find_leaf_problems(parent regclass) RETURNS TABLE (check_name text, state text, problem text)
LANGUAGE sql STABLE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
  WITH leaves AS (
    SELECT leaf.oid, leaf.oid::regclass AS name, leaf.relreplident, leaf.relacl, leaf.relowner
      , leaf.relrowsecurity, leaf.relforcerowsecurity
      , root.relrowsecurity AS root_security, root.relforcerowsecurity AS root_force
    FROM ops.partition_ranges() AS range
    JOIN pg_class AS leaf ON leaf.oid = range.partition
    JOIN pg_class AS root ON root.oid = range.parent
    WHERE range.parent = $1
  ), policies AS (
    -- Told apart from the table they stand on.
    SELECT polrelid, row(polname, polcmd, polpermissive, polroles
      , replace(pg_get_expr(polqual, polrelid), relname || '.', ''), replace(pg_get_expr(polwithcheck, polrelid), relname || '.', ''))::text AS policy
    FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
  )
  SELECT 'INDEXES', CASE WHEN indisunique THEN 'CRITICAL' ELSE 'WARNING' END, format('%s lacks an index like %s', name, indexrelid::regclass)
  FROM leaves JOIN pg_index AS source ON source.indrelid = $1
  WHERE NOT EXISTS (
    SELECT FROM pg_inherits JOIN pg_index AS own ON own.indexrelid = inhrelid
    WHERE inhparent = source.indexrelid AND own.indrelid = leaves.oid
  )
  UNION ALL
  SELECT 'INDEXES', CASE WHEN indisunique THEN 'CRITICAL' ELSE 'WARNING' END, format('%s is invalid', indexrelid::regclass)
  FROM pg_index WHERE NOT indisvalid AND (indrelid = $1 OR indrelid IN (SELECT oid FROM leaves))
  UNION ALL
  SELECT 'CONSTRAINTS', 'CRITICAL', format('%s lacks %s', name, source.conname)
  FROM leaves JOIN pg_constraint AS source ON source.conrelid = $1 AND source.contype IN ('p', 'u', 'f', 'c')
  WHERE NOT EXISTS (
    SELECT FROM pg_constraint AS own
    WHERE own.conrelid = leaves.oid AND own.contype = source.contype
      AND (own.conparentid = source.oid OR source.contype = 'c' AND own.conname = source.conname)
  )
  UNION ALL
  SELECT 'CONSTRAINTS', 'WARNING', format('%s of %s is not validated', conname, name)
  FROM leaves JOIN pg_constraint ON conrelid = leaves.oid WHERE NOT convalidated
  UNION ALL
  SELECT 'TRIGGERS', 'CRITICAL', format('%s lacks %s, or has it in another state', name, source.tgname)
  FROM leaves JOIN pg_trigger AS source ON source.tgrelid = $1 AND NOT source.tgisinternal AND source.tgtype & 1 = 1
  WHERE NOT EXISTS (
    SELECT FROM pg_trigger AS own
    WHERE own.tgrelid = leaves.oid AND own.tgparentid = source.oid AND own.tgenabled = source.tgenabled
  )
  UNION ALL
  SELECT 'TRIGGERS', 'CRITICAL', format('%s does not enforce %s', name, coalesce(conname, tgname))
  FROM leaves JOIN pg_trigger ON tgrelid = leaves.oid LEFT JOIN pg_constraint ON pg_constraint.oid = tgconstraint
  WHERE tgisinternal AND tgenabled = 'D'
  UNION ALL
  SELECT 'REPLICA_IDENTITY', 'WARNING', format('%s has none that holds the organization', name)
  FROM leaves
  WHERE relreplident <> 'f' AND NOT EXISTS (
    SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
    WHERE indrelid = leaves.oid AND relreplident = 'i' AND indisreplident
      AND (attname = 'organization_id'
        OR NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = leaves.oid AND attname = 'organization_id'))
  )
  UNION ALL
  SELECT 'ROW_SECURITY', 'CRITICAL', format('%s shows rows that its parent hides', name)
  FROM leaves
  WHERE root_security AND NOT relrowsecurity OR root_force AND NOT relforcerowsecurity
    OR ARRAY(SELECT policy FROM policies WHERE polrelid = $1 ORDER BY 1)
      <> ARRAY(SELECT policy FROM policies WHERE polrelid = leaves.oid ORDER BY 1)
  UNION ALL
  -- What is written to a leaf itself is in no audit trail.
  SELECT 'GRANTS', 'WARNING', format('%s is open to %s past its parent', name
    , string_agg(DISTINCT CASE grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(grantee) END, ', '))
  FROM leaves CROSS JOIN LATERAL (
    SELECT grantee FROM aclexplode(relacl)
    UNION SELECT grantee FROM pg_attribute CROSS JOIN aclexplode(attacl) WHERE attrelid = leaves.oid
  ) AS granted
  WHERE grantee <> relowner
  GROUP BY name
$$;

-- One row for each check of each table: OK (detail is null), WARNING or CRITICAL with up to five problems.
CREATE FUNCTION check_partition_health(as_of timestamptz DEFAULT now())
RETURNS TABLE (parent text, check_name text, state text, detail text)
LANGUAGE sql STABLE ROWS 50
-- jit: compiling would take a hundred times as long as the checks.
SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
  WITH tables AS (
    SELECT table_name, to_regclass(format('public.%I', table_name)) AS target, policy
    FROM ops.partition_policies AS policy
  ), problems AS (
    SELECT table_name, one.* FROM tables CROSS JOIN LATERAL ops.find_month_problems(target, policy, $1) AS one WHERE target IS NOT NULL
    UNION ALL
    SELECT table_name, one.* FROM tables CROSS JOIN LATERAL ops.find_leaf_problems(target) AS one WHERE target IS NOT NULL
  ), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY table_name, check_name ORDER BY state, problem) AS number FROM problems
  )
  SELECT table_name, check_name, coalesce(min(state), 'OK') -- in the alphabet too the worse comes first
    , string_agg(problem, '; ' ORDER BY number) FILTER (WHERE number <= 5)
      || CASE WHEN count(problem) > 5 THEN format('; and %s more', count(problem) - 5) ELSE '' END
  FROM tables
  CROSS JOIN unnest(ARRAY['COVERAGE', 'GAPS', 'DEFAULT_PARTITION', 'DETACH', 'RETENTION', 'INDEXES', 'CONSTRAINTS',
    'TRIGGERS', 'REPLICA_IDENTITY', 'ROW_SECURITY', 'GRANTS']) WITH ORDINALITY AS checks (check_name, position)
  LEFT JOIN numbered USING (table_name, check_name)
  WHERE target IS NOT NULL
  GROUP BY table_name, check_name, position
  UNION ALL
  SELECT table_name, 'TABLE', 'CRITICAL', 'there is no such table' FROM tables WHERE target IS NULL
  UNION ALL
  SELECT relname, 'POLICY', 'WARNING', 'nobody makes its partitions: it has no row in ops.partition_policies'
  FROM pg_class
  WHERE relkind = 'p' AND NOT relispartition AND relnamespace = 'public'::regnamespace
    AND relname NOT IN (SELECT table_name FROM ops.partition_policies)
  ORDER BY 1
$$;

-- Sizes and counts are the server's estimates; row_estimate is null where nobody has counted yet.
CREATE VIEW partition_monitoring WITH (security_invoker = true) AS
SELECT root.relname::text AS parent, leaf.relname::text AS partition, from_at, to_at
  , pg_total_relation_size(leaf.oid) AS bytes
  , pg_indexes_size(leaf.oid) AS index_bytes
  , CASE WHEN leaf.reltuples >= 0 THEN leaf.reltuples::bigint ELSE nullif(n_live_tup, 0) END AS row_estimate
  , n_tup_ins AS rows_inserted
  , greatest(last_vacuum, last_autovacuum) AS last_vacuum_at
  , greatest(last_analyze, last_autoanalyze) AS last_analyze_at
  , coalesce(from_at <= now() AND to_at > now(), false) AS is_current
  -- Null: no policy says so.
  , to_at <= now() - make_interval(months => retention_months) AS is_expired
FROM ops.partition_ranges() AS range
JOIN pg_class AS root ON root.oid = range.parent
JOIN pg_class AS leaf ON leaf.oid = range.partition
LEFT JOIN pg_stat_all_tables AS statistics ON statistics.relid = leaf.oid
LEFT JOIN ops.partition_policies ON table_name = root.relname AND root.relnamespace = 'public'::regnamespace;

-- Those that are there already, too: 001 made them, and did not ask about default privileges.
DO $$
BEGIN
  PERFORM ops.keep_to_owner(range.parent, range.partition)
  FROM ops.partition_ranges() AS range
  JOIN ops.partition_policies ON to_regclass(format('public.%I', table_name)) = range.parent;
END
$$;

-- ── Shards ──────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE ops.shards (
  name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]{0,62}$'),
  cluster_name text NOT NULL,
  -- ACTIVE takes new organizations; FULL takes none; DRAINING gives away what it has; READ_ONLY neither takes nor gives;
  -- OFFLINE does not answer.
  state text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'FULL', 'DRAINING', 'READ_ONLY', 'OFFLINE')),
  -- How much it should hold in proportion to the others.
  weight integer NOT NULL DEFAULT 100 CHECK (weight BETWEEN 1 AND 10000),
  -- The database in which this row stands. A mere directory of placements is none of them.
  is_local boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX shards_local_key ON ops.shards (is_local) WHERE is_local;

-- The name under which this database is a shard; null in a mere directory.
CREATE FUNCTION ops.local_shard() RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT name FROM ops.shards WHERE is_local $$;

-- Where each organization lives, as far as this database knows, and whether it may be written here: the fence of moves.
-- The truth is the directory of the control plane, which mirrors it here, each row before it lets anybody rely on it.
-- No foreign key to organizations: this also knows those that live on other shards.
CREATE TABLE ops.tenant_home (
  organization_id uuid PRIMARY KEY,
  shard_name text NOT NULL DEFAULT ops.local_shard() REFERENCES ops.shards ON UPDATE CASCADE,
  -- Grows with every move, so that a router can tell an old answer from a new one.
  epoch bigint NOT NULL DEFAULT 1 CHECK (epoch >= 1),
  -- ACTIVE is written at its shard. MOVING: it is leaving, and waits. INCOMING: rows arrive, nobody may use them yet.
  -- GONE: it lived here; shard_name says where it went, or still this shard when nobody has said so yet.
  state text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'MOVING', 'INCOMING', 'GONE')),
  -- Somebody chose this shard: balancing leaves it alone.
  is_pinned boolean NOT NULL DEFAULT false,
  placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tenant_home_shard_idx ON ops.tenant_home (shard_name);

-- A row that travels through a move's publication behind everything that was written before it. The key begins with
-- the move, because the row filter of a publication may name columns of the replica identity only.
CREATE TABLE ops.move_marker (
  move_id text NOT NULL,
  n bigint NOT NULL,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (move_id, n)
);

-- A new installation is one shard, and holds all that is there.
INSERT INTO ops.shards (name, cluster_name, is_local) VALUES ('main', 'main', true);
INSERT INTO ops.tenant_home (organization_id, shard_name, placed_at)
SELECT id, 'main', created_at FROM organizations;

-- What an application calls first in each transaction that touches an organization, with the epoch under which its
-- router found this shard; null asks for no certain one. Either the transaction is in before a cutover, which then
-- waits for it, or it is refused (SD001: ask the directory again). The lock of the row decides, not what a snapshot
-- saw: under REPEATABLE READ a transaction that began before the cutover fails with 40001 instead of writing through.
-- With the owner's rights: FOR SHARE needs UPDATE, which applications must not have.
CREATE FUNCTION ops.enter_tenant(organization uuid, expected_epoch bigint DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  home ops.tenant_home;
BEGIN
  -- Whoever shares a row lets others share it before one who waits to lock it alone, so a cutover could wait for ever
  -- among busy writers. This lock has a queue: a move takes it first, and those who come later wait behind it.
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('tenant:' || organization, 0));
  SELECT * INTO home FROM ops.tenant_home WHERE organization_id = organization FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'organization % is not placed on this shard', organization USING ERRCODE = 'SD001',
      HINT = 'Ask the directory where it lives, then enter there.';
  ELSIF home.state <> 'ACTIVE' OR home.shard_name IS DISTINCT FROM ops.local_shard() THEN
    RAISE EXCEPTION 'organization % cannot be used on this shard: it is %', organization,
      CASE home.state WHEN 'ACTIVE' THEN 'on shard ' || home.shard_name ELSE home.state END USING ERRCODE = 'SD001',
      HINT = 'Ask the directory where it lives, then enter there.';
  ELSIF home.epoch <> expected_epoch THEN
    RAISE EXCEPTION 'organization % has epoch % on this shard, not %', organization, home.epoch, expected_epoch
      USING ERRCODE = 'SD001', HINT = 'Ask the directory where it lives, then enter there.';
  END IF;
  RETURN home.epoch;
END
$$;

-- Weighted rendezvous hashing: each shard draws -ln(u) / weight, the lowest wins. A shard that joins takes only its own
-- share from the others, one that leaves gives only its own. md5, because hashtext may change between versions; 52 bits,
-- because a float8 holds them exactly.
CREATE FUNCTION ops.choose_shard(organization uuid) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  chosen text;
BEGIN
  SELECT name INTO chosen
  FROM ops.shards
  CROSS JOIN LATERAL (SELECT ('x' || left(md5(organization || ':' || name), 13))::bit(52)::bigint AS drawn) AS hash
  WHERE state = 'ACTIVE'
  ORDER BY -ln((drawn + 0.5::float8) / 4503599627370496::float8) / weight, name
  LIMIT 1;
  IF chosen IS NULL THEN
    RAISE EXCEPTION 'no shard takes organizations' USING ERRCODE = '55000', HINT = 'One has to be ACTIVE in ops.shards.';
  END IF;
  RETURN chosen;
END
$$;

-- Null when nobody knows the organization, or when it is none of ours any more or not yet. One that is here without a
-- placement (a restore, a bulk load) is here, whatever a hash would say; only in a directory that is no shard the hash
-- decides.
CREATE FUNCTION ops.find_organization_shard(organization uuid) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN home.organization_id IS NULL
    THEN (
      SELECT coalesce(ops.local_shard(), ops.choose_shard(organization)) FROM public.organizations WHERE id = organization
    )
    ELSE CASE WHEN state IN ('ACTIVE', 'MOVING') OR shard_name IS DISTINCT FROM ops.local_shard() THEN shard_name END
  END
  FROM (SELECT) AS one LEFT JOIN ops.tenant_home AS home ON home.organization_id = organization
$$;

-- The shard that holds this organization.
CREATE FUNCTION get_organization_shard(organization uuid) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shard CONSTANT text := ops.find_organization_shard(organization);
BEGIN
  IF shard IS NULL THEN
    RAISE EXCEPTION 'organization % is unknown', organization USING ERRCODE = 'P0002',
      HINT = 'A new one gets its shard from place_organization().';
  END IF;
  RETURN shard;
END
$$;

-- Gives an organization its shard for good, before it exists or after; without `shard` the hash chooses. Called again
-- it gives the same shard. It moves nothing: another shard than the one that holds the organization is refused (SD002).
CREATE FUNCTION place_organization(organization uuid, shard text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  placed text;
  chosen_state text;
BEGIN
  IF organization IS NULL THEN
    RAISE EXCEPTION 'a placement needs an organization' USING ERRCODE = '22004';
  END IF;
  placed := coalesce(ops.find_organization_shard(organization), shard, ops.choose_shard(organization));
  SELECT state INTO chosen_state FROM ops.shards WHERE name = coalesce(shard, placed);
  IF chosen_state IS NULL THEN
    RAISE EXCEPTION 'shard % is unknown', shard USING ERRCODE = 'P0002';
  ELSIF shard <> placed THEN
    RAISE EXCEPTION 'organization % is on shard %, not on %', organization, placed, shard USING ERRCODE = 'SD002',
      HINT = 'Move it; a placement alone would lose sight of its rows.';
  ELSIF chosen_state <> 'ACTIVE' AND ops.find_organization_shard(organization) IS NULL THEN
    RAISE EXCEPTION 'shard % takes no organizations: it is %', placed, chosen_state USING ERRCODE = '55000';
  END IF;
  INSERT INTO ops.tenant_home (organization_id, shard_name, is_pinned)
  VALUES (organization, placed, shard IS NOT NULL)
  ON CONFLICT (organization_id) DO UPDATE SET is_pinned = true
  WHERE excluded.is_pinned AND tenant_home.shard_name = excluded.shard_name AND NOT tenant_home.is_pinned;
  -- Somebody else may have been quicker.
  SELECT shard_name INTO STRICT placed FROM ops.tenant_home WHERE organization_id = organization;
  IF shard <> placed THEN
    RAISE EXCEPTION 'organization % is on shard %, not on %', organization, placed, shard USING ERRCODE = 'SD002';
  END IF;
  RETURN placed;
END
$$;

-- Runs with the owner's rights: who may create an organization need not be able to write placements.
-- A row that is inserted here is here; one that belongs to another shard came the wrong way and is refused.
-- Logical replication does not fire it: a move keeps its placement itself.
CREATE FUNCTION ops.place_new_organization() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  here CONSTANT text := ops.local_shard();
  home ops.tenant_home;
BEGIN
  INSERT INTO ops.tenant_home (organization_id, shard_name)
  VALUES (NEW.id, coalesce(here, ops.choose_shard(NEW.id)))
  ON CONFLICT (organization_id) DO NOTHING;
  SELECT * INTO STRICT home FROM ops.tenant_home WHERE organization_id = NEW.id;
  IF home.shard_name <> here THEN
    RAISE EXCEPTION 'organization % is placed on shard %, this is %', NEW.id, home.shard_name, here USING ERRCODE = 'SD002';
  ELSIF home.state <> 'ACTIVE' THEN
    RAISE EXCEPTION 'organization % cannot be made on this shard: it is %', NEW.id, home.state USING ERRCODE = 'SD002';
  END IF;
  RETURN NULL;
END
$$;

-- What is deleted here after a move to another shard still lives there.
CREATE FUNCTION ops.forget_organization() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  DELETE FROM ops.tenant_home
  WHERE organization_id = OLD.id AND state = 'ACTIVE'
    AND shard_name = coalesce(ops.local_shard(), shard_name);
  RETURN NULL;
END
$$;

CREATE TRIGGER place_new_organization AFTER INSERT ON organizations
  FOR EACH ROW EXECUTE FUNCTION ops.place_new_organization();
CREATE TRIGGER forget_organization AFTER DELETE ON organizations
  FOR EACH ROW EXECUTE FUNCTION ops.forget_organization();

-- Where the organizations of one piece of work live, as
-- { is_single_shard, shards: [{ shard, organizations: [id] }], unknown: [id] }, in order, each organization once.
-- is_single_shard is true when all of them are known and on one shard. text[], so that a driver's untyped array and
-- the literal of a person both find it; cast a uuid[] to it.
CREATE FUNCTION validate_cross_shard_operation(organizations text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  wrong record;
  result jsonb;
BEGIN
  IF coalesce(cardinality(organizations), 0) NOT BETWEEN 1 AND 10000 THEN
    RAISE EXCEPTION 'from 1 to 10000 organizations, not %', coalesce(cardinality(organizations), 0) USING ERRCODE = '22023';
  END IF;
  SELECT * INTO wrong FROM unnest(organizations) WITH ORDINALITY AS one (value, position)
  WHERE value !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' OR value IS NULL
  ORDER BY position LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% at position % is no uuid', coalesce(quote_literal(wrong.value), 'NULL'), wrong.position USING ERRCODE = '22P02';
  END IF;
  WITH placed AS (
    SELECT id, ops.find_organization_shard(id) AS shard FROM (SELECT DISTINCT unnest(organizations)::uuid AS id) AS given
  ), by_shard AS (
    SELECT shard, jsonb_agg(id ORDER BY id) AS ids FROM placed GROUP BY shard
  )
  SELECT jsonb_build_object(
    'is_single_shard', count(*) = 1 AND count(shard) = 1,
    'shards', coalesce(jsonb_agg(jsonb_build_object('shard', shard, 'organizations', ids) ORDER BY shard)
      FILTER (WHERE shard IS NOT NULL), '[]'),
    'unknown', coalesce((SELECT ids FROM by_shard WHERE shard IS NULL), '[]')
  ) INTO result FROM by_shard;
  RETURN result;
END
$$;

-- share and deviation are fractions; fair_share is by weight among the ACTIVE shards, and 0 for one that is to empty.
-- rows_estimate and bytes count the tenant tables, and are null for the shards that are not this database.
CREATE VIEW shard_load_distribution WITH (security_invoker = true) AS
WITH sizes AS (
  SELECT sum(CASE WHEN reltuples >= 0 THEN reltuples::bigint ELSE coalesce(n_live_tup, 0) END)::bigint AS rows_estimate
    , sum(pg_total_relation_size(pg_class.oid))::bigint AS bytes
  FROM pg_class
  LEFT JOIN pg_stat_all_tables ON relid = pg_class.oid
  WHERE relkind = 'r' AND pg_class.relnamespace = 'public'::regnamespace AND (
    pg_class.relname = 'organizations'
    OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'organization_id')
  )
), counted AS (
  SELECT shards.*, count(organization_id)::bigint AS organizations
  FROM ops.shards
  LEFT JOIN ops.tenant_home ON shard_name = name AND (tenant_home.state IN ('ACTIVE', 'MOVING') OR NOT is_local)
  GROUP BY name
), shared AS (
  SELECT counted.*
    , organizations / nullif(sum(organizations) OVER (), 0) AS share
    , CASE state WHEN 'ACTIVE' THEN weight::numeric / sum(weight) FILTER (WHERE state = 'ACTIVE') OVER () ELSE 0 END AS fair_share
  FROM counted
)
SELECT name AS shard, cluster_name, state, weight, is_local, organizations
  , CASE WHEN is_local THEN sizes.rows_estimate END AS rows_estimate
  , CASE WHEN is_local THEN sizes.bytes END AS bytes
  , round(share, 4) AS share
  , round(fair_share, 4) AS fair_share
  -- Positive: more than its share. Null while there is no organization at all.
  , round(share - fair_share, 4) AS deviation
FROM shared CROSS JOIN sizes;

REVOKE ALL ON FUNCTION
  ops.partition_ranges(), ops.require_monthly_table(regclass), ops.find_month(regclass, timestamptz, timestamptz),
  ops.copy_row_security(regclass, regclass), ops.keep_to_owner(regclass, regclass),
  ops.set_replica_identity(regclass, regclass), create_monthly_partition(regclass, date), maintain_partitions(timestamptz),
  ops.find_month_problems(regclass, ops.partition_policies, timestamptz), ops.find_leaf_problems(regclass),
  check_partition_health(timestamptz), ops.local_shard(), ops.enter_tenant(uuid, bigint), ops.choose_shard(uuid), ops.find_organization_shard(uuid),
  get_organization_shard(uuid), place_organization(uuid, text), ops.place_new_organization(), ops.forget_organization(),
  validate_cross_shard_operation(text[])
FROM PUBLIC;
