DROP TABLE restore_point;
