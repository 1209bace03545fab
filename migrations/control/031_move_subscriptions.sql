-- Subscriptions that a move has made: servers name origins and slots of copies after their oids, and not after the move.
ALTER TABLE organization_move ADD COLUMN subscriptions jsonb NOT NULL DEFAULT '[]';
