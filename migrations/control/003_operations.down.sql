DROP TABLE worker;
DROP TABLE lease;
DROP SEQUENCE lease_token;
DROP TABLE idempotency_key;
DROP TABLE operation_step;
DROP TABLE operation;
