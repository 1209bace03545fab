import { beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/postgres/sql.ts';
import { openOnFleet, testFleet, type TestFleet } from '../support/fleet.ts';

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await testFleet();
});

test('streams to the standby through its slot', async () => {
  await using stack = new AsyncDisposableStack();
  const primary = openOnFleet(fleet, 'monitor');
  stack.defer(() => primary.close());
  await expect
    .poll(() =>
      primary.rows(sql`/* test.slots */
        SELECT slot_name, active, r.state, r.application_name
        FROM pg_replication_slots s JOIN pg_stat_replication r ON r.pid = s.active_pid`),
    )
    .toEqual([{ slot_name: 'main_2', active: true, state: 'streaming', application_name: 'main-2' }]);
});
