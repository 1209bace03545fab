import { expect } from 'vitest';
import { sql } from '../../src/postgres/sql.ts';
import type { TestShard } from './shards.ts';

/** Before the rows of one table: whoever copies them waits. */
export interface Gate {
  waitUntilReached(): Promise<void>;
  /** Lets them through, and takes itself away. */
  remove(): Promise<void>;
}

const KEY = 7;

/** The schemas of all shards have to be the same, so all get it; it is closed on `on`. */
export async function closeGate(shards: readonly TestShard[], on: TestShard): Promise<Gate> {
  for (const one of shards)
    await one.rows(`CREATE FUNCTION gate() RETURNS boolean LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock_shared(${KEY}); RETURN true; END';
      ALTER TABLE items ADD CONSTRAINT gate CHECK (gate()) NOT VALID`);
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const holder = on.db.session(async (session) => {
    await session.rows(sql`SELECT pg_advisory_lock(${KEY})`);
    closed.resolve();
    await opened.promise;
    await session.rows(sql`SELECT pg_advisory_unlock(${KEY})`);
  });
  await closed.promise;
  const waiting = () => on.rows(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
  return {
    waitUntilReached: () => expect.poll(waiting, { timeout: 30_000 }).toHaveLength(1),
    async remove() {
      opened.resolve();
      await holder;
      for (const one of shards) await one.rows('DROP FUNCTION gate CASCADE');
    },
  };
}
