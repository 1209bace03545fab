DROP TABLE rebalance_plan;
DROP TABLE organization_sample;
DROP TABLE shard_sample;
DROP TABLE placement;
DROP TABLE shard;
