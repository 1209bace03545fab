DROP TABLE organization_move;
ALTER TABLE operation DROP COLUMN also_on;
