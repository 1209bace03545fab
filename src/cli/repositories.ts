import type { Command } from 'commander';
import { RecordedError } from '../errors.ts';
import { runs, withCluster, withExamples, type CommandContext } from './command.ts';
import { formatBytes, NOTHING } from './terminal/format.ts';
import {
  RepositoriesDocument,
  RepositoryChecksDocument,
  type RepositoriesQuery,
  type RepositoryChecksQuery,
} from './generated/graphql.ts';
import { requireCluster, resolveCluster } from './session.ts';
import { formatTable, type Terminal, right } from './terminal/terminal.ts';

interface ClusterOption {
  readonly cluster?: string;
}

type Listed = NonNullable<RepositoriesQuery['cluster']>['repositories'][number];
type Checked = NonNullable<RepositoryChecksQuery['cluster']>['repositories'][number];

export function addRepositories(program: Command, context: CommandContext): void {
  const repositories = program
    .command('repositories')
    .description('where backups and write-ahead log of a cluster are kept');
  withExamples(repositories, 'sunday repositories list', 'sunday repositories check offsite');
  addList(repositories, context);
  addCheck(repositories, context);
}

function addList(repositories: Command, context: CommandContext): void {
  const list = withCluster(repositories.command('list').description('all of them, with what they hold'));
  withExamples(list, 'sunday repositories list --cluster main', 'sunday repositories list --json');
  runs<ClusterOption>(list, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const answer = await session.client.request(RepositoriesDocument, { cluster });
    const found = requireCluster(answer.cluster, cluster).repositories;
    session.show({ cluster, repositories: found }, () =>
      found.length === 0 ? `${cluster} has no backups` : formatList(found, session.terminal),
    );
  });
}

function formatList(found: readonly Listed[], terminal: Terminal): string {
  return formatTable(
    ['name', 'place', 'encrypted', 'reachable', right('answers in'), right('size'), right('objects')],
    found.map((one) => [
      one.isDefault ? `${one.name} (default)` : one.name,
      one.place,
      terminal.paint(one.encrypted ? 'green' : 'red', one.encrypted ? 'yes' : 'no'),
      formatReachable(one, terminal),
      one.latencyMs === null ? NOTHING : `${Math.round(one.latencyMs)} ms`,
      one.bytes === null ? NOTHING : atLeast(one, formatBytes(one.bytes)),
      one.objects === null ? NOTHING : atLeast(one, String(one.objects)),
    ]),
  );
}

function atLeast({ isCountComplete }: Listed, text: string): string {
  return isCountComplete === false ? `> ${text}` : text;
}

function formatReachable(
  { reachable, problem }: Pick<Listed, 'reachable' | 'problem'>,
  terminal: Terminal,
): string {
  if (reachable === true) return terminal.paint('green', 'yes');
  return terminal.paint(reachable === false ? 'red' : 'yellow', problem ?? 'not known');
}

function addCheck(repositories: Command, context: CommandContext): void {
  const check = withCluster(
    repositories
      .command('check')
      .description('whether they are as they should be; the exit code is 7 when one has failed')
      .argument('[name]', 'only this one'),
  );
  withExamples(check, 'sunday repositories check', 'sunday repositories check offsite --cluster main');
  runs<ClusterOption>(check, context, async (session, options, [name]) => {
    const cluster = await resolveCluster(session, options.cluster);
    const answer = await session.client.request(RepositoryChecksDocument, { cluster });
    const all = requireCluster(answer.cluster, cluster).repositories;
    const wanted = name === undefined ? all : all.filter((one) => one.name === name);
    if (wanted.length === 0 && name !== undefined) throw unknown(cluster, name, all);
    session.show({ cluster, repositories: wanted }, () =>
      wanted.map((one) => formatChecks(one, session.terminal)).join('\n\n'),
    );
    return wanted.some(isFailed) ? CHECK_FAILED : 0;
  });
}

/** The exit code of work that failed. */
const CHECK_FAILED = 7;

function isFailed({ reachable, checks }: Checked): boolean {
  return reachable === false || checks.some(({ state }) => state === 'FAILED');
}

const COLOURS = { PASSED: 'green', WARNING: 'yellow', FAILED: 'red', UNKNOWN: 'yellow' } as const;

function formatChecks(one: Checked, terminal: Terminal): string {
  const rows = one.checks.map(({ name, state, found, expected, reason }) => [
    name,
    terminal.paint(COLOURS[state], state),
    found ?? NOTHING,
    state === 'PASSED' ? '' : expected,
    reason ?? '',
  ]);
  const titles = ['check', 'state', 'found', 'expected', 'why'];
  return `${one.name}: ${one.place}, reachable: ${formatReachable(one, terminal)}\n${formatTable(titles, rows)}`;
}

function unknown(cluster: string, name: string, all: readonly Checked[]): RecordedError {
  return new RecordedError({
    code: 'REPOSITORY_NOT_FOUND',
    message: `${cluster} has no repository ${name}`,
    hint: `Known: ${all.map((one) => one.name).join(', ') || 'none'}.`,
    retryable: false,
  });
}
