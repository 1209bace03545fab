import type { Command } from 'commander';
import type { FieldFailure } from '../client.ts';
import { runs, withExamples, type CommandContext } from './command.ts';
import { formatAge, formatDuration, formatFigure, NOTHING } from './terminal/format.ts';
import { StatusDocument, type StatusQuery } from './generated/graphql.ts';
import { paintState } from './health/state.ts';
import { formatOperations } from './operations.ts';
import { describePlatform } from './platform/lines.ts';
import { formatTable, type Terminal } from './terminal/terminal.ts';

type ClusterStatus = StatusQuery['clusters'][number];

export function addStatus(program: Command, context: CommandContext): void {
  const status = program.command('status').description('the whole fleet on one screen');
  withExamples(status, 'sunday status', 'watch -n 5 sunday status');
  runs(status, context, async ({ client, show, terminal }) => {
    const { data: answer, failures } = await client.requestParts(StatusDocument, {});
    const operations = answer.operations.edges.map(({ node }) => node);
    show({ url: client.url, ...answer, operations, failures: failures.map(toJson) }, () =>
      [
        `${client.url} as ${answer.viewer.name} (${answer.viewer.role.toLowerCase()})`,
        '',
        formatClusters(answer.clusters, terminal),
        ...answer.clusters.flatMap((one) => describeTrouble(one, terminal)),
        ...failures.map((one) => describeFailure(one, answer.clusters, terminal)),
        ...describePlatform(answer.platformServices, terminal),
        '',
        operations.length === 0 ? 'No operation is under way.' : formatOperations(operations, terminal),
      ].join('\n'),
    );
  });
}

function formatClusters(clusters: readonly ClusterStatus[], terminal: Terminal): string {
  return formatTable(
    ['cluster', 'health', 'primary', 'standbys', 'lag', 'last backup'],
    clusters.map((one) => {
      const primary = one.instances.find(({ role }) => role === 'PRIMARY');
      const others = one.instances.filter((instance) => instance !== primary);
      const lags = others.flatMap(({ lagSeconds }) => (lagSeconds === null ? [] : [lagSeconds]));
      const backup = one.backups?.edges[0]?.node;
      const noBackup = one.backups === null ? terminal.paint('red', 'unknown') : 'none';
      return [
        one.name,
        paintState(terminal, one.health.state),
        primary?.name ?? terminal.paint('red', 'none'),
        others.length === 0
          ? 'none'
          : `${others.filter(({ state }) => state === 'UP').length} of ${others.length} up`,
        lags.length === 0 ? NOTHING : formatDuration(Math.max(...lags)),
        backup === undefined ? noBackup : `${backup.type.toLowerCase()}, ${formatAge(backup.finishedAt)}`,
      ];
    }),
  );
}

function describeTrouble({ name, health }: ClusterStatus, terminal: Terminal): readonly string[] {
  const lines = health.metrics
    .filter(({ state }) => state !== 'OK')
    .map(
      (one) =>
        `${paintState(terminal, one.state)} ${[name, one.name.replaceAll('_', ' '), formatFigure(one.value, one.unit)].join('  ')}  ${one.reason ?? ''}`,
    );
  return lines.length === 0 ? [] : ['', ...lines.map((line) => line.trimEnd())];
}

/** Says of which cluster it is: the path has only its position. */
function describeFailure(
  { path: [field, position, ...rest], error }: FieldFailure,
  clusters: readonly ClusterStatus[],
  terminal: Terminal,
): string {
  const owner = field === 'clusters' ? clusters[Number(position)]?.name : field;
  return `${terminal.paint('red', error.code)} ${[owner, ...rest].join('  ')}  ${error.message}`;
}

function toJson({ path, error: { code, message, hint } }: FieldFailure) {
  return { path, code, message, hint };
}
