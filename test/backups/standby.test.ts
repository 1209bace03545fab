import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBackupOperation } from '../../src/backups/copy/start-operation.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import { openOnFleet } from '../support/fleet.ts';
import { type OwnFleet, startOwnFleet } from '../support/own-fleet.ts';
import { createHarness, perform } from './harness.ts';
import { waitUntil } from './scratch.ts';

let own: OwnFleet;
let fleet: Fleet;
let control: Awaited<ReturnType<typeof createControlDatabase>>;
beforeAll(async () => {
  [own, control] = [await startOwnFleet(), await createControlDatabase()];
  fleet = createFleet(own.config);
}, 120_000);
afterAll(async () => {
  await fleet.close();
  await control[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

const start = (standby?: { use: 'prefer' | 'never'; maxLagBytes: number; maxLagSeconds: number }) =>
  startBackupOperation({ fleet, db: control.db, ...(standby === undefined ? {} : { standby }) });

test(
  'takes the files from the standby that keeps up, says so, and the set is valid',
  { timeout: 120_000 },
  async () => {
    const harness = createHarness();
    const made = await perform(start(), { cluster: 'main', type: 'FULL', verify: true }, harness);
    expect(made).toMatchObject({
      takenFrom: { role: 'STANDBY', instance: 'main-2' },
      warnings: [],
    });
    expect(made.filesVerified).toBeGreaterThan(0);
    expect(harness.progress.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^files come from standby main-2: it is \d+ bytes behind/),
    );
  },
);

test(
  'takes them from the primary when that is asked for, and when the configuration says so',
  { timeout: 120_000 },
  async () => {
    const asked = await perform(start(), { cluster: 'main', type: 'INCREMENTAL', from: 'PRIMARY' });
    expect(asked.takenFrom).toEqual({ role: 'PRIMARY', instance: null, reason: 'it was asked for' });
    const never = { use: 'never', maxLagBytes: 0, maxLagSeconds: 0 } as const;
    const configured = await perform(start(never), { cluster: 'main', type: 'INCREMENTAL' });
    expect(configured.takenFrom).toMatchObject({
      role: 'PRIMARY',
      reason: 'the configuration does not let backups use standbys',
    });
  },
);

test(
  'leaves a standby alone that is too far behind, and refuses when only that would do',
  { timeout: 120_000 },
  async () => {
    const standby = openOnFleet(own, 'superuser', 'main-2', 'postgres');
    const primary = openOnFleet(own, 'superuser', 'main-1');
    try {
      await standby.rows(sql`SELECT pg_wal_replay_pause()`);
      await primary.rows(
        sql`CREATE TABLE behind AS SELECT g, md5(g::text) FROM generate_series(1, 20000) AS g`,
      );
      const strict = { use: 'prefer', maxLagBytes: 1_000_000, maxLagSeconds: 30 } as const;
      await expect(
        perform(start(strict), { cluster: 'main', type: 'INCREMENTAL', from: 'STANDBY' }),
      ).rejects.toMatchObject({ code: 'STANDBY_UNAVAILABLE' });
      const made = await perform(start(strict), { cluster: 'main', type: 'INCREMENTAL' });
      expect(made.takenFrom).toMatchObject({
        role: 'PRIMARY',
        reason: expect.stringMatching(
          /^standby main-2 is \d+ bytes behind, and 1000000 are allowed$/,
        ) as string,
      });
    } finally {
      await standby.rows(sql`SELECT pg_wal_replay_resume()`);
      await Promise.all([standby.close(), primary.close()]);
    }
  },
);

test('says what would let it copy from a standby when its role may not', { timeout: 60_000 }, async () => {
  const primary = openOnFleet(own, 'superuser', 'main-1', 'postgres');
  const standby = openOnFleet(own, 'superuser', 'main-2', 'postgres');
  await primary.rows(sql`REVOKE pg_checkpoint FROM sunday_backup`);
  const isRevoked = async () => {
    const [row] = await standby.rows<{ may: boolean }>(
      sql`SELECT pg_has_role('sunday_backup', 'pg_checkpoint', 'USAGE') AS may`,
    );
    return row?.may === false;
  };
  await waitUntil(isRevoked);
  const refused = perform(start(), { cluster: 'main', type: 'FULL', from: 'STANDBY' });
  await expect(refused).rejects.toThrow('GRANT pg_checkpoint TO sunday_backup');
  await primary.rows(sql`GRANT pg_checkpoint TO sunday_backup`);
  await Promise.all([primary.close(), standby.close()]);
});
