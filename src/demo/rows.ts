import { type CopyValue, toCopyLine } from '../postgres/copy.ts';

/** Tables the demo fills and the columns it gives, parents before children: the order in which they are copied. */
// prettier-ignore
export const DEMO_TABLES = {
  organizations: ['id', 'name', 'slug', 'settings', 'created_at', 'updated_at'],
  users: ['id', 'email', 'name', 'profile', 'created_at', 'updated_at'],
  organization_members: ['id', 'organization_id', 'user_id', 'role_id', 'created_at', 'updated_at'],
  workspaces: ['id', 'organization_id', 'name', 'created_at', 'updated_at'],
  boards: ['id', 'organization_id', 'workspace_id', 'name', 'description', 'created_by', 'created_at', 'updated_at'],
  board_columns: ['id', 'organization_id', 'board_id', 'name', 'type', 'position', 'settings', 'created_at', 'updated_at'],
  groups: ['id', 'organization_id', 'board_id', 'name', 'color', 'position', 'created_at', 'updated_at'],
  tags: ['id', 'organization_id', 'name', 'color', 'created_at', 'updated_at'],
  automations: ['id', 'organization_id', 'board_id', 'name', 'trigger_type', 'definition', 'created_by', 'created_at', 'updated_at'],
  webhooks: ['id', 'organization_id', 'url', 'events', 'created_by', 'created_at', 'updated_at'],
  items: ['id', 'organization_id', 'board_id', 'group_id', 'parent_id', 'name', 'position', 'item_data', 'due_at', 'completed_at', 'created_by', 'created_at', 'updated_at', 'deleted_at'],
  item_values: ['id', 'organization_id', 'item_id', 'column_id', 'value', 'created_at', 'updated_at'],
  item_assignees: ['id', 'organization_id', 'item_id', 'user_id', 'assigned_by', 'created_at', 'updated_at'],
  item_tags: ['id', 'organization_id', 'item_id', 'tag_id', 'created_at', 'updated_at'],
  comments: ['id', 'organization_id', 'item_id', 'author_id', 'body', 'created_at', 'updated_at'],
  notifications: ['id', 'organization_id', 'user_id', 'item_id', 'type', 'payload', 'read_at', 'created_at', 'updated_at'],
  activity_log: ['id', 'organization_id', 'board_id', 'item_id', 'actor_id', 'action', 'details', 'created_at'],
  automation_executions: ['id', 'organization_id', 'automation_id', 'item_id', 'state', 'error', 'started_at', 'finished_at', 'created_at', 'updated_at'],
  webhook_deliveries: ['id', 'organization_id', 'webhook_id', 'event', 'payload', 'state', 'attempts', 'response_status', 'delivered_at', 'created_at', 'updated_at'],
} as const satisfies Record<string, readonly string[]>;
/** Those that have a partition for each month. */
export const DEMO_PARTITIONED_TABLES = [
  'activity_log',
  'automation_executions',
  'webhook_deliveries',
] as const;
export type DemoTable = keyof typeof DEMO_TABLES;
export const DEMO_TABLE_NAMES = Object.keys(DEMO_TABLES) as readonly DemoTable[];

/** Rows of one batch, ready for COPY. */
export type DemoBatch = ReadonlyMap<DemoTable, readonly string[]>;

export interface DemoRows {
  add(table: DemoTable, values: readonly CopyValue[]): void;
  readonly itemCount: number;
  /** Hands over what was added since the last call, parents first. */
  take(): DemoBatch;
}

/** Collects rows until there are enough for a batch. */
export function createRows(): DemoRows {
  let lines = new Map<DemoTable, string[]>();
  return {
    add(table, values) {
      const found = lines.get(table);
      if (found) found.push(toCopyLine(values));
      else lines.set(table, [toCopyLine(values)]);
    },
    get itemCount() {
      return lines.get('items')?.length ?? 0;
    },
    take() {
      const taken = lines;
      lines = new Map();
      return new Map(DEMO_TABLE_NAMES.map((table) => [table, taken.get(table) ?? []]));
    },
  };
}
