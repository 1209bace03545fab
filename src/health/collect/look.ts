import type { HostLook } from './host-files.ts';
import type { HotFigures, StatementsLook } from './hot-probe.ts';
import type { Rights } from './rights-probe.ts';

/** What is asked once a minute. */
export type Known = Pick<HotLook, 'rights' | 'locks'>;

/** All that one hot scrape of an instance has read. */
export interface HotLook {
  readonly rights: Rights;
  /** All locks, counted with the rights: at most a minute before. */
  readonly locks: number;
  readonly hot: HotFigures;
  readonly statements: StatementsLook;
  readonly host: HostLook;
  /** From our first question to the last answer. */
  readonly tookMs: number;
}

/** What one counter did between two looks; null when it was reset, or there is only one look. */
export function growthOf(before: number | null | undefined, after: number | null): number | null {
  if (before === null || before === undefined || after === null) return null;
  return after >= before ? after - before : null;
}

/** Seconds between two looks by the server's clock; null when there is no first one, or the clock was set back. */
export function secondsBetween(
  before: Pick<HotFigures, 'atSeconds'> | null,
  after: Pick<HotFigures, 'atSeconds'>,
): number | null {
  if (before === null) return null;
  const seconds = after.atSeconds - before.atSeconds;
  return seconds > 0.01 ? seconds : null;
}
