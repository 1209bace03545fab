-- How the way of each worker into the history is, where the history is not in this database. One row for each worker.
CREATE TABLE history_writer (
  worker_id text PRIMARY KEY,
  updated_at timestamptz(3) NOT NULL,
  waiting integer NOT NULL, -- values that are not written yet
  waiting_since timestamptz(3), -- since when the oldest of them waits; null: none does
  lost bigint NOT NULL, -- values that were dropped, since the worker was started
  lost_at timestamptz(3), -- when that number grew last; null: never
  reason text -- why the last attempt failed; null: it did not
);
