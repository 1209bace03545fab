import type { Command } from 'commander';
import {
  type CommandContext,
  runs,
  type StartOptions,
  startFields,
  withCluster,
  withExamples,
  withStartOptions,
} from '../command.ts';
import { formatDuration } from '../terminal/format.ts';
import { ApplyMigrationsDocument, RollbackMigrationsDocument } from '../generated/graphql.ts';
import { PLAN_HELP, startAgreed } from './agreement.ts';
import { fetchPlan, showPlan, TARGET_HELP } from './plan.ts';
import { resolveCluster, unwrap } from '../session.ts';
import { formatTable, right } from '../terminal/terminal.ts';
import { type EndDetails, waitForOperation } from '../terminal/watch.ts';

interface RunOptions extends StartOptions {
  readonly cluster?: string;
  readonly target?: string;
  readonly plan?: string;
  readonly dryRun?: boolean;
  readonly allowDrift?: boolean;
}

const AGREEMENT = `
What is DANGEROUS or destroys data is started only with the id of a plan that somebody has looked at. On a
terminal the plan is shown and the name of the cluster asked for; elsewhere the command ends with exit code 5
and names the command to run.`;

/** `migrations apply`. */
export function addApply(migrations: Command, context: CommandContext): void {
  const apply = withStartOptions(
    withCluster(migrations.command('apply').description('applies the migrations that are pending'))
      .option('--target <version>', TARGET_HELP)
      .option('--plan <id>', PLAN_HELP)
      .option('--allow-drift', 'go on although the schema was changed by hand; needs --reason')
      .option('--dry-run', 'only show the plan'),
  );
  withExamples(
    apply,
    'sunday migrations apply --cluster main        # the guide: migration_manager.py migrate',
    'sunday migrations apply --target 003          # the guide: migration_manager.py migrate --target=003',
    'sunday migrations apply --target 003 --dry-run',
    'sunday migrations apply --plan 6f790cf1e262 --reason "agreed in change 4711"',
  ).addHelpText('after', AGREEMENT);
  runs<RunOptions>(apply, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { target, allowDrift = false, dryRun = false, wait } = options;
    const wish = { cluster, target, plan: options.plan, direction: 'UP' as const };
    if (dryRun) return showPlan(session, await fetchPlan(session, wish), false);
    const { operation } = await startAgreed(session, wish, async (agreed) => {
      const input = {
        cluster,
        allowDrift,
        ...agreed,
        ...(target === undefined ? {} : { target }),
        ...startFields(options),
      };
      return unwrap((await session.client.start(ApplyMigrationsDocument, input)).applyMigrations);
    });
    return operation === null ? 0 : waitForOperation(session, operation, { wait, details: describeRun });
  });
}

/** `migrations rollback`. */
export function addRollback(migrations: Command, context: CommandContext): void {
  const rollback = withStartOptions(
    withCluster(migrations.command('rollback').description('takes migrations back by their down scripts'))
      .requiredOption('--target <version>', 'the version that stays the newest; 000 takes all back')
      .option('--plan <id>', PLAN_HELP)
      .option('--dry-run', 'only show the plan'),
  );
  withExamples(
    rollback,
    'sunday migrations rollback --target 002       # the guide: migration_manager.py rollback --target=002',
    'sunday migrations rollback --target 002 --dry-run',
    'sunday migrations rollback --target 000 --plan 6f790cf1e262',
  ).addHelpText('after', AGREEMENT);
  runs<RunOptions & { target: string }>(rollback, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { target, dryRun = false, wait } = options;
    const wish = { cluster, target, plan: options.plan, direction: 'DOWN' as const };
    if (dryRun) return showPlan(session, await fetchPlan(session, wish), false);
    const { operation } = await startAgreed(session, wish, async (agreed) => {
      const input = { cluster, target, ...agreed, ...startFields(options) };
      return unwrap((await session.client.start(RollbackMigrationsDocument, input)).rollbackMigrations);
    });
    return operation === null ? 0 : waitForOperation(session, operation, { wait, details: describeRun });
  });
}

interface Ran {
  readonly version: string;
  readonly name: string;
  readonly durationMs: number;
}

/** One line for each migration; the results of both directions differ in the name of their list only. */
function describeRun({ result }: { readonly result?: unknown }): EndDetails | null {
  if (typeof result !== 'object' || result === null) return null;
  const { applied, rolledBack } = result as Readonly<Record<string, readonly Ran[] | undefined>>;
  const ran = applied ?? rolledBack ?? [];
  const title = applied === undefined ? 'taken back' : 'applied';
  const lines = ran.map(({ version, name, durationMs }) => [
    `${version}_${name}`,
    formatDuration(durationMs / 1000),
  ]);
  const text = formatTable([{ title }, right('took')], lines);
  return { text: ran.length === 0 ? 'There was nothing to do.' : text, document: {} };
}
