import { type Command, Option } from 'commander';
import { formatDifferences } from './catalog-differences.ts';
import {
  type CommandContext,
  runs,
  type StartOptions,
  startFields,
  withCluster,
  withExamples,
  withStartOptions,
} from './command.ts';
import { formatDuration } from './format.ts';
import {
  type MigrationValidationBase,
  MigrationValidationDocument,
  type MigrationValidationQuery,
  type MigrationVerdict,
  ValidateMigrationsDocument,
} from './generated/graphql.ts';
import { columnsOf } from './migration-style.ts';
import { wrapText } from './paragraphs.ts';
import { resolveCluster, type Session, unwrap } from './session.ts';
import { type Colour, formatTable, type Terminal } from './terminal.ts';
import { type EndDetails, waitForOperation } from './watch.ts';

/** What a validation found. */
export type ValidationReport = NonNullable<MigrationValidationQuery['migrationValidation']>;
type CheckedMigration = ValidationReport['migrations'][number];

const GOOD: readonly MigrationVerdict[] = ['REVERSIBLE', 'IRREVERSIBLE'];

/** `migrations validate`. */
export function addValidate(migrations: Command, context: CommandContext): void {
  const validate = withStartOptions(
    withCluster(
      migrations
        .command('validate')
        .description(
          'runs migrations up, down and up again on a server of its own and compares the catalogs',
        ),
    ).addOption(
      new Option(
        '--from <base>',
        'target: what is pending, on a copy of its schema; empty: all; left out: what there is to try',
      ).choices(['target', 'empty']),
    ),
  );
  withExamples(
    validate,
    'sunday migrations validate                    # the guide: migration_manager.py validate',
    'sunday migrations validate --from empty',
  );
  runs<StartOptions & { cluster?: string; from?: string }>(validate, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { from } = options;
    const base = from === undefined ? {} : { from: from.toUpperCase() as MigrationValidationBase };
    const input = { cluster, ...base, ...startFields(options) };
    const answer = await session.client.start(ValidateMigrationsDocument, input);
    return waitForOperation(session, unwrap(answer.validateMigrations).operation, {
      wait: options.wait,
      details: ({ id }) => fetchReport(session, id),
    });
  });
}

/** A validation that fails by what it found keeps its report too. */
async function fetchReport({ client, terminal }: Session, id: string): Promise<EndDetails | null> {
  const { migrationValidation } = await client.request(MigrationValidationDocument, { operation: id });
  if (migrationValidation === null) return null;
  return { text: formatReport(migrationValidation, terminal), document: { validation: migrationValidation } };
}

/** A line for each migration, then what is wrong with the bad ones. */
export function formatReport(
  { from, migrations, cloneDifferences }: ValidationReport,
  terminal: Terminal,
): string {
  if (migrations.length === 0)
    return 'Nothing is pending. All migrations: sunday migrations validate --from empty';
  const width = columnsOf(terminal.output);
  const on = from === 'EMPTY' ? 'tried on an empty database' : "tried on a copy of the cluster's schema";
  return [
    formatTable(
      [
        { title: 'migration' },
        ...['up', 'down', 'up again'].map((title) => ({ title, align: 'right' as const })),
        { title: 'verdict' },
      ],
      migrations.map(({ version, name, upMs, downMs, secondUpMs, verdict }) => [
        `${version}_${name}`,
        ...[upMs, downMs, secondUpMs].map((one) => formatDuration(one === null ? null : one / 1000)),
        terminal.paint(colourOf(verdict), verdict),
      ]),
    ),
    '',
    terminal.paint('dim', on),
    ...migrations.flatMap((one) => describeProblem(one, terminal, width)),
    ...(cloneDifferences.length === 0
      ? []
      : [
          '',
          'The copy is not quite what the cluster is:',
          '',
          formatDifferences(cloneDifferences, terminal, width),
        ]),
  ].join('\n');
}

function colourOf(verdict: MigrationVerdict): Colour {
  if (GOOD.includes(verdict)) return 'green';
  return verdict === 'NOT_REACHED' ? 'dim' : 'red';
}

function describeProblem(one: CheckedMigration, terminal: Terminal, width: number): readonly string[] {
  const { version, name, verdict, problem, differences, differenceCount } = one;
  const isQuiet = differences.length === 0 && problem === null;
  if (isQuiet || verdict === 'NOT_REACHED') return [];
  const mark = GOOD.includes(verdict) ? terminal.paint('dim', '·') : terminal.paint('red', '✗');
  const more = differenceCount - differences.length;
  return [
    '',
    ...wrapText(`${version}_${name}: ${problem ?? verdict}`, width - 2).map((line, index) =>
      index === 0 ? `${mark} ${line}` : `  ${line}`,
    ),
    ...(differences.length === 0 ? [] : ['', formatDifferences(differences, terminal, width)]),
    ...(more > 0 ? [`… and ${more} more differences`] : []),
  ];
}
