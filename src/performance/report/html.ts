import { drawSeries } from './drawing.ts';
import { escapeHtml } from '../../html.ts';
import type { PerformanceReport, ReportFinding } from './report.ts';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1c2430}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p,figcaption{color:#5a6675}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(22rem,1fr));gap:1rem}
figure{margin:0;border:1px solid #dde3ea;border-radius:6px;padding:.6rem}figcaption{font-size:.85rem}svg{width:100%;height:auto}
table{border-collapse:collapse;width:100%;font-size:.88rem}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #e6ebf0;vertical-align:top}
.n{text-align:right;white-space:nowrap}code{font:12px ui-monospace,monospace;overflow-wrap:anywhere}`;

/** The report as one page that needs nothing else: no script, no style sheet, no picture. Pure. */
export function toHtml(report: PerformanceReport): string {
  const title = `Performance of ${report.cluster}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><style>${STYLE}</style></head>
<body><h1>${escapeHtml(title)}</h1>
<p>${moment(report.from)} to ${moment(report.to)}, made ${moment(report.generatedAt)}. Times are UTC.</p>
<h2>Metrics</h2>
${plots(report)}
<h2>Costliest statements</h2>
${statements(report)}
<h2>Indexes</h2>
${findings(report.indexes, 'No index is invalid, a duplicate or unused.')}
<h2>Tables that VACUUM or ANALYZE should see</h2>
${findings(report.tables, 'No table is in need.')}
</body></html>
`;
}

function plots(report: PerformanceReport): string {
  const unknown = report.seriesReason === null ? '' : `<p>UNKNOWN: ${escapeHtml(report.seriesReason)}</p>`;
  const drawn = report.series.filter(({ points }) => points.length > 1);
  if (drawn.length === 0) return unknown || '<p>Nothing was collected in this time.</p>';
  return `${unknown}<div class="plots">${drawn.map((one) => drawSeries(one, report)).join('\n')}</div>`;
}

function statements({ statements: all, statementsReason }: PerformanceReport): string {
  if (statementsReason !== null) return `<p>UNKNOWN: ${escapeHtml(statementsReason)}</p>`;
  if (all.length === 0) return '<p>No statement ran.</p>';
  const rows = all.map(
    (one) =>
      `<tr><td class="n">${round(one.totalMs / 1_000)} s</td><td class="n">${round(one.shareOfTime * 100)} %</td><td class="n">${one.calls}</td><td class="n">${round(one.meanMs)} ms</td><td class="n">${round(one.p95BoundMs)} ms</td><td><code>${escapeHtml(one.query ?? 'forgotten by the server')}</code></td></tr>`,
  );
  const head = ['Time', 'Share', 'Calls', 'Mean', 'p95 at most'].map((one) => `<th class="n">${one}</th>`);
  return `<table><tr>${head.join('')}<th>Statement</th></tr>${rows.join('\n')}</table>`;
}

function findings(all: readonly ReportFinding[], nothing: string): string {
  if (all.length === 0) return `<p>${nothing}</p>`;
  const rows = all.map(
    ({ subject, because, statement }) =>
      `<tr><td>${escapeHtml(subject)}</td><td>${escapeHtml(because)}</td><td><code>${escapeHtml(statement ?? '')}</code></td></tr>`,
  );
  return `<table><tr><th>What</th><th>Why</th><th>What helps</th></tr>${rows.join('\n')}</table>`;
}

const moment = (at: Date) => at.toISOString().slice(0, 16).replace('T', ' ');
const round = (value: number) => Number(value.toPrecision(3));
