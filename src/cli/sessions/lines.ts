import { formatDuration, NOTHING } from '../terminal/format.ts';
import type { SessionLineFragment } from '../generated/graphql.ts';
import { type Column, type Terminal, right } from '../terminal/terminal.ts';

/** As much of a statement as a line of a terminal takes. */
const QUERY_WIDTH = 60;

export const SESSION_COLUMNS: readonly Column[] = [
  right('pid'),
  'user',
  'application',
  'from',
  'state',
  right('transaction'),
  right('in state'),
  'waits for',
  'statement',
];

/** One session as a line under `SESSION_COLUMNS`. */
export function formatSession(one: SessionLineFragment, terminal: Terminal): readonly string[] {
  return [
    String(one.pid),
    one.user || one.kind,
    one.application || NOTHING,
    one.clientAddress ?? 'socket',
    paintSessionState(one.state, terminal),
    formatDuration(one.transactionSeconds),
    formatDuration(one.stateSeconds),
    one.waitsFor ?? NOTHING,
    toOneLine(one.query, QUERY_WIDTH),
  ];
}

/** A transaction that its client keeps open without doing anything is what most waits come from. */
export function paintSessionState(state: string | null, terminal: Terminal): string {
  if (state === null) return NOTHING;
  return state.startsWith('idle in transaction') ? terminal.paint('yellow', state) : state;
}

/** A statement on one line, cut to `width` characters. */
export function toOneLine(text: string, width: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
