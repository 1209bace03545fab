import { escapeHtml } from '../../html.ts';
import type { ReportSeries } from './report.ts';

const WIDTH = 360;
const HEIGHT = 120;
const FOOT = 16;

/** A line of means and, paler, of the highest values, as SVG with its scale. Pure. */
export function drawSeries(
  { metric, instance, unit, points }: ReportSeries,
  { from, to }: { readonly from: Date; readonly to: Date },
): string {
  const high = Math.max(...points.map(({ highest }) => highest), 0);
  const low = Math.min(...points.map(({ mean }) => mean), 0);
  const span = Math.max(1, to.getTime() - from.getTime());
  const place = (at: Date, value: number) =>
    `${fixed(((at.getTime() - from.getTime()) / span) * WIDTH)},${fixed(HEIGHT - ((value - low) / (high - low || 1)) * (HEIGHT - FOOT))}`;
  const line = (of: (point: (typeof points)[number]) => number) =>
    points.map((one) => place(one.at, of(one))).join(' ');
  const name = `${metric.replaceAll('_', ' ')} of ${instance}`;
  const newest = points.at(-1)?.mean ?? 0;
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT + 2}" role="img" aria-label="${escapeHtml(name)}">
<line x1="0" y1="${HEIGHT}" x2="${WIDTH}" y2="${HEIGHT}" stroke="#c9d2dc"/>
<polyline fill="none" stroke="#b9cdf0" stroke-width="1" points="${line(({ highest }) => highest)}"/>
<polyline fill="none" stroke="#2459b8" stroke-width="1.6" points="${line(({ mean }) => mean)}"/></svg>
<figcaption>${escapeHtml(name)}: ${show(newest, unit)} now, ${show(high, unit)} at most</figcaption></figure>`;
}

const fixed = (value: number) => value.toFixed(1);
const MEGABYTE = 1024 ** 2;

function show(value: number, unit: string): string {
  if (unit.startsWith('bytes'))
    return `${Number((value / MEGABYTE).toPrecision(3))} MB${escapeHtml(unit.slice(5).replace('_per_', '/'))}`;
  return `${Number(value.toPrecision(3))} ${escapeHtml(unit === 'percent' ? '%' : unit.replaceAll('_', ' '))}`;
}
