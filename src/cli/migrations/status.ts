import type { Command } from 'commander';
import { type CommandContext, runs, withCluster, withExamples } from '../command.ts';
import { formatDuration, formatTime, NOTHING } from '../terminal/format.ts';
import { type MigrationLineFragment, MigrationsDocument, type MigrationState } from '../generated/graphql.ts';
import { columnsOf } from './style.ts';
import { clip, wrapText } from '../terminal/paragraphs.ts';
import { requireCluster, resolveCluster, type Session } from '../session.ts';
import { type Colour, formatTable, type Terminal, right } from '../terminal/terminal.ts';

export type Migration = MigrationLineFragment;

const COLOURS: Record<MigrationState, Colour> = {
  APPLIED: 'green',
  PENDING: 'yellow',
  ROLLED_BACK: 'yellow',
  FAILED: 'red',
  DRIFTED: 'red',
  MISSING: 'red',
  OUT_OF_ORDER: 'red',
};

/** `migrations status`. */
export function addStatus(migrations: Command, context: CommandContext): void {
  const status = withCluster(
    migrations.command('status').description('every migration, whether it is applied, and what failed'),
  );
  withExamples(
    status,
    'sunday migrations status                      # the guide: migration_manager.py status',
    'sunday migrations status --cluster main --json',
  );
  runs<{ cluster?: string }>(status, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const found = await fetchMigrations(session, cluster);
    session.show({ cluster, migrations: found }, () => formatStatus(found, session.terminal));
  });
}

/** Lowest number first. */
export async function fetchMigrations({ client }: Session, cluster: string): Promise<readonly Migration[]> {
  const answer = await client.request(MigrationsDocument, { cluster });
  return requireCluster(answer.cluster, cluster).migrations ?? [];
}

function formatStatus(found: readonly Migration[], terminal: Terminal): string {
  if (found.length === 0) return 'There are no migrations.';
  const table = formatTable(
    ['version', 'name', 'state', 'applied', 'by', right('took')],
    found.map((one) => [
      one.version,
      one.name,
      describeState(one, terminal),
      formatTime(one.appliedAt),
      one.onBehalfOf === null ? (one.appliedBy ?? NOTHING) : `${one.onBehalfOf} (${one.appliedBy})`,
      formatDuration(one.durationMs === null ? null : one.durationMs / 1000),
    ]),
  );
  return [
    table,
    ...found.flatMap((one) => describeFailure(one, terminal)),
    ...describeNext(found, terminal),
  ].join('\n');
}

/** A script without a transaction that stands in the middle says so: it is neither applied nor not. */
function describeState(
  { state, doneStatements, statementCount, lastAttempt }: Migration,
  { paint }: Terminal,
): string {
  const painted = paint(COLOURS[state], state);
  if (doneStatements === null) return painted;
  const way = lastAttempt?.direction === 'DOWN' ? 'taken back' : 'done';
  const of = statementCount === null ? doneStatements : `${doneStatements} of ${statementCount}`;
  return `${painted} ${of} statement${(statementCount ?? doneStatements) === 1 ? '' : 's'} ${way}`;
}

function describeFailure(
  { version, name, state, lastAttempt }: Migration,
  terminal: Terminal,
): readonly string[] {
  if (lastAttempt?.outcome !== 'FAILED' || lastAttempt.message === null) return [];
  // The rollback of an applied migration fails too, and leaves it applied.
  if (state !== 'FAILED' && lastAttempt.direction === 'UP') return [];
  const { direction, endedAt, statementNumber, line, sqlState, message, statement } = lastAttempt;
  const width = columnsOf(terminal.output) - 2;
  const script = direction === 'UP' ? `${version}_${name}` : `the way back of ${version}_${name}`;
  const place = statementNumber === null ? 'at its commit' : `at statement ${statementNumber}, line ${line}`;
  const said = sqlState === null ? message : `${message} (SQLSTATE ${sqlState})`;
  return [
    '',
    `${terminal.paint('red', '✗')} ${script} failed ${place}, ${formatTime(endedAt)}`,
    ...wrapText(said, width).map((one) => `  ${one}`),
    ...(statement === null ? [] : [terminal.paint('dim', `  ${clip(statement, width)}`)]),
  ];
}

const NEXT: Partial<Record<MigrationState, string>> = {
  DRIFTED: 'its file was changed after it was applied. Put the file back, or: sunday migrations repair',
  MISSING: 'this release has no file of it: was a newer one here before?',
  OUT_OF_ORDER: 'a higher number is applied already. Give it the next free number.',
};

function describeNext(found: readonly Migration[], { paint }: Terminal): readonly string[] {
  const lines = found.flatMap(({ version, state }) => {
    const advice = NEXT[state];
    return advice === undefined
      ? []
      : [`${paint('cyan', `${version}:`)} ${advice}${state === 'DRIFTED' ? ` ${version}` : ''}`];
  });
  return lines.length === 0 ? [] : ['', ...lines];
}
