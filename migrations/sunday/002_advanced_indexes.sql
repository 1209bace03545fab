-- transaction: none
-- depends: 001
--
-- The indexes that queries want; those that keys want are in 001. CONCURRENTLY, so that nobody who writes waits: hence
-- no transaction, and each stands for itself. The comment of each begins with its category, says what it is for, and
-- names the query it serves: a test asks the planner at 200,000 items whether it takes that index for that query.
-- docs/indexes.md is made from these comments.
--
-- Those of the partitioned tables are in 001: CREATE INDEX CONCURRENTLY refuses a partitioned table, the way around it
-- (ON ONLY, then one leaf after the other, then ATTACH) needs the names of the leaves, which depend on the month, and
-- in 001 the tables are empty, so that nobody waits there either.
--
-- A full index leads with organization_id unless it serves somebody who does not know the organization yet: a token
-- that comes in, a scheduler, the operator. One that leads with board_id or column_id may lack it: a board is of one
-- organization, and the planner, who doesn't know that, would count the organization's share twice.

-- ── Primary access paths: a thing found by what people and machines call it ─────────────────────────────────────────

CREATE INDEX CONCURRENTLY idx_organizations_slug ON organizations (slug);
COMMENT ON INDEX idx_organizations_slug IS $$primary: the organization of a web address —
SELECT id, name, settings FROM organizations WHERE slug = $1 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_user_sessions_token ON user_sessions (token_hash);
COMMENT ON INDEX idx_user_sessions_token IS $$primary: the session of a request, before its organization is known —
SELECT id, organization_id, user_id, expires_at, revoked_at FROM user_sessions WHERE token_hash = $1$$;

CREATE INDEX CONCURRENTLY idx_api_tokens_token ON api_tokens (token_hash);
COMMENT ON INDEX idx_api_tokens_token IS $$primary: the token of a request, before its organization is known —
SELECT id, organization_id, user_id, scopes FROM api_tokens WHERE token_hash = $1$$;

CREATE INDEX CONCURRENTLY idx_invitations_token ON invitations (token_hash);
COMMENT ON INDEX idx_invitations_token IS $$primary: the invitation behind a link —
SELECT id, organization_id, role_id, status FROM invitations WHERE token_hash = $1$$;

CREATE INDEX CONCURRENTLY idx_invitations_email ON invitations (lower(email));
COMMENT ON INDEX idx_invitations_email IS $$primary: what waits for somebody who signs up —
SELECT id, organization_id FROM invitations WHERE lower(email) = lower($1)$$;

CREATE INDEX CONCURRENTLY idx_attachments_storage_key ON attachments (storage_key);
COMMENT ON INDEX idx_attachments_storage_key IS $$primary: whose file this is, asked by the file service —
SELECT id, organization_id FROM attachments WHERE storage_key = $1$$;

CREATE INDEX CONCURRENTLY idx_users_name ON users (lower(name) text_pattern_ops);
COMMENT ON INDEX idx_users_name IS $$primary: people by the beginning of the name —
SELECT id, name FROM users WHERE lower(name) ~>=~ $1 AND lower(name) ~<~ $2$$;

CREATE INDEX CONCURRENTLY idx_boards_name ON boards (organization_id, lower(name) text_pattern_ops);
COMMENT ON INDEX idx_boards_name IS $$primary: jump to a board by the beginning of its name —
SELECT id, name FROM boards WHERE organization_id = $1 AND lower(name) ~>=~ $2 AND lower(name) ~<~ $3$$;

CREATE INDEX CONCURRENTLY idx_tags_name ON tags (organization_id, lower(name));
COMMENT ON INDEX idx_tags_name IS $$primary: a tag, however it is written —
SELECT id FROM tags WHERE organization_id = $1 AND lower(name) = lower($2)$$;

CREATE INDEX CONCURRENTLY idx_teams_name ON teams (organization_id, lower(name));
COMMENT ON INDEX idx_teams_name IS $$primary: a team by its name —
SELECT id FROM teams WHERE organization_id = $1 AND lower(name) = lower($2)$$;

CREATE INDEX CONCURRENTLY idx_integrations_type ON integrations (organization_id, type);
COMMENT ON INDEX idx_integrations_type IS $$primary: the integration with one product —
SELECT id, settings FROM integrations WHERE organization_id = $1 AND type = $2$$;

CREATE INDEX CONCURRENTLY idx_role_permissions_permission ON role_permissions (permission);
COMMENT ON INDEX idx_role_permissions_permission IS $$primary: the roles that may do something —
SELECT role_id FROM role_permissions WHERE permission = $1$$;

CREATE INDEX CONCURRENTLY idx_board_templates_category ON board_templates (category, name);
COMMENT ON INDEX idx_board_templates_category IS $$primary: the gallery of templates —
SELECT id, name FROM board_templates WHERE category = $1 ORDER BY name$$;

-- ── Composite: several conditions at once, or a condition and an order ──────────────────────────────────────────────

CREATE INDEX CONCURRENTLY idx_items_org_updated ON items (organization_id, updated_at);
COMMENT ON INDEX idx_items_org_updated IS $$composite: what changed last in an organization —
SELECT id, name FROM items WHERE organization_id = $1 ORDER BY updated_at DESC LIMIT 50$$;

CREATE INDEX CONCURRENTLY idx_items_board_updated ON items (board_id, updated_at);
COMMENT ON INDEX idx_items_board_updated IS $$composite: what changed on a board since a client last asked —
SELECT id FROM items WHERE board_id = $1 AND updated_at > $2 ORDER BY updated_at$$;

CREATE INDEX CONCURRENTLY idx_folders_workspace_position ON folders (organization_id, workspace_id, position);
COMMENT ON INDEX idx_folders_workspace_position IS $$composite: folders of a workspace in their order —
SELECT id, name FROM folders WHERE organization_id = $1 AND workspace_id = $2 ORDER BY position LIMIT 100$$;

CREATE INDEX CONCURRENTLY idx_comments_org_created ON comments (organization_id, created_at);
COMMENT ON INDEX idx_comments_org_created IS $$composite: the latest talk of an organization —
SELECT id, item_id, body FROM comments WHERE organization_id = $1 ORDER BY created_at DESC LIMIT 50$$;

CREATE INDEX CONCURRENTLY idx_attachments_org_created ON attachments (organization_id, created_at);
COMMENT ON INDEX idx_attachments_org_created IS $$composite: the latest files of an organization —
SELECT id, file_name FROM attachments WHERE organization_id = $1 ORDER BY created_at DESC LIMIT 50$$;

CREATE INDEX CONCURRENTLY idx_time_entries_org_started ON time_entries (organization_id, started_at);
COMMENT ON INDEX idx_time_entries_org_started IS $$composite: the hours of a week, of all people —
SELECT user_id, started_at, ended_at FROM time_entries WHERE organization_id = $1 AND started_at >= $2 AND
started_at < $3$$;

CREATE INDEX CONCURRENTLY idx_notifications_org_type ON notifications (organization_id, type, created_at);
COMMENT ON INDEX idx_notifications_org_type IS $$composite: how much of a kind was sent lately —
SELECT count(*) FROM notifications WHERE organization_id = $1 AND type = $2 AND created_at >= $3$$;

CREATE INDEX CONCURRENTLY idx_org_members_role ON organization_members (organization_id, role_id);
COMMENT ON INDEX idx_org_members_role IS $$composite: the owners of an organization —
SELECT user_id FROM organization_members WHERE organization_id = $1 AND role_id = $2$$;

CREATE INDEX CONCURRENTLY idx_automations_trigger ON automations (organization_id, trigger_type);
COMMENT ON INDEX idx_automations_trigger IS $$composite: automations that begin with one kind of event —
SELECT id, board_id FROM automations WHERE organization_id = $1 AND trigger_type = $2$$;

CREATE INDEX CONCURRENTLY idx_invitations_status ON invitations (organization_id, status, created_at);
COMMENT ON INDEX idx_invitations_status IS $$composite: the invitations of an organization by state —
SELECT id, email FROM invitations WHERE organization_id = $1 AND status = $2 ORDER BY created_at DESC LIMIT 50$$;

CREATE INDEX CONCURRENTLY idx_board_columns_type ON board_columns (organization_id, type);
COMMENT ON INDEX idx_board_columns_type IS $$composite: all date columns, for the calendar of an organization —
SELECT id, board_id FROM board_columns WHERE organization_id = $1 AND type = $2$$;

CREATE INDEX CONCURRENTLY idx_workspace_members_access ON workspace_members (organization_id, workspace_id, access);
COMMENT ON INDEX idx_workspace_members_access IS $$composite: the owners of a workspace —
SELECT user_id FROM workspace_members WHERE organization_id = $1 AND workspace_id = $2 AND access = $3$$;

CREATE INDEX CONCURRENTLY idx_board_members_access ON board_members (organization_id, board_id, access);
COMMENT ON INDEX idx_board_members_access IS $$composite: the owners of a board —
SELECT user_id FROM board_members WHERE organization_id = $1 AND board_id = $2 AND access = $3$$;

CREATE INDEX CONCURRENTLY idx_dashboard_widgets_type ON dashboard_widgets (organization_id, type);
COMMENT ON INDEX idx_dashboard_widgets_type IS $$composite: how much a kind of widget is used —
SELECT count(*) FROM dashboard_widgets WHERE organization_id = $1 AND type = $2$$;

CREATE INDEX CONCURRENTLY idx_integrations_sync ON integrations (status, last_synced_at);
COMMENT ON INDEX idx_integrations_sync IS $$composite: the integrations whose turn it is, over all organizations —
SELECT id, organization_id FROM integrations WHERE status = $1 ORDER BY last_synced_at LIMIT 100$$;

CREATE INDEX CONCURRENTLY idx_users_created ON users (created_at);
COMMENT ON INDEX idx_users_created IS $$composite: who signed up in a period —
SELECT count(*) FROM users WHERE created_at >= $1 AND created_at < $2$$;

CREATE INDEX CONCURRENTLY idx_board_views_type ON board_views (organization_id, type);
COMMENT ON INDEX idx_board_views_type IS $$composite: the calendars of an organization —
SELECT id, board_id, name FROM board_views WHERE organization_id = $1 AND type = $2$$;

-- ── Partial: only the rows that are asked for ───────────────────────────────────────────────────────────────────────

CREATE INDEX CONCURRENTLY idx_items_board_position ON items (board_id, position)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_items_board_position IS $$partial: the items of a board in their order, the most frequent query —
SELECT id, name FROM items WHERE board_id = $1 AND deleted_at IS NULL ORDER BY position LIMIT 100$$;

CREATE INDEX CONCURRENTLY idx_org_members_user_active ON organization_members (user_id, organization_id)
  WHERE status = 'active';
COMMENT ON INDEX idx_org_members_user_active IS $$partial: the organizations that somebody may see, asked by each policy —
SELECT organization_id FROM organization_members WHERE user_id = $1 AND status = 'active'$$;

CREATE INDEX CONCURRENTLY idx_items_top_level ON items (board_id, group_id, position)
  WHERE parent_id IS NULL AND deleted_at IS NULL;
COMMENT ON INDEX idx_items_top_level IS $$partial: a group of a board, without subitems —
SELECT id, name FROM items WHERE board_id = $1 AND group_id = $2 AND parent_id IS NULL AND deleted_at IS NULL ORDER
BY position$$;

CREATE INDEX CONCURRENTLY idx_items_due_open ON items (organization_id, due_at)
  WHERE completed_at IS NULL AND deleted_at IS NULL;
COMMENT ON INDEX idx_items_due_open IS $$partial: what is late in an organization —
SELECT id, name FROM items WHERE organization_id = $1 AND due_at < $2 AND completed_at IS NULL AND deleted_at IS
NULL ORDER BY due_at LIMIT 50$$;

CREATE INDEX CONCURRENTLY idx_items_board_due ON items (board_id, due_at)
  WHERE due_at IS NOT NULL AND deleted_at IS NULL;
COMMENT ON INDEX idx_items_board_due IS $$partial: the calendar of a board —
SELECT id, name, due_at FROM items WHERE board_id = $1 AND due_at >= $2 AND due_at < $3 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_items_deleted ON items (organization_id, deleted_at)
  WHERE deleted_at IS NOT NULL;
COMMENT ON INDEX idx_items_deleted IS $$partial: the bin, and what the retention takes from it —
SELECT id FROM items WHERE organization_id = $1 AND deleted_at < $2$$;

CREATE INDEX CONCURRENTLY idx_boards_deleted ON boards (organization_id, deleted_at)
  WHERE deleted_at IS NOT NULL;
COMMENT ON INDEX idx_boards_deleted IS $$partial: boards in the bin —
SELECT id FROM boards WHERE organization_id = $1 AND deleted_at < $2$$;

CREATE INDEX CONCURRENTLY idx_boards_archived ON boards (organization_id, archived_at)
  WHERE archived_at IS NOT NULL;
COMMENT ON INDEX idx_boards_archived IS $$partial: the archive —
SELECT id, name FROM boards WHERE organization_id = $1 AND archived_at IS NOT NULL ORDER BY archived_at DESC LIMIT
50$$;

CREATE INDEX CONCURRENTLY idx_comments_deleted ON comments (organization_id, deleted_at)
  WHERE deleted_at IS NOT NULL;
COMMENT ON INDEX idx_comments_deleted IS $$partial: what the retention takes of deleted talk —
SELECT id FROM comments WHERE organization_id = $1 AND deleted_at < $2$$;

CREATE INDEX CONCURRENTLY idx_notifications_unread ON notifications (organization_id, user_id, created_at)
  WHERE read_at IS NULL AND deleted_at IS NULL;
COMMENT ON INDEX idx_notifications_unread IS $$partial: the unread ones of a person —
SELECT id, type, payload FROM notifications WHERE organization_id = $1 AND user_id = $2 AND read_at IS NULL AND
deleted_at IS NULL ORDER BY created_at DESC LIMIT 20$$;

CREATE INDEX CONCURRENTLY idx_user_sessions_expiry ON user_sessions (expires_at)
  WHERE revoked_at IS NULL;
COMMENT ON INDEX idx_user_sessions_expiry IS $$partial: sessions that are over, for the clean-up —
SELECT id FROM user_sessions WHERE expires_at < $1 AND revoked_at IS NULL ORDER BY expires_at LIMIT 1000$$;

CREATE INDEX CONCURRENTLY idx_user_sessions_live ON user_sessions (organization_id, user_id, last_seen_at)
  WHERE revoked_at IS NULL;
COMMENT ON INDEX idx_user_sessions_live IS $$partial: where somebody is signed in —
SELECT id, client FROM user_sessions WHERE organization_id = $1 AND user_id = $2 AND revoked_at IS NULL ORDER BY
last_seen_at DESC LIMIT 20$$;

CREATE INDEX CONCURRENTLY idx_api_tokens_expiry ON api_tokens (expires_at)
  WHERE revoked_at IS NULL AND expires_at IS NOT NULL;
COMMENT ON INDEX idx_api_tokens_expiry IS $$partial: tokens that end soon, to warn their owners —
SELECT id, user_id FROM api_tokens WHERE expires_at < $1 AND revoked_at IS NULL ORDER BY expires_at LIMIT 1000$$;

CREATE INDEX CONCURRENTLY idx_invitations_pending ON invitations (organization_id, lower(email))
  WHERE status = 'pending';
COMMENT ON INDEX idx_invitations_pending IS $$partial: whether somebody is invited already —
SELECT id FROM invitations WHERE organization_id = $1 AND lower(email) = lower($2) AND status = 'pending'$$;

CREATE INDEX CONCURRENTLY idx_invitations_expiry ON invitations (expires_at)
  WHERE status = 'pending';
COMMENT ON INDEX idx_invitations_expiry IS $$partial: invitations that ran out —
SELECT id FROM invitations WHERE expires_at < $1 AND status = 'pending' ORDER BY expires_at LIMIT 1000$$;

CREATE INDEX CONCURRENTLY idx_org_members_invited ON organization_members (organization_id, created_at)
  WHERE status = 'invited';
COMMENT ON INDEX idx_org_members_invited IS $$partial: who has not come yet —
SELECT user_id FROM organization_members WHERE organization_id = $1 AND status = 'invited' ORDER BY created_at LIMIT
50$$;

CREATE INDEX CONCURRENTLY idx_time_entries_running ON time_entries (organization_id, user_id)
  WHERE ended_at IS NULL AND deleted_at IS NULL;
COMMENT ON INDEX idx_time_entries_running IS $$partial: the clock of somebody that runs —
SELECT id, item_id, started_at FROM time_entries WHERE organization_id = $1 AND user_id = $2 AND ended_at IS NULL
AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_automations_enabled ON automations (organization_id, board_id, trigger_type)
  WHERE is_enabled AND deleted_at IS NULL;
COMMENT ON INDEX idx_automations_enabled IS $$partial: what an event on a board starts —
SELECT id, definition FROM automations WHERE organization_id = $1 AND board_id = $2 AND trigger_type = $3 AND
is_enabled AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_webhooks_enabled ON webhooks (organization_id, board_id)
  WHERE is_enabled AND deleted_at IS NULL;
COMMENT ON INDEX idx_webhooks_enabled IS $$partial: who is told of an event on a board —
SELECT id, url FROM webhooks WHERE organization_id = $1 AND board_id = $2 AND is_enabled AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_integrations_failed ON integrations (organization_id, updated_at)
  WHERE status = 'failed';
COMMENT ON INDEX idx_integrations_failed IS $$partial: integrations that need their owner —
SELECT id, name FROM integrations WHERE organization_id = $1 AND status = 'failed' ORDER BY updated_at DESC LIMIT 10$$;

CREATE INDEX CONCURRENTLY idx_attachments_large ON attachments (organization_id, size_bytes)
  WHERE size_bytes > 10485760 AND deleted_at IS NULL;
COMMENT ON INDEX idx_attachments_large IS $$partial: the largest files of an organization —
SELECT id, file_name, size_bytes FROM attachments WHERE organization_id = $1 AND size_bytes > 10485760 AND
deleted_at IS NULL ORDER BY size_bytes DESC LIMIT 20$$;

-- ── Full text ───────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE INDEX CONCURRENTLY idx_items_search
  ON items USING gin (to_tsvector('english', name || ' ' || COALESCE(description, '')))
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_items_search IS $$full text: items by what they say —
SELECT id, name FROM items WHERE to_tsvector('english', name || ' ' || COALESCE(description, '')) @@
plainto_tsquery('english', $1) AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_comments_search ON comments USING gin (to_tsvector('english', body))
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_comments_search IS $$full text: talk by what it says —
SELECT id, item_id FROM comments WHERE to_tsvector('english', body) @@ plainto_tsquery('english', $1) AND deleted_at
IS NULL$$;

CREATE INDEX CONCURRENTLY idx_boards_search
  ON boards USING gin (to_tsvector('english', name || ' ' || COALESCE(description, '')))
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_boards_search IS $$full text: boards by what they say —
SELECT id, name FROM boards WHERE to_tsvector('english', name || ' ' || COALESCE(description, '')) @@
plainto_tsquery('english', $1) AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_attachments_search ON attachments USING gin (to_tsvector('simple', file_name))
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_attachments_search IS $$full text: files by the words of their names, which are of no language —
SELECT id, file_name FROM attachments WHERE to_tsvector('simple', file_name) @@ plainto_tsquery('simple', $1) AND
deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_users_search ON users USING gin (to_tsvector('simple', name))
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_users_search IS $$full text: people by any part of their names —
SELECT id, name FROM users WHERE to_tsvector('simple', name) @@ plainto_tsquery('simple', $1) AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_time_entries_search ON time_entries USING gin (to_tsvector('english', note))
  WHERE note IS NOT NULL AND deleted_at IS NULL;
COMMENT ON INDEX idx_time_entries_search IS $$full text: hours by what was done —
SELECT id, item_id FROM time_entries WHERE to_tsvector('english', note) @@ plainto_tsquery('english', $1) AND note
IS NOT NULL AND deleted_at IS NULL$$;

-- ── JSONB: into what has no column ──────────────────────────────────────────────────────────────────────────────────

CREATE INDEX CONCURRENTLY idx_items_data ON items USING gin (item_data jsonb_path_ops)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_items_data IS $$jsonb: items by any of their own fields —
SELECT id, name FROM items WHERE item_data @> $1 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_items_priority ON items (organization_id, (item_data ->> 'priority'))
  WHERE (item_data ->> 'priority') IS NOT NULL AND deleted_at IS NULL;
COMMENT ON INDEX idx_items_priority IS $$jsonb: what is critical in an organization —
SELECT id, name FROM items WHERE organization_id = $1 AND item_data ->> 'priority' = $2 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_item_values_label ON item_values (column_id, (value ->> 'label'))
  WHERE (value ->> 'label') IS NOT NULL AND deleted_at IS NULL;
COMMENT ON INDEX idx_item_values_label IS $$jsonb: the items of a board in one status —
SELECT item_id FROM item_values WHERE column_id = $1 AND value ->> 'label' = $2 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_item_values_users ON item_values USING gin ((value -> 'users'))
  WHERE value ? 'users' AND deleted_at IS NULL;
COMMENT ON INDEX idx_item_values_users IS $$jsonb: where a person stands in a column —
SELECT item_id FROM item_values WHERE value -> 'users' ? $1 AND value ? 'users' AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_users_profile ON users USING gin (profile jsonb_path_ops);
COMMENT ON INDEX idx_users_profile IS $$jsonb: people of a time zone or a language —
SELECT id FROM users WHERE profile @> $1$$;

CREATE INDEX CONCURRENTLY idx_organizations_settings ON organizations USING gin (settings);
COMMENT ON INDEX idx_organizations_settings IS $$jsonb: organizations that have a flag —
SELECT id FROM organizations WHERE settings ? $1$$;

CREATE INDEX CONCURRENTLY idx_organization_settings_value ON organization_settings USING gin (value jsonb_path_ops);
COMMENT ON INDEX idx_organization_settings_value IS $$jsonb: who has set something to a value —
SELECT organization_id FROM organization_settings WHERE value @> $1$$;

CREATE INDEX CONCURRENTLY idx_boards_settings ON boards USING gin (settings jsonb_path_ops);
COMMENT ON INDEX idx_boards_settings IS $$jsonb: boards with a feature switched on —
SELECT id FROM boards WHERE settings @> $1$$;

CREATE INDEX CONCURRENTLY idx_board_columns_settings ON board_columns USING gin (settings jsonb_path_ops);
COMMENT ON INDEX idx_board_columns_settings IS $$jsonb: columns that have a label —
SELECT id, board_id FROM board_columns WHERE settings @> $1$$;

CREATE INDEX CONCURRENTLY idx_automations_definition ON automations USING gin (definition jsonb_path_ops);
COMMENT ON INDEX idx_automations_definition IS $$jsonb: automations that name a column, before it is deleted —
SELECT id FROM automations WHERE definition @> $1$$;

CREATE INDEX CONCURRENTLY idx_webhooks_events ON webhooks USING gin (events jsonb_path_ops)
  WHERE is_enabled AND deleted_at IS NULL;
COMMENT ON INDEX idx_webhooks_events IS $$jsonb: who wants to be told of an event —
SELECT id, url FROM webhooks WHERE events @> $1 AND is_enabled AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_notifications_payload ON notifications USING gin (payload jsonb_path_ops);
COMMENT ON INDEX idx_notifications_payload IS $$jsonb: notifications about a thing, to take them back —
SELECT id FROM notifications WHERE payload @> $1$$;

CREATE INDEX CONCURRENTLY idx_integrations_settings ON integrations USING gin (settings jsonb_path_ops);
COMMENT ON INDEX idx_integrations_settings IS $$jsonb: the integration that a message from outside belongs to —
SELECT id, organization_id FROM integrations WHERE settings @> $1$$;

CREATE INDEX CONCURRENTLY idx_dashboard_widgets_settings ON dashboard_widgets USING gin (settings jsonb_path_ops);
COMMENT ON INDEX idx_dashboard_widgets_settings IS $$jsonb: widgets that show a column, before it is deleted —
SELECT id, dashboard_id FROM dashboard_widgets WHERE settings @> $1$$;

CREATE INDEX CONCURRENTLY idx_api_tokens_scopes ON api_tokens USING gin (scopes jsonb_path_ops)
  WHERE revoked_at IS NULL;
COMMENT ON INDEX idx_api_tokens_scopes IS $$jsonb: live tokens that may do something —
SELECT id, user_id FROM api_tokens WHERE scopes @> $1 AND revoked_at IS NULL$$;

-- ── Covering: answered from the index alone ─────────────────────────────────────────────────────────────────────────

CREATE INDEX CONCURRENTLY idx_items_group_progress ON items (board_id, group_id) INCLUDE (completed_at)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_items_group_progress IS $$covering: how far each group of a board is —
SELECT group_id, count(*), count(completed_at) FROM items WHERE board_id = $1 AND deleted_at IS NULL GROUP BY
group_id$$;

CREATE INDEX CONCURRENTLY idx_boards_sidebar ON boards (organization_id, workspace_id, position) INCLUDE (id, name)
  WHERE archived_at IS NULL AND deleted_at IS NULL;
COMMENT ON INDEX idx_boards_sidebar IS $$covering: the boards of a workspace in the side bar —
SELECT id, name FROM boards WHERE organization_id = $1 AND workspace_id = $2 AND archived_at IS NULL AND deleted_at
IS NULL ORDER BY position$$;

CREATE INDEX CONCURRENTLY idx_comments_latest ON comments (organization_id, item_id, created_at) INCLUDE (author_id)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_comments_latest IS $$covering: how many comments an item has, and who wrote last —
SELECT created_at, author_id FROM comments WHERE organization_id = $1 AND item_id = $2 AND deleted_at IS NULL ORDER
BY created_at DESC LIMIT 1$$;

CREATE INDEX CONCURRENTLY idx_item_assignees_user_items ON item_assignees (organization_id, user_id) INCLUDE (item_id)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_item_assignees_user_items IS $$covering: the work of a person —
SELECT item_id FROM item_assignees WHERE organization_id = $1 AND user_id = $2 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_item_followers_item_users ON item_followers (organization_id, item_id) INCLUDE (user_id)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_item_followers_item_users IS $$covering: who is told of a change —
SELECT user_id FROM item_followers WHERE organization_id = $1 AND item_id = $2 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_item_tags_tag_items ON item_tags (organization_id, tag_id) INCLUDE (item_id)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_item_tags_tag_items IS $$covering: the items of a tag —
SELECT item_id FROM item_tags WHERE organization_id = $1 AND tag_id = $2 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_item_dependencies_blockers
  ON item_dependencies (organization_id, item_id) INCLUDE (depends_on_id, type, lag_days)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_item_dependencies_blockers IS $$covering: what an item waits for —
SELECT depends_on_id, type, lag_days FROM item_dependencies WHERE organization_id = $1 AND item_id = $2 AND
deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_board_members_user_boards
  ON board_members (organization_id, user_id) INCLUDE (board_id, access)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_board_members_user_boards IS $$covering: the boards of a person, asked with every request —
SELECT board_id, access FROM board_members WHERE organization_id = $1 AND user_id = $2 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_workspace_members_user_workspaces
  ON workspace_members (organization_id, user_id) INCLUDE (workspace_id, access)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_workspace_members_user_workspaces IS $$covering: the workspaces of a person, asked with every request —
SELECT workspace_id, access FROM workspace_members WHERE organization_id = $1 AND user_id = $2 AND deleted_at IS
NULL$$;

CREATE INDEX CONCURRENTLY idx_team_members_user_teams
  ON team_members (organization_id, user_id) INCLUDE (team_id, is_lead)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_team_members_user_teams IS $$covering: the teams of a person —
SELECT team_id, is_lead FROM team_members WHERE organization_id = $1 AND user_id = $2 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_org_members_roster ON organization_members (organization_id) INCLUDE (user_id, role_id)
  WHERE status = 'active' AND deleted_at IS NULL;
COMMENT ON INDEX idx_org_members_roster IS $$covering: who belongs to an organization —
SELECT user_id, role_id FROM organization_members WHERE organization_id = $1 AND status = 'active' AND deleted_at IS
NULL$$;

CREATE INDEX CONCURRENTLY idx_time_entries_sheet
  ON time_entries (organization_id, user_id, started_at) INCLUDE (ended_at, is_billable)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_time_entries_sheet IS $$covering: the time sheet of a person —
SELECT started_at, ended_at, is_billable FROM time_entries WHERE organization_id = $1 AND user_id = $2 AND
started_at >= $3 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_attachments_usage ON attachments (organization_id) INCLUDE (size_bytes)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_attachments_usage IS $$covering: how much an organization stores —
SELECT sum(size_bytes) FROM attachments WHERE organization_id = $1 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_comment_reactions_emoji
  ON comment_reactions (organization_id, comment_id) INCLUDE (emoji, user_id)
  WHERE deleted_at IS NULL;
COMMENT ON INDEX idx_comment_reactions_emoji IS $$covering: the reactions below a comment —
SELECT emoji, user_id FROM comment_reactions WHERE organization_id = $1 AND comment_id = $2 AND deleted_at IS NULL$$;

CREATE INDEX CONCURRENTLY idx_notification_preferences_type
  ON notification_preferences (organization_id, user_id, type) INCLUDE (channel, is_enabled);
COMMENT ON INDEX idx_notification_preferences_type IS $$covering: how somebody wants to be told of something —
SELECT channel, is_enabled FROM notification_preferences WHERE organization_id = $1 AND user_id = $2 AND type = $3$$;
