import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, runs, wholeNumber, withCluster, withExamples } from '../command.ts';
import { PerformanceReportDocument } from '../generated/graphql.ts';
import { resolveCluster } from '../session.ts';

const HOUR_MS = 3_600_000;

/** `sunday performance report`: a page for people, or JSON for programs. */
export function addReportCommand(performance: Command, context: CommandContext): void {
  const report = withCluster(
    performance
      .command('report')
      .description('writes how a cluster did into one HTML page with plots, or prints it with --json')
      .option('-o, --output <file>', 'the page', 'report.html')
      .addOption(wholeNumber('--hours <number>', 'of the last so many hours', [1, 744]).default(24)),
  );
  withExamples(
    report,
    'sunday performance report --output=report.html',
    "sunday performance report --hours 168 --json | jq '.performanceReport.statements[0]'",
  );
  type Options = { cluster?: string; output: string; hours: number };
  runs<Options>(report, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const from = new Date(Date.now() - options.hours * HOUR_MS).toISOString();
    const { performanceReport } = await session.client.request(PerformanceReportDocument, { cluster, from });
    const { html, ...data } = performanceReport;
    if (!session.isJson) writeFileSync(options.output, html);
    session.show({ performanceReport: data }, () => {
      const { series, seriesReason, statements, indexes, tables } = data;
      const unknown = seriesReason === null ? '' : `UNKNOWN metrics: ${seriesReason}\n`;
      return `${unknown}${resolve(options.output)}: ${series.length} metrics, ${statements.length} statements, ${indexes.length} indexes and ${tables.length} needs of tables`;
    });
  });
}
