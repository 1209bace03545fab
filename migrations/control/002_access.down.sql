DROP TABLE audit_entry;
DROP FUNCTION refuse_audit_change();
DROP TABLE access_token;
