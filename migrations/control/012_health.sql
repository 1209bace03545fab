-- Which worker looks at a cluster: two of them would double the cost of watching.
CREATE TABLE health_lease (
  cluster text PRIMARY KEY,
  worker_id text NOT NULL,
  expires_at timestamptz NOT NULL
);

-- The newest of everything, in the parts that are read together.
CREATE TABLE health_newest (
  cluster text NOT NULL,
  instance text NOT NULL, -- '' for figures of the whole cluster
  part text NOT NULL CHECK (part IN ('CLUSTER', 'ARCHIVE', 'HOT', 'WARM')),
  sampled_at timestamptz(3) NOT NULL,
  metrics json NOT NULL, -- not jsonb: it is never searched, and the order is kept
  states text NOT NULL, -- a change of it is an event
  PRIMARY KEY (cluster, instance, part)
);

-- History. A sample is one row with its values in the order of a layout: 8 bytes for each value, not 60.
CREATE TABLE health_layout (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  metrics text[] NOT NULL UNIQUE
);
CREATE TABLE health_sample (
  cluster text NOT NULL,
  instance text NOT NULL,
  at timestamptz(3) NOT NULL,
  layout integer NOT NULL,
  figures double precision[] NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX health_sample_place ON health_sample (cluster, instance, at);

-- Values of a minute or an hour, each array in the order of the layout. Null: nothing was known.
CREATE TABLE health_minute (
  cluster text NOT NULL,
  instance text NOT NULL,
  at timestamptz NOT NULL,
  layout integer NOT NULL,
  lowest double precision[] NOT NULL,
  mean double precision[] NOT NULL,
  highest double precision[] NOT NULL,
  newest double precision[] NOT NULL,
  samples integer[] NOT NULL,
  PRIMARY KEY (cluster, instance, at, layout)
) PARTITION BY RANGE (at);
CREATE TABLE health_hour (LIKE health_minute, PRIMARY KEY (cluster, instance, at, layout)) PARTITION BY RANGE (at);

-- How far the finer level has been rolled up into this one.
CREATE TABLE health_rollup (
  level text PRIMARY KEY CHECK (level IN ('MINUTE', 'HOUR')),
  through timestamptz NOT NULL
);
INSERT INTO health_rollup (level, through)
SELECT level, date_trunc('hour', clock_timestamp()) FROM unnest(ARRAY['MINUTE', 'HOUR']) AS level;

-- Limits that people set. '' for all clusters; the defaults stand in the program.
CREATE TABLE health_threshold (
  cluster text NOT NULL,
  metric text NOT NULL,
  target double precision,
  critical double precision,
  updated_by text NOT NULL,
  on_behalf_of text,
  reason text,
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (cluster, metric)
);
