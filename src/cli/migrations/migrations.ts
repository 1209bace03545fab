import type { Command } from 'commander';
import { type CommandContext, withExamples } from '../command.ts';
import { addCreate } from './create.ts';
import { addAcceptDrift, addDrift } from './drift.ts';
import { addPlan } from './plan.ts';
import { addRepair } from './repair.ts';
import { addRollout } from './rollout.ts';
import { addApply, addRollback } from './run.ts';
import { addSchedule } from './schedule.ts';
import { addStatus } from './status.ts';
import { addValidate } from './validate.ts';

/** The noun `migrations`, in the order in which people need its verbs. */
export function addMigrations(program: Command, context: CommandContext): void {
  const migrations = program.command('migrations').description("the schema of the product's database");
  withExamples(
    migrations,
    'sunday migrations status',
    'sunday migrations plan --cluster main',
    'sunday migrations apply --cluster main',
    'sunday migrations rollback --target 002',
    'sunday migrations create "add_user_preferences"',
  );
  for (const add of [
    addStatus,
    addPlan,
    addApply,
    addRollback,
    addValidate,
    addCreate,
    addDrift,
    addAcceptDrift,
    addRepair,
    addSchedule,
    addRollout,
  ]) {
    add(migrations, context);
  }
}
