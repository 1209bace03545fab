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
} from '../command.ts';
import { formatBytes, formatDuration, formatTime } from '../terminal/format.ts';
import {
  type MigrationValidationBase,
  MigrationValidationDocument,
  type MigrationValidationQuery,
  type MigrationVerdict,
  ValidateMigrationsDocument,
} from '../generated/graphql.ts';
import { columnsOf } from './style.ts';
import { wrapText } from '../terminal/paragraphs.ts';
import { resolveCluster, type Session, unwrap } from '../session.ts';
import { type Colour, formatTable, type Terminal, right } from '../terminal/terminal.ts';
import { type EndDetails, waitForOperation } from '../terminal/watch.ts';

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
    )
      .addOption(
        new Option(
          '--from <base>',
          'target: what is pending, on a copy of its schema; empty: all; left out: what there is to try',
        ).choices(['target', 'empty', 'backup']),
      )
      .option(
        '--on-backup <label>',
        'restore this backup (latest, a label or an alias) and try it there: times, locks and rewrites on real rows',
      ),
  );
  withExamples(
    validate,
    'sunday migrations validate                    # the guide: migration_manager.py validate',
    'sunday migrations validate --from empty',
    'sunday migrations validate --on-backup latest # restored, tried with all its rows, and removed again',
  );
  runs<StartOptions & { cluster?: string; from?: string; onBackup?: string }>(
    validate,
    context,
    async (session, options) => {
      const cluster = await resolveCluster(session, options.cluster);
      const { from, onBackup } = options;
      const base = {
        ...(from === undefined ? {} : { from: from.toUpperCase() as MigrationValidationBase }),
        ...(onBackup === undefined ? {} : { onBackup }),
      };
      const input = { cluster, ...base, ...startFields(options) };
      const answer = await session.client.start(ValidateMigrationsDocument, input);
      return waitForOperation(session, unwrap(answer.validateMigrations).operation, {
        wait: options.wait,
        details: ({ id }) => fetchReport(session, id),
      });
    },
  );
}

/** A validation that fails by what it found keeps its report too. */
async function fetchReport({ client, terminal }: Session, id: string): Promise<EndDetails | null> {
  const { migrationValidation } = await client.request(MigrationValidationDocument, { operation: id });
  if (migrationValidation === null) return null;
  return { text: formatReport(migrationValidation, terminal), document: { validation: migrationValidation } };
}

/** A line for each migration, what each did to real rows, then what is wrong with the bad ones. */
export function formatReport(report: ValidationReport, terminal: Terminal): string {
  const { backup, migrations, cloneDifferences } = report;
  if (migrations.length === 0) {
    const where = backup === null ? '' : ` on backup ${backup.label}`;
    return `Nothing is pending${where}. All migrations: sunday migrations validate --from empty`;
  }
  const width = columnsOf(terminal.output);
  return [
    formatTable(
      ['migration', ...['up', 'down', 'up again'].map(right), 'verdict'],
      migrations.map(({ version, name, upMs, downMs, secondUpMs, verdict }) => [
        `${version}_${name}`,
        ...[upMs, downMs, secondUpMs].map((one) => formatDuration(one === null ? null : one / 1000)),
        terminal.paint(colourOf(verdict), verdict),
      ]),
    ),
    '',
    ...wrapText(describeGround(report), width).map((line) => terminal.paint('dim', line)),
    ...migrations.flatMap((one) => describeWork(one, terminal, width)),
    ...migrations.flatMap((one) => describeProblem(one, terminal, width)),
    ...(cloneDifferences.length === 0
      ? []
      : [
          '',
          backup === null
            ? 'The copy is not quite what the cluster is:'
            : 'The backup had another schema before the trial than the cluster has now:',
          '',
          formatDifferences(cloneDifferences, terminal, width),
        ]),
  ].join('\n');
}

function describeGround({ from, backup }: ValidationReport): string {
  if (backup === null)
    return from === 'EMPTY' ? 'tried on an empty database' : "tried on a copy of the cluster's schema";
  const { label, at, databaseBytes, restoreMs, recoveryMs } = backup;
  const state = at === null ? '' : ` as of ${formatTime(at)}`;
  const took = `restored in ${formatDuration(restoreMs / 1000)}, open after ${formatDuration(recoveryMs / 1000)} more`;
  return `tried on backup ${label}${state}, ${formatBytes(databaseBytes)}, ${took}`;
}

/** The largest tables; where there is more, the report as JSON has it. */
const SHOWN_TABLES = 5;

function describeWork(
  { version, name, work }: CheckedMigration,
  terminal: Terminal,
  width: number,
): readonly string[] {
  if (work === null) return [];
  const { rewritten, locks } = work;
  const list = (title: string, all: readonly string[]): readonly string[] => {
    const more = all.length > SHOWN_TABLES ? [`and ${all.length - SHOWN_TABLES} more`] : [];
    const text = [...all.slice(0, SHOWN_TABLES), ...more].join(', ') || 'nothing';
    return wrapText(`${title} ${text}`, width - 2).map((line) => `  ${line}`);
  };
  return [
    '',
    terminal.paint('bold', `${version}_${name}`),
    ...list(
      'wrote anew:',
      rewritten.map((one) => `${one.table} (${formatBytes(one.sizeBytes)})`),
    ),
    ...(locks === null
      ? ['  locked: table by table, without a transaction; the plan has each statement']
      : list(
          'locked until its end:',
          locks.map((one) => `${one.table} (${one.mode}, ${formatBytes(one.sizeBytes)})`),
        )),
  ];
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
