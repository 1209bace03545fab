import { expect, test } from 'vitest';
import { judgeVacuum } from '../../src/performance/tables/vacuum.ts';

const TABLE = {
  ...{ schema: 'public', name: 'items', deadRows: 0, modifiedRows: 0, insertedSinceVacuum: 0, xidAge: 0 },
  ...{ vacuumAt: 100, vacuumInsertsAt: 1_000, analyzeAt: 50, freezeAt: 200_000_000, isVacuumOff: false },
};
const needsOf = (changed: Partial<typeof TABLE>) =>
  judgeVacuum({ ...TABLE, ...changed }).map(({ reason, urgency, statement }) => [reason, urgency, statement]);

test.each([
  [{}, []],
  [{ deadRows: 99, modifiedRows: 49, insertedSinceVacuum: 999 }, []],
  [{ deadRows: 250 }, [['DEAD_ROWS', 2.5, 'VACUUM (ANALYZE) public.items;']]],
  [{ modifiedRows: 50 }, [['STALE_STATISTICS', 1, 'ANALYZE public.items;']]],
  [{ insertedSinceVacuum: 2_000 }, [['INSERTED_ROWS', 2, 'VACUUM public.items;']]],
  [{ xidAge: 180_000_000 }, [['WRAPAROUND', 10, 'VACUUM (FREEZE) public.items;']]],
  [
    { deadRows: 100, isVacuumOff: true },
    [
      ['DEAD_ROWS', 1, 'VACUUM (ANALYZE) public.items;'],
      ['VACUUM_OFF', 1, 'ALTER TABLE public.items RESET (autovacuum_enabled);'],
    ],
  ],
  [{ isVacuumOff: true }, []],
])('of %o needs %o', (changed, needs) => {
  expect(needsOf(changed)).toEqual(needs);
});

test('quotes what has to be quoted', () => {
  expect(judgeVacuum({ ...TABLE, name: 'My"Table', modifiedRows: 50 })[0]?.statement).toBe(
    'ANALYZE public."My""Table";',
  );
});
