import { measureElapsed } from './elapsed.ts';

/** A set that people said must stay. */
export interface Hold {
  readonly label: string;
  /** Sets whose files it needs. */
  readonly needs: readonly string[];
  /** Null: until it is released. */
  readonly until: Date | null;
  readonly reason: string;
  /** Name of the token that asked for it. */
  readonly heldBy: string;
  readonly onBehalfOf: string | null;
  readonly heldAt: Date;
}

/** A hold that has not ended. */
export interface RunningHold extends Hold {
  /** When it will as things are: later than `until` by the time that nobody vouches for. Null: when it is released. */
  readonly endsAt: Date | null;
}

/**
 * Holds that have not ended. A clock that jumps past the date of a hold must not end it, and when all clocks do, none of
 * them can tell: so only time counts that something vouches for (`measureElapsed`). Witnesses are all backups that are
 * known, removed ones too, since a hold outlives what retention keeps; and the moments at which holds were made. Pure.
 */
export function listRunningHolds(
  holds: readonly Hold[],
  { witnesses, now }: { readonly witnesses: readonly Date[]; readonly now: Date },
): readonly RunningHold[] {
  const elapsed = measureElapsed([...witnesses, ...holds.map(({ heldAt }) => heldAt)], now);
  return holds.flatMap((hold): RunningHold[] => {
    const { until, heldAt } = hold;
    if (until === null) return [{ ...hold, endsAt: null }];
    const uncountedMs = Math.max(0, now.getTime() - heldAt.getTime() - elapsed.since(heldAt));
    const endsAt = new Date(until.getTime() + uncountedMs);
    return endsAt > now ? [{ ...hold, endsAt }] : [];
  });
}

const DAY_MS = 86_400_000;

/** Until when, for people. */
export function describeEnd({ until, endsAt }: Pick<RunningHold, 'until' | 'endsAt'>): string {
  if (until === null || endsAt === null) return 'until it is released';
  const putOffDays = (endsAt.getTime() - until.getTime()) / DAY_MS;
  const putOff =
    putOffDays === 0 ? '' : ` and ${putOffDays.toFixed(1)} days longer, which no backup vouches for`;
  return `until ${until.toISOString()}${putOff}`;
}

/** What whoever looks at a plan should know of holds that a clock alone would have ended. */
export function warnOfHolds(holds: readonly RunningHold[], now: Date): readonly string[] {
  return holds
    .filter(({ until }) => until !== null && until <= now)
    .map(
      (hold) =>
        `${hold.label} stays held ${describeEnd(hold)}: the clock may have jumped; release it if it has not`,
    );
}
