import type { Fleet } from '../../src/fleet/fleet.ts';
import { createAccess } from '../../src/access/service.ts';
import type { Alert, AlertSample } from '../../src/alerts/alerts.ts';
import { toDefaultRules } from '../../src/alerts/rules.ts';
import { type AlertsOptions, createAlerts } from '../../src/alerts/service.ts';
import { createTimetable } from '../../src/schedules/timing.ts';
import { createControlDatabase, createTestEvents } from '../support/control.ts';
import { REQUESTER } from '../server/api.ts';

export const METRICS = [
  { name: 'connections', better: 'LOWER', target: 80 },
  { name: 'primary', better: 'HIGHER', target: 1 },
  { name: 'longest_transaction', better: 'LOWER', target: 300 },
] as const;

/** When a window closes or opens, as wiring hands it to alerts. */
export const calendar: AlertsOptions['calendar'] = {
  closesAt: (window, now) => {
    const admitted = admit(window, now);
    return admitted?.startAt.getTime() === now.getTime() ? admitted.closesAt : null;
  },
  opensAt: (window, now) => admit(window, now)?.startAt ?? null,
};

function admit(window: Parameters<AlertsOptions['calendar']['closesAt']>[0], now: Date) {
  const timing = { at: null, cron: null, timezone: window.timezone, window, jitterSeconds: 0 };
  return createTimetable(timing, 'window').admit(now);
}

/** The service on a control database of its own, with a clock that the test moves. No server is looked at. */
export async function startAlerts() {
  const database = await createControlDatabase();
  const { bell, events } = createTestEvents(database);
  const { db } = database;
  const clock = { now: new Date('2026-11-22T12:00:00Z') };
  const fleet = {
    get: () => ({}),
    find: () => null,
    primary: () => Promise.reject(new Error('no server in this test')),
  } as unknown as Fleet;
  const options: AlertsOptions = {
    ...{ db, events, fleet, calendar },
    metrics: METRICS,
    defaultRules: toDefaultRules(METRICS).map((one) => ({
      ...one,
      forSeconds: 0,
      resolveAfterSeconds: 0,
      recoveryThreshold: null,
    })),
    instancesOf: (cluster) => (cluster === 'gone' ? null : ['main-1', 'main-2']),
    recordAudit: createAccess(db).record,
    onError: (error) => console.error(error),
    readClock: async () => clock.now,
  };
  const alerts = createAlerts(options);
  return {
    ...{ alerts, clock, db, events, options },
    requester: { ...REQUESTER, reason: 'on it' },
    /** A minute later, `value` % of the connections of main-1 are in use. */
    async measure(value: number | null, more: Partial<AlertSample> = {}) {
      clock.now = new Date(clock.now.getTime() + 60_000);
      await alerts.evaluate('main', [toSample(value, clock.now, more)]);
    },
    /** Newest first. */
    list: () => alerts.list({}, { limit: 100, after: null, before: null, fromEnd: false }),
    async [Symbol.asyncDispose]() {
      await alerts.settle();
      await events.close();
      await bell.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

export type TestAlerts = Awaited<ReturnType<typeof startAlerts>>;

export function toSample(
  value: number | null,
  sampledAt: Date,
  more: Partial<AlertSample> = {},
): AlertSample {
  const state = value === null ? 'UNKNOWN' : value > 95 ? 'CRITICAL' : value > 80 ? 'WARNING' : 'OK';
  return {
    ...{ name: 'connections', cluster: 'main', instance: 'main-1', unit: 'percent', value, state },
    ...{ target: 80, critical: 95, reason: null, sampledAt },
    ...more,
  };
}

/** The changes of alerts that were published since `after`, e.g. `FIRED connections`; stops when there are no more. */
export async function readEvents({ alerts }: TestAlerts, count: number, after: bigint | null = 0n) {
  const leaving = new AbortController();
  const found: (Pick<Alert, 'metric' | 'state'> & { change: string; id: bigint })[] = [];
  for await (const delivery of alerts.follow({}, after, leaving.signal)) {
    if (delivery.kind === 'EVENT') found.push(delivery.event);
    if (found.length >= count) break;
  }
  leaving.abort();
  return found;
}
