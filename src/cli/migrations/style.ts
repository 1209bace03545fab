import { formatDuration } from '../terminal/format.ts';
import type {
  MigrationFindingLineFragment,
  MigrationPlanPartsFragment,
  MigrationPlanVerdict,
} from '../generated/graphql.ts';
import { wrapText } from '../terminal/paragraphs.ts';
import type { Colour, Terminal } from '../terminal/terminal.ts';

export type Plan = MigrationPlanPartsFragment;
export type PlannedMigration = Plan['migrations'][number];

/** How a plan is written. */
export interface PlanStyle {
  /** `terminal.paint`, or `paintNote` for a plan that goes to stderr. */
  readonly paint: Terminal['paint'];
  /** Columns. */
  readonly width: number;
  /** False: statements that nobody has to look at are summed up. */
  readonly showsAll: boolean;
  /** Hints that were given already; a second time they only fill the screen. */
  readonly hintsShown: Set<string>;
}

export const VERDICT_COLOURS: Record<MigrationPlanVerdict, Colour> = {
  SAFE: 'green',
  NEEDS_WINDOW: 'yellow',
  DANGEROUS: 'red',
  REFUSED: 'red',
};

const WIDEST = 100;
const NARROWEST = 60;

/** Columns of a text for `stream`; lines that are longer than 100 are hard to read, and a pipe has no width. */
export function columnsOf({ columns }: { readonly columns?: number | undefined }): number {
  return Math.min(WIDEST, Math.max(NARROWEST, columns || WIDEST));
}

/** `about 3 min`; what nobody knows is said, since an empty place looks like nothing. */
export function describeEstimate(estimatedMs: number | null): string {
  if (estimatedMs === null) return 'time unknown';
  return estimatedMs < 1 ? 'at once' : `about ${formatDuration(estimatedMs / 1000)}`;
}

const MARKS = {
  INFO: ['dim', '·'],
  WARNING: ['yellow', '!'],
  DANGER: ['red', '✗'],
  REFUSED: ['red', '✗'],
} as const;

/** What is the matter, its rule, and what to do instead. */
export function describeFinding(
  { severity, message, rule, hint }: MigrationFindingLineFragment,
  { paint, width, showsAll, hintsShown }: PlanStyle,
  indent: string,
): readonly string[] {
  const [colour, mark] = MARKS[severity];
  const [first = '', ...rest] = wrapText(`${message} (${rule})`, width - indent.length - 2);
  // What changes no verdict needs no advice at three in the morning.
  const isWanted = !hintsShown.has(hint) && (severity !== 'INFO' || showsAll);
  if (isWanted) hintsShown.add(hint);
  const advice = isWanted ? wrapText(`→ ${hint}`, width - indent.length - 2) : [];
  return [
    `${indent}${paint(colour, mark)} ${first}`,
    ...rest.map((one) => `${indent}  ${one}`),
    ...advice.map((one) => `${indent}  ${paint('cyan', one)}`),
  ];
}
