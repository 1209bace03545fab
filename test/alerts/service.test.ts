import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAlerts } from '../../src/alerts/service.ts';
import { sql } from '../../src/postgres/sql.ts';
import { readEvents, startAlerts, type TestAlerts, toSample } from './harness.ts';

let it: TestAlerts;

beforeAll(async () => {
  it = await startAlerts();
});
afterAll(async () => {
  await it[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await it.db.rows(sql`/* test.clear */
    TRUNCATE alert, alert_pending, alert_silence, alert_maintenance_window, alert_rule, outbox_event
  `);
});

const changes = async (count: number) =>
  (await readEvents(it, count)).map(({ change, state }) => `${change} ${state}`);

const match = { cluster: null, rule: null, metric: null, instance: null, severity: null };

test('keeps what fires, and what becomes of it, with one event for each change', async () => {
  await it.measure(90);
  await it.measure(97);
  await it.measure(50);
  expect(await changes(3)).toEqual(['FIRED FIRING', 'RAISED FIRING', 'RESOLVED RESOLVED']);
  expect(await it.list()).toMatchObject([
    {
      ...{ state: 'RESOLVED', severity: 'CRITICAL', firedValue: 90, value: 50, threshold: 95 },
      summary: 'main: connections in use of main-1: 97 %, the limit is 95 %',
      resolvedBecause: 'it has been well for long enough',
    },
  ]);
});

test('is one alert for two workers that judge at the same time', async () => {
  const other = createAlerts({ ...it.options });
  const sample = toSample(99, it.clock.now);
  await Promise.all(
    Array.from({ length: 10 }, (_, index) => (index % 2 ? other : it.alerts).evaluate('main', [sample])),
  );
  await other.settle();
  expect(await it.list()).toHaveLength(1);
  expect(await changes(1)).toEqual(['FIRED FIRING']);
  expect(await it.db.rows(sql`SELECT count(*)::int AS events FROM outbox_event`)).toEqual([{ events: 1 }]);
});

test('loses no change when a worker dies before its commit, and repeats none after', async () => {
  const broken: TestAlerts['options'] = {
    ...it.options,
    db: {
      ...it.db,
      transaction: (work) =>
        it.db.transaction(async (tx) => {
          await work(tx);
          throw new Error('killed before the commit');
        }),
    },
  };
  const sample = toSample(99, it.clock.now);
  await expect(createAlerts(broken).evaluate('main', [sample])).rejects.toThrow('killed');
  expect(await it.list()).toEqual([]);
  await it.alerts.evaluate('main', [sample]);
  await it.alerts.evaluate('main', [sample]);
  expect(await changes(1)).toEqual(['FIRED FIRING']);
  expect(await it.list()).toHaveLength(1);
});

describe('acknowledging', () => {
  test('says who has it in hand, once', async () => {
    await it.measure(90);
    const [alert] = await it.list();
    const id = alert?.id ?? '';
    await it.alerts.acknowledge(id, { ...it.requester, onBehalfOf: 'ann' });
    const again = await it.alerts.acknowledge(id, { ...it.requester, onBehalfOf: 'bob' });
    expect(again).toMatchObject({
      state: 'ACKNOWLEDGED',
      acknowledgedBy: 'ann',
      acknowledgedBecause: 'on it',
    });
    expect(await changes(2)).toEqual(['FIRED FIRING', 'ACKNOWLEDGED ACKNOWLEDGED']);
    await it.measure(90);
    expect((await it.list())[0]?.state).toBe('ACKNOWLEDGED');
  });

  test('of what is over or was never there is refused', async () => {
    await it.measure(90);
    await it.measure(10);
    const [alert] = await it.list();
    await expect(it.alerts.acknowledge(alert?.id ?? '', it.requester)).rejects.toMatchObject({
      code: 'ALERT_RESOLVED',
    });
    await expect(it.alerts.acknowledge('nothing', it.requester)).rejects.toMatchObject({
      code: 'ALERT_NOT_FOUND',
    });
  });
});

describe('a silence', () => {
  test('holds for what matches until it ends', async () => {
    await it.measure(90);
    await it.measure(90, { instance: 'main-2' });
    const { alerts, silence } = await it.alerts.silence(
      { ...match, instance: 'main-1', minutes: 10 },
      it.requester,
    );
    expect(alerts.map(({ instance, state }) => [instance, state])).toEqual([['main-1', 'SILENCED']]);
    expect(silence.endsAt).toEqual(new Date(it.clock.now.getTime() + 600_000));
    it.clock.now = new Date(it.clock.now.getTime() + 600_000);
    await it.alerts.evaluate('main', []);
    expect((await it.list()).map(({ state }) => state)).toEqual(['FIRING', 'FIRING']);
    expect(await changes(4)).toEqual([
      'FIRED FIRING',
      'FIRED FIRING',
      'SILENCED SILENCED',
      'UNSILENCED FIRING',
    ]);
    expect(await it.alerts.listSilences()).toEqual([]);
  });

  test('can be ended before', async () => {
    await it.measure(90);
    const { silence } = await it.alerts.silence({ ...match, cluster: 'main', minutes: 10 }, it.requester);
    await it.alerts.endSilence(silence.id, it.requester);
    expect((await it.list())[0]?.state).toBe('FIRING');
    await expect(it.alerts.endSilence('nothing', it.requester)).rejects.toMatchObject({
      code: 'ALERT_SILENCE_NOT_FOUND',
    });
  });
});

describe('a maintenance window', () => {
  const window = {
    ...{ name: 'sundays', clusters: ['main'], metrics: null, cron: '0 12 * * SUN' },
    ...{ durationMinutes: 60, timezone: 'UTC', isEnabled: true },
  };

  test('silences what fires while it is open, in its own timezone', async () => {
    it.clock.now = new Date('2026-11-29T12:29:00Z'); // a Sunday
    await it.alerts.upsertWindow(window, it.requester);
    await it.measure(90);
    expect((await it.list())[0]).toMatchObject({
      state: 'SILENCED',
      silencedBy: 'maintenance window sundays',
      silencedUntil: new Date('2026-11-29T13:00:00Z'),
    });
    await it.alerts.upsertWindow({ ...window, timezone: 'Europe/Berlin' }, it.requester);
    expect((await it.list())[0]?.state).toBe('FIRING');
  });

  test('is refused with a cron expression or timezone that is none', async () => {
    await expect(it.alerts.upsertWindow({ ...window, cron: 'often' }, it.requester)).rejects.toMatchObject({
      code: 'CRON_INVALID',
    });
    await expect(
      it.alerts.upsertWindow({ ...window, timezone: 'Mars/Base' }, it.requester),
    ).rejects.toMatchObject({ code: 'TIMEZONE_INVALID' });
  });
});

describe('rules', () => {
  const own = {
    ...{ name: 'connections', cluster: 'main', metric: 'connections', comparison: 'ABOVE' as const },
    ...{ threshold: 50, recoveryThreshold: 40, severity: 'CRITICAL' as const, forSeconds: 0 },
    ...{ resolveAfterSeconds: 0, reminderSeconds: null, escalateAfterSeconds: null, runbook: 'Call Ann.' },
    isEnabled: true,
  };

  test('of a cluster replace those of the product, and give way to them again', async () => {
    await it.alerts.upsertRule(own, it.requester);
    await it.measure(60);
    expect(await it.list()).toMatchObject([{ severity: 'CRITICAL', threshold: 50, runbook: 'Call Ann.' }]);
    const back = await it.alerts.removeRule('connections', 'main', it.requester);
    expect(back).toMatchObject({ isDefault: true, threshold: null });
    await it.measure(60);
    expect((await it.list())[0]?.state).toBe('RESOLVED');
  });

  test.each([
    ['about nothing that is measured', { metric: 'happiness' }],
    ['whose dead band is on the wrong side', { recoveryThreshold: 60 }],
  ])('%s are refused', async (_title, change) => {
    await expect(it.alerts.upsertRule({ ...own, ...change }, it.requester)).rejects.toMatchObject({
      code: 'ALERT_RULE_INVALID',
    });
  });

  test('that nobody made cannot be deleted', async () => {
    await expect(it.alerts.removeRule('connections', null, it.requester)).rejects.toMatchObject({
      code: 'ALERT_RULE_NOT_FOUND',
    });
  });
});

test('closes what is open of a cluster that is not configured any more', async () => {
  await it.measure(90);
  await it.db.rows(sql`UPDATE alert SET cluster = 'gone'`);
  await it.alerts.evaluate('gone', []);
  expect((await it.list())[0]).toMatchObject({ state: 'RESOLVED' });
});
