import type { Random } from './random.ts';
import type { DemoRows } from './rows.ts';

/** What there is around an item that it can refer to. */
export interface DemoSurroundings {
  readonly organizationId: string;
  readonly userIds: readonly string[];
  readonly tagIds: readonly string[];
  readonly webhookId: string;
  readonly automationId: string;
}

interface Traced {
  readonly id: string;
  readonly creator: string;
  /** `created_at` and `updated_at`. */
  readonly times: readonly [string, string];
}

/** An assignee, a tag, a notification: each of few items only, or they would make the load notably slower. */
export function addTraces(rows: DemoRows, random: Random, around: DemoSurroundings, item: Traced): void {
  const { organizationId, userIds, tagIds } = around;
  if (random.chance(0.15)) {
    const userId = random.pickSkewed(userIds);
    rows.add('item_assignees', [random.uuid(), organizationId, item.id, userId, item.creator, ...item.times]);
    if (random.chance(0.5)) {
      const readAt = random.chance(0.7) ? item.times[1] : null;
      const about = [organizationId, userId, item.id, 'item.assigned', '{}'];
      rows.add('notifications', [random.uuid(), ...about, readAt, ...item.times]);
    }
  }
  if (random.chance(0.1))
    rows.add('item_tags', [random.uuid(), organizationId, item.id, random.pickSkewed(tagIds), ...item.times]);
}

/** The run of the board's automation that moved an item on; a few failed at first, which the log doesn't tell. */
export function addExecution(
  rows: DemoRows,
  random: Random,
  { organizationId, automationId }: DemoSurroundings,
  { itemId, atMs }: { readonly itemId: string; readonly atMs: number },
): void {
  const at = new Date(atMs);
  const outcome = random.chance(0.05) ? ['failed', 'the status was changed meanwhile'] : ['succeeded', null];
  const about = [random.uuid(), organizationId, automationId, itemId];
  rows.add('automation_executions', [...about, ...outcome, at, at, at, at]);
}

/** The call of the organization's webhook about an item that was made; one in fifty is still remembered. */
export function addDelivery(
  rows: DemoRows,
  random: Random,
  { organizationId, webhookId }: DemoSurroundings,
  item: Traced,
): void {
  if (!random.chance(0.02)) return;
  const createdAt = item.times[0];
  const payload = JSON.stringify({ item: item.id });
  const about = [random.uuid(), organizationId, webhookId, 'item.created', payload];
  const outcome = random.chance(0.1) ? ['failed', 5, 503, null] : ['delivered', 1, 200, createdAt];
  rows.add('webhook_deliveries', [...about, ...outcome, createdAt, createdAt]);
}
