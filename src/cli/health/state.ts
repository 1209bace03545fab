import type { HealthState } from '../generated/graphql.ts';
import type { Colour, Terminal } from '../terminal/terminal.ts';

const COLOURS: Record<HealthState, Colour> = {
  OK: 'green',
  UNKNOWN: 'cyan',
  WARNING: 'yellow',
  CRITICAL: 'red',
};

export function paintState(terminal: Terminal, state: HealthState): string {
  return terminal.paint(COLOURS[state], state);
}

/** Each once, however many figures it would help. */
export function formatHints(metrics: readonly { readonly hint?: string | null }[]): readonly string[] {
  const hints = new Set(metrics.flatMap(({ hint }) => hint ?? []));
  return hints.size === 0 ? [] : ['', ...[...hints].map((one) => `hint:  ${one}`)];
}
