DROP TABLE migration_validation;
