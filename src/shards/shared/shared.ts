import { type Fleet, MoverMissingError } from '../../fleet/fleet.ts';
import { openDatabase, type Database } from '../../postgres/pool.ts';
import { SharedTablesConflictError } from '../errors.ts';
import type { Shard } from '../shards.ts';
import * as store from './shared-store.ts';
import * as subscriptions from './subscription-store.ts';
import { SHARED_TABLES, slotOf, type SharedTable, type SharedTablesState } from './tables.ts';

/** Tables that all shards share: written at the home, brought to every shard by a standing subscription. */
export interface SharedTables {
  /** Name of the cluster on which they are written. */
  readonly home: string;
  check(shard: Shard): Promise<SharedTablesState>;
  /**
   * Lets the shard follow the home from now on. Rows that only the shard has go to the home first. With `again` one
   * that follows already begins anew: the way out of BROKEN and DIFFERENT. Twice is safe.
   *
   * @throws {SharedTablesConflictError} @throws {MoverMissingError} @throws {DatabaseUnavailableError}
   */
  setUp(shard: Shard, again: boolean): Promise<void>;
}

const BATCH = 1_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const LOCK_TIMEOUT_MS = 3_000; // writers queue behind our lock for at most so long
const SLOT_TIMEOUT_MS = 10_000;

export function createSharedTables({
  fleet,
  home,
}: {
  readonly fleet: Fleet;
  readonly home: string;
}): SharedTables {
  const withMovers = async <T>(shard: Shard, work: (sides: Sides) => Promise<T>): Promise<T> => {
    const open = async (cluster: string, statementTimeoutMs = STATEMENT_TIMEOUT_MS) =>
      openDatabase({
        ...(await fleet.moverLogin(cluster)),
        ...{ applicationName: 'sunday-shared', statementTimeoutMs, lockTimeoutMs: LOCK_TIMEOUT_MS },
      });
    const opened: Database[] = [];
    const keep = (db: Database) => (opened.push(db), db);
    try {
      const sides = {
        shard: keep(await open(shard.cluster)),
        home: keep(await open(home)),
        slots: keep(await open(home, SLOT_TIMEOUT_MS)),
      };
      return await work(sides);
    } finally {
      await Promise.all(opened.map((db) => db.close()));
    }
  };
  return {
    home,
    check: (shard) => check({ fleet, home }, shard),
    async setUp(shard, again) {
      if (shard.cluster === home) return;
      await withMovers(shard, async (sides) => {
        const follows = (await subscriptions.findSubscription(sides.shard)) !== null;
        const hasSlot = (await store.findSlot(sides.home, slotOf(shard.name))) !== null;
        if (follows && hasSlot && !again) return;
        // First what can be refused: then a shard that follows goes on.
        await gather(sides, shard.name);
        if (follows) await subscriptions.dropSubscription(sides.shard);
        await store.dropSlot(sides.home, slotOf(shard.name));
        await follow(sides, { slot: slotOf(shard.name), home: await fleet.moverLogin(home) });
        await subscriptions.installGuards(sides.shard, home);
      });
    },
  };
}

interface Sides {
  readonly shard: Database;
  readonly home: Database;
  /** Of the home, with a short timeout: making a slot waits for every open transaction that writes. */
  readonly slots: Database;
}

/** Brings rows that only the shard has to the home. Of rows that both have, those of the home are right. */
async function gather({ shard, home }: Sides, name: string): Promise<void> {
  for (const table of SHARED_TABLES) {
    await inBatches(shard, table, async (rows) => {
      const refused = await store.addRows(home, table, rows);
      if (refused.length > 0) throw new SharedTablesConflictError(name, table, refused);
    });
  }
}

/**
 * The slot and the snapshot have to show the same rows, or a change is lost or comes twice. So writers of these tables
 * wait while both are made, some milliseconds; they are not held while rows are copied.
 */
async function follow(
  { shard, home, slots }: Sides,
  { slot, home: login }: { readonly slot: string; readonly home: Awaited<ReturnType<Fleet['moverLogin']>> },
): Promise<void> {
  await store.ensurePublication(home);
  await home.session(async (reader) => {
    await home.transaction(async (lock) => {
      await store.lockTables(lock);
      await store.createSlot(slots, slot);
      await reader.rows(store.BEGIN_SNAPSHOT);
      await reader.rows(store.TAKE_SNAPSHOT);
    });
    for (const table of SHARED_TABLES) {
      await inBatches(reader, table, (rows) => shard.transaction((tx) => store.replaceRows(tx, table, rows)));
    }
    await reader.rows(store.COMMIT);
  });
  await shard.session((session) => subscriptions.createSubscription(session, login, slot));
}

async function inBatches(
  source: Parameters<typeof store.listRows>[0],
  table: SharedTable,
  take: (rows: readonly unknown[]) => Promise<void>,
): Promise<void> {
  for (let after: string | null = null; ;) {
    const rows: Awaited<ReturnType<typeof store.listRows>> = await store.listRows(
      source,
      table,
      after,
      BATCH,
    );
    if (rows.length > 0) await take(rows.map(({ row }) => row));
    if (rows.length < BATCH) return;
    after = rows.at(-1)?.id ?? null;
  }
}

async function check(
  { fleet, home }: { readonly fleet: Fleet; readonly home: string },
  shard: Shard,
): Promise<SharedTablesState> {
  const base = { shard: shard.name, home, different: [], reason: null, checkedAt: new Date() };
  if (shard.cluster === home) return { ...base, state: 'HOME' };
  try {
    const [here, there] = [await fleet.primary(shard.cluster), await fleet.primary(home)];
    const subscription = await subscriptions.findSubscription(here);
    const slot = await store.findSlot(there, slotOf(shard.name));
    const ours = await here.transaction(store.hashTables);
    const theirs = await there.transaction(store.hashTables);
    const different = SHARED_TABLES.filter((table) => ours[table] !== theirs[table]);
    return { ...base, different, ...judge({ different, subscription, slot }) };
  } catch (error) {
    if (error instanceof MoverMissingError) throw error;
    return { ...base, state: 'UNKNOWN', reason: error instanceof Error ? error.message : String(error) };
  }
}

interface Findings {
  readonly different: readonly SharedTable[];
  readonly subscription: { readonly isEnabled: boolean } | null;
  readonly slot: store.SlotView | null;
}

/** How much unconfirmed log is still no sign of changes on their way: a server writes some by itself. */
const IDLE_BYTES = 65_536n;

/** What they come to. */
export function judge({
  different,
  subscription,
  slot,
}: Findings): Pick<SharedTablesState, 'state' | 'reason'> {
  if (subscription === null) return { state: 'NOT_SET_UP', reason: 'The shard does not follow the home.' };
  if (slot === null) return { state: 'BROKEN', reason: 'The home has lost the slot of the shard.' };
  if (!subscription.isEnabled) {
    return {
      state: 'BROKEN',
      reason: 'The shard has refused a row of the home; the log of the shard says which.',
    };
  }
  if (different.length === 0) return { state: 'EQUAL', reason: null };
  const list = different.join(', ');
  return !slot.isActive || slot.behindBytes > IDLE_BYTES
    ? { state: 'BEHIND', reason: `${list}: changes are on their way (${slot.behindBytes} bytes of log).` }
    : { state: 'DIFFERENT', reason: `${list}: the rows are not those of the home.` };
}
