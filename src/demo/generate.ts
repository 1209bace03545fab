import { createRandom, type Random, splitSkewed } from './random.ts';
import { createRows, type DemoBatch, type DemoRows } from './rows.ts';
import { addItem, type DemoBoard } from './items.ts';
import {
  BOARDS,
  type BoardTemplate,
  COLORS,
  COMPANIES,
  FIRST_NAMES,
  LAST_NAMES,
  ROLE_IDS,
  TAGS,
  TRADES,
  WORKSPACES,
} from './vocabulary.ts';

export interface DemoSize {
  /** 1 to 1,000. The first has the most items, the others fall off like 1/rank. */
  readonly organizations: number;
  /** 1 to 5,000,000, over all organizations. */
  readonly items: number;
  readonly seed: number;
  /** The end of time for these rows: all happened in the 180 days before it. */
  readonly anchor: Date;
}

/** Small enough that making a batch never holds up the event loop for long (about 30 ms). */
const ITEMS_PER_BATCH = 2_500;
const ITEMS_PER_BOARD = 400;
const SLUG_LENGTH = 40;
export const DAY_MS = 86_400_000;
export const DEMO_DAYS = 180;

/** Id of the first organization of a seed, however many follow: it tells whether a database has this demo. */
export function firstOrganizationId(seed: number): string {
  return createRandom(seed, 'organization 0').uuid();
}

/** All rows of the demo, in batches whose parents come before or with their children. Same arguments, same rows. */
export function* generateDemo(size: DemoSize): Generator<DemoBatch> {
  const rows = createRows();
  for (const [index, items] of splitSkewed(size.items, size.organizations).entries()) {
    const random = createRandom(size.seed, `organization ${index}`);
    const organization = addOrganization(rows, random, { size, index, items });
    const boardSizes = splitSkewed(items, Math.max(1, Math.ceil(items / ITEMS_PER_BOARD)));
    for (const [number, itemsOfBoard] of boardSizes.entries()) {
      const board = addBoard(rows, random, organization, number);
      for (let position = 0; position < itemsOfBoard; position += 1) {
        addItem(rows, random, board, position);
        if (rows.itemCount >= ITEMS_PER_BATCH) yield rows.take();
      }
    }
  }
  yield rows.take();
}

interface DemoOrganization {
  readonly id: string;
  readonly anchor: Date;
  readonly userIds: readonly string[];
  readonly workspaceIds: readonly string[];
  readonly tagIds: readonly string[];
  readonly webhookId: string;
  /** When it and its people, workspaces and boards were made: before any item. */
  readonly foundedAt: Date;
}

function addOrganization(
  rows: DemoRows,
  random: Random,
  { size, index, items }: { readonly size: DemoSize; readonly index: number; readonly items: number },
): DemoOrganization {
  const id = random.uuid(); // the first draw: see firstOrganizationId
  const name = `${random.pick(COMPANIES)} ${random.pick(TRADES)}`;
  // The seed and the number make it, and the mail addresses below it, unique among demos.
  const slug = `${name.toLowerCase().replaceAll(' ', '-').slice(0, SLUG_LENGTH)}-${size.seed}-${index + 1}`;
  const foundedAt = new Date(size.anchor.getTime() - DEMO_DAYS * DAY_MS);
  const times = [foundedAt, foundedAt];
  rows.add('organizations', [id, name, slug, JSON.stringify({ demo: { seed: size.seed } }), ...times]);
  const userIds = Array.from({ length: countUsers(items) }, (_, number) =>
    addUser(rows, random, { organizationId: id, slug, number, foundedAt }),
  );
  const workspaceIds = WORKSPACES.slice(
    0,
    1 + Math.min(WORKSPACES.length - 1, Math.floor(items / 2_000)),
  ).map((workspace) => {
    const workspaceId = random.uuid();
    rows.add('workspaces', [workspaceId, id, workspace, ...times]);
    return workspaceId;
  });
  const tagIds = TAGS.map((tag, number) => {
    const tagId = random.uuid();
    rows.add('tags', [tagId, id, tag, COLORS[number % COLORS.length] ?? null, ...times]);
    return tagId;
  });
  const webhookId = random.uuid();
  const events = JSON.stringify(['item.created']);
  rows.add('webhooks', [
    webhookId,
    id,
    `https://hooks.${slug}.example/in`,
    events,
    userIds[0] ?? null,
    ...times,
  ]);
  return { id, anchor: size.anchor, userIds, workspaceIds, tagIds, webhookId, foundedAt };
}

/** Grows slower than the items do: 3 people for a handful, about 550 for 100,000. */
function countUsers(items: number): number {
  return Math.max(3, Math.round(items ** 0.55));
}

function addUser(
  rows: DemoRows,
  random: Random,
  user: {
    readonly organizationId: string;
    readonly slug: string;
    readonly number: number;
    readonly foundedAt: Date;
  },
): string {
  const id = random.uuid();
  const first = random.pick(FIRST_NAMES);
  const last = random.pick(LAST_NAMES);
  const email = `${first}.${last}.${user.number + 1}@${user.slug}.example`.toLowerCase();
  const times = [user.foundedAt, user.foundedAt];
  const profile = JSON.stringify({
    timezone: random.pick(['Europe/Berlin', 'America/New_York', 'Asia/Tokyo']),
  });
  rows.add('users', [id, email, `${first} ${last}`, profile, ...times]);
  const role =
    user.number === 0 ? 'owner' : random.pickSkewed(['member', 'member', 'guest', 'admin'] as const);
  rows.add('organization_members', [random.uuid(), user.organizationId, id, ROLE_IDS[role], ...times]);
  return id;
}

function addBoard(rows: DemoRows, random: Random, organization: DemoOrganization, number: number): DemoBoard {
  const { id: organizationId, anchor, userIds, workspaceIds, foundedAt } = organization;
  const template: BoardTemplate = random.pick(BOARDS);
  const id = random.uuid();
  const times = [foundedAt, foundedAt];
  const name = number === 0 ? template.name : `${template.name} ${number + 1}`;
  const description = random.chance(0.5) ? `${template.name} of the team` : null;
  const workspaceId = random.pickSkewed(workspaceIds);
  const creator = random.pickSkewed(userIds);
  rows.add('boards', [id, organizationId, workspaceId, name, description, creator, ...times]);
  const columns = Object.entries(template.columns).map(([columnName, type], position) => {
    const columnId = random.uuid();
    const settings = JSON.stringify(type === 'status' ? { labels: template.statuses } : {});
    rows.add('board_columns', [columnId, organizationId, id, columnName, type, position, settings, ...times]);
    return { id: columnId, name: columnName, type };
  });
  const groupIds = template.groups.map((group, position) => {
    const groupId = random.uuid();
    rows.add('groups', [groupId, organizationId, id, group, random.pick(COLORS), position, ...times]);
    return groupId;
  });
  const automationId = random.uuid();
  const about = [
    automationId,
    organizationId,
    id,
    'Move on',
    'item.status_changed',
    '{"action": "set_status"}',
  ];
  rows.add('automations', [...about, creator, ...times]);
  const { tagIds, webhookId } = organization;
  const surroundings = { organizationId, userIds, tagIds, webhookId, automationId };
  return { ...surroundings, id, anchor, template, columns, groupIds, recentItemIds: [] };
}
