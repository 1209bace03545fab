import { SchemaDriftedError } from '../src/migrations/drift/drift.ts';
import {
  MigrationDriftedError,
  MigrationInvalidError,
  MigrationLockedError,
  MigrationNotFoundError,
  MigrationOutOfOrderError,
  MigrationPlanChangedError,
  MigrationUnfinishedError,
} from '../src/migrations/errors.ts';
import { RepairRefusedError } from '../src/migrations/drift/repair.ts';
import { MigrationPlanRequiredError, MigrationRefusedError } from '../src/migrations/review.ts';
import { MigrationIrreversibleError, MigrationNeededError } from '../src/migrations/run/run-errors.ts';
import { errorType } from './errors.ts';
import { CatalogDifferenceRef } from './migration-drift.ts';

const versionsOf =
  <Thrown extends { readonly versions: readonly string[] }>() =>
  ({ versions }: Thrown) => [...versions];

errorType(MigrationNotFoundError, { description: 'No migration has that number or name.' });
errorType(MigrationInvalidError, {
  description: 'The migration files on the server are wrong.',
  fields: (t) => ({
    problems: t.stringList({
      description: 'Every problem of every file, the file name first.',
      resolve: ({ problems }) => [...problems],
    }),
  }),
});
errorType(MigrationDriftedError, {
  description: 'An applied migration was changed afterwards.',
  fields: (t) => ({
    versions: t.stringList({
      description: 'Versions whose file is not what was applied.',
      resolve: versionsOf(),
    }),
  }),
});
errorType(MigrationOutOfOrderError, {
  description: 'A migration that is not applied has a lower number than one that is.',
  fields: (t) => ({
    versions: t.stringList({ description: 'Versions that came too late.', resolve: versionsOf() }),
  }),
});
errorType(MigrationLockedError, { description: 'Another runner works on the migrations of this database.' });
errorType(MigrationUnfinishedError, {
  description: 'A migration stands in the middle of its other direction.',
});
errorType(MigrationIrreversibleError, {
  description: 'A migration that cannot be taken back is in the way.',
});
errorType(MigrationNeededError, { description: 'A migration that stays applied depends on it.' });
errorType(MigrationRefusedError, {
  description: 'A statement cannot work on this database, or must not.',
  fields: (t) => ({
    findings: t.stringList({
      description: 'Each with its version and line.',
      resolve: ({ findings }) => [...findings],
    }),
  }),
});
errorType(MigrationPlanRequiredError, {
  description: 'It is dangerous or destroys data: look at the plan, then name it.',
  fields: (t) => ({
    planId: t.exposeString('planId', { description: 'Id of the plan of what would be done now.' }),
  }),
});
errorType(MigrationPlanChangedError, {
  description: 'What would be done now is not what the named plan says.',
  fields: (t) => ({
    planId: t.exposeString('current', { description: 'Id of the plan of what would be done now.' }),
  }),
});
errorType(SchemaDriftedError, {
  description: 'Somebody has changed the schema by hand since the newest migration.',
  fields: (t) => ({
    differences: t.field({
      type: [CatalogDifferenceRef],
      description: 'The first 10.',
      resolve: ({ differences }) => differences,
    }),
    differenceCount: t.exposeInt('differenceCount', { description: 'All of them.' }),
  }),
});
errorType(RepairRefusedError, { description: 'The state is another one than the one that was looked at.' });

/** What planning in either direction can refuse. */
const PLAN_ERRORS = [
  MigrationNotFoundError,
  MigrationInvalidError,
  MigrationUnfinishedError,
  MigrationRefusedError,
  MigrationPlanRequiredError,
  MigrationPlanChangedError,
];

/** What everything that applies migrations can answer. */
export const APPLY_ERRORS = [
  ...PLAN_ERRORS,
  MigrationDriftedError,
  MigrationOutOfOrderError,
  SchemaDriftedError,
];

/** What everything that takes migrations back can answer. */
export const ROLLBACK_ERRORS = [...PLAN_ERRORS, MigrationIrreversibleError, MigrationNeededError];
