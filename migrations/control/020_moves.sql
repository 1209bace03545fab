-- Clusters besides its own whose lanes an operation holds. Operations that are under way have none.
ALTER TABLE operation ADD COLUMN also_on text[] NOT NULL DEFAULT '{}';

-- Moves of organizations from shard to shard; see src/moves/moves.ts for the states.
CREATE TABLE organization_move (
  -- That of the operation which began it.
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  from_shard text NOT NULL,
  from_cluster text NOT NULL,
  to_shard text NOT NULL,
  to_cluster text NOT NULL,
  state text NOT NULL CHECK (state IN (
    'PREFLIGHT', 'COPYING', 'CATCHING_UP', 'VERIFYING', 'READY', 'CUTOVER', 'REVERSIBLE', 'COMPLETED', 'ABORTED', 'REVERSED'
  )),
  -- What was asked for: how the cutover comes, its budget, its window, the limit of retained log.
  settings jsonb NOT NULL,
  -- The placement's epoch before the cutover; the cutover makes the next one.
  epoch bigint NOT NULL,
  checks jsonb NOT NULL DEFAULT '[]',
  tables jsonb NOT NULL DEFAULT '[]',
  -- Comparisons of both sides, oldest first.
  verifications jsonb NOT NULL DEFAULT '[]',
  -- Pauses of writers, oldest first.
  pauses jsonb NOT NULL DEFAULT '[]',
  -- Why it does not go on, or ended without having moved anything; null when all is well.
  problem text,
  started_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  cut_over_at timestamptz,
  finished_at timestamptz
);
-- An organization is on one way at a time, whoever of two requests comes first.
CREATE UNIQUE INDEX organization_move_unfinished ON organization_move (organization_id) WHERE finished_at IS NULL;
CREATE INDEX organization_move_newest ON organization_move (started_at DESC, id DESC);
CREATE INDEX organization_move_by_organization ON organization_move (organization_id, started_at DESC);
