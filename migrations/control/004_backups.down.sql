DROP TABLE backup_proof;
DROP TABLE backup;
