-- What was seen last of each service beside the clusters. Who looks holds a lease in health_lease.
CREATE TABLE platform_newest (
  name text PRIMARY KEY,
  kind text NOT NULL,
  sampled_at timestamptz(3) NOT NULL,
  figures json NOT NULL, -- not jsonb: it is never searched, and the order is kept
  facts json NOT NULL -- of JSON null: it has said nothing
);
