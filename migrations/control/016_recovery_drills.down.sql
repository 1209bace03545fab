DROP TABLE recovery_drill;
