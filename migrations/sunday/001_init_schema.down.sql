-- Takes everything of 001 away, rows too. Partitions go with their parent, triggers with their tables.
DROP TABLE activity_log;
DROP TABLE comments;
DROP TABLE item_values;
DROP TABLE items;
DROP TABLE groups;
DROP TABLE board_columns;
DROP TABLE boards;
DROP TABLE workspaces;
DROP TABLE organization_members;
DROP TABLE users;
DROP TABLE organizations;
DROP FUNCTION set_updated_at();
