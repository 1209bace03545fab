import type { Command } from 'commander';
import {
  runs,
  startFields,
  withCluster,
  withExamples,
  withStartOptions,
  type CommandContext,
  type StartOptions,
} from './command.ts';
import { formatDuration, formatTime, NOTHING } from './format.ts';
import {
  ApplyMigrationsDocument,
  MigrationPlanDocument,
  MigrationsDocument,
  type MigrationPlanLinesFragment,
  type MigrationState,
} from './generated/graphql.ts';
import { requireCluster, resolveCluster, unwrap } from './session.ts';
import { formatTable, type Colour } from './terminal.ts';
import { waitForOperation } from './watch.ts';

const COLOURS: Partial<Record<MigrationState, Colour>> = { APPLIED: 'green', PENDING: 'yellow' };

interface TargetOptions {
  readonly cluster?: string;
  readonly target?: string;
}

export function addMigrations(program: Command, context: CommandContext): void {
  const migrations = program.command('migrations').description("the schema of the product's database");
  withExamples(migrations, 'sunday migrations status', 'sunday migrations apply --cluster main');
  addStatus(migrations, context);
  addPlan(migrations, context);
  addApply(migrations, context);
}

function addStatus(migrations: Command, context: CommandContext): void {
  const status = withCluster(
    migrations.command('status').description('every migration and whether it is applied'),
  );
  withExamples(status, 'sunday migrations status', 'sunday migrations status --cluster main --json');
  runs<TargetOptions>(status, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const answer = await session.client.request(MigrationsDocument, { cluster });
    const found = requireCluster(answer.cluster, cluster).migrations ?? [];
    session.show({ cluster, migrations: found }, () =>
      formatTable(
        [
          { title: 'version' },
          { title: 'name' },
          { title: 'state' },
          { title: 'applied' },
          { title: 'by' },
          { title: 'took', align: 'right' },
        ],
        found.map((one) => [
          one.version,
          one.name,
          session.terminal.paint(COLOURS[one.state] ?? 'red', one.state),
          formatTime(one.appliedAt),
          one.appliedBy ?? NOTHING,
          formatDuration(one.durationMs === null ? null : Number(one.durationMs) / 1000),
        ]),
      ),
    );
  });
}

function addPlan(migrations: Command, context: CommandContext): void {
  const plan = withCluster(
    migrations.command('plan').description('what `apply` would do, without doing it'),
  ).option('--target <version>', 'up to and with this version; left out: all');
  withExamples(plan, 'sunday migrations plan', 'sunday migrations plan --cluster main --target 001');
  runs<TargetOptions>(plan, context, async (session, { cluster: named, target }) => {
    const cluster = await resolveCluster(session, named);
    const { migrationPlan } = await session.client.request(MigrationPlanDocument, {
      cluster,
      ...(target === undefined ? {} : { target }),
    });
    session.show({ cluster, plan: migrationPlan }, () => formatPlan(migrationPlan));
  });
}

function addApply(migrations: Command, context: CommandContext): void {
  const apply = withStartOptions(
    withCluster(migrations.command('apply').description('applies the migrations that are pending'))
      .option('--target <version>', 'up to and with this version; left out: all')
      .option('--dry-run', 'only say what would be done'),
  );
  withExamples(
    apply,
    'sunday migrations apply --cluster main',
    'sunday migrations apply --cluster main --target 001 --dry-run',
  );
  runs<TargetOptions & StartOptions & { dryRun?: boolean }>(apply, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { target, dryRun = false } = options;
    const input = { cluster, dryRun, ...(target === undefined ? {} : { target }), ...startFields(options) };
    const answer = await session.client.start(ApplyMigrationsDocument, input);
    const { operation, plan } = unwrap(answer.applyMigrations);
    if (operation !== null) return waitForOperation(session, operation, { wait: options.wait });
    session.show({ cluster, plan }, () => (plan === null ? '' : formatPlan(plan)));
    return 0;
  });
}

function formatPlan({ migrations, warnings }: MigrationPlanLinesFragment): string {
  const steps = migrations.map(
    ({ version, name, statementCount }) => `would apply ${version} ${name}, ${statementCount} statements`,
  );
  return [
    ...(steps.length === 0 ? ['Nothing is pending.'] : steps),
    ...warnings.map((one) => `warning: ${one}`),
  ].join('\n');
}
