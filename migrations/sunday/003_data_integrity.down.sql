-- The audit trail and the access log go with their tables: whoever has to keep them exports them first.
-- Encrypted fields stay as they are, and can be read again when the helpers are back.

DROP VIEW data_quality_issues, orphaned_records, tables_needing_vacuum;
DROP FUNCTION checkDatabaseHealth();
DROP FUNCTION check_database_health();
DROP FUNCTION erase_user(uuid, text);
DROP FUNCTION export_user_data(uuid);
DROP FUNCTION apply_retention_policies(integer, integer, boolean);
DROP TABLE ops.retention_policies;

-- What 003 and later migrations protected with its functions, leaves included.
DO $$
DECLARE
  one record;
BEGIN
  FOR one IN
    SELECT polname, polrelid::regclass AS name FROM pg_policy
    JOIN pg_class ON pg_class.oid = polrelid WHERE relnamespace = 'public'::regnamespace
  LOOP
    EXECUTE format('DROP POLICY %I ON %s', one.polname, one.name);
  END LOOP;
  FOR one IN
    SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
  LOOP
    EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', one.name);
    EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', one.name);
  END LOOP;
  FOR one IN
    SELECT tgname, tgrelid::regclass AS name FROM pg_trigger
    WHERE NOT tgisinternal AND tgparentid = 0 AND tgfoid IN (
      'ops.record_changes()'::regprocedure, 'ops.check_hierarchy()'::regprocedure, 'ops.check_items()'::regprocedure
      , 'ops.check_item_values()'::regprocedure, 'ops.check_activity()'::regprocedure
    )
  LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', one.tgname, one.name);
  END LOOP;
END
$$;

DROP FUNCTION decrypt_field(bytea);
DROP FUNCTION encrypt_field(text);
DROP FUNCTION ops.encryption_key(text);
-- One that was here before us is somewhere else, or is used by others: it stays.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pgcrypto' AND extnamespace = 'ops'::regnamespace) THEN
    DROP EXTENSION pgcrypto;
  END IF;
END
$$;

DROP FUNCTION ops.grant_application_role(name);
DROP FUNCTION accept_invitation(bytea);
DROP FUNCTION create_organization(text, text, uuid);
DROP FUNCTION ops.protect_table(regclass);
DROP FUNCTION ops.enable_row_security(regclass);
DROP FUNCTION ops.audit_table(regclass, text);
DROP FUNCTION search_items(text, integer);
DROP FUNCTION log_access(text, text, uuid, jsonb);
DROP TABLE ops.access_log, ops.audit_trail;
DROP FUNCTION ops.record_changes();
DROP FUNCTION ops.is_audit_off(regclass);
DROP FUNCTION ops.mask(jsonb, text[]);
DROP FUNCTION ops.secret_columns(regclass);
DROP FUNCTION ops.check_activity();
DROP FUNCTION ops.check_item_values();
DROP FUNCTION ops.check_items();
DROP FUNCTION validate_item_data(uuid, jsonb);
DROP FUNCTION item_data_problems(uuid, jsonb);
DROP FUNCTION names_strangers(uuid, jsonb);
DROP FUNCTION item_value_problem(text, jsonb, jsonb);
DROP FUNCTION ops.check_hierarchy();
DROP FUNCTION can_see_user(uuid);
DROP FUNCTION current_organization_ids();

ALTER TABLE invitations ALTER COLUMN email TYPE text;
ALTER TABLE users ALTER COLUMN email TYPE text;
DROP DOMAIN email_address;
DROP FUNCTION current_organization_id();
DROP FUNCTION current_user_id();
DROP FUNCTION uuid_or_null(text);

-- The schema is shared with 004: whoever leaves last takes it away.
DO $$
BEGIN
  DROP SCHEMA ops;
EXCEPTION WHEN dependent_objects_still_exist THEN
  NULL;
END
$$;
