import type { Database } from '../../src/postgres/pool.ts';
import { raw } from '../../src/postgres/sql.ts';
import { createDice } from './finding.ts';

const CUSTOMERS = 20_000;
const ORDERS = 200_000;
const LINES = 400_000;
const RUNS = 12;

/** Keys only: no other index. */
const SCHEMA: readonly string[] = [
  `CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, country text NOT NULL, created_at timestamptz NOT NULL)`,
  `INSERT INTO customers SELECT n, 'Person' || n || '@Example.org', (ARRAY['DE', 'IL', 'US', 'FR', 'JP'])[1 + n % 5], timestamptz '2024-01-01' + n * interval '30 min' FROM generate_series(1, ${CUSTOMERS}) AS n`,
  `CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, state text NOT NULL, total numeric(10, 2) NOT NULL, shop_id int NOT NULL, placed_at timestamptz NOT NULL, deleted_at timestamptz, note text)`,
  `INSERT INTO orders SELECT n, 1 + (n * 7919) % ${CUSTOMERS}, CASE WHEN n % 40 = 0 THEN 'open' WHEN n % 400 = 1 THEN 'stuck' ELSE 'done' END, n % 900, n % 60, timestamptz '2026-01-01' + n * interval '1 min', CASE WHEN n % 30 <> 0 THEN NULL ELSE now() END, md5(n::text) FROM generate_series(1, ${ORDERS}) AS n`,
  `CREATE TABLE order_lines (id bigint PRIMARY KEY, order_id bigint NOT NULL, product_id int NOT NULL, amount int NOT NULL, price numeric(10, 2) NOT NULL)`,
  `INSERT INTO order_lines SELECT n, 1 + n / 2, (n * 31) % 5000, n % 9, n % 300 FROM generate_series(1, ${LINES}) AS n`,
  'VACUUM ANALYZE',
];

type Whole = (most: number) => number;

/** What a shop asks its database, again and again with other values. */
const TEMPLATES: readonly ((whole: Whole) => string)[] = [
  (n) => `SELECT id, total FROM orders WHERE customer_id = ${n(CUSTOMERS)} ORDER BY placed_at DESC LIMIT 20`,
  (n) => `SELECT * FROM orders WHERE customer_id = ${n(CUSTOMERS)} AND state = 'done'`,
  (n) => `SELECT id FROM orders WHERE shop_id = ${n(59)} AND state = 'open' ORDER BY placed_at LIMIT 50`,
  (n) =>
    `SELECT sum(total) FROM orders WHERE shop_id = ${n(59)} AND placed_at >= timestamptz '2026-01-01' + ${n(100)} * interval '1 day' AND placed_at < timestamptz '2026-01-02' + ${n(100)} * interval '1 day'`,
  (n) =>
    `SELECT count(*) FROM orders WHERE state = 'stuck' AND placed_at > timestamptz '2026-01-01' + ${n(130)} * interval '1 day'`,
  (n) => `SELECT * FROM customers WHERE lower(email) = lower('PERSON${n(CUSTOMERS)}@example.org')`,
  (n) => `SELECT id FROM customers WHERE email LIKE 'Person${n(999)}@%'`,
  (n) => `SELECT l.* FROM order_lines AS l WHERE l.order_id = ${n(ORDERS)}`,
  (n) =>
    `SELECT o.id, l.amount, l.price FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id WHERE o.customer_id = ${n(CUSTOMERS)}`,
  (n) => `SELECT sum(amount * price) FROM order_lines WHERE product_id = ${n(4_999)}`,
  (n) =>
    `SELECT c.country, count(*) FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE o.shop_id = ${n(59)} AND o.state = 'open' GROUP BY 1`,
  (n) => `SELECT id FROM orders WHERE customer_id = ${n(CUSTOMERS)} OR id = ${n(ORDERS)}`,
  (n) => `UPDATE orders SET note = 'seen' WHERE customer_id = ${n(CUSTOMERS)} AND state = 'open'`,
  (n) =>
    `SELECT placed_at, total FROM orders WHERE placed_at > timestamptz '2026-05-01' + ${n(15)} * interval '1 day' ORDER BY placed_at LIMIT 10`,
];

export async function makeShop(db: Database): Promise<void> {
  for (const statement of SCHEMA) await db.rows(raw(`/* bench.makeShop */ ${statement}`));
}

/** The same statements in the same order each time. */
export async function useShop(db: Database, signal: AbortSignal): Promise<void> {
  const dice = createDice(42);
  const whole: Whole = (most) => 1 + Math.floor(dice() * most);
  for (let run = 0; run < RUNS; run++) {
    signal.throwIfAborted();
    for (const template of TEMPLATES) await db.rows(raw(template(whole)));
  }
}
