import { escapeHtml } from '../html.ts';
import { drawTimeline } from './picture.ts';
import type { BackupReport, ObjectiveState } from './reports.ts';

/** A page that stands for itself: nothing is loaded, nothing runs, and it prints. All text is escaped. */
export function toHtml(report: BackupReport): string {
  const title = `Backups of ${report.cluster}`;
  const countOf = (state: ObjectiveState) => report.objectives.filter((one) => one.state === state).length;
  const verdict = `Of ${report.objectives.length} objectives ${countOf('MET')} were met, ${countOf('MISSED')} missed, ${countOf('UNKNOWN')} not or not fully measured.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>${toTime(report.from)} to ${toTime(report.to)}, UTC. Made ${toTime(report.generatedAt)}. <strong>${verdict}</strong></p>
${drawTimeline(report)}
<h2>Objectives</h2>
${toTable(
  ['objective', 'state', 'promised', 'found', 'reason'],
  report.objectives.map((one) => [one.name, badge(one), one.target, one.found, one.reason ?? '']),
)}
${toSections(report)}
</body>
</html>
`;
}

function toSections(report: BackupReport): string {
  const { keepFulls, keepDays, recoveryDays } = report.retention;
  const age = keepDays === null ? '' : `, all sets of ${keepDays} days`;
  return [
    ...section(
      'Backups',
      [
        'label',
        'type',
        'state',
        'finished',
        'database',
        'repository',
        'encrypted',
        'verified',
        'kept because',
      ],
      toBackups(report),
    ),
    ...section('Verifications', ['time', 'backup', 'result', 'files', 'problem'], toVerifications(report)),
    ...section(
      'Drills',
      ['finished', 'restored', 'backup', 'state', 'took', 'live would take', 'what was wrong'],
      toDrills(report),
    ),
    ...section('Restores', ['time', 'backup', 'rows proven', 'took', 'database'], toProofs(report)),
    ...section('Failures', ['time', 'operation', 'target', 'message'], toFailures(report)),
    '<h2>Retention</h2>',
    `<p>Kept are ${keepFulls} full sets with all that builds on them${age}, and what it takes to recover any moment of ${recoveryDays} days.</p>`,
    ...section('Holds', ['backup', 'reason', 'held by', 'until'], toHolds(report)),
  ].join('\n');
}

type Rows = readonly (readonly (string | Markup)[])[];

/** Made by us, escaped already. */
interface Markup {
  readonly html: string;
}

function section(title: string, titles: readonly string[], rows: Rows): readonly string[] {
  return [`<h2>${title}</h2>`, rows.length === 0 ? '<p class="none">None.</p>' : toTable(titles, rows)];
}

function toTable(titles: readonly string[], rows: Rows): string {
  const head = titles.map((one) => `<th>${one}</th>`).join('');
  const cell = (one: string | Markup) => `<td>${typeof one === 'string' ? escapeHtml(one) : one.html}</td>`;
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

const CLASSES: Readonly<Record<string, string>> = {
  ...{ MET: 'good', PASSED: 'good', VALID: 'good', COMPLETE: 'good' },
  ...{ MISSED: 'bad', FAILED: 'bad', INVALID: 'bad' },
};

function badge({ state }: { readonly state: string }): Markup {
  return { html: `<span class="badge ${CLASSES[state] ?? 'other'}">${escapeHtml(state)}</span>` };
}

function toBackups({ backups }: BackupReport): Rows {
  return backups.map((one) => [
    ...[one.label, one.type, badge(one), toTime(one.finishedAt), toSize(one.databaseBytes)],
    ...[toSize(one.repositoryBytes), one.isEncrypted ? 'yes' : 'no'],
    one.verification === null ? 'never' : badge(one.verification),
    one.expiredBecause ?? one.keptBecause[0]?.text ?? '',
  ]);
}

function toVerifications({ verifications }: BackupReport): Rows {
  return verifications.flatMap(({ label, verification: one }) =>
    one === null
      ? []
      : [[toTime(one.checkedAt), label, badge(one), String(one.filesChecked), one.problem ?? '']],
  );
}

function toDrills({ drills }: BackupReport): Rows {
  return drills.map((one) => [
    ...[toTime(one.finishedAt), one.target, one.backup, badge(one)],
    one.rto.map(({ phase, seconds }) => `${phase} ${seconds.toFixed(1)} s`).join(', '),
    one.predictedRtoSeconds === null ? '' : `${one.predictedRtoSeconds.toFixed(1)} s`,
    one.checks
      .filter(({ state }) => state !== 'PASSED')
      .map(({ name, state, reason }) => `${name} ${state}: ${reason ?? ''}`)
      .join('; '),
  ]);
}

function toProofs({ proofs }: BackupReport): Rows {
  return proofs.map((one) => [
    ...[toTime(one.at), one.label, one.isProven ? 'yes' : 'no'],
    ...[`${one.rtoSeconds.toFixed(1)} s`, toSize(one.databaseBytes)],
  ]);
}

function toFailures({ failures }: BackupReport): Rows {
  return failures.map((one) => [toTime(one.at), one.kind, one.target, one.message]);
}

function toHolds({ holds }: BackupReport): Rows {
  return holds.map(({ label, hold }) => [
    ...[label, hold?.reason ?? '', hold?.heldBy ?? ''],
    hold?.until == null ? 'it is released' : toTime(hold.until),
  ]);
}

function toTime(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ');
}

function toSize(bytes: bigint | null): string {
  return bytes === null ? '' : `${(Number(bytes) / 1_000_000).toFixed(1)} MB`;
}

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;color:#1b2330}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid #dde2ea;overflow-wrap:anywhere}
th{color:#5a6575;font-weight:600}
.badge{padding:.05rem .45rem;border-radius:.6rem;font-size:12px;font-weight:600;background:#e8ebf0;white-space:nowrap}
.badge.good{background:#d9f2e0;color:#10602b}.badge.bad{background:#fde0de;color:#8f1a12}
.none{color:#5a6575}
svg{width:100%;margin-top:1.5rem}svg text{font:13px system-ui,sans-serif;fill:#1b2330}svg .time{font-size:12px;fill:#5a6575}
svg .row{stroke:#c6cdd8}svg .tick{stroke:#eef1f5}svg .good{fill:#1f9d4d}svg .bad{stroke:#c62820;stroke-width:3;fill:none}
@media print{body{margin:0;max-width:none}}
`;
