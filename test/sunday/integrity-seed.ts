import { createHash } from 'node:crypto';
import type { Transaction } from '../../src/postgres/pool.ts';
import { raw } from '../../src/postgres/sql.ts';

/** A row in each tenant table, and the user who is the owner of the organization. */
export async function seedOrganization(tx: Transaction, key: string): Promise<void> {
  const [organization, user] = [idOf(key, 'organization'), idOf(key, 'user')];
  const insert = (table: string, columns: string, values: string) => {
    const names = table === 'organizations' ? `id, ${columns}` : `id, organization_id, ${columns}`;
    const keys = table === 'organizations' ? `'${organization}'` : `'${idOf(key, table)}', '${organization}'`;
    return tx.rows(raw(`INSERT INTO ${table} (${names}) VALUES (${keys}, ${values})`));
  };
  const ref = (what: string) => `'${idOf(key, what)}'`;
  const by = ref('user');
  await tx.rows(
    raw(`INSERT INTO users (id, email, name) VALUES ('${user}', 'owner@${key}.example.com', 'Owner ${key}')`),
  );
  await insert('organizations', 'name, slug', `'Organization ${key}', '${key}'`);
  await insert('organization_settings', 'key, value', `'theme', '"dark"'`);
  await insert('organization_members', 'user_id, role_id', `${by}, 'a0000000-0000-4000-8000-000000000001'`);
  await insert(
    'user_sessions',
    'user_id, token_hash, expires_at',
    `${by}, sha256('${key}'), now() + '1 day'`,
  );
  await insert('api_tokens', 'user_id, name, token_hash', `${by}, 'ci', sha256('${key}')`);
  await insert(
    'invitations',
    'email, token_hash, invited_by, expires_at',
    `'guest@${key}.example.com', sha256('invite ${key}'), ${by}, now() + '1 day'`,
  );
  await insert('teams', 'name', `'Team'`);
  await insert('team_members', 'team_id, user_id', `${ref('teams')}, ${by}`);
  await insert('workspaces', 'name', `'Workspace'`);
  await insert('workspace_members', 'workspace_id, user_id', `${ref('workspaces')}, ${by}`);
  await insert('folders', 'workspace_id, name', `${ref('workspaces')}, 'Folder'`);
  await insert('boards', 'workspace_id, name, created_by', `${ref('workspaces')}, 'Board', ${by}`);
  await insert('board_members', 'board_id, user_id', `${ref('boards')}, ${by}`);
  await insert(
    'board_columns',
    'board_id, name, type, position, settings',
    `${ref('boards')}, 'Status', 'status', 1, '{"labels": ["Open", "Done"]}'`,
  );
  await insert('board_views', 'board_id, name, type', `${ref('boards')}, 'Table', 'table'`);
  await insert('groups', 'board_id, name, position', `${ref('boards')}, 'Group', 1`);
  await insert(
    'items',
    'board_id, group_id, name, position',
    `${ref('boards')}, ${ref('groups')}, 'Secret of ${key}', 1`,
  );
  const other = idOf(key, 'other item');
  await tx.rows(
    raw(`INSERT INTO items (id, organization_id, board_id, group_id, name, position)
      VALUES ('${other}', '${organization}', ${ref('boards')}, ${ref('groups')}, 'Other of ${key}', 2)`),
  );
  await insert(
    'item_values',
    'item_id, column_id, value',
    `${ref('items')}, ${ref('board_columns')}, '{"label": "Open"}'`,
  );
  await insert('item_assignees', 'item_id, user_id', `${ref('items')}, ${by}`);
  await insert('item_dependencies', 'item_id, depends_on_id', `${ref('items')}, '${other}'`);
  await insert('item_followers', 'item_id, user_id', `${ref('items')}, ${by}`);
  await insert('tags', 'name', `'urgent'`);
  await insert('item_tags', 'item_id, tag_id', `${ref('items')}, ${ref('tags')}`);
  await insert('comments', 'item_id, author_id, body', `${ref('items')}, ${by}, 'Whisper of ${key}'`);
  await insert('comment_reactions', 'comment_id, user_id, emoji', `${ref('comments')}, ${by}, '+1'`);
  await insert('mentions', 'comment_id, user_id', `${ref('comments')}, ${by}`);
  await insert(
    'attachments',
    'item_id, file_name, content_type, size_bytes, storage_key',
    `${ref('items')}, 'plan.pdf', 'application/pdf', 1, 'k'`,
  );
  await insert(
    'time_entries',
    'item_id, user_id, started_at, ended_at',
    `${ref('items')}, ${by}, now(), now()`,
  );
  await insert('automations', 'board_id, name, trigger_type', `${ref('boards')}, 'Auto', 'item.created'`);
  await insert('automation_executions', 'automation_id', ref('automations'));
  await insert('webhooks', 'url, secret', `'https://hook.example/', '\\x01'`);
  await insert('webhook_deliveries', 'webhook_id, event', `${ref('webhooks')}, 'item.created'`);
  await insert('integrations', 'type, name, credentials', `'chat', 'Chat', '\\x02'`);
  await insert('notifications', 'user_id, type', `${by}, 'mention'`);
  await insert('notification_preferences', 'user_id, channel, type', `${by}, 'email', 'mention'`);
  await insert('dashboards', 'workspace_id, name', `${ref('workspaces')}, 'Dashboard'`);
  await insert('dashboard_widgets', 'dashboard_id, type', `${ref('dashboards')}, 'text'`);
  await insert('activity_log', 'action, actor_id', `'item.created', ${by}`);
}

/** The uuid of a seeded row: `idOf('a', 'item')`. Organizations, users and tables' rows have one each. */
export function idOf(key: string, what: string): string {
  const hash = createHash('md5').update(`${key}:${what}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20)}`;
}
