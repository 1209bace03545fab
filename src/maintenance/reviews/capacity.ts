import { finding, type Finding, type Found } from '../findings.ts';
import type { MaintenanceSources, Outlook } from '../sources.ts';
import { judgeMetrics } from './metrics.ts';

const METRICS = [
  ...['disk_used', 'disk_free', 'database_growth', 'connections', 'sequence_used'],
  ...['xid_age', 'xid_days_left', 'multixact_age', 'multixact_days_left', 'wal_held_by_slots'],
];
/** A disk is bought, a sequence widened and a table frozen within a month, hardly within a week. */
const CRITICAL_DAYS = 7;
const WARNING_DAYS = 30;
/** What is further away is nothing to know every week. */
const INFO_DAYS = 365;

const ACTIONS: Readonly<Record<Outlook['capacity'], string>> = {
  DISK: 'Find out which tables grow with `sunday performance tables`, and plan the disk.',
  CONNECTIONS: 'See who holds them with `sunday sessions`; then a pooler, or a higher max_connections.',
  SEQUENCE: 'Make the column and its sequence bigint with a migration.',
  XID: 'Run the task VACUUM: it visits tables near wraparound first.',
  MULTIXACT: 'Run the task VACUUM: it visits tables near wraparound first.',
};

/** What runs out now, and by the forecast. */
export async function planCapacity(sources: MaintenanceSources, cluster: string): Promise<Found> {
  const [metrics, outlooks] = await Promise.all([sources.health(cluster), sources.capacityForecast(cluster)]);
  const judged = judgeMetrics(metrics, METRICS);
  const foreseen = judgeOutlooks(outlooks);
  return {
    findings: [...judged.findings, ...foreseen.findings],
    lookedAt: [...judged.lookedAt, ...foreseen.lookedAt],
  };
}

/** Pure. */
export function judgeOutlooks(outlooks: readonly Outlook[]): Found {
  const known = outlooks.filter(({ reason }) => reason === null);
  return {
    findings: [
      ...known.flatMap(judgeOutlook),
      ...judgeUnknown(outlooks.filter(({ reason }) => reason !== null)),
    ],
    lookedAt: known.map(({ capacity, instance }) => `the forecast of ${capacity} of ${instance}`),
  };
}

function judgeOutlook(one: Outlook): readonly Finding[] {
  const { expected, soonest } = one.daysLeft ?? { expected: null, soonest: null };
  const days = expected ?? soonest;
  if (days === null || days > INFO_DAYS) return [];
  const severity =
    expected === null || expected > WARNING_DAYS ? 'INFO' : expected < CRITICAL_DAYS ? 'CRITICAL' : 'WARNING';
  const rate = one.fit === null ? '' : `, ${figure(one.fit.perDay)} ± ${figure(one.fit.perDayError)} a day`;
  const end =
    expected === null
      ? `perhaps it ends in ${figure(days)} days, if at all`
      : `it ends in ${figure(expected)} days, ${figure(soonest ?? expected)} at the soonest`;
  const now = one.current === null ? 'unknown' : figure(one.current);
  return [
    finding(
      severity,
      `${one.capacity} of ${one.instance}`,
      `${now} of ${figure(one.limit)} ${one.unit} now${rate}: ${end}`,
      { suggestedAction: ACTIONS[one.capacity] },
    ),
  ];
}

/** One for each instance: a fleet that was started today would else say five times what time heals. */
function judgeUnknown(outlooks: readonly Outlook[]): readonly Finding[] {
  return [...Map.groupBy(outlooks, ({ instance }) => instance)].map(([instance, ofIt]) =>
    finding(
      'UNKNOWN',
      `forecast of ${instance}`,
      ofIt.map(({ capacity, reason }) => `${capacity}: ${reason ?? ''}`).join('; '),
      { suggestedAction: 'Let a worker collect metrics, and look again.' },
    ),
  );
}

const figure = (value: number) => Number(value.toPrecision(3)).toLocaleString('en-US');
