-- depends: 001
--
-- What keeps the data right, private and accounted for. Foreign keys already tie every row to its own organization
-- (001); this adds what a foreign key can't say, and makes an organization invisible to everybody else.
--
--  1 settings of a session     5 checks of items              9 field-level encryption
--  2 e-mail addresses          6 audit trail, access log     10 data quality
--  3 who sees what             7 protection of all tables    11 health
--  4 hierarchies               8 grants, sign-up             12 retention, personal data
--
-- Functions run with the rights of the caller unless a comment says why not; those have a fixed search_path. What is
-- nobody's business but the owner's is in the schema ops, on which nobody has USAGE.

CREATE SCHEMA IF NOT EXISTS ops;

-- ── 1 Settings of a session ─────────────────────────────────────────────────────────────────────────────────────────
-- app.current_user_id is set by the application after it has authenticated; app.current_organization_id narrows a
-- session to one of that user's organizations; app.encryption_key is needed for encrypted fields only. Not set, empty
-- (what SET LOCAL leaves behind) and no uuid are all null: policies compare with null, so that nothing is visible,
-- rather than fail with a message about the setting.

CREATE FUNCTION uuid_or_null(value text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value ~ '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$' THEN value::uuid
END;

CREATE FUNCTION current_user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN uuid_or_null(current_setting('app.current_user_id', true));
COMMENT ON FUNCTION current_user_id() IS 'Who the application says is at work: app.current_user_id, null when unset or no uuid';

CREATE FUNCTION current_organization_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN uuid_or_null(current_setting('app.current_organization_id', true));

-- ── 2 E-mail addresses ──────────────────────────────────────────────────────────────────────────────────────────────
-- One definition for all columns. The domain gets its check after the columns got their type: a column that is given
-- a domain with a check is rewritten under ACCESS EXCLUSIVE, one that is given a bare domain is not, and adding the
-- check later only reads. Longer than 254 is no address (RFC 5321, path limit), nor is a local part over 64.

CREATE DOMAIN email_address AS text;
ALTER TABLE users ALTER COLUMN email TYPE email_address;
ALTER TABLE invitations ALTER COLUMN email TYPE email_address;
ALTER DOMAIN email_address ADD CONSTRAINT email_address_check CHECK (
  length(VALUE) <= 254
  AND VALUE ~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])$'
  AND position('@' IN VALUE) <= 65
);
COMMENT ON DOMAIN email_address IS 'An address as people write it: no display name, no quotes, no bare host';

-- ── 3 Who sees what ─────────────────────────────────────────────────────────────────────────────────────────────────

-- SECURITY DEFINER: the policies of organization_members ask this function, which reads organization_members. An
-- owner with BYPASSRLS never meets the policies; for one without (FORCE binds the owner too) the function says so in
-- a setting, and the policies then answer from the user's own rows alone instead of asking again without end. A
-- session that sets it itself sees less, not more.
-- PARALLEL RESTRICTED: a worker may not change a setting.
CREATE FUNCTION current_organization_ids() RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  me CONSTANT uuid := public.current_user_id();
  narrowed CONSTANT boolean := coalesce(current_setting('app.current_organization_id', true), '') <> '';
  is_bound CONSTANT boolean := row_security_active('public.organization_members');
  before CONSTANT text := coalesce(current_setting('app.resolving_membership', true), '');
  found_ids uuid[];
BEGIN
  IF me IS NULL THEN
    RETURN '{}';
  END IF;
  IF is_bound THEN
    PERFORM set_config('app.resolving_membership', 'on', true);
  END IF;
  SELECT array_agg(organization_id) INTO found_ids
  FROM public.organization_members
  WHERE user_id = me AND status = 'active' AND deleted_at IS NULL
    AND (NOT narrowed OR organization_id = public.current_organization_id());
  IF is_bound THEN
    PERFORM set_config('app.resolving_membership', before, true);
  END IF;
  RETURN coalesce(found_ids, '{}');
END
$$;
COMMENT ON FUNCTION current_organization_ids() IS
  'Organizations in which the current user is an active member; at most app.current_organization_id when that is set';

-- For policies on INSERT: a subquery on users there would be recursion in the eyes of the rewriter.
CREATE FUNCTION can_see_user(id uuid) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM public.users WHERE users.id = can_see_user.id);
END
$$;

-- ── 4 Hierarchies ───────────────────────────────────────────────────────────────────────────────────────────────────
-- One check for every table with a parent_id, once for each statement. Arguments: the greatest depth, and optionally
-- a column in which child and parent must agree. All ancestors are locked FOR SHARE on the way up, so that of two
-- sessions that would close a circle together one waits for the other and then sees it (READ COMMITTED), fails to
-- serialize (REPEATABLE READ), or is the victim of a deadlock; never do both commit.
-- SECURITY DEFINER: locking a row needs UPDATE, which one who may only insert lacks. It says nothing but no.
CREATE FUNCTION ops.check_hierarchy() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  max_depth CONSTANT integer := TG_ARGV[0]::integer;
  scope CONSTANT text := TG_ARGV[1];
  changed_ids uuid[];
  frontier uuid[];
  offender uuid;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(id) INTO changed_ids FROM new_rows WHERE parent_id IS NOT NULL;
  ELSE
    EXECUTE format(
      'SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o USING (id)
       WHERE n.parent_id IS DISTINCT FROM o.parent_id OR %s',
      CASE WHEN scope IS NULL THEN 'false' ELSE format('n.%1$I IS DISTINCT FROM o.%1$I', scope) END
    ) INTO changed_ids;
  END IF;
  IF changed_ids IS NULL THEN
    RETURN NULL;
  END IF;

  -- What hangs below a row that moves gets deeper with it.
  EXECUTE format(
    'WITH RECURSIVE below (id, depth) AS (
       SELECT unnest($1), 0
       UNION
       SELECT child.id, below.depth + 1 FROM below JOIN %1$s child ON child.parent_id = below.id
         AND child.organization_id = (SELECT organization_id FROM %1$s WHERE id = below.id)
       WHERE below.depth <= $2
     ) SELECT array_agg(DISTINCT id) FROM below', TG_RELID::regclass
  ) INTO frontier USING changed_ids, max_depth;

  FOR level IN 0..max_depth LOOP
    EXECUTE format(
      'WITH locked AS (SELECT parent_id FROM %s WHERE id = ANY ($1) ORDER BY id FOR SHARE)
       SELECT array_agg(DISTINCT parent_id) FROM locked WHERE parent_id IS NOT NULL', TG_RELID::regclass
    ) INTO frontier USING frontier;
    EXIT WHEN frontier IS NULL;
  END LOOP;
  IF frontier IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, COLUMN = 'parent_id',
      CONSTRAINT = TG_TABLE_NAME || '_hierarchy',
      MESSAGE = format('%s would be its own ancestor, or deeper than %s levels', TG_TABLE_NAME, max_depth);
  END IF;

  IF scope IS NOT NULL THEN
    EXECUTE format(
      'SELECT child.id FROM %1$s child JOIN %1$s parent ON parent.id = child.parent_id
       WHERE (child.id = ANY ($1) OR child.parent_id = ANY ($1)) AND child.%2$I <> parent.%2$I
         AND child.organization_id = ANY (SELECT organization_id FROM new_rows) LIMIT 1', TG_RELID::regclass, scope
    ) INTO offender USING changed_ids;
    IF offender IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, COLUMN = scope,
        CONSTRAINT = TG_TABLE_NAME || '_hierarchy_' || scope,
        MESSAGE = format('%s and its parent differ in %s', offender, scope);
    END IF;
  END IF;
  RETURN NULL;
END
$$;

-- ── 5 Checks of items ───────────────────────────────────────────────────────────────────────────────────────────────

-- One value by the type of its column; null when it is right. A JSON null is an empty field.
CREATE FUNCTION item_value_problem(column_type text, settings jsonb, value jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  content jsonb;
  text_content text;
BEGIN
  IF value IS NULL OR value = 'null' THEN
    RETURN NULL;
  END IF;
  IF jsonb_typeof(value) <> 'object' THEN
    RETURN 'is no object';
  END IF;
  content := value -> CASE column_type
    WHEN 'status' THEN 'label' WHEN 'person' THEN 'users' WHEN 'link' THEN 'url' WHEN 'checkbox' THEN 'checked'
    ELSE column_type
  END;
  text_content := CASE WHEN jsonb_typeof(content) = 'string' THEN content #>> '{}' END;
  CASE column_type
    WHEN 'status' THEN
      IF text_content IS NULL THEN
        RETURN 'has no label';
      -- Labels are texts, or objects with a name; a board that lists none takes any.
      ELSIF jsonb_typeof(settings -> 'labels') = 'array' AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(settings -> 'labels') AS label
        WHERE text_content = CASE jsonb_typeof(label) WHEN 'object' THEN label ->> 'name' ELSE label #>> '{}' END
      ) THEN
        RETURN 'has a label that the column does not offer';
      END IF;
    WHEN 'person' THEN
      IF jsonb_typeof(content) IS DISTINCT FROM 'array' THEN
        RETURN 'has no list of users';
      ELSIF EXISTS (SELECT FROM jsonb_array_elements(content) AS one WHERE public.uuid_or_null(one #>> '{}') IS NULL) THEN
        RETURN 'has a user that is no uuid';
      END IF;
    WHEN 'date' THEN
      IF text_content IS NULL OR text_content !~ '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' THEN
        RETURN 'is no date like 2026-01-31';
      ELSIF left(text_content, 4) = '0000' OR right(text_content, 2)::integer > extract(
        day FROM make_date(left(text_content, 4)::integer, substr(text_content, 6, 2)::integer, 1)
          + interval '1 month' - interval '1 day'
      ) THEN
        RETURN 'is a day that the calendar does not have';
      END IF;
    WHEN 'number' THEN
      IF jsonb_typeof(content) IS DISTINCT FROM 'number' THEN
        RETURN 'is no number';
      END IF;
    WHEN 'text' THEN
      IF text_content IS NULL THEN
        RETURN 'is no text';
      ELSIF length(text_content) > 20000 THEN
        RETURN 'is longer than 20000 characters';
      END IF;
    WHEN 'tags' THEN
      IF jsonb_typeof(content) IS DISTINCT FROM 'array' OR EXISTS (
        SELECT FROM jsonb_array_elements(content) AS tag WHERE jsonb_typeof(tag) <> 'string' OR length(tag #>> '{}') NOT BETWEEN 1 AND 100
      ) THEN
        RETURN 'is no list of texts';
      END IF;
    WHEN 'checkbox' THEN
      IF jsonb_typeof(content) IS DISTINCT FROM 'boolean' THEN
        RETURN 'is neither true nor false';
      END IF;
    WHEN 'link' THEN
      -- Only these schemes: a javascript: address would run in the browser of whoever clicks it.
      IF text_content IS NULL OR text_content !~* '^https?://[^[:space:]]+$' OR length(text_content) > 2000 THEN
        RETURN 'is no http address';
      END IF;
    ELSE
      RETURN format('has the unknown type %s', column_type);
  END CASE;
  RETURN NULL;
END
$$;

-- Users in a person's value who are no members of the organization: what no foreign key sees.
CREATE FUNCTION names_strangers(organization_id uuid, value jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN jsonb_typeof(value -> 'users') = 'array' AND EXISTS (
    SELECT FROM jsonb_array_elements_text(value -> 'users') AS one
    WHERE NOT EXISTS (
      SELECT FROM public.organization_members AS member
      WHERE member.organization_id = names_strangers.organization_id AND member.user_id = public.uuid_or_null(one)
    )
  );
END
$$;

-- Keys that are uuids name columns of the board; the rest is what no column stands for, and free.
-- A board that the caller can't see has no columns for him: he learns nothing of it.
CREATE FUNCTION item_data_problems(board_id uuid, item_data jsonb) RETURNS TABLE (key text, problem text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF item_data IS NULL OR jsonb_typeof(item_data) <> 'object' THEN
    RETURN QUERY SELECT NULL::text, 'is no object';
    RETURN;
  END IF;
  RETURN QUERY
    SELECT entry.key, found.problem
    FROM jsonb_each(item_data) AS entry
    LEFT JOIN public.board_columns AS board_column
      ON board_column.id = public.uuid_or_null(entry.key) AND board_column.board_id = item_data_problems.board_id
      AND board_column.deleted_at IS NULL
    CROSS JOIN LATERAL (SELECT CASE
      WHEN board_column.id IS NULL THEN 'names no column of the board'
      ELSE coalesce(
        public.item_value_problem(board_column.type, board_column.settings, entry.value),
        CASE WHEN board_column.type = 'person' AND public.names_strangers(board_column.organization_id, entry.value)
          THEN 'names a user who is no member of the organization' END
      )
    END AS problem) AS found
    WHERE public.uuid_or_null(entry.key) IS NOT NULL AND found.problem IS NOT NULL;
END
$$;
COMMENT ON FUNCTION item_data_problems(uuid, jsonb) IS 'What is wrong with the data of an item of this board: no row when nothing is';

CREATE FUNCTION validate_item_data(board_id uuid, item_data jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- Most items have none, and this is asked about many.
  RETURN item_data = '{}' OR NOT EXISTS (SELECT FROM public.item_data_problems(board_id, item_data));
END
$$;
COMMENT ON FUNCTION validate_item_data(uuid, jsonb) IS
  'True when the data of an item fits the columns of this board; item_data_problems says what does not';

-- Triggers look at all rows of a statement at once, and only at what the statement changed.
-- SECURITY DEFINER for these: a writer need not be allowed to read columns and members. Every join names the
-- organization of the row itself, into which the policies let the writer.
CREATE FUNCTION ops.check_items() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  changed_ids uuid[];
  moved_ids uuid[];
  offender_id uuid;
  offender_key text;
  offender_problem text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(id) INTO changed_ids FROM new_rows WHERE item_data <> '{}';
  ELSE
    -- EXECUTE, to be planned anew for each statement: a plan from an update of one row would join ten thousand with
    -- ten thousand row by row.
    EXECUTE 'SELECT array_agg(n.id) FILTER (WHERE n.item_data <> ''{}'')
        , array_agg(n.id) FILTER (WHERE n.board_id <> o.board_id)
      FROM new_rows AS n
      JOIN old_rows AS o USING (id)
      WHERE n.item_data IS DISTINCT FROM o.item_data OR n.board_id <> o.board_id' INTO changed_ids, moved_ids;
  END IF;
  IF changed_ids IS NOT NULL THEN
    SELECT n.id, problems.key, problems.problem INTO offender_id, offender_key, offender_problem
    FROM new_rows AS n
    CROSS JOIN LATERAL public.item_data_problems(n.board_id, n.item_data) AS problems
    WHERE n.item_data <> '{}' AND (TG_OP = 'INSERT' OR n.id IN (SELECT unnest(changed_ids))) LIMIT 1;
  END IF;
  IF moved_ids IS NOT NULL AND offender_id IS NULL THEN
    WITH values_of_moved AS MATERIALIZED (
      SELECT item.id, item.board_id, board_column.id AS column_id, board_column.board_id AS column_board_id
      FROM public.items AS item
      JOIN public.item_values AS v ON v.organization_id = item.organization_id AND v.item_id = item.id
      JOIN public.board_columns AS board_column
        ON board_column.organization_id = v.organization_id AND board_column.id = v.column_id
      WHERE item.id = ANY (moved_ids)
    )
    SELECT id, column_id, 'is a value of another board''s column' INTO offender_id, offender_key, offender_problem
    FROM values_of_moved WHERE column_board_id <> board_id LIMIT 1;
  END IF;
  IF offender_id IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'items', CONSTRAINT = 'items_data_fits_board',
      MESSAGE = format('item %s: %s %s', offender_id, coalesce(offender_key, 'its data'), offender_problem);
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION ops.check_item_values() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  offender record;
BEGIN
  -- MATERIALIZED: LIMIT 1 would choose the joins that are fast when nearly every row is bad; nearly none is.
  WITH written AS MATERIALIZED (
    SELECT n.organization_id, n.item_id, n.column_id, n.value, board_column.type, board_column.settings
      , board_column.board_id <> item.board_id AS is_of_other_board
    FROM new_rows AS n
    JOIN public.board_columns AS board_column
      ON board_column.organization_id = n.organization_id AND board_column.id = n.column_id
    JOIN public.items AS item ON item.organization_id = n.organization_id AND item.id = n.item_id
  )
  SELECT item_id, column_id, found.problem INTO offender
  FROM written
  CROSS JOIN LATERAL (SELECT CASE
    WHEN is_of_other_board THEN 'is a column of another board'
    ELSE coalesce(
      public.item_value_problem(type, settings, value),
      CASE WHEN type = 'person' AND public.names_strangers(organization_id, value)
        THEN 'names a user who is no member of the organization' END
    )
  END AS problem) AS found
  WHERE found.problem IS NOT NULL LIMIT 1;
  IF offender.item_id IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'item_values', CONSTRAINT = 'item_values_fit_column',
      MESSAGE = format('item %s: %s %s', offender.item_id, offender.column_id, offender.problem);
  END IF;
  RETURN NULL;
END
$$;

-- An entry of the log names its actor without a foreign key, since it outlives him: checked when it is written.
CREATE FUNCTION ops.check_activity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM new_rows AS n
    WHERE n.actor_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM public.organization_members AS member
      WHERE member.organization_id = n.organization_id AND member.user_id = n.actor_id
    )
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', TABLE = 'activity_log', COLUMN = 'actor_id',
      CONSTRAINT = 'activity_log_actor_is_member', MESSAGE = 'the actor is no member of the organization';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER check_hierarchy_insert AFTER INSERT ON items REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ops.check_hierarchy('10', 'board_id');
CREATE TRIGGER check_hierarchy_update AFTER UPDATE ON items REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ops.check_hierarchy('10', 'board_id');
CREATE TRIGGER check_hierarchy_insert AFTER INSERT ON folders REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ops.check_hierarchy('20');
CREATE TRIGGER check_hierarchy_update AFTER UPDATE ON folders REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ops.check_hierarchy('20');
CREATE TRIGGER check_hierarchy_insert AFTER INSERT ON comments REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ops.check_hierarchy('50');
CREATE TRIGGER check_hierarchy_update AFTER UPDATE ON comments REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ops.check_hierarchy('50');
CREATE TRIGGER check_items_insert AFTER INSERT ON items REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ops.check_items();
CREATE TRIGGER check_items_update AFTER UPDATE ON items REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ops.check_items();
CREATE TRIGGER check_item_values_insert AFTER INSERT ON item_values REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ops.check_item_values();
CREATE TRIGGER check_item_values_update AFTER UPDATE ON item_values REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ops.check_item_values();
CREATE TRIGGER check_activity_insert AFTER INSERT ON activity_log REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ops.check_activity();

-- ── 6 Audit trail and access log ────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE ops.audit_trail (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Null: a table without organizations (users, roles …), or a TRUNCATE of all of them.
  organization_id uuid,
  table_name text NOT NULL,
  row_id uuid,
  action text NOT NULL CHECK (action IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')),
  -- Null: nobody said so, e.g. an operator at work.
  actor_id uuid DEFAULT current_user_id(),
  login_role text NOT NULL DEFAULT session_user,
  -- Null: the login role itself.
  set_role text DEFAULT nullif(current_setting('role'), 'none'),
  -- Columns that changed, with their values; secrets as '***'. All of them when the row came or went.
  old_values jsonb,
  new_values jsonb,
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When the values were taken out because the person asked to be forgotten.
  redacted_at timestamptz
);
COMMENT ON TABLE ops.audit_trail IS 'Who changed which row of the product, when, and how; written by triggers only';
CREATE INDEX audit_trail_row_idx ON ops.audit_trail (row_id, table_name, id);
CREATE INDEX audit_trail_organization_idx ON ops.audit_trail (organization_id, changed_at);
CREATE INDEX audit_trail_changed_idx ON ops.audit_trail USING brin (changed_at);

-- By name and by type, found anew for each statement: a secret that a later migration adds is masked from its first
-- row, whether or not its author thought of the trail.
CREATE FUNCTION ops.secret_columns(audited regclass) RETURNS text[] LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(attname::text), '{}')
  FROM pg_attribute
  WHERE attrelid = audited AND attnum > 0 AND NOT attisdropped
    AND (atttypid = 'bytea'::regtype OR attname ~ '(^|_)(hash|secret|secrets|token|password|credentials|encrypted)$')
$$;

CREATE FUNCTION ops.mask(content jsonb, secrets text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN content || coalesce(
  (SELECT jsonb_object_agg(one, '***') FROM unnest(secrets) AS one WHERE content -> one <> 'null'), '{}'
);

-- A bulk load by the owner may leave the trail out: SET app.audit = off. From anybody else the setting is ignored;
-- who is asked is the role that the client logged in as or took on, since inside here it is always the owner.
CREATE FUNCTION ops.is_audit_off(audited regclass) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(current_setting('app.audit', true), '') = 'off'
    AND pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user)::name, relowner, 'USAGE')
  FROM pg_class WHERE oid = audited
$$;

-- Once for each statement, however many rows: a row-level trigger would double the time of a bulk load. The argument
-- is the column with the organization; none for tables without.
-- SECURITY DEFINER: nobody may write the trail by hand.
CREATE FUNCTION ops.record_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  secrets text[];
  organization CONSTANT text := CASE WHEN TG_NARGS > 0 THEN format('.%I', TG_ARGV[0]) END;
BEGIN
  IF ops.is_audit_off(TG_RELID) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'TRUNCATE' THEN
    INSERT INTO ops.audit_trail (table_name, action) VALUES (TG_TABLE_NAME, TG_OP);
    RETURN NULL;
  END IF;
  secrets := ops.secret_columns(TG_RELID);
  IF TG_OP = 'UPDATE' THEN
    -- A row that changed its organization left one and came to the other: neither trail shows the other's side.
    EXECUTE format(
      'INSERT INTO ops.audit_trail (organization_id, table_name, row_id, action, old_values, new_values)
       SELECT %3$s, $1, coalesce(n.id, o.id),
         CASE WHEN o.id IS NULL THEN ''INSERT'' WHEN n.id IS NULL THEN ''DELETE'' ELSE ''UPDATE'' END,
         CASE WHEN o.id IS NOT NULL THEN ops.mask(change.before, $2) END,
         CASE WHEN n.id IS NOT NULL THEN ops.mask(change.after, $2) END
       FROM old_rows o
       FULL JOIN new_rows n ON n.id = o.id %2$s
       CROSS JOIN LATERAL (
         SELECT jsonb_object_agg(key, b.value) AS before, jsonb_object_agg(key, a.value) AS after
         FROM jsonb_each(to_jsonb(o)) b FULL JOIN jsonb_each(to_jsonb(n)) a USING (key)
         WHERE b.value IS DISTINCT FROM a.value AND key <> ''updated_at''
       ) AS change
       WHERE change.before IS NOT NULL',
      organization,
      CASE WHEN organization IS NOT NULL THEN format('AND n%1$s = o%1$s', organization) END,
      CASE WHEN organization IS NULL THEN 'NULL::uuid' ELSE format('coalesce(n%1$s, o%1$s)', organization) END
    ) USING TG_TABLE_NAME, secrets;
  ELSE
    EXECUTE format(
      'INSERT INTO ops.audit_trail (organization_id, table_name, row_id, action, %s)
       SELECT %s, $1, changed.id, $2, ops.mask(to_jsonb(changed), $3) FROM %I AS changed',
      CASE TG_OP WHEN 'INSERT' THEN 'new_values' ELSE 'old_values' END,
      coalesce('changed' || organization, 'NULL::uuid'),
      CASE TG_OP WHEN 'INSERT' THEN 'new_rows' ELSE 'old_rows' END
    ) USING TG_TABLE_NAME, TG_OP, secrets;
  END IF;
  RETURN NULL;
END
$$;

CREATE TABLE ops.access_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Null: in no organization, e.g. a login that failed.
  organization_id uuid,
  actor_id uuid DEFAULT current_user_id(),
  login_role text NOT NULL DEFAULT session_user,
  client_address inet DEFAULT inet_client_addr(),
  action text NOT NULL CHECK (length(action) BETWEEN 1 AND 100),
  resource_type text NOT NULL CHECK (length(resource_type) BETWEEN 1 AND 100),
  resource_id uuid,
  detail jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(detail) = 'object' AND length(detail::text) <= 8192),
  accessed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ops.access_log IS 'Who looked at what, as far as the application says so with log_access()';
CREATE INDEX access_log_organization_idx ON ops.access_log (organization_id, accessed_at);
CREATE INDEX access_log_actor_idx ON ops.access_log (actor_id, accessed_at);
CREATE INDEX access_log_accessed_idx ON ops.access_log USING brin (accessed_at);

-- SECURITY DEFINER: the application may add to the log, not read or change it. Who and where it takes from the
-- session, not from the caller, and an organization only from a member.
CREATE FUNCTION log_access(action text, resource_type text, resource_id uuid DEFAULT NULL, detail jsonb DEFAULT '{}')
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO ops.access_log (organization_id, action, resource_type, resource_id, detail)
  VALUES (
    (SELECT one FROM unnest(public.current_organization_ids()) AS one WHERE one = public.current_organization_id()),
    action, resource_type, resource_id, detail
  );
END
$$;
COMMENT ON FUNCTION log_access(text, text, uuid, jsonb) IS 'Notes in the access log that the current user did this';

-- ── 7 Protection of all tables ──────────────────────────────────────────────────────────────────────────────────────
-- Every table is protected by the same function, which later migrations call for theirs. FORCE, so that an owner
-- without BYPASSRLS is bound as well. The setting is read in a scalar subquery: once for a query, not for each row.
--
-- What no policy can hide: that a uuid or an e-mail address is taken (unique keys are checked for all rows). The
-- message names no row, and nobody guesses a uuid.
-- What policies cost: conditions whose operators are not leakproof (full text, jsonb) are checked after them, so for
-- a role that is bound the GIN indexes don't serve; uuid, text, number and time comparisons are leakproof. It reads
-- what its organizations have, by an index that begins with them; search_items() below is the way around that.

CREATE FUNCTION ops.audit_table(audited regclass, organization_column text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  argument CONSTANT text := coalesce(quote_literal(organization_column), '');
BEGIN
  EXECUTE format('CREATE TRIGGER audit_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ops.record_changes(%s)', audited, argument);
  EXECUTE format('CREATE TRIGGER audit_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ops.record_changes(%s)', audited, argument);
  EXECUTE format('CREATE TRIGGER audit_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ops.record_changes(%s)', audited, argument);
  EXECUTE format('CREATE TRIGGER audit_truncate AFTER TRUNCATE ON %s
    FOR EACH STATEMENT EXECUTE FUNCTION ops.record_changes(%s)', audited, argument);
END
$$;

CREATE FUNCTION ops.enable_row_security(protected regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', protected);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', protected);
END
$$;

-- The leaves as well: who names one is not asked for its parent's policies.
CREATE FUNCTION ops.protect_table(tenant_table regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  one regclass;
BEGIN
  FOR one IN SELECT relid FROM pg_partition_tree(tenant_table) UNION SELECT tenant_table LOOP
    PERFORM ops.enable_row_security(one);
    EXECUTE format(
      'CREATE POLICY own_organizations ON %s
       USING (organization_id = ANY ((SELECT public.current_organization_ids())::uuid[]))', one
    );
  END LOOP;
  PERFORM ops.audit_table(tenant_table, 'organization_id');
END
$$;
COMMENT ON FUNCTION ops.protect_table(regclass) IS 'Row-level security and audit trail for a table with organization_id';

DO $$
DECLARE
  found regclass;
BEGIN
  FOR found IN
    SELECT attrelid
    FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND attname = 'organization_id' AND attrelid <> 'public.organization_members'::regclass
    ORDER BY relname
  LOOP
    PERFORM ops.protect_table(found);
  END LOOP;
  -- Equal on all shards and secret to nobody; only migrations write them, so there is no policy for that.
  FOREACH found IN ARRAY ARRAY['public.roles', 'public.role_permissions', 'public.board_templates']::regclass[] LOOP
    PERFORM ops.enable_row_security(found);
    EXECUTE format('CREATE POLICY everybody_reads ON %s FOR SELECT USING (true)', found);
    PERFORM ops.audit_table(found, NULL);
  END LOOP;
  PERFORM ops.enable_row_security('public.organizations');
  PERFORM ops.audit_table('public.organizations', 'id');
  PERFORM ops.enable_row_security('public.users');
  PERFORM ops.audit_table('public.users', NULL);
  PERFORM ops.enable_row_security('public.organization_members');
  PERFORM ops.audit_table('public.organization_members', 'organization_id');
  PERFORM ops.enable_row_security('ops.audit_trail');
  PERFORM ops.enable_row_security('ops.access_log');
END
$$;

CREATE POLICY own_organizations ON organizations
  USING (id = ANY ((SELECT current_organization_ids())::uuid[]));

-- The second half is for current_organization_ids() when its owner is bound by policies; see there.
CREATE POLICY own_organizations ON organization_members
  USING (
    organization_id = ANY ((SELECT CASE
      WHEN coalesce(current_setting('app.resolving_membership', true), '') = 'on' THEN '{}'
      ELSE current_organization_ids()
    END)::uuid[])
    OR user_id = (SELECT CASE
      WHEN coalesce(current_setting('app.resolving_membership', true), '') = 'on' THEN current_user_id()
    END)
  )
  WITH CHECK (organization_id = ANY ((SELECT current_organization_ids())::uuid[]));
-- Or one would get to see any user, by making him a member of one's own organization. Who is invited comes in by
-- accept_invitation() himself.
CREATE POLICY known_users ON organization_members AS RESTRICTIVE FOR INSERT WITH CHECK (can_see_user(user_id));
CREATE POLICY known_users_update ON organization_members AS RESTRICTIVE FOR UPDATE
  USING (true) WITH CHECK (can_see_user(user_id));

CREATE POLICY colleagues ON users FOR SELECT USING (
  id = (SELECT current_user_id())
  OR EXISTS (
    SELECT FROM organization_members AS member
    WHERE member.user_id = users.id AND member.deleted_at IS NULL
      AND member.organization_id = ANY ((SELECT current_organization_ids())::uuid[])
  )
);
CREATE POLICY oneself_insert ON users FOR INSERT WITH CHECK (id = (SELECT current_user_id()));
CREATE POLICY oneself_update ON users FOR UPDATE USING (id = (SELECT current_user_id()));

CREATE POLICY own_organizations ON ops.audit_trail FOR SELECT
  USING (organization_id = ANY ((SELECT current_organization_ids())::uuid[]));
CREATE POLICY triggers_append ON ops.audit_trail FOR INSERT WITH CHECK (true);
CREATE POLICY own_organizations ON ops.access_log FOR SELECT
  USING (organization_id = ANY ((SELECT current_organization_ids())::uuid[]));
CREATE POLICY functions_append ON ops.access_log FOR INSERT WITH CHECK (true);

-- The search box. Whoever is bound by policies gets no help from idx_items_search, since @@ is not leakproof (and only
-- a superuser may call it so), and would read every item of his organizations. So the search asks past the policies and
-- draws the same line as they do itself: a policy on items that one day draws another has to be written here as well.
-- SECURITY DEFINER for that. Planned anew for each search, since whether the words or the organization find fewer rows
-- depends on both. To know the best of many thousands it would have to read them all: it ranks the first thousand.
-- No notices: of a word too long for the index PostgreSQL would tell whose ever it is.
CREATE FUNCTION search_items(query text, max_results integer DEFAULT 50)
RETURNS TABLE (id uuid, organization_id uuid, board_id uuid, name text, rank real)
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER ROWS 50 PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan SET client_min_messages = warning AS $$
DECLARE
  own_organizations CONSTANT uuid[] := public.current_organization_ids();
  wanted CONSTANT tsquery := plainto_tsquery('english', query);
BEGIN
  RETURN QUERY
    WITH found AS MATERIALIZED (
      SELECT items.*
      FROM public.items
      WHERE to_tsvector('english', items.name || ' ' || COALESCE(items.description, '')) @@ wanted
        AND items.deleted_at IS NULL AND items.organization_id = ANY (own_organizations)
      LIMIT 1000
    )
    SELECT found.id, found.organization_id, found.board_id, found.name
      , ts_rank(to_tsvector('english', found.name || ' ' || COALESCE(found.description, '')), wanted) AS rank
    FROM found
    ORDER BY rank DESC, found.updated_at DESC, found.id
    LIMIT greatest(max_results, 0);
END
$$;
COMMENT ON FUNCTION search_items(text, integer) IS
  'Items of the current user''s organizations in which all the words stand, the best first; at most 1000';

-- ── 8 Grants, and how one gets into an organization ─────────────────────────────────────────────────────────────────

-- SECURITY DEFINER: before he is a member, no policy lets the founder in. The owner of the function needs BYPASSRLS.
CREATE FUNCTION create_organization(name text, slug text, id uuid DEFAULT gen_random_uuid()) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF public.current_user_id() IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'app.current_user_id is not set';
  END IF;
  INSERT INTO public.organizations (id, name, slug) VALUES (id, name, slug);
  INSERT INTO public.organization_members (organization_id, user_id, role_id)
  SELECT create_organization.id, public.current_user_id(), roles.id FROM public.roles WHERE roles.key = 'owner';
  RETURN id;
END
$$;
COMMENT ON FUNCTION create_organization(text, text, uuid) IS 'A new organization whose owner is the current user';

-- SECURITY DEFINER, as above. The hash of the token is the proof, and the address must be the user's: one answer for
-- every reason to refuse, so that nobody finds out which invitations there are.
CREATE FUNCTION accept_invitation(token_hash bytea) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  invitation public.invitations;
BEGIN
  UPDATE public.invitations SET status = 'accepted'
  FROM public.users
  WHERE invitations.token_hash = accept_invitation.token_hash AND invitations.status = 'pending'
    AND invitations.expires_at > now() AND invitations.deleted_at IS NULL
    AND users.id = public.current_user_id() AND users.deleted_at IS NULL
    AND lower(users.email) = lower(invitations.email)
  RETURNING invitations.* INTO invitation;
  IF invitation.id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = 'no invitation for this user with this token is open';
  END IF;
  INSERT INTO public.organization_members AS member (organization_id, user_id, role_id)
  VALUES (invitation.organization_id, public.current_user_id(), invitation.role_id)
  ON CONFLICT (organization_id, user_id) DO UPDATE
  SET role_id = excluded.role_id, status = 'active', deleted_at = NULL
  WHERE member.status IN ('invited', 'left') OR member.deleted_at IS NOT NULL;
  RETURN invitation.organization_id;
END
$$;
COMMENT ON FUNCTION accept_invitation(bytea) IS 'Makes the current user a member of the organization that invited him';

REVOKE EXECUTE ON FUNCTION search_items(text, integer) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION log_access(text, text, uuid, jsonb) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION create_organization(text, text, uuid) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION accept_invitation(bytea) FROM PUBLIC;

-- What an application's role needs and no more: no TRUNCATE (policies don't hold for it), no REFERENCES (a foreign
-- key reads past policies), no leaves (what is written to one by its own name is in no audit trail), no reference
-- table to write, nothing of ops. Again after a later migration.
CREATE FUNCTION ops.grant_application_role(application name) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  granted record;
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', application);
  FOR granted IN
    SELECT oid::regclass AS name, relkind
      , relname IN ('roles', 'role_permissions', 'board_templates') OR relkind = 'v' AS is_read_only
    FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
      AND (relkind <> 'v' OR 'security_invoker=true' = ANY (reloptions))
  LOOP
    EXECUTE format('GRANT %s ON %s TO %I',
      CASE WHEN granted.is_read_only THEN 'SELECT' ELSE 'SELECT, INSERT, UPDATE, DELETE' END, granted.name, application);
  END LOOP;
  EXECUTE format('GRANT EXECUTE ON FUNCTION public.search_items(text, integer), public.log_access(text, text, uuid, jsonb)
    , public.create_organization(text, text, uuid), public.accept_invitation(bytea) TO %I', application);
END
$$;
COMMENT ON FUNCTION ops.grant_application_role(name) IS 'Grants a role without BYPASSRLS what an application needs';

-- ── 9 Field-level encryption ────────────────────────────────────────────────────────────────────────────────────────
-- OpenPGP with AES-256 and a check against tampering (MDC). The key is never an argument, so it stands in no
-- statement text, no pg_stat_statements and no error context: the application sets it with a bound value,
--   SELECT set_config('app.encryption_key', $1, true)
-- and for the time of a rotation the old one as app.previous_encryption_key. No compression: the length of a
-- compressed secret tells of its content.
-- SECURITY DEFINER: the extension lives in ops, which callers can't reach into.

CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA ops;

CREATE FUNCTION ops.encryption_key(setting text) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found_key CONSTANT text := coalesce(current_setting(setting, true), '');
BEGIN
  IF length(found_key) < 32 THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('%s is %s', setting, CASE found_key WHEN '' THEN 'not set' ELSE 'shorter than 32 characters' END),
      HINT = format('SELECT set_config(''%s'', $1, true) with the key as a bound value.', setting);
  END IF;
  RETURN found_key;
END
$$;

CREATE FUNCTION encrypt_field(content text) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT
SECURITY DEFINER SET search_path = pg_catalog, ops, public, pg_temp AS $$
BEGIN
  RETURN pgp_sym_encrypt(
    content, ops.encryption_key('app.encryption_key'), 'cipher-algo=aes256, compress-algo=0, s2k-digest-algo=sha256'
  );
END
$$;
COMMENT ON FUNCTION encrypt_field(text) IS 'Encrypts with the key in app.encryption_key; twice the same gives two different values';

CREATE FUNCTION decrypt_field(content bytea) RETURNS text LANGUAGE plpgsql STABLE STRICT
SECURITY DEFINER SET search_path = pg_catalog, ops, public, pg_temp AS $$
BEGIN
  BEGIN
    RETURN pgp_sym_decrypt(content, ops.encryption_key('app.encryption_key'));
  EXCEPTION WHEN external_routine_invocation_exception THEN
    IF coalesce(current_setting('app.previous_encryption_key', true), '') = '' THEN
      RAISE EXCEPTION USING ERRCODE = 'data_exception', MESSAGE = 'the field was encrypted with another key, or is damaged';
    END IF;
  END;
  BEGIN
    RETURN pgp_sym_decrypt(content, ops.encryption_key('app.previous_encryption_key'));
  EXCEPTION WHEN external_routine_invocation_exception THEN
    RAISE EXCEPTION USING ERRCODE = 'data_exception', MESSAGE = 'the field was encrypted with another key, or is damaged';
  END;
END
$$;
COMMENT ON FUNCTION decrypt_field(bytea) IS 'Decrypts with app.encryption_key, else with app.previous_encryption_key';

-- ── 10 Data quality ─────────────────────────────────────────────────────────────────────────────────────────────────
-- With the rights of whoever asks: a member sees the problems of his organizations, the operator all of them. They
-- read whole tables; they are no health checks.

CREATE VIEW data_quality_issues WITH (security_invoker = true) AS
  SELECT 'ITEM_DATA' AS issue, 'ERROR' AS severity, 'items' AS table_name, organization_id, items.id AS row_id
    , format('%s %s', coalesce(problems.key, 'the data'), problems.problem) AS detail
  FROM items
  CROSS JOIN LATERAL item_data_problems(board_id, item_data) AS problems
  WHERE deleted_at IS NULL AND item_data <> '{}'
  UNION ALL
  -- Comes from a column that changed after the value was written, or from a load that fired no triggers.
  SELECT 'ITEM_VALUE', 'ERROR', 'item_values', v.organization_id, v.id, coalesce(
    CASE WHEN board_column.board_id <> items.board_id THEN 'is a value of another board''s column' END,
    item_value_problem(board_column.type, board_column.settings, v.value),
    CASE WHEN board_column.type = 'person' AND names_strangers(v.organization_id, v.value)
      THEN 'names a user who is no member of the organization' END
  )
  FROM item_values AS v
  JOIN board_columns AS board_column USING (organization_id)
  JOIN items USING (organization_id)
  WHERE board_column.id = v.column_id AND items.id = v.item_id AND v.deleted_at IS NULL AND (
    board_column.board_id <> items.board_id
    OR item_value_problem(board_column.type, board_column.settings, v.value) IS NOT NULL
    OR board_column.type = 'person' AND names_strangers(v.organization_id, v.value)
  )
  UNION ALL
  SELECT 'SUBITEM_ON_OTHER_BOARD', 'ERROR', 'items', child.organization_id, child.id, 'its parent is on another board'
  FROM items AS child
  JOIN items AS parent ON (parent.organization_id, parent.id) = (child.organization_id, child.parent_id)
  WHERE child.board_id <> parent.board_id AND child.deleted_at IS NULL
  UNION ALL
  SELECT 'NO_OWNER', 'ERROR', 'organizations', organizations.id, organizations.id, 'no active member is its owner'
  FROM organizations
  WHERE deleted_at IS NULL AND NOT EXISTS (
    SELECT FROM organization_members AS member
    JOIN roles ON roles.id = member.role_id
    WHERE member.organization_id = organizations.id AND member.status = 'active' AND member.deleted_at IS NULL
      AND roles.key = 'owner'
  )
  UNION ALL
  SELECT 'ASSIGNEE_NOT_ACTIVE', 'WARNING', 'item_assignees', assignee.organization_id, assignee.id
    , 'is assigned to somebody who is no active member'
  FROM item_assignees AS assignee
  JOIN organization_members AS member
    ON (member.organization_id, member.user_id) = (assignee.organization_id, assignee.user_id)
  WHERE assignee.deleted_at IS NULL AND (member.status <> 'active' OR member.deleted_at IS NOT NULL)
  UNION ALL
  SELECT 'DEPENDENCY_CIRCLE', 'WARNING', 'item_dependencies', one.organization_id, one.id
    , 'the two items wait for each other'
  FROM item_dependencies AS one
  JOIN item_dependencies AS other
    ON (other.organization_id, other.item_id, other.depends_on_id) = (one.organization_id, one.depends_on_id, one.item_id)
  WHERE one.deleted_at IS NULL AND other.deleted_at IS NULL
  UNION ALL
  SELECT 'INVITATION_EXPIRED', 'INFO', 'invitations', organization_id, id, 'is pending, but can''t be accepted any more'
  FROM invitations
  WHERE status = 'pending' AND expires_at < now() AND deleted_at IS NULL
  UNION ALL
  SELECT 'CLOCK_FORGOTTEN', 'INFO', 'time_entries', organization_id, id, 'has been running for more than a day'
  FROM time_entries
  WHERE ended_at IS NULL AND started_at < now() - interval '1 day' AND deleted_at IS NULL;
COMMENT ON VIEW data_quality_issues IS 'Rows that the constraints allow, or allowed once, and that nobody wants';

-- Foreign keys are not checked for what logical replication or a load in replica role writes. One branch for each key
-- that 001 declares, so none is forgotten. PARENT_DELETED: what belongs to a row that is soft-deleted, and is alive.
-- A bound role does not see every user, so keys to tables without organizations are left out for it.
DO $$
DECLARE
  body text;
BEGIN
  SELECT string_agg(format(
    'SELECT %L::text AS reason, %L::text AS table_name, %s AS organization_id, child.id AS row_id, %L::text AS constraint_name
     FROM %s AS child LEFT JOIN %s AS parent ON %s WHERE %s AND %s%s',
    reason, pg_class.relname, CASE WHEN has_organization THEN 'child.organization_id' ELSE 'NULL::uuid' END,
    key.conname, key.conrelid::regclass, key.confrelid::regclass, matches, given,
    CASE reason
      WHEN 'MISSING' THEN 'parent IS NULL'
      ELSE 'child.deleted_at IS NULL AND parent.deleted_at IS NOT NULL'
    END,
    CASE WHEN NOT parent_has_organization THEN format(' AND NOT row_security_active(%L)', key.confrelid::regclass) END
  ), E'\nUNION ALL\n' ORDER BY pg_class.relname, key.conname, reason) INTO body
  FROM pg_constraint AS key
  CROSS JOIN LATERAL (
    SELECT string_agg(format('parent.%I = child.%I', theirs.attname, ours.attname), ' AND ' ORDER BY position) AS matches
      , string_agg(format('child.%I IS NOT NULL', ours.attname), ' AND ' ORDER BY position) AS given
    FROM unnest(key.conkey, key.confkey) WITH ORDINALITY AS pair (our_number, their_number, position)
    JOIN pg_attribute AS ours ON ours.attrelid = key.conrelid AND ours.attnum = our_number
    JOIN pg_attribute AS theirs ON theirs.attrelid = key.confrelid AND theirs.attnum = their_number
  ) AS pairs
  CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = key.conrelid AND attname = 'organization_id') AS has_organization
      , key.confrelid = 'organizations'::regclass
        OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = key.confrelid AND attname = 'organization_id')
        AS parent_has_organization
  ) AS tenancy
  CROSS JOIN unnest(ARRAY['MISSING', 'PARENT_DELETED']) AS reason
  JOIN pg_class ON pg_class.oid = key.conrelid
  WHERE key.contype = 'f' AND NOT relispartition AND relnamespace = 'public'::regnamespace
    AND (reason = 'MISSING' OR key.confdeltype = 'c' AND parent_has_organization);
  EXECUTE 'CREATE VIEW orphaned_records WITH (security_invoker = true) AS ' || body;
END
$$;
COMMENT ON VIEW orphaned_records IS 'Rows whose parent is missing, or soft-deleted while they are alive; one branch for each foreign key';

-- By the settings that autovacuum goes by, those of the table included.
CREATE VIEW tables_needing_vacuum WITH (security_invoker = true) AS
  SELECT schema_name, table_name, reason, dead_tuples, live_tuples, dead_fraction, transaction_id_age
    , size_bytes, last_vacuum_at, last_analyze_at, format('VACUUM (ANALYZE) %I.%I', schema_name, table_name) AS command
  FROM (
    SELECT stat.schemaname AS schema_name, stat.relname AS table_name, stat.n_dead_tup AS dead_tuples
      , stat.n_live_tup AS live_tuples
      , round(stat.n_dead_tup::numeric / nullif(stat.n_live_tup + stat.n_dead_tup, 0), 4) AS dead_fraction
      , age(pg_class.relfrozenxid) AS transaction_id_age
      , pg_table_size(stat.relid) AS size_bytes
      , greatest(stat.last_vacuum, stat.last_autovacuum) AS last_vacuum_at
      , greatest(stat.last_analyze, stat.last_autoanalyze) AS last_analyze_at
      , CASE
        WHEN age(pg_class.relfrozenxid) > current_setting('autovacuum_freeze_max_age')::bigint * 0.9 THEN 'WRAPAROUND'
        WHEN stat.n_dead_tup > option.threshold + option.scale * greatest(pg_class.reltuples, 0) THEN 'DEAD_TUPLES'
      END AS reason
    FROM pg_stat_user_tables AS stat
    -- A partitioned table itself holds nothing, and has no age.
    JOIN pg_class ON pg_class.oid = stat.relid AND pg_class.relkind <> 'p'
    CROSS JOIN LATERAL (
      SELECT coalesce(max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_threshold'),
          current_setting('autovacuum_vacuum_threshold'))::numeric AS threshold
        , coalesce(max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_scale_factor'),
          current_setting('autovacuum_vacuum_scale_factor'))::numeric AS scale
      FROM pg_options_to_table(pg_class.reloptions)
    ) AS option
  ) AS measured
  WHERE reason IS NOT NULL;
COMMENT ON VIEW tables_needing_vacuum IS 'Tables that autovacuum should have been at, or whose row versions get too old';

-- ── 11 Health ───────────────────────────────────────────────────────────────────────────────────────────────────────

-- The guide's metrics with its targets. What can't be known is UNKNOWN, with the reason and the statement that would
-- change it: never a guess, never zero, never an error. Fractions are 0 to 1.
CREATE FUNCTION check_database_health() RETURNS TABLE (
  check_name text, state text, value numeric, target numeric, critical numeric, unit text, detail text
) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  may_see_all CONSTANT boolean := pg_has_role('pg_read_all_stats', 'USAGE');
  unprivileged CONSTANT text := format('other sessions are hidden: GRANT pg_read_all_stats TO %I', current_user);
  statements_schema name;
  measured numeric;
BEGIN
  check_name := 'query_response_time_p95'; target := 50; critical := 200; unit := 'ms'; value := NULL;
  SELECT nspname INTO statements_schema
  FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_stat_statements';
  IF statements_schema IS NULL THEN
    detail := 'CREATE EXTENSION pg_stat_statements';
  ELSE
    BEGIN
      EXECUTE format(
        'SELECT min(mean_exec_time) FROM (
           SELECT mean_exec_time, sum(calls) OVER (ORDER BY mean_exec_time) AS running, sum(calls) OVER () AS total
           FROM %I.pg_stat_statements
           WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND calls > 0
         ) AS statements WHERE running >= 0.95 * total', statements_schema
      ) INTO value;
      value := round(value, 3);
      detail := CASE WHEN value IS NULL THEN 'no statement has been recorded yet'
        ELSE '95 % of calls are of statements whose mean is at most this' END;
    EXCEPTION WHEN OTHERS THEN
      value := NULL; detail := format('pg_stat_statements: %s', SQLERRM);
    END;
  END IF;
  state := CASE WHEN value IS NULL THEN 'UNKNOWN' WHEN value > critical THEN 'CRITICAL' WHEN value >= target THEN 'WARNING' ELSE 'OK' END;
  RETURN NEXT;

  unit := 'fraction'; critical := 0.9;
  FOR check_name, target, value IN
    SELECT 'heap_cache_hit_ratio', 0.9, sum(heap_blks_hit)::numeric / nullif(sum(heap_blks_hit) + sum(heap_blks_read), 0)
    FROM pg_statio_user_tables
    UNION ALL
    SELECT 'index_cache_hit_ratio', 0.95, sum(idx_blks_hit)::numeric / nullif(sum(idx_blks_hit) + sum(idx_blks_read), 0)
    FROM pg_statio_user_indexes
  LOOP
    value := round(value, 4);
    state := CASE WHEN value IS NULL THEN 'UNKNOWN' WHEN value < critical THEN 'CRITICAL' WHEN value < target THEN 'WARNING' ELSE 'OK' END;
    detail := CASE WHEN value IS NULL THEN 'nothing has been read since the statistics were reset' END;
    RETURN NEXT;
  END LOOP;

  check_name := 'connections_used'; target := 0.8; critical := 0.95;
  SELECT round(sum(numbackends)::numeric / current_setting('max_connections')::numeric, 4) INTO value FROM pg_stat_database;
  state := CASE WHEN value > critical THEN 'CRITICAL' WHEN value >= target THEN 'WARNING' ELSE 'OK' END;
  detail := NULL;
  RETURN NEXT;

  check_name := 'disk_io_wait'; target := 0.1; critical := 0.25; value := NULL;
  IF current_setting('track_io_timing') = 'on' THEN
    SELECT round(((blk_read_time + blk_write_time) / nullif(active_time, 0))::numeric, 4) INTO value
    FROM pg_stat_database WHERE datname = current_database();
    detail := CASE WHEN value IS NULL THEN 'no session has been active since the statistics were reset'
      ELSE 'of the time in which sessions of this database worked' END;
  ELSE
    detail := 'ALTER SYSTEM SET track_io_timing = on';
  END IF;
  state := CASE WHEN value IS NULL THEN 'UNKNOWN' WHEN value > critical THEN 'CRITICAL' WHEN value >= target THEN 'WARNING' ELSE 'OK' END;
  RETURN NEXT;

  check_name := 'disk_used'; target := 0.85; critical := 0.95; value := NULL; state := 'UNKNOWN';
  detail := 'SQL does not see the disk: the agent on the database host does';
  RETURN NEXT;

  check_name := 'replication_lag'; target := 10; critical := 60; unit := 's'; value := NULL; detail := NULL;
  IF pg_is_in_recovery() THEN
    value := CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
      ELSE round(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 3) END;
    detail := CASE WHEN value IS NULL THEN 'nothing has been replayed yet' ELSE 'this server is a standby' END;
  ELSIF may_see_all THEN
    SELECT count(*), round(max(extract(epoch FROM replay_lag)), 3) INTO measured, value FROM pg_stat_replication;
    -- An idle standby that has replayed everything reports no lag.
    value := CASE WHEN measured > 0 THEN coalesce(value, 0) END;
    detail := CASE WHEN measured > 0 THEN format('the slowest of %s', measured) ELSE 'no standby is connected' END;
  ELSE
    detail := unprivileged;
  END IF;
  state := CASE WHEN value IS NULL THEN 'UNKNOWN' WHEN value > critical THEN 'CRITICAL' WHEN value > target THEN 'WARNING' ELSE 'OK' END;
  RETURN NEXT;

  check_name := 'blocked_locks'; target := 0; critical := 10; unit := 'count';
  SELECT count(*) INTO value FROM pg_locks WHERE NOT granted;
  state := CASE WHEN value > critical THEN 'CRITICAL' WHEN value > target THEN 'WARNING' ELSE 'OK' END;
  detail := NULL;
  RETURN NEXT;

  check_name := 'oldest_transaction'; target := 300; critical := 3600; unit := 's'; value := NULL;
  IF may_see_all THEN
    SELECT coalesce(round(max(extract(epoch FROM clock_timestamp() - xact_start)), 3), 0) INTO value
    FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend';
    detail := NULL;
  ELSE
    detail := unprivileged;
  END IF;
  state := CASE WHEN value IS NULL THEN 'UNKNOWN' WHEN value > critical THEN 'CRITICAL' WHEN value > target THEN 'WARNING' ELSE 'OK' END;
  RETURN NEXT;

  check_name := 'statistics_age'; target := 7; critical := 30; unit := 'days';
  SELECT count(*) FILTER (WHERE last_at IS NULL)
    , round(max(extract(epoch FROM clock_timestamp() - last_at)) / 86400, 2)
  INTO measured, value
  FROM (
    SELECT greatest(last_analyze, last_autoanalyze) AS last_at FROM pg_stat_user_tables
    WHERE n_live_tup >= 1000 AND n_mod_since_analyze > 0
  ) AS stale;
  value := CASE WHEN measured = 0 THEN coalesce(value, 0) END;
  state := CASE WHEN measured > 0 THEN 'WARNING' WHEN value > critical THEN 'CRITICAL' WHEN value > target THEN 'WARNING' ELSE 'OK' END;
  detail := CASE WHEN measured > 0 THEN format('%s tables of 1000 rows or more were never analyzed: ANALYZE', measured)
    ELSE 'of the table whose changes have waited longest' END;
  RETURN NEXT;

  check_name := 'tables_needing_vacuum'; target := 0; critical := 20; unit := 'count';
  IF has_table_privilege('public.tables_needing_vacuum', 'SELECT') THEN
    SELECT count(*) INTO value FROM public.tables_needing_vacuum;
    state := CASE WHEN value > critical THEN 'CRITICAL' WHEN value > target THEN 'WARNING' ELSE 'OK' END;
    detail := NULL;
  ELSE
    value := NULL; state := 'UNKNOWN';
    detail := format('GRANT SELECT ON public.tables_needing_vacuum TO %I', current_user);
  END IF;
  RETURN NEXT;

  -- At 2^31 the server stops; at 200 million autovacuum begins to fight it.
  check_name := 'transaction_id_age'; target := 500000000; critical := 1500000000;
  SELECT max(age(datfrozenxid)) INTO value FROM pg_database;
  state := CASE WHEN value > critical THEN 'CRITICAL' WHEN value > target THEN 'WARNING' ELSE 'OK' END;
  detail := NULL;
  RETURN NEXT;

  check_name := 'invalid_indexes'; target := 0; critical := 0;
  SELECT count(*), string_agg(indexrelid::regclass::text, ', ' ORDER BY indexrelid) INTO value, detail
  FROM pg_index WHERE NOT indisvalid;
  state := CASE WHEN value > critical THEN 'CRITICAL' ELSE 'OK' END;
  detail := detail || ': REINDEX INDEX CONCURRENTLY, unless it is being built';
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION check_database_health() IS 'The metrics of the administration guide: OK, WARNING, CRITICAL or UNKNOWN with the reason';

-- The guide writes checkDatabaseHealth(), which PostgreSQL reads in lower case.
CREATE FUNCTION checkDatabaseHealth() RETURNS TABLE (
  check_name text, state text, value numeric, target numeric, critical numeric, unit text, detail text
) LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT * FROM check_database_health();
END;

-- ── 12 Retention, and what a person may ask for ─────────────────────────────────────────────────────────────────────
-- For the owner only. row_security off: a role that is bound by policies gets an error instead of a half result.

CREATE TABLE ops.retention_policies (
  name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  table_name text NOT NULL,
  -- The moment from which the interval counts; rows in which it is null are kept.
  age_column text NOT NULL,
  keep interval NOT NULL CHECK (keep >= interval '1 day'),
  -- SOFT_DELETE sets deleted_at; HARD_DELETE removes the row and what belongs to it.
  action text NOT NULL CHECK (action IN ('SOFT_DELETE', 'HARD_DELETE')),
  is_enabled boolean NOT NULL DEFAULT true,
  last_run_at timestamptz
);
COMMENT ON TABLE ops.retention_policies IS 'How long rows are kept; months of the partitioned tables have policies of their own';
ALTER TABLE ops.retention_policies ENABLE ROW LEVEL SECURITY;
INSERT INTO ops.retention_policies (name, table_name, age_column, keep, action, is_enabled) VALUES
  ('sessions_expired', 'public.user_sessions', 'expires_at', '30 days', 'HARD_DELETE', true),
  ('tokens_revoked', 'public.api_tokens', 'revoked_at', '90 days', 'HARD_DELETE', true),
  ('invitations_expired', 'public.invitations', 'expires_at', '90 days', 'HARD_DELETE', true),
  ('notifications_read', 'public.notifications', 'read_at', '90 days', 'SOFT_DELETE', true),
  ('notifications_deleted', 'public.notifications', 'deleted_at', '30 days', 'HARD_DELETE', true),
  ('comments_deleted', 'public.comments', 'deleted_at', '90 days', 'HARD_DELETE', true),
  ('items_deleted', 'public.items', 'deleted_at', '90 days', 'HARD_DELETE', true),
  ('boards_deleted', 'public.boards', 'deleted_at', '90 days', 'HARD_DELETE', true),
  -- A whole customer: somebody has to want it.
  ('organizations_deleted', 'public.organizations', 'deleted_at', '1 year', 'HARD_DELETE', false),
  ('access_log', 'ops.access_log', 'accessed_at', '1 year', 'HARD_DELETE', true),
  ('audit_trail', 'ops.audit_trail', 'changed_at', '7 years', 'HARD_DELETE', true);

-- At most batch_size × max_batches rows for each policy, so that a call can't run for hours or cascade without end:
-- call again while has_more. A policy that fails says why and the others go on.
CREATE FUNCTION apply_retention_policies(
  batch_size integer DEFAULT 1000, max_batches integer DEFAULT 20, dry_run boolean DEFAULT false
) RETURNS TABLE (policy text, table_name text, action text, affected bigint, has_more boolean, error text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = off AS $$
DECLARE
  one ops.retention_policies;
  target regclass;
  condition text;
  step bigint;
BEGIN
  IF batch_size NOT BETWEEN 1 AND 10000 OR max_batches NOT BETWEEN 1 AND 1000 OR dry_run IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = 'batch_size is 1 to 10000, max_batches 1 to 1000, dry_run true or false';
  END IF;
  IF NOT pg_try_advisory_xact_lock(hashtextextended('ops.retention_policies', 0)) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'the retention policies are being applied by another session';
  END IF;
  FOR one IN SELECT * FROM ops.retention_policies WHERE is_enabled ORDER BY name LOOP
    policy := one.name; table_name := one.table_name; action := one.action; affected := 0; has_more := false; error := NULL;
    BEGIN
      target := one.table_name::regclass;
      IF (SELECT relkind FROM pg_class WHERE oid = target) <> 'r' THEN
        RAISE EXCEPTION '% is no plain table: months are dropped as partitions', target USING ERRCODE = 'wrong_object_type';
      END IF;
      condition := format('%I < now() - $1%s', one.age_column,
        CASE one.action WHEN 'SOFT_DELETE' THEN ' AND deleted_at IS NULL' END);
      IF dry_run THEN
        EXECUTE format('SELECT count(*) FROM (SELECT FROM %s WHERE %s LIMIT $2) AS expired', target, condition)
        INTO step USING one.keep, batch_size::bigint * max_batches + 1;
        affected := least(step, batch_size::bigint * max_batches);
        has_more := step > affected;
      ELSE
        FOR batch IN 1..max_batches LOOP
          EXECUTE format('%s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %s WHERE %s LIMIT $2 FOR UPDATE SKIP LOCKED))',
            CASE one.action
              WHEN 'SOFT_DELETE' THEN format('UPDATE %s SET deleted_at = now()', target)
              ELSE format('DELETE FROM %s', target)
            END, target, condition) USING one.keep, batch_size;
          GET DIAGNOSTICS step = ROW_COUNT;
          affected := affected + step;
          EXIT WHEN step < batch_size;
        END LOOP;
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %s)', target, condition) INTO has_more USING one.keep;
        UPDATE ops.retention_policies SET last_run_at = now() WHERE name = one.name;
      END IF;
    EXCEPTION WHEN OTHERS THEN
      affected := 0; has_more := NULL; error := format('%s: %s', SQLSTATE, SQLERRM);
    END;
    RETURN NEXT;
  END LOOP;
END
$$;
COMMENT ON FUNCTION apply_retention_policies(integer, integer, boolean) IS
  'Deletes what ops.retention_policies say has been kept long enough; with dry_run only counts it';

-- Every row that names the person by a foreign key, and what the logs say of him; secrets are masked. Found in the
-- catalog, so that no table is forgotten.
CREATE FUNCTION export_user_data(user_id uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET row_security = off AS $$
DECLARE
  result jsonb;
  source record;
  found_rows jsonb;
BEGIN
  SELECT jsonb_build_object('users', jsonb_build_array(to_jsonb(users))) INTO result FROM public.users WHERE id = user_id;
  IF result IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('there is no user %s', user_id);
  END IF;
  FOR source IN
    SELECT conrelid::regclass AS name, relname, string_agg(format('%I = $1', attname), ' OR ' ORDER BY attnum) AS condition
    FROM (
      SELECT conrelid, conkey[cardinality(conkey)] AS key_number FROM pg_constraint
      WHERE contype = 'f' AND conparentid = 0
        AND confrelid IN ('public.users'::regclass, 'public.organization_members'::regclass)
      UNION SELECT attrelid, attnum FROM pg_attribute
      WHERE (attrelid, attname) IN (('public.activity_log'::regclass, 'actor_id'), ('ops.access_log'::regclass, 'actor_id'))
    ) AS key
    JOIN pg_attribute ON attrelid = conrelid AND attnum = key_number
    JOIN pg_class ON pg_class.oid = conrelid
    GROUP BY conrelid, relname
  LOOP
    EXECUTE format('SELECT jsonb_agg(ops.mask(to_jsonb(one), $2)) FROM %s AS one WHERE %s', source.name, source.condition)
    INTO found_rows USING user_id, ops.secret_columns(source.name);
    IF found_rows IS NOT NULL THEN
      result := result || jsonb_build_object(source.relname, found_rows);
    END IF;
  END LOOP;
  RETURN result;
END
$$;
COMMENT ON FUNCTION export_user_data(uuid) IS 'All that is kept about a person: rows by table (right of access)';

-- What he owns goes with the membership, what he wrote stays without his name (001). The trail forgets the values of
-- rows that were about him, not that they changed. The address typed back guards against the wrong uuid.
CREATE FUNCTION erase_user(user_id uuid, confirm_email text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = off AS $$
BEGIN
  PERFORM FROM public.users WHERE id = user_id AND lower(email) = lower(confirm_email) FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = 'there is no user with this id and this address';
  END IF;
  -- An OR of containments, one for each way a person's value may be keyed, would not use an index either.
  UPDATE public.item_values SET value = jsonb_set(value, '{users}', (value -> 'users') - user_id::text)
  WHERE value @> jsonb_build_object('users', jsonb_build_array(user_id));
  UPDATE public.activity_log SET actor_id = NULL WHERE actor_id = user_id;
  DELETE FROM public.invitations USING public.users WHERE users.id = user_id AND lower(invitations.email) = lower(users.email);
  DELETE FROM public.organization_members AS member WHERE member.user_id = erase_user.user_id;
  UPDATE public.users
  SET email = format('erased-%s@erased.invalid', user_id), name = 'Erased user', profile = '{}', deleted_at = coalesce(deleted_at, now())
  WHERE id = user_id;
  UPDATE ops.access_log SET actor_id = NULL, client_address = NULL, detail = '{}' WHERE actor_id = user_id;
  UPDATE ops.audit_trail SET old_values = NULL, new_values = NULL, redacted_at = now()
  WHERE row_id = user_id
    OR strpos(concat(old_values::text, new_values::text), user_id::text) > 0
    OR strpos(lower(concat(old_values ->> 'email', ' ', new_values ->> 'email')), lower(confirm_email)) > 0;
  UPDATE ops.audit_trail SET actor_id = NULL, redacted_at = now() WHERE actor_id = user_id;
END
$$;
COMMENT ON FUNCTION erase_user(uuid, text) IS 'Forgets a person: memberships and what he owned, his name and address, his values in the trail';

REVOKE EXECUTE ON FUNCTION apply_retention_policies(integer, integer, boolean) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION export_user_data(uuid) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION erase_user(uuid, text) FROM PUBLIC;
-- Nobody reaches into ops without USAGE on it; a USAGE that somebody grants one day shall not give away more.
REVOKE EXECUTE ON FUNCTION ops.check_hierarchy(), ops.check_items(), ops.check_item_values(), ops.check_activity()
  , ops.record_changes(), ops.secret_columns(regclass), ops.is_audit_off(regclass), ops.audit_table(regclass, text)
  , ops.enable_row_security(regclass), ops.protect_table(regclass), ops.grant_application_role(name) FROM PUBLIC;
