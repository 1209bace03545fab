ALTER TABLE maintenance_run DROP COLUMN bookmarks;
