import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { optimizeQuery } from '../../src/performance/advice/optimize.ts';
import { testFleet } from '../support/fleet.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = createFleet((await testFleet()).config);
});
afterAll(() => fleet?.close());

test('plans on a standby as on the primary, with the role that watches where its rights are enough', async () => {
  const planOn = (instance: string | null) =>
    optimizeQuery(fleet, {
      ...{ cluster: 'main', instance, analyze: false, budgetBytes: 2 ** 30 },
      sql: 'SELECT datname FROM pg_database WHERE oid = ?',
    });
  expect(await planOn('main-2')).toMatchObject({
    ...{ instance: 'main-2', plannedAs: 'sunday_monitor', isExecuted: false, reason: null },
  });
  expect((await planOn('main-2')).method).toBe((await planOn(null)).method);
});
