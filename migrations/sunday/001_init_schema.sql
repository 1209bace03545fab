-- The 42 core tables of the product.
--
-- Tenancy. Every tenant table has a uuid key, organization_id, and UNIQUE (organization_id, id). That index is what a
-- foreign key of a child points at, so no row can ever refer to another organization's row, and it is the replica
-- identity, so that an organization can move to another shard by logical replication with a row filter. A child
-- therefore needs no second foreign key to organizations. No unique key of a tenant table lacks the tenant, unless it
-- is a uuid: two organizations that grew up on different shards must be able to meet on one.
--
-- People. users, roles, role_permissions and board_templates belong to no organization and are equal on all shards.
-- Everything that names a person inside an organization points at the membership (organization_id, user_id), not at
-- the user: nobody can be assigned, mentioned or notified where he does not belong. What a person owns (a session, an
-- assignment) goes with the membership; what he wrote stays, without his name.
--
-- Every foreign key has an index at the child, or a delete of the parent would scan the child for each row.
-- Partial ones (WHERE x IS NOT NULL) serve it as well: the key's equality implies the predicate.
--
-- deleted_at marks a soft delete: null means alive. Unique keys count the dead too: who joins again is revived. All
-- tables have created_at, updated_at and deleted_at, the logs too: an entry is hidden or redacted, never rewritten.
--
-- 002 adds the indexes that only queries want.

-- updated_at must not depend on every writer remembering it; one who sets it himself (an import) is left alone.
CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
    NEW.updated_at := now();
  END IF;
  RETURN NEW;
END
$$;

-- ── Reference tables: equal on all shards, so their keys are free to lack a tenant ──────────────────────────────────

CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email text NOT NULL CHECK (length(email) <= 320),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  profile jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email));

CREATE TABLE roles (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  key text NOT NULL UNIQUE CHECK (key ~ '^[a-z][a-z_]{0,62}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  -- Who has more may do what those with less may do.
  rank integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);

CREATE TABLE role_permissions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  role_id uuid NOT NULL REFERENCES roles ON DELETE CASCADE,
  permission text NOT NULL CHECK (permission ~ '^[a-z_]+[.][a-z_]+$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (role_id, permission)
);

-- The ids are the same on every shard, since memberships that move between shards name them.
INSERT INTO roles (id, key, name, rank) VALUES
  ('a0000000-0000-4000-8000-000000000001', 'owner', 'Owner', 40),
  ('a0000000-0000-4000-8000-000000000002', 'admin', 'Admin', 30),
  ('a0000000-0000-4000-8000-000000000003', 'member', 'Member', 20),
  ('a0000000-0000-4000-8000-000000000004', 'guest', 'Guest', 10);
INSERT INTO role_permissions (id, role_id, permission)
SELECT ('a0000000-0000-4000-8001-' || lpad(row_number() OVER (ORDER BY rank DESC, permission)::text, 12, '0'))::uuid
  , id, permission
FROM roles
JOIN (VALUES
  (10, 'boards.read'), (10, 'comments.write'),
  (20, 'boards.write'), (20, 'items.write'), (20, 'dashboards.write'),
  (30, 'members.write'), (30, 'automations.write'), (30, 'integrations.write'),
  (40, 'organization.write'), (40, 'organization.delete')
) AS permission (least_rank, permission) ON rank >= least_rank;

CREATE TABLE board_templates (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  key text NOT NULL UNIQUE CHECK (key ~ '^[a-z][a-z0-9-]{0,62}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  category text NOT NULL,
  -- Groups, columns and views that a new board begins with.
  definition jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);

-- ── Organizations and who belongs to them ───────────────────────────────────────────────────────────────────────────

CREATE TABLE organizations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  -- Not unique here: that is a promise across shards, which only the directory of placements can keep.
  slug text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  -- What is read with every request; the rest is in organization_settings.
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);

CREATE TABLE organization_settings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 100),
  value jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, key)
);

CREATE TABLE organization_members (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users,
  -- The member's role, unless one is given.
  role_id uuid NOT NULL DEFAULT 'a0000000-0000-4000-8000-000000000003' REFERENCES roles,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('invited', 'active', 'suspended', 'left')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, user_id)
);
-- Not partial: the foreign key to users has to find the ones who left as well.
CREATE INDEX organization_members_user_idx ON organization_members (user_id);
CREATE INDEX organization_members_role_idx ON organization_members (role_id);

-- A session is one with one organization: who works in two has two. The token itself is never kept.
CREATE TABLE user_sessions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
  client jsonb NOT NULL DEFAULT '{}',
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, token_hash),
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX user_sessions_user_idx ON user_sessions (organization_id, user_id);

CREATE TABLE api_tokens (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
  scopes jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(scopes) = 'array'),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, token_hash),
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX api_tokens_user_idx ON api_tokens (organization_id, user_id);

CREATE TABLE invitations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
  email text NOT NULL CHECK (length(email) <= 320),
  role_id uuid NOT NULL DEFAULT 'a0000000-0000-4000-8000-000000000003' REFERENCES roles,
  token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'accepted', 'declined', 'revoked')),
  invited_by uuid,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, token_hash),
  FOREIGN KEY (organization_id, invited_by) REFERENCES organization_members (organization_id, user_id)
    ON DELETE SET NULL (invited_by)
);
CREATE INDEX invitations_role_idx ON invitations (role_id);
CREATE INDEX invitations_inviter_idx ON invitations (organization_id, invited_by) WHERE invited_by IS NOT NULL;

CREATE TABLE teams (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  description text,
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id)
);

CREATE TABLE team_members (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  team_id uuid NOT NULL,
  user_id uuid NOT NULL,
  is_lead boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, team_id, user_id),
  FOREIGN KEY (organization_id, team_id) REFERENCES teams (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX team_members_user_idx ON team_members (organization_id, user_id);

-- ── Where the work is: workspaces, folders, boards ──────────────────────────────────────────────────────────────────

CREATE TABLE workspaces (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id)
);

CREATE TABLE workspace_members (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  user_id uuid NOT NULL,
  access text NOT NULL DEFAULT 'editor' CHECK (access IN ('owner', 'editor', 'viewer')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, workspace_id, user_id),
  FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX workspace_members_user_idx ON workspace_members (organization_id, user_id);

CREATE TABLE folders (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  -- Null: at the top of the workspace.
  parent_id uuid,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  position integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  -- Lets a board or a folder point at its workspace and its folder at once, so that the two can't disagree.
  UNIQUE (organization_id, workspace_id, id),
  FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, workspace_id, parent_id) REFERENCES folders (organization_id, workspace_id, id)
    ON DELETE CASCADE,
  CHECK (parent_id <> id)
);
CREATE INDEX folders_parent_idx ON folders (organization_id, workspace_id, parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE boards (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  folder_id uuid,
  template_id uuid REFERENCES board_templates ON DELETE SET NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  description text,
  position integer NOT NULL DEFAULT 0,
  settings jsonb NOT NULL DEFAULT '{}',
  created_by uuid,
  archived_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, workspace_id, folder_id) REFERENCES folders (organization_id, workspace_id, id)
    ON DELETE SET NULL (folder_id),
  FOREIGN KEY (organization_id, created_by) REFERENCES organization_members (organization_id, user_id)
    ON DELETE SET NULL (created_by)
);
CREATE INDEX boards_folder_idx ON boards (organization_id, workspace_id, folder_id);
CREATE INDEX boards_template_idx ON boards (template_id) WHERE template_id IS NOT NULL;
CREATE INDEX boards_creator_idx ON boards (organization_id, created_by) WHERE created_by IS NOT NULL;

CREATE TABLE board_members (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  board_id uuid NOT NULL,
  user_id uuid NOT NULL,
  access text NOT NULL DEFAULT 'editor' CHECK (access IN ('owner', 'editor', 'viewer')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, board_id, user_id),
  FOREIGN KEY (organization_id, board_id) REFERENCES boards (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX board_members_user_idx ON board_members (organization_id, user_id);

CREATE TABLE board_columns (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  board_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  type text NOT NULL CHECK (type IN ('status', 'person', 'date', 'number', 'text', 'tags', 'checkbox', 'link')),
  position integer NOT NULL,
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, board_id) REFERENCES boards (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX board_columns_board_idx ON board_columns (organization_id, board_id, position);

CREATE TABLE board_views (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  board_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  type text NOT NULL CHECK (type IN ('table', 'kanban', 'timeline', 'calendar', 'chart')),
  position integer NOT NULL DEFAULT 0,
  -- Filters, order, hidden columns.
  settings jsonb NOT NULL DEFAULT '{}',
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, board_id) REFERENCES boards (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, created_by) REFERENCES organization_members (organization_id, user_id)
    ON DELETE SET NULL (created_by)
);
CREATE INDEX board_views_board_idx ON board_views (organization_id, board_id, position);
CREATE INDEX board_views_creator_idx ON board_views (organization_id, created_by) WHERE created_by IS NOT NULL;

CREATE TABLE groups (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  board_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  color text,
  position integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  -- Lets an item point at its board and its group at once, so that the two can't disagree.
  UNIQUE (organization_id, board_id, id),
  FOREIGN KEY (organization_id, board_id) REFERENCES boards (organization_id, id) ON DELETE CASCADE
);

-- ── The work itself: items and what hangs on them ───────────────────────────────────────────────────────────────────

CREATE TABLE items (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  board_id uuid NOT NULL,
  group_id uuid NOT NULL,
  -- Null: not a subitem.
  parent_id uuid,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 1000),
  description text CHECK (length(description) <= 20000),
  position integer NOT NULL,
  -- What no column of the board stands for.
  item_data jsonb NOT NULL DEFAULT '{}',
  due_at timestamptz,
  completed_at timestamptz,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, board_id, group_id) REFERENCES groups (organization_id, board_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, parent_id) REFERENCES items (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, created_by) REFERENCES organization_members (organization_id, user_id)
    ON DELETE SET NULL (created_by),
  CHECK (parent_id <> id)
);
CREATE INDEX items_group_idx ON items (organization_id, board_id, group_id, position);
CREATE INDEX items_parent_idx ON items (organization_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX items_creator_idx ON items (organization_id, created_by) WHERE created_by IS NOT NULL;

CREATE TABLE item_values (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  item_id uuid NOT NULL,
  column_id uuid NOT NULL,
  value jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, item_id, column_id),
  FOREIGN KEY (organization_id, item_id) REFERENCES items (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, column_id) REFERENCES board_columns (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX item_values_column_idx ON item_values (organization_id, column_id);

CREATE TABLE item_assignees (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  item_id uuid NOT NULL,
  user_id uuid NOT NULL,
  assigned_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, item_id, user_id),
  FOREIGN KEY (organization_id, item_id) REFERENCES items (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, assigned_by) REFERENCES organization_members (organization_id, user_id)
    ON DELETE SET NULL (assigned_by)
);
CREATE INDEX item_assignees_user_idx ON item_assignees (organization_id, user_id);
CREATE INDEX item_assignees_assigner_idx ON item_assignees (organization_id, assigned_by)
  WHERE assigned_by IS NOT NULL;

CREATE TABLE item_dependencies (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  item_id uuid NOT NULL,
  depends_on_id uuid NOT NULL,
  type text NOT NULL DEFAULT 'finish_to_start'
    CHECK (type IN ('finish_to_start', 'start_to_start', 'finish_to_finish', 'start_to_finish')),
  lag_days integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, item_id, depends_on_id),
  FOREIGN KEY (organization_id, item_id) REFERENCES items (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, depends_on_id) REFERENCES items (organization_id, id) ON DELETE CASCADE,
  CHECK (depends_on_id <> item_id)
);
CREATE INDEX item_dependencies_target_idx ON item_dependencies (organization_id, depends_on_id);

CREATE TABLE item_followers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  item_id uuid NOT NULL,
  user_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, item_id, user_id),
  FOREIGN KEY (organization_id, item_id) REFERENCES items (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX item_followers_user_idx ON item_followers (organization_id, user_id);

CREATE TABLE tags (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  color text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, name)
);

CREATE TABLE item_tags (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  item_id uuid NOT NULL,
  tag_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, item_id, tag_id),
  FOREIGN KEY (organization_id, item_id) REFERENCES items (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, tag_id) REFERENCES tags (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX item_tags_tag_idx ON item_tags (organization_id, tag_id);

-- ── What people say about it ────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE comments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  item_id uuid NOT NULL,
  -- Null: not a reply.
  parent_id uuid,
  -- Null: somebody who was erased.
  author_id uuid,
  body text NOT NULL CHECK (length(body) BETWEEN 1 AND 20000),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  -- A reply, and a file of a comment, belong to the comment's item.
  UNIQUE (organization_id, item_id, id),
  FOREIGN KEY (organization_id, item_id) REFERENCES items (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, item_id, parent_id) REFERENCES comments (organization_id, item_id, id)
    ON DELETE CASCADE,
  FOREIGN KEY (organization_id, author_id) REFERENCES organization_members (organization_id, user_id)
    ON DELETE SET NULL (author_id),
  CHECK (parent_id <> id)
);
CREATE INDEX comments_parent_idx ON comments (organization_id, item_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX comments_author_idx ON comments (organization_id, author_id, created_at) WHERE author_id IS NOT NULL;

CREATE TABLE comment_reactions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  comment_id uuid NOT NULL,
  user_id uuid NOT NULL,
  emoji text NOT NULL CHECK (length(emoji) BETWEEN 1 AND 20),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, comment_id, user_id, emoji),
  FOREIGN KEY (organization_id, comment_id) REFERENCES comments (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX comment_reactions_user_idx ON comment_reactions (organization_id, user_id);

CREATE TABLE mentions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  comment_id uuid NOT NULL,
  user_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, comment_id, user_id),
  FOREIGN KEY (organization_id, comment_id) REFERENCES comments (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX mentions_user_idx ON mentions (organization_id, user_id, created_at);

CREATE TABLE attachments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  item_id uuid NOT NULL,
  comment_id uuid,
  file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 500),
  content_type text NOT NULL,
  size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
  -- Where the bytes are: never in the database.
  storage_key text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  uploaded_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, item_id) REFERENCES items (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, item_id, comment_id) REFERENCES comments (organization_id, item_id, id)
    ON DELETE CASCADE,
  FOREIGN KEY (organization_id, uploaded_by) REFERENCES organization_members (organization_id, user_id)
    ON DELETE SET NULL (uploaded_by)
);
CREATE INDEX attachments_comment_idx ON attachments (organization_id, item_id, comment_id);
CREATE INDEX attachments_uploader_idx ON attachments (organization_id, uploaded_by) WHERE uploaded_by IS NOT NULL;

CREATE TABLE time_entries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  item_id uuid NOT NULL,
  user_id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  -- Null: the clock runs.
  ended_at timestamptz CHECK (ended_at >= started_at),
  note text,
  is_billable boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, item_id) REFERENCES items (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX time_entries_item_idx ON time_entries (organization_id, item_id);
CREATE INDEX time_entries_user_idx ON time_entries (organization_id, user_id, started_at);

-- ── What the product does by itself, and with others ────────────────────────────────────────────────────────────────

CREATE TABLE automations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  board_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  trigger_type text NOT NULL CHECK (length(trigger_type) BETWEEN 1 AND 100),
  definition jsonb NOT NULL DEFAULT '{}',
  is_enabled boolean NOT NULL DEFAULT true,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, board_id) REFERENCES boards (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, created_by) REFERENCES organization_members (organization_id, user_id)
    ON DELETE SET NULL (created_by)
);
CREATE INDEX automations_board_idx ON automations (organization_id, board_id);
CREATE INDEX automations_creator_idx ON automations (organization_id, created_by) WHERE created_by IS NOT NULL;

CREATE TABLE webhooks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
  -- Null: of all boards.
  board_id uuid,
  url text NOT NULL CHECK (url ~ '^https?://' AND length(url) <= 2000),
  events jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(events) = 'array'),
  -- Encrypted by the application.
  secret bytea,
  is_enabled boolean NOT NULL DEFAULT true,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, board_id) REFERENCES boards (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, created_by) REFERENCES organization_members (organization_id, user_id)
    ON DELETE SET NULL (created_by)
);
CREATE INDEX webhooks_board_idx ON webhooks (organization_id, board_id) WHERE board_id IS NOT NULL;
CREATE INDEX webhooks_creator_idx ON webhooks (organization_id, created_by) WHERE created_by IS NOT NULL;

CREATE TABLE integrations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
  type text NOT NULL CHECK (length(type) BETWEEN 1 AND 100),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'failed')),
  settings jsonb NOT NULL DEFAULT '{}',
  -- Encrypted by the application.
  credentials bytea,
  last_synced_at timestamptz,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, created_by) REFERENCES organization_members (organization_id, user_id)
    ON DELETE SET NULL (created_by)
);
CREATE INDEX integrations_creator_idx ON integrations (organization_id, created_by) WHERE created_by IS NOT NULL;

-- ── What people are told and shown ──────────────────────────────────────────────────────────────────────────────────

CREATE TABLE notifications (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  item_id uuid,
  type text NOT NULL CHECK (length(type) BETWEEN 1 AND 100),
  payload jsonb NOT NULL DEFAULT '{}',
  read_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, item_id) REFERENCES items (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX notifications_user_idx ON notifications (organization_id, user_id, created_at);
CREATE INDEX notifications_item_idx ON notifications (organization_id, item_id) WHERE item_id IS NOT NULL;

CREATE TABLE notification_preferences (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  channel text NOT NULL CHECK (channel IN ('email', 'push', 'in_app', 'chat')),
  type text NOT NULL CHECK (length(type) BETWEEN 1 AND 100),
  is_enabled boolean NOT NULL DEFAULT true,
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, user_id, channel, type),
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);

CREATE TABLE dashboards (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  layout jsonb NOT NULL DEFAULT '{}',
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, created_by) REFERENCES organization_members (organization_id, user_id)
    ON DELETE SET NULL (created_by)
);
CREATE INDEX dashboards_workspace_idx ON dashboards (organization_id, workspace_id);
CREATE INDEX dashboards_creator_idx ON dashboards (organization_id, created_by) WHERE created_by IS NOT NULL;

CREATE TABLE dashboard_widgets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  dashboard_id uuid NOT NULL,
  -- Null: of no board, e.g. a text.
  board_id uuid,
  type text NOT NULL CHECK (length(type) BETWEEN 1 AND 100),
  position integer NOT NULL DEFAULT 0,
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, dashboard_id) REFERENCES dashboards (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, board_id) REFERENCES boards (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX dashboard_widgets_dashboard_idx ON dashboard_widgets (organization_id, dashboard_id, position);
CREATE INDEX dashboard_widgets_board_idx ON dashboard_widgets (organization_id, board_id) WHERE board_id IS NOT NULL;

-- ── What happened: partitioned by month of created_at ───────────────────────────────────────────────────────────────
-- The key has created_at in it because a unique index of a partitioned table must hold the partition key.

CREATE TABLE automation_executions (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  automation_id uuid NOT NULL,
  -- Outlives the item, so it is no foreign key.
  item_id uuid,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'skipped')),
  input jsonb NOT NULL DEFAULT '{}',
  result jsonb,
  error text,
  started_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (organization_id, id, created_at),
  FOREIGN KEY (organization_id, automation_id) REFERENCES automations (organization_id, id) ON DELETE CASCADE
) PARTITION BY RANGE (created_at);
CREATE INDEX automation_executions_automation_idx
  ON automation_executions (organization_id, automation_id, created_at);

CREATE TABLE webhook_deliveries (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  event text NOT NULL CHECK (length(event) BETWEEN 1 AND 100),
  payload jsonb NOT NULL DEFAULT '{}',
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
  attempts integer NOT NULL DEFAULT 0,
  response_status integer,
  next_attempt_at timestamptz,
  delivered_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (organization_id, id, created_at),
  FOREIGN KEY (organization_id, webhook_id) REFERENCES webhooks (organization_id, id) ON DELETE CASCADE
) PARTITION BY RANGE (created_at);
CREATE INDEX webhook_deliveries_webhook_idx ON webhook_deliveries (organization_id, webhook_id, created_at);

-- Rows outlive what they tell of, so only the organization is a foreign key.
CREATE TABLE activity_log (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
  board_id uuid,
  item_id uuid,
  -- Null: the product itself, e.g. an automation.
  actor_id uuid,
  action text NOT NULL CHECK (length(action) BETWEEN 1 AND 100),
  details jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (organization_id, id, created_at)
) PARTITION BY RANGE (created_at);

-- What 002 does for the other tables has to be done here, while these are empty: CREATE INDEX CONCURRENTLY refuses a
-- partitioned table. A leaf gets all of it by LIKE.
CREATE INDEX idx_activity_log_org ON activity_log (organization_id, created_at);
COMMENT ON INDEX idx_activity_log_org IS $$composite: what happened in an organization —
SELECT action, details FROM activity_log WHERE organization_id = $1 ORDER BY created_at DESC LIMIT 50$$;
CREATE INDEX idx_activity_log_board ON activity_log (organization_id, board_id, created_at);
COMMENT ON INDEX idx_activity_log_board IS $$composite: what happened on a board —
SELECT action, details FROM activity_log WHERE organization_id = $1 AND board_id = $2 ORDER BY created_at DESC LIMIT
50$$;
CREATE INDEX idx_activity_log_item ON activity_log (organization_id, item_id, created_at)
  WHERE item_id IS NOT NULL;
COMMENT ON INDEX idx_activity_log_item IS $$partial: the history of an item —
SELECT action, details FROM activity_log WHERE organization_id = $1 AND item_id = $2 ORDER BY created_at DESC LIMIT
50$$;
CREATE INDEX idx_automation_executions_open ON automation_executions (created_at)
  WHERE state IN ('queued', 'running');
COMMENT ON INDEX idx_automation_executions_open IS $$partial: what is to be run, over all organizations —
SELECT id, organization_id FROM automation_executions WHERE state IN ('queued', 'running') ORDER BY created_at LIMIT
100$$;
CREATE INDEX idx_automation_executions_failed ON automation_executions (organization_id, created_at)
  WHERE state = 'failed';
COMMENT ON INDEX idx_automation_executions_failed IS $$partial: what went wrong lately in an organization —
SELECT id, error FROM automation_executions WHERE organization_id = $1 AND state = 'failed' ORDER BY created_at DESC
LIMIT 50$$;
CREATE INDEX idx_webhook_deliveries_pending ON webhook_deliveries (next_attempt_at)
  WHERE state = 'pending';
COMMENT ON INDEX idx_webhook_deliveries_pending IS $$partial: what is to be sent now, over all organizations —
SELECT id, organization_id FROM webhook_deliveries WHERE state = 'pending' AND next_attempt_at <= $1 ORDER BY
next_attempt_at LIMIT 100$$;
CREATE INDEX idx_webhook_deliveries_failed ON webhook_deliveries (organization_id, created_at)
  WHERE state = 'failed';
COMMENT ON INDEX idx_webhook_deliveries_failed IS $$partial: what did not arrive lately —
SELECT id, event FROM webhook_deliveries WHERE organization_id = $1 AND state = 'failed' ORDER BY created_at DESC
LIMIT 50$$;

-- Months in UTC, from six back (demo data and imports reach that far) to three ahead. LIKE + CHECK + ATTACH
-- locks the parent less than PARTITION OF does, and the CHECK spares the scan: the pattern for later ones too.
-- There is no default partition: a row for a month that nobody made is a fault to be seen, and with a default
-- each ATTACH would have to lock and scan it, and DETACH CONCURRENTLY would be refused.
DO $$
DECLARE
  this_month CONSTANT date := date_trunc('month', now() AT TIME ZONE 'UTC');
  parent text;
  lower_bound timestamptz;
  upper_bound timestamptz;
  leaf text;
BEGIN
  FOREACH parent IN ARRAY ARRAY['activity_log', 'automation_executions', 'webhook_deliveries'] LOOP
    FOR offset_months IN -6..3 LOOP
      lower_bound := (this_month + make_interval(months => offset_months)) AT TIME ZONE 'UTC';
      upper_bound := (this_month + make_interval(months => offset_months + 1)) AT TIME ZONE 'UTC';
      leaf := parent || '_' || to_char(lower_bound AT TIME ZONE 'UTC', 'YYYYMM');
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', leaf, parent);
      EXECUTE format(
        'ALTER TABLE %I ADD CONSTRAINT bounds CHECK (created_at >= %L AND created_at < %L)',
        leaf, lower_bound, upper_bound
      );
      EXECUTE format(
        'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        parent, leaf, lower_bound, upper_bound
      );
      EXECUTE format('ALTER TABLE %I DROP CONSTRAINT bounds', leaf);
    END LOOP;
  END LOOP;
END
$$;

-- ── For all of them ─────────────────────────────────────────────────────────────────────────────────────────────────

-- A row filter on organization_id works only where that column is part of the replica identity, or UPDATE and DELETE
-- fail for every tenant. ALTER on a partitioned table does not reach its leaves, so each leaf is set by itself.
DO $$
DECLARE
  tenant_table regclass;
  key_index name;
BEGIN
  FOR tenant_table, key_index IN
    SELECT conrelid::regclass, conname
    FROM pg_constraint
    JOIN pg_class ON pg_class.oid = conrelid
    WHERE connamespace = current_schema()::regnamespace AND contype IN ('p', 'u')
      AND pg_get_constraintdef(pg_constraint.oid) ~ '\(organization_id, id(, created_at)?\)$'
    UNION ALL
    SELECT 'organizations', 'organizations_pkey'
  LOOP
    EXECUTE format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', tenant_table, key_index);
  END LOOP;
END
$$;

-- Leaves get theirs from their parent.
DO $$
DECLARE
  table_name regclass;
BEGIN
  FOR table_name IN
    SELECT attrelid::regclass
    FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND attname = 'updated_at'
  LOOP
    EXECUTE format(
      'CREATE TRIGGER set_updated_at BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION set_updated_at()', table_name
    );
  END LOOP;
END
$$;
