-- Shards, and which organization lives on which: the truth of the directory. Shards have a mirror of it, which fences.
CREATE TABLE shard (
  name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]{0,62}$'),
  cluster text NOT NULL UNIQUE,
  -- ACTIVE takes organizations; DRAINING gives away what it has; READ_ONLY neither takes nor gives. FULL is measured.
  state text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'DRAINING', 'READ_ONLY')),
  -- What it should hold in proportion to the others.
  weight integer NOT NULL DEFAULT 100 CHECK (weight BETWEEN 1 AND 10000),
  capacity_bytes bigint CHECK (capacity_bytes > 0), -- null: no limit
  region text,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE placement (
  organization_id uuid PRIMARY KEY,
  shard text NOT NULL REFERENCES shard,
  -- Grows with every move: an answer with a lower one is older.
  epoch bigint NOT NULL DEFAULT 1 CHECK (epoch >= 1),
  -- Somebody chose this shard: rebalancing leaves it alone.
  is_pinned boolean NOT NULL DEFAULT false,
  -- It may only live on shards of this region; null: anywhere.
  region text,
  placed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX placement_by_shard ON placement (shard, organization_id);

-- Counters of shards at many moments: rates come from two of them, quiet hours from a week. Deleted after eight days.
CREATE TABLE shard_sample (
  shard text NOT NULL REFERENCES shard ON DELETE CASCADE,
  at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  bytes bigint NOT NULL,
  connections integer NOT NULL,
  transactions bigint NOT NULL, -- since the statistics were reset
  statements bigint, -- null without pg_stat_statements
  PRIMARY KEY (shard, at)
);

-- One estimate of each organization for each day, for growth. Deleted after thirty days.
CREATE TABLE organization_sample (
  organization_id uuid NOT NULL,
  day date NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  shard text NOT NULL,
  bytes bigint NOT NULL,
  row_estimate bigint NOT NULL,
  PRIMARY KEY (organization_id, day)
);

CREATE TABLE rebalance_plan (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  plan jsonb NOT NULL,
  -- The operation that carries it out: a plan is begun once.
  operation_id uuid,
  is_paused boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
