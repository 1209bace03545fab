-- How far a review has read, by instance: with its findings in one row, so that no line is read twice or never.
ALTER TABLE maintenance_run ADD COLUMN bookmarks jsonb NOT NULL DEFAULT '{}';
