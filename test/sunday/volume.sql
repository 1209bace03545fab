-- 200,000 items and what hangs on them, made by the server itself: for tests that ask the planner. The numbers are
-- spread so that each query of an index finds a few rows among many. Foreign keys and triggers are left out: about the
-- planner they say nothing, and they would take most of the time.
SET LOCAL session_replication_role = replica;
SET LOCAL statement_timeout = '60s';
-- In order, so that the indexes grow at one end.
CREATE FUNCTION pg_temp.key(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT (rpad(encode(kind::bytea, 'hex'), 8, '0') || '-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
INSERT INTO organizations (id, name, slug, settings)
SELECT pg_temp.key('o', n), 'Org ' || n, 'org-' || n, CASE WHEN n % 100 = 0 THEN '{"beta": true}'::jsonb ELSE '{"plan": "standard"}' END FROM generate_series(1, 2000) AS n;
INSERT INTO organization_settings (organization_id, key, value) SELECT pg_temp.key('o', n % 100), 'key' || n, jsonb_build_object('value', n) FROM generate_series(1, 10000) AS n;
INSERT INTO users (id, email, name, profile, created_at)
SELECT pg_temp.key('u', n), 'u' || n || '@x.example', 'Name' || n % 5000 || ' Family' || n % 700, jsonb_build_object('language', n % 300), now() - n * interval '20 minutes' FROM generate_series(1, 20000) AS n;
INSERT INTO role_permissions (role_id, permission) SELECT pg_temp.key('r', n % 7), 'things.p_' || translate((n / 7)::text, '0123456789', 'abcdefghij') FROM generate_series(1, 5000) AS n;
INSERT INTO board_templates (key, name, category) SELECT 'template-' || n, 'Template ' || n, 'category ' || n % 100 FROM generate_series(1, 5000) AS n;
INSERT INTO organization_members (organization_id, user_id, role_id, status, created_at)
SELECT pg_temp.key('o', n % 100), pg_temp.key('u', n), ('a0000000-0000-4000-8000-00000000000' || 1 + n / 100 % 4)::uuid
  , CASE WHEN n / 100 % 10 = 0 THEN 'invited' ELSE 'active' END, now() - n * interval '20 minutes' FROM generate_series(1, 20000) AS n;
INSERT INTO user_sessions (organization_id, user_id, token_hash, expires_at, last_seen_at, revoked_at)
SELECT pg_temp.key('o', n % 100), pg_temp.key('u', n % 5000), sha256(n::text::bytea), now() + n * interval '1 minute', now() - n * interval '1 minute', CASE WHEN n % 3 = 0 THEN now() END FROM generate_series(1, 20000) AS n;
INSERT INTO api_tokens (organization_id, user_id, name, token_hash, scopes, expires_at)
SELECT pg_temp.key('o', n % 100), pg_temp.key('u', n % 2000), 'token', sha256(n::text::bytea), jsonb_build_array('scope' || n % 200), CASE WHEN n % 2 = 0 THEN now() + n * interval '1 minute' END FROM generate_series(1, 10000) AS n;
INSERT INTO invitations (organization_id, email, token_hash, status, expires_at, created_at)
SELECT pg_temp.key('o', n % 100), 'i' || n % 15000 || '@x.example', sha256(n::text::bytea), (ARRAY['pending', 'accepted', 'declined', 'revoked'])[1 + n / 100 % 4], now() + n * interval '1 minute', now() - n * interval '1 minute' FROM generate_series(1, 20000) AS n;
INSERT INTO teams (id, organization_id, name) SELECT pg_temp.key('t', n), pg_temp.key('o', n % 100), 'Team ' || n FROM generate_series(1, 5000) AS n;
INSERT INTO team_members (organization_id, team_id, user_id) SELECT pg_temp.key('o', n % 100), pg_temp.key('t', n % 5000), pg_temp.key('u', n % 3300) FROM generate_series(1, 10000) AS n;
INSERT INTO workspaces (id, organization_id, name) SELECT pg_temp.key('w', n), pg_temp.key('o', n % 100), 'Workspace ' || n FROM generate_series(1, 400) AS n;
INSERT INTO workspace_members (organization_id, workspace_id, user_id, access)
SELECT pg_temp.key('o', n % 100), pg_temp.key('w', n % 400), pg_temp.key('u', n), (ARRAY['owner', 'editor', 'viewer'])[1 + n / 400 % 3] FROM generate_series(1, 20000) AS n;
INSERT INTO folders (organization_id, workspace_id, name, position) SELECT pg_temp.key('o', n % 100), pg_temp.key('w', n % 400), 'Folder ' || n, n FROM generate_series(1, 10000) AS n;
INSERT INTO boards (id, organization_id, workspace_id, name, description, position, settings, deleted_at, archived_at)
SELECT pg_temp.key('b', n), pg_temp.key('o', n % 100), pg_temp.key('w', n % 400), 'Board ' || n, 'about word' || n % 900, n, jsonb_build_object('feature' || n % 200, true)
  , CASE WHEN n % 37 = 0 THEN now() - n * interval '1 hour' END, CASE WHEN n % 23 = 0 THEN now() - n * interval '1 hour' END FROM generate_series(1, 8000) AS n;
INSERT INTO board_members (organization_id, board_id, user_id, access)
SELECT pg_temp.key('o', n % 100), pg_temp.key('b', n % 800), pg_temp.key('u', n % 6700), (ARRAY['owner', 'editor', 'viewer'])[1 + n / 800 % 3] FROM generate_series(1, 20000) AS n;
INSERT INTO board_columns (id, organization_id, board_id, name, type, position, settings)
SELECT pg_temp.key('c', n), pg_temp.key('o', n % 100), pg_temp.key('b', n % 4000), 'Column ' || n, (ARRAY['status', 'person', 'date', 'number', 'text', 'tags', 'checkbox', 'link'])[1 + n / 4000 % 8], n, jsonb_build_object('labels', jsonb_build_array('label' || n % 300)) FROM generate_series(1, 20000) AS n;
INSERT INTO board_views (organization_id, board_id, name, type) SELECT pg_temp.key('o', n % 100), pg_temp.key('b', n % 4000), 'View', (ARRAY['table', 'kanban', 'timeline', 'calendar', 'chart'])[1 + n / 100 % 5] FROM generate_series(1, 10000) AS n;
INSERT INTO groups (id, organization_id, board_id, name, position) SELECT pg_temp.key('g', n), pg_temp.key('o', n % 100), pg_temp.key('b', n % 1000), 'Group', n FROM generate_series(1, 4000) AS n;
INSERT INTO items (id, organization_id, board_id, group_id, parent_id, name, description, position, item_data, due_at, completed_at, updated_at, deleted_at)
SELECT pg_temp.key('i', n), pg_temp.key('o', n % 100), pg_temp.key('b', n % 1000), pg_temp.key('g', n % 4000), CASE WHEN n % 12 = 0 THEN pg_temp.key('i', n - 1) END
  , 'Task word' || n % 3000, CASE WHEN n % 7 = 0 THEN 'about word' || n % 900 END, n / 1000
  , CASE WHEN n % 9 = 0 THEN jsonb_build_object('priority', (ARRAY['low', 'high', 'critical'])[1 + n / 9 % 3], 'source', n % 700) ELSE '{}' END
  , CASE WHEN n % 3 = 0 THEN now() + (n % 4000 - 2000) * interval '1 hour' END, CASE WHEN n % 5 = 0 THEN now() END, now() - n * interval '1 minute', CASE WHEN n % 31 = 0 THEN now() - n * interval '1 minute' END
FROM generate_series(1, 200000) AS n;
INSERT INTO item_values (organization_id, item_id, column_id, value)
SELECT pg_temp.key('o', n % 100), pg_temp.key('i', n), pg_temp.key('c', n % 4000), CASE n % 3 WHEN 0 THEN jsonb_build_object('users', jsonb_build_array(pg_temp.key('u', n % 20000))) ELSE jsonb_build_object('label', 'label' || n / 4000 % 6) END FROM generate_series(1, 60000) AS n;
INSERT INTO item_assignees (organization_id, item_id, user_id) SELECT pg_temp.key('o', n % 100), pg_temp.key('i', n), pg_temp.key('u', n % 700) FROM generate_series(1, 20000) AS n;
INSERT INTO item_dependencies (organization_id, item_id, depends_on_id) SELECT pg_temp.key('o', n % 100), pg_temp.key('i', n % 3000), pg_temp.key('i', n + 100) FROM generate_series(1, 10000) AS n;
INSERT INTO item_followers (organization_id, item_id, user_id) SELECT pg_temp.key('o', n % 100), pg_temp.key('i', n % 3000), pg_temp.key('u', n) FROM generate_series(1, 20000) AS n;
INSERT INTO tags (id, organization_id, name) SELECT pg_temp.key('tag', n), pg_temp.key('o', n % 100), 'Tag ' || n FROM generate_series(1, 5000) AS n;
INSERT INTO item_tags (organization_id, item_id, tag_id) SELECT pg_temp.key('o', n % 100), pg_temp.key('i', n), pg_temp.key('tag', n % 500) FROM generate_series(1, 20000) AS n;
INSERT INTO comments (id, organization_id, item_id, parent_id, author_id, body, created_at, deleted_at)
SELECT pg_temp.key('k', n), pg_temp.key('o', n % 100), pg_temp.key('i', n % 2000), CASE WHEN n / 2000 % 3 = 0 THEN pg_temp.key('k', n - 1) END, pg_temp.key('u', n % 2100), 'Said word' || n % 2000, now() - n * interval '1 minute', CASE WHEN n % 41 = 0 THEN now() - n * interval '1 minute' END FROM generate_series(1, 30000) AS n;
INSERT INTO comment_reactions (organization_id, comment_id, user_id, emoji) SELECT pg_temp.key('o', n % 100), pg_temp.key('k', n % 2000), pg_temp.key('u', n), '+1' FROM generate_series(1, 10000) AS n;
INSERT INTO mentions (organization_id, comment_id, user_id, created_at) SELECT pg_temp.key('o', n % 100), pg_temp.key('k', n), pg_temp.key('u', n % 300), now() - n * interval '1 minute' FROM generate_series(1, 20000) AS n;
INSERT INTO attachments (organization_id, item_id, file_name, content_type, size_bytes, storage_key, created_at)
SELECT pg_temp.key('o', n % 100), pg_temp.key('i', n), 'report' || n % 1000 || '.pdf', 'application/pdf', n / 100 % 100 * 200000, 'key-' || n, now() - n * interval '1 minute' FROM generate_series(1, 20000) AS n;
INSERT INTO time_entries (organization_id, item_id, user_id, started_at, ended_at, note)
SELECT pg_temp.key('o', n % 100), pg_temp.key('i', n), pg_temp.key('u', n % 500), now() - n * interval '10 minutes', CASE WHEN n / 500 % 8 > 0 THEN now() - n * interval '9 minutes' END, 'did word' || n % 1000 FROM generate_series(1, 20000) AS n;
INSERT INTO automations (organization_id, board_id, name, trigger_type, definition, is_enabled)
SELECT pg_temp.key('o', n % 100), pg_temp.key('b', n % 400), 'Automation', 'trigger' || n / 100 % 10, jsonb_build_object('column', n % 500), n / 400 % 4 > 0 FROM generate_series(1, 10000) AS n;
INSERT INTO webhooks (organization_id, board_id, url, events, is_enabled) SELECT pg_temp.key('o', n % 100), pg_temp.key('b', n % 400), 'https://x.example/' || n, jsonb_build_array('event' || n % 200), n / 400 % 4 > 0 FROM generate_series(1, 5000) AS n;
INSERT INTO integrations (organization_id, type, name, status, settings, last_synced_at, updated_at)
SELECT pg_temp.key('o', n % 100), 'type' || n / 100 % 20, 'Integration', (ARRAY['active', 'paused', 'failed'])[1 + n / 100 % 3], jsonb_build_object('channel', n), now() - n * interval '1 minute', now() - n * interval '1 minute' FROM generate_series(1, 10000) AS n;
INSERT INTO notifications (organization_id, user_id, type, payload, read_at, created_at)
SELECT pg_temp.key('o', n % 100), pg_temp.key('u', n % 500), 'type' || n / 500 % 10, jsonb_build_object('thing', n), CASE WHEN n / 500 % 5 > 0 THEN now() END, now() - n * interval '1 minute' FROM generate_series(1, 20000) AS n;
INSERT INTO notification_preferences (organization_id, user_id, channel, type) SELECT pg_temp.key('o', n % 100), pg_temp.key('u', n % 300), (ARRAY['email', 'push', 'in_app', 'chat'])[1 + n / 300 % 4], 'type' || n / 1200 FROM generate_series(1, 12000) AS n;
INSERT INTO dashboards (id, organization_id, workspace_id, name) SELECT pg_temp.key('d', n), pg_temp.key('o', n % 100), pg_temp.key('w', n % 400), 'Dashboard' FROM generate_series(1, 1000) AS n;
INSERT INTO dashboard_widgets (organization_id, dashboard_id, type, settings) SELECT pg_temp.key('o', n % 100), pg_temp.key('d', n % 1000), 'type' || n / 100 % 10, jsonb_build_object('column', n % 700) FROM generate_series(1, 10000) AS n;
INSERT INTO activity_log (organization_id, board_id, item_id, action, created_at)
SELECT pg_temp.key('o', n % 100), pg_temp.key('b', n % 1000), pg_temp.key('i', n % 20000), 'item.changed', now() - n * interval '2 minutes' FROM generate_series(1, 30000) AS n;
INSERT INTO automation_executions (organization_id, automation_id, state, created_at)
SELECT pg_temp.key('o', n % 100), pg_temp.key('a', n % 500), (ARRAY['succeeded', 'succeeded', 'failed', 'succeeded', 'skipped', 'queued'])[CASE WHEN n % 997 = 0 THEN 6 ELSE 1 + n / 100 % 5 END], now() - n * interval '4 minutes' FROM generate_series(1, 30000) AS n;
INSERT INTO webhook_deliveries (organization_id, webhook_id, event, state, next_attempt_at, created_at)
SELECT pg_temp.key('o', n % 100), pg_temp.key('h', n % 500), 'item.changed', CASE WHEN n % 997 = 0 THEN 'pending' WHEN n / 100 % 10 = 0 THEN 'failed' ELSE 'delivered' END, now() + n * interval '1 minute', now() - n * interval '4 minutes' FROM generate_series(1, 30000) AS n;
