import { escapeHtml } from '../html.ts';
import type { BackupReport } from './reports.ts';

const WIDTH = 1000;
const LEFT = 130;
const RIGHT = 20;
const ROW = 34;
const TOP = 12;
const TICKS = 6;
const SIZES: Readonly<Record<string, number>> = { FULL: 8, DIFFERENTIAL: 6, INCREMENTAL: 5 };

interface Mark {
  readonly at: Date;
  readonly good: boolean;
  readonly size: number;
  readonly title: string;
}

/** Backups, verifications, drills, restores and failures on one line of time, as SVG without scripts. */
export function drawTimeline(report: BackupReport): string {
  const rows = toRows(report);
  const height = TOP + rows.length * ROW + 30;
  const fromMs = report.from.getTime();
  const spanMs = report.to.getTime() - fromMs;
  const x = (at: Date) =>
    Math.round((LEFT + ((at.getTime() - fromMs) / spanMs) * (WIDTH - LEFT - RIGHT)) * 10) / 10;
  const ticks = Array.from({ length: TICKS + 1 }, (_, index) => new Date(fromMs + (spanMs * index) / TICKS));
  const bottom = TOP + rows.length * ROW;
  const axis = ticks.map((at, index) => drawTick(x(at), { bottom, text: toTick(at, spanMs), index }));
  const lines = rows.map(({ name, marks }, index) => {
    const y = TOP + index * ROW + ROW / 2;
    const line = `<line class="row" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>`;
    const text = `<text x="0" y="${y + 4}">${escapeHtml(name)}</text>`;
    return `${line}${text}${marks.map((mark) => drawMark(mark, x(mark.at), y)).join('')}`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="What was done when">${axis.join('')}${lines.join('')}</svg>`;
}

function toRows(report: BackupReport): readonly { readonly name: string; readonly marks: readonly Mark[] }[] {
  const { backups, verifications, drills, proofs, failures } = report;
  return [
    {
      name: 'backups',
      marks: backups.map(({ label, type, state, finishedAt: at }) => ({
        ...{ at, good: state !== 'INVALID', size: SIZES[type] ?? 6, title: `${label} ${type} ${state}` },
      })),
    },
    {
      name: 'verifications',
      marks: verifications.flatMap(({ label, verification }) =>
        verification === null ? [] : [toMark(verification.checkedAt, verification.state === 'VALID', label)],
      ),
    },
    {
      name: 'drills',
      marks: drills.map((one) =>
        toMark(one.finishedAt, one.state === 'PASSED', `${one.target} ${one.state}`),
      ),
    },
    { name: 'restores', marks: proofs.map((one) => toMark(one.at, one.isProven, one.label)) },
    {
      name: 'failures',
      marks: failures.map((one) => toMark(one.at, false, `${one.kind}: ${one.message}`)),
    },
  ];
}

function toMark(at: Date, good: boolean, title: string): Mark {
  return { at, good, size: 6, title };
}

/** The shape says it too: not everybody sees red and green apart. */
function drawMark({ at, good, size, title }: Mark, x: number, y: number): string {
  const tip = `<title>${escapeHtml(`${at.toISOString()} ${title}`)}</title>`;
  return good
    ? `<circle class="good" cx="${x}" cy="${y}" r="${size}">${tip}</circle>`
    : `<path class="bad" d="M${x - 6} ${y - 6}l12 12m0 -12l-12 12">${tip}</path>`;
}

function drawTick(
  x: number,
  { bottom, text, index }: { readonly bottom: number; readonly text: string; readonly index: number },
): string {
  const anchor = index === 0 ? 'start' : index === TICKS ? 'end' : 'middle';
  return `<line class="tick" x1="${x}" x2="${x}" y1="${TOP}" y2="${bottom}"/><text class="time" x="${x}" y="${bottom + 18}" text-anchor="${anchor}">${text}</text>`;
}

const DAYS_SHOWN_MS = 10 * 24 * 3_600_000;

function toTick(at: Date, spanMs: number): string {
  const text = at.toISOString();
  return spanMs > DAYS_SHOWN_MS ? text.slice(0, 10) : text.slice(5, 16).replace('T', ' ');
}
