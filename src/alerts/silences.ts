import type { Alert, AlertSeverity } from './alerts.ts';
import type { Mute } from './decide.ts';

/** Alerts that nobody wants to hear for a while. What is null is any. */
export interface AlertSilence {
  readonly id: string;
  readonly position: bigint;
  readonly cluster: string | null;
  readonly rule: string | null;
  readonly metric: string | null;
  readonly instance: string | null;
  readonly severity: AlertSeverity | null;
  readonly endsAt: Date;
  readonly reason: string | null;
  readonly createdBy: string;
  readonly onBehalfOf: string | null;
  readonly createdAt: Date;
}

export type SilenceMatch = Pick<AlertSilence, 'cluster' | 'rule' | 'metric' | 'instance' | 'severity'>;

/** Work that was announced: it comes again and again, and each time alerts are silenced until it closes. */
export interface AlertWindow {
  readonly name: string;
  /** Null: all. */
  readonly clusters: readonly string[] | null;
  /** Null: all. */
  readonly metrics: readonly string[] | null;
  readonly cron: string;
  readonly durationMinutes: number;
  readonly timezone: string;
  readonly isEnabled: boolean;
  readonly updatedBy: string;
  readonly onBehalfOf: string | null;
  readonly updatedAt: Date;
}

export type WindowTiming = Pick<AlertWindow, 'cron' | 'durationMinutes' | 'timezone'>;

/** What schedules know of windows. */
export interface Calendar {
  /** When the window that is open at `now` closes; null when none is. */
  closesAt(window: WindowTiming, now: Date): Date | null;
  /** Opens next after `now`, or is open; null: never. @throws {CronInvalidError} @throws {TimezoneInvalidError} */
  opensAt(window: WindowTiming, now: Date): Date | null;
}

/** Pure: whether a silence is about this alert. */
export function isSilenced(match: SilenceMatch, alert: SilenceMatch | Alert): boolean {
  const keys = ['cluster', 'rule', 'metric', 'instance', 'severity'] as const;
  return keys.every((key) => match[key] === null || match[key] === alert[key]);
}

/** What mutes alerts of one cluster now. */
export function toMutes(
  {
    silences,
    windows,
  }: { readonly silences: readonly AlertSilence[]; readonly windows: readonly AlertWindow[] },
  calendar: Calendar,
  { cluster, now }: { readonly cluster: string; readonly now: Date },
): readonly Mute[] {
  const ofSilences = silences
    .filter((one) => one.endsAt > now)
    .map((one) => ({
      by: describeAuthor(one),
      until: one.endsAt,
      matches: (alert: Alert) => isSilenced(one, alert),
    }));
  const ofWindows = windows
    .filter(({ clusters, isEnabled }) => isEnabled && (clusters === null || clusters.includes(cluster)))
    .flatMap((window) => {
      const until = calendar.closesAt(window, now);
      const matches = ({ metric }: Alert) => window.metrics === null || window.metrics.includes(metric);
      return until === null ? [] : [{ by: `maintenance window ${window.name}`, until, matches }];
    });
  return [...ofSilences, ...ofWindows];
}

function describeAuthor({ createdBy, onBehalfOf }: AlertSilence): string {
  return onBehalfOf === null ? createdBy : `${onBehalfOf} through ${createdBy}`;
}
