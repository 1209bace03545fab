import { formatBytes, formatDuration, formatTime, NOTHING } from '../terminal/format.ts';
import type { DrillEvidenceFragment } from '../generated/graphql.ts';
import { type Colour, formatPairs, formatTable, type Terminal, right } from '../terminal/terminal.ts';

const COLOURS: Readonly<Record<'PASSED' | 'FAILED' | 'UNKNOWN', Colour>> = {
  PASSED: 'green',
  FAILED: 'red',
  UNKNOWN: 'yellow',
};

/** One line for each drill. */
export function formatDrills(drills: readonly DrillEvidenceFragment[], terminal: Terminal): string {
  return formatTable(
    ['drill', 'state', 'finished', 'restored', 'backup', right('took'), right('live would take'), 'failed'],
    drills.map((one) => [
      one.id,
      terminal.paint(COLOURS[one.state], one.state),
      formatTime(one.finishedAt),
      one.target,
      one.backup,
      formatDuration(sumOf(one)),
      formatDuration(one.predictedRtoSeconds),
      one.checks
        .filter(({ state }) => state === 'FAILED')
        .map(({ name }) => name)
        .join(', ') || NOTHING,
    ]),
  );
}

/** All evidence of one. */
export function formatDrill(drill: DrillEvidenceFragment, terminal: Terminal): string {
  const checks = formatTable(
    ['check', 'state', 'found'],
    drill.checks.map(({ name, state, found }) => [
      name,
      terminal.paint(COLOURS[state], state),
      shorten(found),
    ]),
  );
  const reasons = drill.checks.flatMap(({ name, reason }) => (reason === null ? [] : [`${name}: ${reason}`]));
  const facts = formatPairs([
    ['drill', drill.id],
    ['restored', `${drill.target}, from backup ${drill.backup}, ${formatBytes(drill.databaseBytes)}`],
    ['state of', formatTime(drill.recoveredAt)],
    ['took', drill.rto.map(({ phase, seconds }) => `${phase} ${formatDuration(seconds)}`).join(', ')],
    [
      'live would take',
      `${formatDuration(drill.predictedRtoSeconds)} for ${formatBytes(drill.liveBytes)} (${drill.predictionBasis})`,
    ],
    ['finished', formatTime(drill.finishedAt)],
  ]);
  return [terminal.paint(COLOURS[drill.state], drill.state), facts, '', checks, ...reasons].join('\n');
}

/** Until it could have been opened. */
function sumOf({ rto }: DrillEvidenceFragment): number {
  return rto.filter(({ phase }) => phase !== 'proof').reduce((sum, one) => sum + one.seconds, 0);
}

/** A fingerprint says nothing to people beyond its first digits. */
function shorten(found: string | null): string {
  if (found === null) return NOTHING;
  return /^[0-9a-f]{64}$/.test(found) ? `${found.slice(0, 12)}…` : found;
}
