import { describe, expect, test } from 'vitest';
import { planMoves, type PlanInput } from '../../src/shards/rebalance/plan.ts';
import type { PlanOrganization, PlanShard } from '../../src/shards/rebalance/subjects.ts';
import { FIRST_RATES } from '../../src/shards/rebalance/rates.ts';

const shard = (name: string, more: Partial<PlanShard> = {}): PlanShard => ({
  ...{ name, state: 'ACTIVE', weight: 100, capacityBytes: null, region: null },
  ...more,
});
const organization = (
  id: string,
  on: string,
  bytes: number,
  more: Partial<PlanOrganization> = {},
): PlanOrganization => ({
  ...{
    id,
    shard: on,
    bytes,
    rows: bytes / 100,
    activityPerMinute: 0,
    isPinned: false,
    region: null,
    isMoving: false,
    isHot: false,
  },
  ...more,
});
const plan = (more: Partial<PlanInput>, constraints: Partial<PlanInput['constraints']> = {}) =>
  planMoves({
    goal: 'BALANCE_BYTES',
    shards: [shard('a'), shard('b')],
    organizations: [],
    rates: FIRST_RATES,
    constraints: { maxMoves: 100, maxMoveBytes: null, tolerance: 0.05, keep: [], ...constraints },
    ...more,
  });
const ways = ({ moves }: ReturnType<typeof plan>) =>
  moves.map((one) => `${one.organization} ${one.from}>${one.to}`);

const SKEWED = [organization('1', 'a', 600), organization('2', 'a', 300), organization('3', 'a', 100)];

describe('a plan', () => {
  test('takes the one move that brings the most to its place', () => {
    const made = plan({ organizations: SKEWED });
    expect(ways(made)).toEqual(['1 a>b']);
    expect([made.imbalanceBefore, made.imbalanceAfter]).toEqual([0.5, 0.1]);
    expect(made.moves[0]).toMatchObject({
      reason: 'a has more than its share, b less',
      estimatedSeconds: 11,
      estimatedPauseMs: 60,
    });
  });

  test('gives each shard its share by weight', () => {
    const shards = [shard('a', { weight: 300 }), shard('b')];
    const made = plan({
      shards,
      organizations: Array.from({ length: 8 }, (_, n) => organization(`${n}`, 'a', 100)),
    });
    expect(made.after.map((one) => one.bytes)).toEqual([600, 200]);
    expect(made.after.map((one) => one.target)).toEqual([600, 200]);
  });

  test('is empty when nothing would become better', () => {
    expect(ways(plan({ organizations: [organization('1', 'a', 1000)] }))).toEqual([]);
    expect(plan({}).imbalanceBefore).toBe(0);
  });

  test.each([
    ['that somebody has pinned', { isPinned: true }, 'PINNED'],
    ['that is on its way', { isMoving: true }, 'MOVING'],
    ['that may only live in a region without another shard', { region: 'eu' }, 'REGION'],
    ['that is too large', { bytes: 700 }, 'TOO_LARGE'],
  ] as const)('leaves one %s where it is, and says so', (_title, more, reason) => {
    const organizations = [organization('1', 'a', 600, more), ...SKEWED.slice(1)];
    const made = plan({ organizations }, { maxMoveBytes: 650 });
    expect(made.moves.map((one) => one.organization)).not.toContain('1');
    expect(made.stays).toContainEqual({ organization: '1', shard: 'a', reason });
  });

  test('leaves those that it was told to keep', () => {
    const made = plan({ organizations: SKEWED }, { keep: ['1'] });
    expect(ways(made)).toEqual(['2 a>b', '3 a>b']);
    expect(made.stays).toEqual([{ organization: '1', shard: 'a', reason: 'KEPT' }]);
  });

  test('never fills a shard beyond its capacity', () => {
    const made = plan({ shards: [shard('a'), shard('b', { capacityBytes: 350 })], organizations: SKEWED });
    expect(ways(made)).toEqual(['2 a>b']);
    expect(made.stays).toContainEqual({ organization: '1', shard: 'a', reason: 'NO_ROOM' });
  });

  test('goes to a shard of the right region', () => {
    const shards = [shard('a', { region: 'eu' }), shard('b'), shard('c', { region: 'eu' })];
    const made = plan({ shards, organizations: SKEWED.map((one) => ({ ...one, region: 'eu' })) });
    expect(new Set(made.moves.map((one) => one.to))).toEqual(new Set(['c']));
  });

  test('neither takes from a shard that is read-only nor gives to it', () => {
    const made = plan({ shards: [shard('a', { state: 'READ_ONLY' }), shard('b')], organizations: SKEWED });
    expect([made.moves, made.stays, made.imbalanceBefore]).toEqual([[], [], 0]);
  });

  test('empties a shard that is drained, and moves nothing else', () => {
    const made = plan({
      goal: 'DRAIN',
      shards: [shard('a', { state: 'DRAINING' }), shard('b'), shard('c')],
      organizations: [...SKEWED, organization('4', 'b', 500)],
    });
    expect(made.moves.map((one) => one.organization).sort()).toEqual(['1', '2', '3']);
    expect(made.after.find((one) => one.shard === 'a')).toMatchObject({ organizations: 0, bytes: 0 });
    expect(made.moves[0]?.reason).toBe('a is being drained');
  });

  test('parts organizations that are busy, however small they are', () => {
    const busy = { activityPerMinute: 100 };
    const made = plan({
      goal: 'BALANCE_ACTIVITY',
      organizations: [
        organization('1', 'a', 10, busy),
        organization('2', 'a', 20, busy),
        organization('3', 'b', 900),
      ],
    });
    expect(ways(made)).toEqual(['1 a>b']);
  });

  test('ends at the most moves that it may have', () => {
    const organizations = Array.from({ length: 20 }, (_, n) => organization(`${n}`, 'a', 100));
    expect(plan({ organizations }, { maxMoves: 3 }).moves).toHaveLength(3);
  });
});

describe('any plan', () => {
  const cases = Array.from({ length: 300 }, (_, seed) => randomInput(seed + 1));

  test.each(['BALANCE_BYTES', 'BALANCE_ACTIVITY', 'DRAIN'] as const)(
    'of the goal %s makes nothing worse',
    (goal) => {
      for (const input of cases) {
        const made = plan({ ...input, goal }, input.constraints);
        expect(made.imbalanceAfter).toBeLessThanOrEqual(made.imbalanceBefore + 1e-9);
        expect(plan({ ...input, goal }, input.constraints)).toEqual(made);
      }
    },
  );

  test('keeps every constraint', () => {
    for (const input of cases) {
      const made = plan(input, input.constraints);
      const byId = new Map(input.organizations.map((one) => [one.id, one]));
      const byName = new Map(input.shards.map((one) => [one.name, one]));
      expect(new Set(made.moves.map((one) => one.organization)).size).toBe(made.moves.length);
      expect(made.moves.length).toBeLessThanOrEqual(input.constraints.maxMoves);
      for (const { organization: id, from, to } of made.moves) {
        const [one, target] = [byId.get(id), byName.get(to)];
        expect(one).toMatchObject({ shard: from, isPinned: false, isMoving: false });
        expect(target?.state).toBe('ACTIVE');
        if (one?.region) expect(target?.region).toBe(one.region);
        expect(one?.bytes).toBeLessThanOrEqual(input.constraints.maxMoveBytes ?? Infinity);
        expect(byName.get(from)?.state).not.toBe('READ_ONLY');
      }
      for (const { shard: name, bytes } of made.after) {
        const had = made.before.find((one) => one.shard === name)?.bytes ?? 0;
        expect(bytes).toBeLessThanOrEqual(Math.max(had, byName.get(name)?.capacityBytes ?? Infinity));
      }
    }
  });
});

/** The same for the same seed. */
function randomInput(seed: number) {
  let state = seed;
  const next = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T;
  const regions = [null, 'eu', 'us'];
  const shards = Array.from({ length: 1 + next(5) }, (_, n) =>
    shard(`s${n}`, {
      state: pick(['ACTIVE', 'ACTIVE', 'FULL', 'DRAINING', 'READ_ONLY'] as const),
      weight: 1 + next(300),
      capacityBytes: next(3) === 0 ? 1 + next(20_000) : null,
      region: pick(regions),
    }),
  );
  const organizations = Array.from({ length: next(25) }, (_, n) =>
    organization(`o${n}`, `s${next(shards.length)}`, next(3_000), {
      activityPerMinute: next(50),
      isPinned: next(6) === 0,
      isMoving: next(8) === 0,
      region: pick(regions),
    }),
  );
  const constraints = {
    maxMoves: next(12),
    maxMoveBytes: next(2) === 0 ? next(3_000) : null,
    tolerance: next(20) / 100,
  };
  return { shards, organizations, constraints: { ...constraints, keep: [] } };
}

describe('a plan that isolates hot organizations', () => {
  const hot = { isHot: true, activityPerMinute: 90 };
  const isolate = (organizations: readonly PlanOrganization[], shards = [shard('a'), shard('b')]) =>
    plan({ goal: 'ISOLATE_HOT', organizations, shards });

  test('moves the hot one to an empty shard when that is less than to move the others', () => {
    const made = isolate([organization('1', 'a', 100, hot), organization('2', 'a', 300)]);
    expect(ways(made)).toEqual(['1 a>b']);
    expect([made.imbalanceBefore, made.imbalanceAfter]).toEqual([1, 0]);
    expect(made.moves[0]?.reason).toBe('is hot, and alone on b');
  });

  test('moves the others when they are less, and never onto the shard of another hot one', () => {
    const shards = [shard('a'), shard('b'), shard('c')];
    const made = isolate(
      [
        organization('1', 'a', 900, hot),
        organization('2', 'a', 100),
        organization('3', 'b', 900, { ...hot, activityPerMinute: 80 }),
        organization('4', 'c', 500),
      ],
      shards,
    );
    expect(ways(made)).toEqual(['2 a>c']);
    expect(made.imbalanceAfter).toBe(0);
  });

  test('lets one that cannot be alone stay, and says so', () => {
    const made = isolate([
      organization('1', 'a', 100, { ...hot, isPinned: true }),
      organization('2', 'a', 300, { isPinned: true }),
    ]);
    expect(ways(made)).toEqual([]);
    expect(made.stays).toEqual([{ organization: '1', shard: 'a', reason: 'PINNED' }]);
  });
});
