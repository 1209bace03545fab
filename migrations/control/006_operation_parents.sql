-- An operation over several clusters (a rollout, a rebalance) starts one for each of them and waits for their ends.
ALTER TABLE operation ADD COLUMN parent_id uuid REFERENCES operation ON DELETE SET NULL;
CREATE INDEX operation_children ON operation (parent_id, seq) WHERE parent_id IS NOT NULL;
