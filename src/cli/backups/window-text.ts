import type { ShownWindows } from './windows.ts';
import { formatBytes, formatCount, formatDuration, formatTime, secondsBetween } from '../terminal/format.ts';
import { formatPairs, type Terminal } from '../terminal/terminal.ts';
import { drawWindows } from './window-picture.ts';

const MOST_COLUMNS = 120;
const OBJECTIVE_SECONDS = 300;
const MARKS = { FULL: 'F', DIFFERENTIAL: 'D', INCREMENTAL: 'I' } as const;
/** More lines of gaps than this say nothing that the first ones don't. */
const GAPS_SHOWN = 10;

type Gap = ShownWindows['gaps'][number];

/** The picture, then what it can't show in words. */
export function describeWindows(cluster: string, shown: ShownWindows, terminal: Terminal): string {
  const parts = [
    `${cluster}: ${summarize(shown)}`,
    ...(shown.windows.length === 0 ? [] : [draw(shown, terminal.output.columns)]),
    formatPairs([
      ...(shown.windows.length === 0 ? [] : [['recoverable', describeRange(shown)] as const]),
      ...describeLoss(shown, terminal),
      ...describeArchiving(shown),
    ]),
    ...(shown.gaps.length === 0 ? [] : [describeGaps(shown.gaps, terminal)]),
    ...(shown.timelines.length > 1 ? [describeTimelines(shown)] : []),
  ];
  return parts.join('\n\n');
}

function summarize({ windows, gaps }: ShownWindows): string {
  if (windows.length === 0) return 'nothing can be recovered';
  const intervals = windows.length === 1 ? 'one window' : `${windows.length} windows`;
  return `${intervals}, ${gaps.length === 0 ? 'no gap' : gaps.length === 1 ? 'one gap' : `${gaps.length} gaps`}`;
}

function draw(shown: ShownWindows, columns: number | undefined): string {
  const now = Date.parse(shown.checkedAt);
  const sets = new Map(
    shown.windows.flatMap((window) =>
      window.sets.map((set) => [set.label, { at: Date.parse(set.finishedAt), mark: MARKS[set.type] }]),
    ),
  );
  const picture = drawWindows({
    now,
    sets: [...sets.values()],
    windows: shown.windows.map(({ earliestAt, latestAt, latestStoredAt }) => ({
      from: Date.parse(earliestAt),
      to: Date.parse(latestAt ?? latestStoredAt ?? earliestAt),
    })),
    // Where nobody knows when it begins, a column still says that it is there.
    gaps: shown.gaps.map(({ from, to }) => {
      const end = to === null ? now : Date.parse(to);
      return { from: from === null ? end : Date.parse(from), to: end };
    }),
    width: Math.min(MOST_COLUMNS, columns ?? MOST_COLUMNS),
  });
  const legend = 'F full  D differential  I incremental  = recoverable  x lost  . not archived';
  return [...picture, '', legend].join('\n');
}

function describeRange({ earliestAt, latestAt }: ShownWindows): string {
  const latest = latestAt === null ? 'an unknown time' : formatTime(latestAt);
  return `${formatTime(earliestAt)} to ${latest} (${formatDuration(secondsBetween(earliestAt, latestAt))})`;
}

/** What a fire would cost. */
function describeLoss({ loss }: ShownWindows, terminal: Terminal): readonly (readonly [string, string])[] {
  if (loss.isEverything)
    return [['lost now', terminal.paint('red', 'everything: no backup can be recovered')]];
  if (loss.seconds === null)
    return [
      ['lost now', terminal.paint('yellow', 'UNKNOWN')],
      ['because', loss.reason],
    ];
  const isMet = loss.seconds <= OBJECTIVE_SECONDS;
  const figure = loss.seconds === 0 ? 'nothing' : `at most ${formatDuration(loss.seconds)}`;
  const verdict = `${formatBytes(loss.bytes)} of log; objective 5 min ${isMet ? 'met' : 'MISSED'}`;
  return [
    ['lost now', `${terminal.paint(isMet ? 'green' : 'red', figure)} (${verdict})`],
    ['because', loss.reason],
  ];
}

function describeArchiving({ archiving, windows }: ShownWindows): readonly (readonly [string, string])[] {
  const slots = (archiving.slots ?? []).filter(({ heldBytes }) => Number(heldBytes ?? 0) > 0);
  const problems = [
    ...(archiving.spoolErrors ?? []).slice(0, 1).map((one) => `${one.segment}: ${one.message}`),
    ...(archiving.isFailing && archiving.lastFailedSegment !== null
      ? [`segment ${archiving.lastFailedSegment}, at the last attempt`]
      : []),
  ];
  return [
    [
      'newest',
      archiving.newestStoredSegment === null
        ? 'none'
        : `segment ${archiving.newestStoredSegment}, stored ${formatTime(archiving.newestStoredAt)}`,
    ],
    ...(archiving.waitingSegments || archiving.unsentSegments
      ? [
          [
            'waiting',
            `${archiving.waitingSegments ?? 0} for archive_command, ${archiving.unsentSegments ?? 0} reported as archived but not stored`,
          ] as const,
        ]
      : []),
    ...problems.map((one) => ['failing', one] as const),
    ...slots
      .slice(0, 3)
      .map((one) => ['slot', `${one.name} holds back ${formatBytes(one.heldBytes)} of log`] as const),
    ...windows.flatMap(({ reason }) => (reason === null ? [] : [['no end', reason] as const])),
  ];
}

function describeGaps(gaps: readonly Gap[], terminal: Terminal): string {
  const lines = gaps.slice(0, GAPS_SHOWN).flatMap((gap) => {
    const what = gap.isAmbiguous ? 'stored twice, with different contents' : 'missing';
    const which = gap.segments === 1 ? gap.firstSegment : `${gap.firstSegment} to ${gap.lastSegment}`;
    const since = gap.from === null ? 'an unknown time' : formatTime(gap.from);
    const until = gap.to === null ? 'the next backup (take one now)' : formatTime(gap.to);
    return [
      `  ${formatCount(gap.segments)} ${gap.segments === 1 ? 'segment' : 'segments'} ${what}: ${which}`,
      `    lost: ${since} to ${until}`,
      ...(gap.brokenSets.length === 0
        ? []
        : [`    backups that cannot be restored: ${gap.brokenSets.join(', ')}`]),
    ];
  });
  const more = gaps.length > GAPS_SHOWN ? [`  … and ${gaps.length - GAPS_SHOWN} more: --json lists all`] : [];
  return [terminal.paint('red', 'gaps'), ...lines, ...more].join('\n');
}

/** Children below their parents, indented. */
function describeTimelines({ timelines }: ShownWindows): string {
  const write = (id: number, depth: number): readonly string[] => {
    const one = timelines.find((timeline) => timeline.id === id);
    if (one === undefined || depth > timelines.length) return [];
    const origin =
      one.parent === null ? '' : ` from ${one.parent} at ${one.switchLsn ?? ''}, ${one.reason ?? ''}`;
    const notes = `${one.hasHistory ? '' : ' (its history is not in the repository)'}${one.isCurrent ? '  <- primary' : ''}`;
    return [
      `${'  '.repeat(depth + 1)}${one.id}${origin}${notes}`,
      ...one.children.flatMap((child) => write(child, depth + 1)),
    ];
  };
  const roots = timelines.filter(({ parent }) => parent === null);
  return ['timelines', ...roots.flatMap(({ id }) => write(id, 0))].join('\n');
}
