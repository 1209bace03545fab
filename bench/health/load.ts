import type { Database } from '../../src/postgres/pool.ts';
import { literal, raw } from '../../src/postgres/sql.ts';

/** `application_name` of those who make the load. */
export const LOAD = 'bench-load';

type Dice = () => number;
/** Runs one or more statements; gives how many. */
type Work = (db: Database, dice: Dice) => Promise<number>;

/** What clients do in a window. */
export interface Mix {
  readonly name: string;
  readonly clients: number;
  readonly work: Work;
}

const ROWS = 200_000;
const BOARDS = 500;

export async function makeWork(db: Database): Promise<void> {
  const statements = [
    `CREATE TABLE work (id bigint PRIMARY KEY, board_id int NOT NULL, position int NOT NULL, note text NOT NULL)`,
    `INSERT INTO work SELECT n, n % ${BOARDS}, n % 1000, repeat(md5(n::text), 4) FROM generate_series(1, ${ROWS}) AS n`,
    'CREATE INDEX ON work (board_id)',
    'CREATE TABLE counter (id int PRIMARY KEY, value bigint NOT NULL)',
    'INSERT INTO counter SELECT n, 0 FROM generate_series(1, 20) AS n',
    'VACUUM ANALYZE',
  ];
  for (const statement of statements) await db.rows(raw(`/* bench.makeWork */ ${statement}`));
}

/** As programs without prepared statements send it: the log then has the time of all of it in one line. */
async function send(db: Database, text: string): Promise<number> {
  await db.rows(raw(text));
  return 1;
}

const whole = (dice: Dice, most: number) => 1 + Math.floor(dice() * most);
/** Many are small, and few are large. */
const skewed = (dice: Dice, typical: number) => Math.ceil(typical * Math.exp(1.1 * normal(dice)));
/** Box and Muller. */
const normal = (dice: Dice) => Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice());

const lookUp: Work = (db, dice) => send(db, `SELECT * FROM work WHERE id = ${whole(dice, ROWS)}`);
const list: Work = (db, dice) =>
  send(db, `SELECT id, note FROM work WHERE board_id = ${whole(dice, BOARDS)} ORDER BY position LIMIT 20`);
const update: Work = (db, dice) =>
  send(db, `UPDATE work SET position = position + 1 WHERE id = ${whole(dice, ROWS)}`);
const scan =
  (rows: number): Work =>
  (db, dice) => {
    const from = whole(dice, ROWS / 2);
    const size = Math.min(ROWS / 2, skewed(dice, rows));
    return send(db, `SELECT count(*), max(md5(note)) FROM work WHERE id BETWEEN ${from} AND ${from + size}`);
  };
const report =
  (rows: number): Work =>
  (db, dice) =>
    send(
      db,
      `SELECT board_id, count(*), avg(position), string_agg(left(note, 3), '') FROM work WHERE id <= ${Math.min(ROWS, skewed(dice, rows))} GROUP BY 1 ORDER BY 2 DESC LIMIT 10`,
    );
const search: Work = (db, dice) =>
  send(db, `SELECT count(*) FROM work WHERE note LIKE ${literal(`%${whole(dice, 9_999)}%`).text}`);

/** A transaction that holds one of few rows for a while: others stand in line for it. */
const stand =
  (rows: number, holdMs: number): Work =>
  async (db, dice) => {
    const id = whole(dice, rows);
    const held = (holdMs * (0.5 + dice())) / 1_000;
    await db.transaction(async (tx) => {
      await tx.rows(raw(`UPDATE counter SET value = value + 1 WHERE id = ${id}`));
      await tx.rows(raw(`SELECT pg_sleep(${held.toFixed(4)})`));
    });
    return 4; // with BEGIN and COMMIT
  };

/** One of them, by weight. */
const mixed =
  (...parts: readonly (readonly [number, Work])[]): Work =>
  (db, dice) => {
    let left = dice() * parts.reduce((sum, [weight]) => sum + weight, 0);
    const chosen = parts.find(([weight]) => (left -= weight) < 0) ?? parts.at(-1);
    return chosen?.[1](db, dice) ?? Promise.resolve(0);
  };

const fast: Work = mixed([6, lookUp], [3, list], [1, update]);

/** Twenty windows, from one kind of fast statement to queues behind locks. */
export const WINDOWS: readonly Mix[] = [
  { name: 'look-ups', clients: 4, work: lookUp },
  { name: 'look-ups, lists, updates', clients: 4, work: fast },
  { name: 'lists', clients: 8, work: list },
  { name: 'small scans', clients: 2, work: scan(2_000) },
  { name: 'scans', clients: 2, work: scan(8_000) },
  { name: 'large scans', clients: 2, work: scan(25_000) },
  { name: 'searches', clients: 2, work: search },
  { name: 'reports', clients: 2, work: report(30_000) },
  { name: 'large reports', clients: 3, work: report(90_000) },
  { name: 'fast, 1 scan in 10', clients: 4, work: mixed([9, fast], [1, scan(10_000)]) },
  { name: 'fast, 1 scan in 4', clients: 4, work: mixed([3, fast], [1, scan(15_000)]) },
  { name: 'fast, 1 report in 8', clients: 4, work: mixed([7, fast], [1, report(40_000)]) },
  { name: 'fast, 1 search in 8', clients: 4, work: mixed([7, fast], [1, search]) },
  {
    name: 'fast, scans, reports',
    clients: 4,
    work: mixed([5, fast], [3, scan(10_000)], [2, report(30_000)]),
  },
  { name: 'scans and searches', clients: 3, work: mixed([1, scan(15_000)], [1, search]) },
  { name: 'a crowd of searches', clients: 8, work: mixed([1, fast], [3, search]) },
  { name: 'a crowd of reports', clients: 8, work: mixed([1, scan(5_000)], [2, report(60_000)]) },
  { name: 'short queues for rows', clients: 6, work: mixed([2, fast], [1, stand(10, 30)]) },
  { name: 'long queues for rows', clients: 8, work: mixed([1, fast], [2, stand(2, 60)]) },
  { name: 'queues beside scans', clients: 8, work: mixed([2, stand(4, 40)], [2, scan(8_000)], [2, fast]) },
];
