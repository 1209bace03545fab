import { expect, test } from 'vitest';
import { createFleet } from '../../src/fleet/registry.ts';
import { performVisit } from '../../src/maintenance/visits/perform.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createFleetDatabase, openOnFleet, testFleet } from '../support/fleet.ts';
import { isThorough } from '../support/thorough.ts';

const MINUTE_MS = 60_000;

// It waits for two reports, 20 s, so only in a full run.
test.runIf(isThorough)(
  'VACUUM removes rows that died after a standby had last told what it sees',
  async () => {
    const own = await testFleet();
    await using database = await createFleetDatabase(own);
    const clusters = own.config.clusters.map((one) => ({ ...one, database: database.name }));
    const fleet = createFleet({ ...own.config, clusters });
    const db = openOnFleet(own, 'operator', 'main-1', database.name);
    try {
      await db.rows(raw('CREATE TABLE told (id int) WITH (autovacuum_enabled = off)'));
      await db.rows(raw('INSERT INTO told SELECT generate_series(1, 2000)'));
      // Right after a report: the next one is 10 s away.
      const reported = await slotXmin(db);
      await expect.poll(() => slotXmin(db), { timeout: 30_000, interval: 100 }).not.toBe(reported);
      await db.rows(raw('DELETE FROM told'));
      const visit = {
        kind: 'VACUUM',
        schema: 'public',
        name: 'told',
        options: [],
        because: 'a test',
      } as const;
      const order = { cluster: 'main', visit, untilMs: Date.now() + MINUTE_MS, costDelayMs: 0 };
      const found = await performVisit(fleet, order, {
        ...{ operationId: '', token: 1n, processMarks: {}, signal: new AbortController().signal },
        ...{ assertLease: () => {}, progress: () => {} },
      });
      expect(found).toMatchObject({ severity: 'INFO', subject: 'public.told' });
      expect(found.message).toMatch(/; 0\.\d MB before, 0 MB now$/);
    } finally {
      await db.close();
      await fleet.close();
    }
  },
  90_000,
);

/** Others use the server, too: each look takes a transaction, so that there is something new to tell. */
async function slotXmin(db: ReturnType<typeof openOnFleet>): Promise<string | null> {
  const [row] = await db.rows<{ readonly xmin: string | null }>(
    sql`SELECT pg_current_xact_id() AS now, (SELECT xmin::text FROM pg_replication_slots WHERE slot_name = ${'main_2'}) AS xmin`,
  );
  return row?.xmin ?? null;
}
