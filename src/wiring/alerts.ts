import { createCourier } from '../alerts/notifications/courier.ts';
import { createNotifications, type NotificationService } from '../alerts/notifications/service.ts';
import { createRounds } from '../alerts/rounds.ts';
import { type KnownMetric, toDefaultRules } from '../alerts/rules.ts';
import { type AlertService, createAlerts } from '../alerts/service.ts';
import type { Calendar, WindowTiming } from '../alerts/silences.ts';
import { THRESHOLDS } from '../health/thresholds.ts';
import type { Threshold } from '../limits.ts';
import { PLATFORM_THRESHOLDS } from '../platform/catalogue.ts';
import { PLATFORM } from '../config/platform-settings.ts';
import { createTimetable } from '../schedules/timing.ts';
import { createRecordSources, RECORD_METRICS, type RecordNouns } from './alert-sources.ts';
import { createWitnesses, type WitnessNouns } from './alert-witnesses.ts';
import type { Connected, Ground, Work } from './noun.ts';
import { listTargets } from './platform.ts';

export interface AlertNouns {
  readonly alerts: AlertService;
  readonly notifications: NotificationService;
}

/** Alerts of what our own records say, and of what health measures: its collector calls `alerts.evaluate`. */
export function wireAlerts(
  { config, db, events, fleet, log, workerId }: Ground,
  { recordAudit }: Work,
  nouns: Omit<RecordNouns, 'fleet'> & WitnessNouns,
): Connected<AlertNouns> {
  const onError = (error: unknown, cluster: string | null = null) =>
    log.error({ err: error, cluster }, 'alerts met an error');
  const metrics = [...toMetrics(THRESHOLDS), ...toMetrics(PLATFORM_THRESHOLDS), ...RECORD_METRICS];
  const services = listTargets(config).map(({ name }) => name);
  const alerts = createAlerts({
    ...{ db, events, fleet, calendar, metrics, recordAudit, onError },
    defaultRules: toDefaultRules(metrics),
    witnesses: createWitnesses(nouns),
    instancesOf: (cluster) =>
      cluster === PLATFORM ? services : (fleet.find(cluster)?.instances.map(({ name }) => name) ?? null),
  });
  const rounds = createRounds({
    ...{ db, alerts, workerId, onError },
    clusters: () => fleet.list().map(({ name }) => name),
    sources: createRecordSources({ ...nouns, fleet }),
  });
  return {
    services: { alerts, notifications: createNotifications({ db, recordAudit }) },
    background: [
      { name: 'alerts', ...rounds },
      { name: 'notifications', ...createCourier({ db, onError }) },
    ],
  };
}

function toMetrics(thresholds: Readonly<Record<string, Threshold>>): readonly KnownMetric[] {
  return Object.entries(thresholds).map(([name, { better, target }]) => ({ name, better, target }));
}

/** Windows of alerts are those of schedules: the same cron, the same timezones. */
const calendar: Calendar = {
  opensAt: (window, now) => admit(window, now)?.startAt ?? null,
  closesAt: (window, now) => {
    const admitted = admit(window, now);
    return admitted?.startAt.getTime() === now.getTime() ? admitted.closesAt : null;
  },
};

function admit(window: WindowTiming, now: Date) {
  const timing = { at: null, cron: null, timezone: window.timezone, window, jitterSeconds: 0 };
  return createTimetable(timing, 'window').admit(now);
}
