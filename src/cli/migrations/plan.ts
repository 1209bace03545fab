import type { Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { type CommandContext, runs, withCluster, withExamples } from '../command.ts';
import { type MigrationDirection, MigrationPlanDocument } from '../generated/graphql.ts';
import { formatPlan } from './plan-text.ts';
import { columnsOf, type Plan } from './style.ts';
import { resolveCluster, type Session } from '../session.ts';

/** What is to be planned. */
export interface PlanWish {
  readonly cluster: string;
  readonly direction: MigrationDirection;
  readonly target: string | undefined;
}

interface PlanOptions {
  readonly cluster?: string;
  readonly target?: string;
  readonly rollback?: boolean;
  readonly all?: boolean;
}

export const TARGET_HELP = 'up to and with this version, e.g. 003; left out: all';

/** `migrations plan`. */
export function addPlan(migrations: Command, context: CommandContext): void {
  const plan = withCluster(
    migrations
      .command('plan')
      .description(
        'what apply or rollback would do now: locks, tables, time, who is in the way, what is lost',
      ),
  )
    .option('--target <version>', `${TARGET_HELP}; with --rollback: the one that stays`)
    .option('--rollback', 'the way back instead')
    .option('--all', 'every statement, also those that nobody has to look at');
  withExamples(
    plan,
    'sunday migrations plan',
    'sunday migrations plan --cluster main --target 002',
    'sunday migrations plan --rollback --target 002',
    "sunday migrations plan --json | jq -r '.plan.id, .plan.verdict'",
  );
  runs<PlanOptions>(plan, context, async (session, options) => {
    const { target, rollback = false, all = false } = options;
    if (rollback && target === undefined)
      throw new InvalidInputError(
        ['--target'],
        '--rollback needs the version that stays',
        'All: --target 000.',
      );
    const cluster = await resolveCluster(session, options.cluster);
    const found = await fetchPlan(session, { cluster, target, direction: rollback ? 'DOWN' : 'UP' });
    showPlan(session, found, all);
  });
}

export async function fetchPlan(
  { client }: Session,
  { cluster, direction, target }: PlanWish,
): Promise<Plan> {
  const variables = { cluster, direction, ...(target === undefined ? {} : { target }) };
  return (await client.request(MigrationPlanDocument, variables)).migrationPlan;
}

/** The plan as the result of a command. `showsAll`: every statement. */
export function showPlan({ show, terminal }: Session, plan: Plan, showsAll: boolean): void {
  show({ cluster: plan.cluster.name, plan }, () =>
    formatPlan(plan, {
      paint: terminal.paint,
      width: columnsOf(terminal.output),
      showsAll,
      hintsShown: new Set(),
    }),
  );
}
