import type { MaintenanceWindowInputRef } from '../schema/schedules.ts';
import type { Timing } from '../src/schedules/timing.ts';

interface TimingInput {
  readonly at?: Date | null | undefined;
  readonly cron?: string | null | undefined;
  readonly timezone?: string | null | undefined;
  readonly window?: typeof MaintenanceWindowInputRef.$inferInput | null | undefined;
  readonly jitterSeconds?: number | null | undefined;
}

/** When a schedule runs. What is left out has its default here, and nowhere else. */
export function toTiming({ at, cron, window, jitterSeconds, ...input }: TimingInput): Timing {
  const timezone = input.timezone ?? 'UTC';
  return {
    at: at ?? null,
    cron: cron ?? null,
    timezone,
    window: window ? { ...window, timezone: window.timezone ?? timezone } : null,
    jitterSeconds: jitterSeconds ?? 0,
  };
}
