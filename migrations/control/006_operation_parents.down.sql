ALTER TABLE operation DROP COLUMN parent_id;
