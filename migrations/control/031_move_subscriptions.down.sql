ALTER TABLE organization_move DROP COLUMN subscriptions;
