import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { type CommandContext, runs, withCluster, withExamples } from '../command.ts';
import { formatTime } from '../terminal/format.ts';
import {
  type BackupObjectiveState,
  BackupReportDocument,
  type BackupReportQuery,
} from '../generated/graphql.ts';
import { resolveCluster } from '../session.ts';
import { type Colour, formatTable, type Terminal } from '../terminal/terminal.ts';

type Report = BackupReportQuery['backupReport'];

const COLOURS: Readonly<Record<BackupObjectiveState, Colour>> = {
  MET: 'green',
  MISSED: 'red',
  UNKNOWN: 'yellow',
};
const DEFAULT_DAYS = 31;
const DAY_MS = 86_400_000;

/** `sunday backups report` */
export function addReport(backups: Command, context: CommandContext): void {
  const report = withCluster(
    backups
      .command('report')
      .description('for auditors: backups, verifications, drills and restores of a period, and objectives')
      .option('--from <time>', `begin of the period; left out: ${DEFAULT_DAYS} days before its end`)
      .option('--to <time>', 'its end; left out: now')
      .option('--output <file>', 'write a page (.html) or all of it as data (.json)'),
  );
  withExamples(
    report,
    'sunday backups report --cluster main',
    'sunday backups report --from 2026-10-01 --to 2026-11-01 --output october.html',
    "sunday backups report --json | jq '.report.objectives'",
  );
  type Options = { cluster?: string; from?: string; to?: string; output?: string };
  runs<Options>(report, context, async (session, options) => {
    const format = options.output === undefined ? null : toFormat(options.output);
    const cluster = await resolveCluster(session, options.cluster);
    const to = options.to === undefined ? new Date() : toTime('--to', options.to);
    const from =
      options.from === undefined
        ? new Date(to.getTime() - DEFAULT_DAYS * DAY_MS)
        : toTime('--from', options.from);
    const answer = await session.client.request(BackupReportDocument, {
      ...{ cluster, from: from.toISOString(), to: to.toISOString() },
    });
    const { backupReport: found } = answer;
    const output = options.output === undefined ? null : resolve(options.output);
    if (output !== null)
      await writeFile(
        output,
        format === 'html' ? found.html : `${JSON.stringify(found.document, null, 2)}\n`,
      );
    session.show({ report: found.document, output }, () => formatReport(found, output, session.terminal));
  });
}

function toFormat(file: string): 'html' | 'json' {
  const extension = extname(file).toLowerCase();
  if (extension === '.html') return 'html';
  if (extension === '.json') return 'json';
  throw new InvalidInputError(['--output'], 'the file ends with .html or .json');
}

/** A day alone begins at midnight UTC. */
function toTime(option: string, text: string): Date {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const at = new Date(isDay ? `${text}T00:00:00Z` : text);
  if (!Number.isNaN(at.getTime()) && (isDay || /(Z|[+-]\d\d:?\d\d)$/i.test(text))) return at;
  throw new InvalidInputError(
    [option],
    'give a day, or a time with its offset',
    'For example 2026-11-22T12:00:00Z.',
  );
}

function formatReport({ from, to, objectives }: Report, output: string | null, terminal: Terminal): string {
  const table = formatTable(
    ['objective', 'state', 'promised', 'found'],
    objectives.map((one) => [one.name, terminal.paint(COLOURS[one.state], one.state), one.target, one.found]),
  );
  const reasons = objectives.flatMap(({ name, reason }) => (reason === null ? [] : [`${name}: ${reason}`]));
  const written = output === null ? [] : ['', `written to ${output}`];
  return [`${formatTime(from)} to ${formatTime(to)}`, '', table, ...reasons, ...written].join('\n');
}
