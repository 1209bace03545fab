-- Takes the functions and the placements away. Partitions stay, also those that were made meanwhile: they hold rows.
DROP VIEW shard_load_distribution;
DROP FUNCTION validate_cross_shard_operation(text[]);
DROP TRIGGER forget_organization ON organizations;
DROP TRIGGER place_new_organization ON organizations;
DROP FUNCTION ops.forget_organization();
DROP FUNCTION ops.place_new_organization();
DROP FUNCTION place_organization(uuid, text);
DROP FUNCTION get_organization_shard(uuid);
DROP FUNCTION ops.find_organization_shard(uuid);
DROP FUNCTION ops.choose_shard(uuid);
DROP FUNCTION ops.enter_tenant(uuid, bigint);
DROP TABLE ops.move_marker;
DROP TABLE ops.tenant_home;
DROP FUNCTION ops.local_shard();
DROP TABLE ops.shards;
DROP VIEW partition_monitoring;
DROP FUNCTION check_partition_health(timestamptz);
DROP FUNCTION ops.find_leaf_problems(regclass);
DROP FUNCTION ops.find_month_problems(regclass, ops.partition_policies, timestamptz);
DROP FUNCTION maintain_partitions(timestamptz);
DROP FUNCTION create_monthly_partition(regclass, date);
DROP FUNCTION ops.set_replica_identity(regclass, regclass);
DROP FUNCTION ops.keep_to_owner(regclass, regclass);
DROP FUNCTION ops.copy_row_security(regclass, regclass);
DROP FUNCTION ops.find_month(regclass, timestamptz, timestamptz);
DROP FUNCTION ops.require_monthly_table(regclass);
DROP FUNCTION ops.partition_ranges();
DROP TABLE ops.partition_policies;

-- The schema is shared with 003: whoever leaves last takes it away.
DO $$
BEGIN
  DROP SCHEMA ops;
EXCEPTION WHEN dependent_objects_still_exist THEN
  NULL;
END
$$;
