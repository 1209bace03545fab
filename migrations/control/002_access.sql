-- Bearer tokens. Only a hash is kept: a token has 256 random bits, so a fast hash cannot be guessed back.
CREATE TABLE access_token (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    role text NOT NULL CHECK (role IN ('VIEWER', 'OPERATOR', 'ADMIN')),
    -- Null: all scopes of the role, also those that later versions add to it.
    scopes text[],
    secret_sha256 bytea NOT NULL UNIQUE CHECK (length(secret_sha256) = 32),
    -- Name of the token that made it; null: made by the server itself.
    created_by text,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    expires_at timestamptz(3),
    revoked_at timestamptz(3),
    -- Written at most once a minute.
    last_used_at timestamptz(3)
);

CREATE INDEX access_token_by_age ON access_token (created_at DESC, id DESC);

-- Who did what, for whom, why, and what came of it. Rows are only ever added.
CREATE TABLE audit_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    principal_id text NOT NULL,
    principal text NOT NULL,
    on_behalf_of text,
    reason text,
    request_id text NOT NULL,
    action text NOT NULL,
    target text,
    input jsonb,
    -- ACCEPTED, or the code of the refusal.
    outcome text NOT NULL,
    operation_id text
);

CREATE INDEX audit_entry_by_operation ON audit_entry (operation_id, id) WHERE operation_id IS NOT NULL;
CREATE INDEX audit_entry_by_principal ON audit_entry (principal, id);
CREATE INDEX audit_entry_by_action ON audit_entry (action, id);
CREATE INDEX audit_entry_by_time ON audit_entry (at);

CREATE FUNCTION refuse_audit_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only'
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_entry_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
