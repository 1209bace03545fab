import type { Random } from './random.ts';
import type { DemoRows } from './rows.ts';
import { addDelivery, addExecution, addTraces, type DemoSurroundings } from './traces.ts';
import { type BoardTemplate, type ColumnType, COMMENTS, NOTES, TAGS } from './vocabulary.ts';

export interface DemoBoard extends DemoSurroundings {
  readonly id: string;
  readonly anchor: Date;
  readonly template: BoardTemplate;
  readonly columns: readonly { readonly id: string; readonly name: string; readonly type: ColumnType }[];
  readonly groupIds: readonly string[];
  /** The last few items that may have subitems. */
  readonly recentItemIds: string[];
}

const DAY_MS = 86_400_000;
/** A day short of the 180 that the demo spans, so that nothing is older than its organization. */
const ITEM_DAYS = 179;
const PARENTS_KEPT = 20;
/** How often people fill a column of a type. */
const FILLED: Readonly<Record<ColumnType, number>> = {
  status: 0.95,
  person: 0.75,
  date: 0.65,
  number: 0.5,
  text: 0.3,
  tags: 0.35,
  checkbox: 0.4,
  link: 0.25,
};

/**
 * One item with its values, comments and history, and what it leaves elsewhere. About 3 values, 0.5 comments, 2 entries
 * of history and 0.4 other rows each.
 */
export function addItem(rows: DemoRows, random: Random, board: DemoBoard, position: number): void {
  const { organizationId, template, userIds, recentItemIds, anchor } = board;
  const id = random.uuid();
  const creator = random.pickSkewed(userIds);
  // More of them are young than old, as in a product that grows.
  const createdMs = anchor.getTime() - Math.floor(random.next() ** 1.6 * ITEM_DAYS * DAY_MS);
  const updatedMs = between(random, createdMs, anchor.getTime());
  // As text once: an item's times stand in its values too, and turning dates into text is what costs most here.
  const times: readonly [string, string] = [
    new Date(createdMs).toISOString(),
    new Date(updatedMs).toISOString(),
  ];
  const deletedAt = random.chance(0.03) ? new Date(updatedMs) : null;
  const parentId = recentItemIds.length > 0 && random.chance(0.08) ? random.pick(recentItemIds) : null;
  const name = `${random.pick(template.verbs)} ${random.pick(template.objects)} #${position + 1}`;
  const data = random.chance(0.2) ? `{"priority": "${random.pick(['low', 'high', 'critical'])}"}` : '{}';
  const place = [board.id, random.pickSkewed(board.groupIds), parentId];
  const dueAt = random.chance(0.4) ? new Date(createdMs + random.int(45) * DAY_MS) : null;
  const plan = [dueAt, random.chance(0.35) ? times[1] : null];
  rows.add('items', [
    id,
    organizationId,
    ...place,
    name,
    position,
    data,
    ...plan,
    creator,
    ...times,
    deletedAt,
  ]);
  if (parentId === null && recentItemIds.push(id) > PARENTS_KEPT) recentItemIds.shift();
  const item: DemoItem = { id, creator, createdMs, updatedMs, times };
  addValues(rows, random, board, item);
  addTraces(rows, random, board, item);
  addComments(rows, random, board, item);
  addHistory(rows, random, board, item);
}

interface DemoItem {
  readonly id: string;
  readonly creator: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  /** `created_at` and `updated_at`. */
  readonly times: readonly [string, string];
}

function addValues(rows: DemoRows, random: Random, board: DemoBoard, item: DemoItem): void {
  for (const column of board.columns) {
    if (!random.chance(FILLED[column.type])) continue;
    const value = JSON.stringify(makeValue(random, board, item, column.type));
    rows.add('item_values', [random.uuid(), board.organizationId, item.id, column.id, value, ...item.times]);
  }
}

function makeValue(random: Random, board: DemoBoard, item: DemoItem, type: ColumnType): unknown {
  switch (type) {
    case 'status':
      return { label: random.pickSkewed(board.template.statuses) };
    case 'person':
      return { users: [random.pickSkewed(board.userIds)] };
    case 'date':
      return { date: new Date(item.createdMs + random.int(45) * DAY_MS).toISOString().slice(0, 10) };
    case 'number':
      return { number: Math.round(10 ** (random.next() * 4)) };
    case 'text':
      return { text: random.pick(NOTES) };
    case 'tags':
      return { tags: [...new Set([random.pickSkewed(TAGS), random.pick(TAGS)])] };
    case 'checkbox':
      return { checked: random.chance(0.6) };
    case 'link':
      return { url: `https://files.example/${item.id.slice(0, 8)}` };
  }
}

/** Most items are never talked about, a few are talked about a lot. */
function addComments(rows: DemoRows, random: Random, board: DemoBoard, item: DemoItem): void {
  if (!random.chance(0.2)) return;
  for (let more = true; more; more = random.chance(0.6)) {
    const at = new Date(between(random, item.createdMs, board.anchor.getTime()));
    const author = random.pickSkewed(board.userIds);
    const body = random.pick(COMMENTS);
    rows.add('comments', [random.uuid(), board.organizationId, item.id, author, body, at, at]);
  }
}

function addHistory(rows: DemoRows, random: Random, board: DemoBoard, item: DemoItem): void {
  const add = (actor: string | null, action: string, details: unknown, at: number) => {
    const about = [board.organizationId, board.id, item.id, actor];
    rows.add('activity_log', [random.uuid(), ...about, action, JSON.stringify(details), new Date(at)]);
  };
  add(item.creator, 'item.created', {}, item.createdMs);
  addDelivery(rows, random, board, item);
  const { statuses } = board.template;
  for (let at = 0; at + 1 < statuses.length && random.chance(0.5); at += 1) {
    // One in twenty is done by the board's automation, which is nobody.
    const actor = random.chance(0.05) ? null : random.pickSkewed(board.userIds);
    const details = { from: statuses[at], to: statuses[at + 1] };
    const changedMs = between(random, item.createdMs, item.updatedMs);
    add(actor, 'item.status_changed', details, changedMs);
    if (actor === null) addExecution(rows, random, board, { itemId: item.id, atMs: changedMs });
  }
}

function between(random: Random, from: number, to: number): number {
  return from + Math.floor(random.next() * (to - from));
}
