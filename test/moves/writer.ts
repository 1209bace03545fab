import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isServerError, isUnavailable } from '../../src/postgres/errors.ts';
import { type Database, openDatabase, type Session, type Transaction } from '../../src/postgres/pool.ts';
import { sql, type Statement } from '../../src/postgres/sql.ts';
import type { MoveDirectory } from '../../src/moves/moves.ts';
import type { TestShard } from './shards.ts';

/** What was acknowledged, and what never may be lost or come twice. */
interface Ledger {
  counter: number;
  readonly comments: Set<string>;
  readonly activities: Set<string>;
  longest: WriterGap;
  refused: number;
  /** Its server went away before it answered: committed or not. */
  unsure: Attempt | null;
}

/** A time in which a client had no answer to a write. */
export interface WriterGap {
  readonly milliseconds: number;
  /** Null: there was none. */
  readonly endedAt: Date | null;
}

const NO_GAP: WriterGap = { milliseconds: 0, endedAt: null };

/** What one transaction writes. */
interface Attempt {
  readonly comment: string;
  readonly activity: string;
  readonly deleted: string | undefined;
}

export interface Writer {
  stop(): Promise<void>;
  /** Opens the clients' connections to all shards, and lets each do what it will do: as those that serve others there. */
  warmUp(): Promise<void>;
  /** What of the ledger `shard` does not have, or has too much of. Empty when all is right. */
  compare(shard: TestShard): Promise<readonly string[]>;
  acknowledged(): number;
  /** Longest time in which a client had no answer to a write. */
  longestGapMs(): number;
  /** The longest of each client since the last call. */
  takeGaps(): readonly WriterGap[];
  /** How often a writer was told to ask the directory again. */
  refusals(): number;
}

export interface WriterOptions {
  readonly directory: MoveDirectory;
  readonly shards: readonly TestShard[];
  readonly organization: string;
  readonly clients: number;
  /** False: they know nothing of ops.enter_tenant, only where the directory says that the organization is. */
  readonly entersTenant?: boolean;
  /** How long each rests between two transactions. */
  readonly roundMs?: number;
  /** What its rows are known by; others that write at another time need one of their own. */
  readonly name?: string;
}

const ROUND_MS = 4;

/** Clients that write without a pause, go where the directory says, and keep a ledger of each commit that was answered. */
export function startWriters(options: WriterOptions): Writer {
  const { shards, organization, clients, directory, entersTenant = true, roundMs = ROUND_MS } = options;
  const pools = new Map(
    shards.map((one): [string, Database] => [
      one.name,
      openDatabase({ ...one.login, applicationName: 'sunday-test-writer', maxConnections: clients }),
    ]),
  );
  const { name = entersTenant ? 'entering' : 'careless' } = options;
  const round = { organization, mark: name, entersTenant };
  const ledgers = Array.from({ length: clients }, (): Ledger => ({
    ...{ counter: 0, comments: new Set(), activities: new Set(), longest: NO_GAP, refused: 0, unsure: null },
  }));
  let isRunning = true;
  const write = async (ledger: Ledger, n: number) => {
    let placement = await directory.find(organization);
    let last = performance.now();
    while (isRunning) {
      const { shard = '', epoch = 0n } = placement ?? {};
      try {
        await commitOne(pools.get(shard), { ...round, epoch, n }, ledger);
        const milliseconds = performance.now() - last;
        if (milliseconds > ledger.longest.milliseconds)
          ledger.longest = { milliseconds, endedAt: new Date() };
        last += milliseconds;
      } catch (error) {
        if (isUnavailable(error)) await sleep(50);
        // Its lock ran out of time, a snapshot was too old, or it lives elsewhere by now: nothing was committed.
        else if (!isServerError(error, 'SD001', '40001', '55P03', '40P01')) throw error;
        ledger.refused++;
        placement = await directory.find(organization);
      }
      await sleep(roundMs);
    }
  };
  const running = Promise.all(ledgers.map(write));
  running.catch(() => {}); // told by stop
  return {
    async stop() {
      if (!isRunning) return;
      isRunning = false;
      await running;
      for (const pool of pools.values()) await pool.close();
    },
    warmUp: async () => {
      for (const pool of pools.values())
        await Promise.all(
          ledgers.map((_, n) => pool.session((session) => rehearse(session, { ...round, n }))),
        );
    },
    compare: async (shard) =>
      (await Promise.all(ledgers.map((one, n) => compareOne(shard, { ...round, n }, one)))).flat(),
    acknowledged: () => ledgers.reduce((sum, one) => sum + one.counter, 0),
    longestGapMs: () => Math.max(...ledgers.map((one) => one.longest.milliseconds)),
    takeGaps: () =>
      ledgers.map((one) => {
        const { longest } = one;
        one.longest = NO_GAP;
        return longest;
      }),
    refusals: () => ledgers.reduce((sum, one) => sum + one.refused, 0),
  };
}

interface Round {
  readonly organization: string;
  readonly epoch: bigint;
  readonly n: number;
  readonly mark: string;
  readonly entersTenant: boolean;
}

/** Careless ones and entering ones have items of their own. */
function itemOf({ organization, n, entersTenant }: Omit<Round, 'epoch'>) {
  const number = entersTenant ? n + 1 : n + 101;
  return sql`(md5('i' || ${organization}::text || ${number}::text))::uuid`;
}

async function commitOne(db: Database | undefined, round: Round, ledger: Ledger): Promise<void> {
  if (db === undefined) throw new Error('the directory names a shard that is none');
  if (ledger.unsure !== null) await settle(db, round, ledger, ledger.unsure);
  const { organization } = round;
  const [first] = ledger.comments;
  const attempt = {
    ...{ comment: randomUUID(), activity: randomUUID() },
    deleted: ledger.counter % 5 === 4 ? first : undefined,
  };
  const { comment, activity, deleted } = attempt;
  const writing = db.transaction(async (tx) => {
    await enter(tx, round);
    for (const statement of writesOf(round, { comment, activity, position: ledger.counter + 1 }))
      await tx.rows(statement);
    if (deleted !== undefined)
      await tx.rows(sql`DELETE FROM comments WHERE id = ${deleted} AND organization_id = ${organization}`);
  });
  await writing.catch((error: unknown) => {
    if (isUnavailable(error)) ledger.unsure = attempt;
    throw error;
  });
  acknowledge(ledger, attempt);
}

function writesOf(
  round: Omit<Round, 'epoch'>,
  { comment, activity, position }: { comment: string; activity: string; position: number },
): readonly Statement[] {
  const { organization, mark, n } = round;
  return [
    sql`UPDATE items SET position = ${position} WHERE id = ${itemOf(round)} AND organization_id = ${organization}`,
    sql`INSERT INTO comments (id, organization_id, item_id, body)
      VALUES (${comment}, ${organization}, ${itemOf(round)}, ${`${mark} ${n}`})`,
    sql`INSERT INTO activity_log (id, organization_id, action) VALUES (${activity}, ${organization}, ${`${mark} ${n}`})`,
  ];
}

/** The same statements for an organization that is nowhere: none of them comes to anything, and all of it is loaded. */
async function rehearse(session: Session, round: Omit<Round, 'epoch'>): Promise<void> {
  const nobody = { ...round, organization: randomUUID() };
  const ids = { comment: randomUUID(), activity: randomUUID(), position: 1 };
  const entering = sql`SELECT ops.enter_tenant(${nobody.organization}::uuid)`;
  for (const statement of [entering, ...writesOf(nobody, ids)])
    await session.rows(statement).catch((error: unknown) => {
      if (!isServerError(error)) throw error;
    });
}

async function enter(tx: Transaction, { organization, epoch, entersTenant }: Round): Promise<void> {
  if (entersTenant) await tx.rows(sql`SELECT ops.enter_tenant(${organization}::uuid, ${epoch})`);
}

function acknowledge(ledger: Ledger, { comment, activity, deleted }: Attempt): void {
  ledger.counter++;
  ledger.comments.add(comment);
  ledger.activities.add(activity);
  if (deleted !== undefined) ledger.comments.delete(deleted);
}

/** Asks the home, once nobody can be in the middle of it, whether it was committed. */
async function settle(db: Database, round: Round, ledger: Ledger, attempt: Attempt): Promise<void> {
  const found = await db.transaction(async (tx) => {
    await enter(tx, round);
    return tx.rows(
      sql`SELECT FROM comments WHERE id = ${attempt.comment} AND organization_id = ${round.organization}`,
    );
  });
  if (found.length > 0) acknowledge(ledger, attempt);
  ledger.unsure = null;
}

async function compareOne(
  { db }: TestShard,
  round: Omit<Round, 'epoch'>,
  ledger: Ledger,
): Promise<readonly string[]> {
  const { organization, n, mark } = round;
  const [item] = await db.rows<{ position: number }>(
    sql`SELECT position FROM items WHERE id = ${itemOf(round)} AND organization_id = ${organization}`,
  );
  const ids = async (table: 'comments' | 'activity_log') => {
    const statement =
      table === 'comments'
        ? sql`SELECT id FROM comments WHERE organization_id = ${organization} AND body = ${`${mark} ${n}`}`
        : sql`SELECT id FROM activity_log WHERE organization_id = ${organization} AND action = ${`${mark} ${n}`}`;
    return (await db.rows<{ id: string }>(statement)).map(({ id }) => id);
  };
  const differences = (name: string, found: readonly string[], expected: ReadonlySet<string>) => [
    ...(found.length === new Set(found).size ? [] : [`${name}: twice`]),
    ...[...expected].filter((id) => !found.includes(id)).map((id) => `${name} ${id} is lost`),
    ...found.filter((id) => !expected.has(id)).map((id) => `${name} ${id} was never acknowledged`),
  ];
  return [
    ...(ledger.counter === 0 || item?.position === ledger.counter
      ? []
      : [`${mark} ${n}: ${item?.position} is not ${ledger.counter}`]),
    ...differences('comment', await ids('comments'), ledger.comments),
    ...differences('activity', await ids('activity_log'), ledger.activities),
  ];
}
