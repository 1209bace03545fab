import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Fleet } from '../fleet/fleet.ts';
import type { Plan } from '../operations/define.ts';
import { writeName } from '../postgres/names.ts';
import type { Queryable } from '../postgres/pool.ts';
import type { ClonePlan, ClonePlanner, CloneWish } from './clones.ts';
import { chooseTables, pairTables, requireMergeable, type TablePair } from './compare/tables.ts';
import { findHiddenTable, findMissingRight, listTables } from './compare/tables-probe.ts';
import { RecoveryPlanChangedError, RecoveryPlanRequiredError, RecoveryRightsMissingError } from './errors.ts';
import type { RecoveryInput } from './recoveries.ts';

/** What recovering an organization would do. */
export interface RecoveryPlan extends Plan {
  /** Another one as soon as the point, the tables or what is to be done with them are others. */
  readonly id: string;
  readonly cluster: string;
  readonly organizationId: string;
  readonly organizationName: string | null;
  readonly clone: ClonePlan;
  /** Tables with rows of organizations, parents first. */
  readonly tables: readonly string[];
}

export interface PlanDependencies {
  readonly fleet: Fleet;
  readonly clones: ClonePlanner;
  /** Where clones are put when nobody says where. */
  readonly workDirectory: string;
}

/** What is to be cloned, and where to; the same for every try of an operation. Null: none was started. */
export async function toWish(
  deps: Pick<PlanDependencies, 'fleet' | 'workDirectory'>,
  wanted: RecoveryInput,
  operationId: string | null,
): Promise<CloneWish> {
  const { cluster, target, timeline } = wanted;
  const { user, database } = await deps.fleet.primaryLogin(cluster);
  const directory = toDirectory(deps, wanted, operationId);
  return { cluster, target, timeline, directory, login: { user, database } };
}

/** Where the clone of an operation is. */
export function toDirectory(
  { workDirectory }: Pick<PlanDependencies, 'workDirectory'>,
  wanted: RecoveryInput,
  operationId: string | null,
): string {
  const id = operationId === null ? 'plan' : operationId.replaceAll('-', '').slice(-12);
  return join(wanted.workDirectory ?? workDirectory, `sunday-recovery-${id}`);
}

/**
 * Reads only.
 *
 * @throws {RecoveryRightsMissingError} {RecoverySchemaDiffersError}
 * {DestinationRefusedError} and the refusals of a restore.
 */
export async function planRecovery(deps: PlanDependencies, wanted: RecoveryInput): Promise<RecoveryPlan> {
  const live = await deps.fleet.primary(wanted.cluster);
  const wish = await toWish(deps, wanted, null);
  const pairs = await pairWithItself(live, wanted);
  await requireRights(live, wanted, { role: wish.login.user, pairs });
  if (wanted.destination !== null)
    await deps.clones.checkDirectory({ cluster: wanted.cluster, directory: wanted.destination });
  const clone = await deps.clones.plan(wish);
  const { cluster, organizationId, organizationName } = wanted;
  const tables = pairs.map((one) => one.name);
  const id = toPlanId(wanted, { clone, pairs });
  return { id, cluster, organizationId, organizationName, clone, tables, ...describe(wanted, clone, pairs) };
}

/** Rows are put back by an id, of this plan or of a comparison, or with the name typed back. */
export function requireAgreement({ mode, planId, isConfirmed, ...wanted }: RecoveryInput, id: string): void {
  if (mode !== 'MERGE') return;
  if (planId === null && !isConfirmed)
    throw new RecoveryPlanRequiredError(wanted.organizationName ?? wanted.organizationId, id);
  if (planId !== null && !isOfComparison(planId) && planId !== id)
    throw new RecoveryPlanChangedError(planId, id);
}

/** Such an id is looked at when the rows have been compared again. */
export function isOfComparison(planId: string): boolean {
  return planId.startsWith('rows-');
}

/** Those of now; of then they are seen on the clone. @throws {RecoveryRightsMissingError} */
async function requireRights(
  live: Queryable,
  { mode, overwriteChanged }: RecoveryInput,
  { role, pairs }: { readonly role: string; readonly pairs: readonly TablePair[] },
): Promise<void> {
  const hidden = await findHiddenTable(live);
  if (hidden !== null)
    throw new RecoveryRightsMissingError(
      `policies of ${hidden} hide rows from ${role}`,
      `As a superuser: ALTER ROLE ${writeName(role)} BYPASSRLS;`,
    );
  const names = pairs.map((one) => one.name);
  const isMerge = mode === 'MERGE';
  const missing = await findMissingRight(live, {
    read: isMerge ? null : names, // the proof that others were left alone reads all
    written: isMerge ? names : [],
    actions: overwriteChanged ? ['INSERT', 'UPDATE'] : ['INSERT'],
  });
  if (missing !== null)
    throw new RecoveryRightsMissingError(missing.problem, `As its owner: ${missing.statement}`);
}

/** What the tables of then were is seen only on the clone; those of now say what can be asked for. */
async function pairWithItself(live: Queryable, { tables, mode }: RecoveryInput) {
  const now = await listTables(live);
  const chosen = chooseTables(pairTables(now, now), tables);
  if (mode === 'MERGE') requireMergeable(chosen.filter((one) => tables?.includes(one.name)));
  return chosen;
}

/** The backup it begins with does not count: the state is the same. */
function toPlanId(
  { cluster, organizationId, target, mode, overwriteChanged }: RecoveryInput,
  { clone, pairs }: { readonly clone: ClonePlan; readonly pairs: readonly TablePair[] },
): string {
  const tables = pairs.map((one) => [one.name, one.columns.map(({ name, type }) => [name, type])]);
  const subject = [cluster, organizationId, target, clone.timeline, mode, overwriteChanged, tables];
  return `plan-${createHash('sha256').update(JSON.stringify(subject)).digest('hex').slice(0, 32)}`;
}

function describe(wanted: RecoveryInput, clone: ClonePlan, pairs: readonly TablePair[]): Plan {
  const { cluster, organizationName, organizationId, mode } = wanted;
  const who = organizationName === null ? organizationId : `${organizationName} (${organizationId})`;
  const time = clone.seconds === null ? 'how long was never measured' : `about ${Math.ceil(clone.seconds)} s`;
  const isGone = organizationName === null;
  return {
    summary: `Recover ${who} of ${cluster} as it was at ${clone.target}: ${MODES[mode]}`,
    steps: [
      `restore backup ${clone.label} (${clone.databaseBytes} bytes) and ${clone.segments} segments of log into a clone, fenced off (${time})`,
      `compare its rows of the organization with the live ones, in ${pairs.length} tables`,
      ...actionOf(wanted),
      'stop the clone and remove it',
    ],
    warnings: [
      ...clone.warnings,
      ...(isGone
        ? ['the organization is not in the live database: whether it was there then is seen on the clone']
        : []),
      ...pairs.flatMap(({ name, unmergeable }) =>
        unmergeable === null
          ? []
          : [
              `${name} can only be compared as a whole (${unmergeable}): if its rows are not those of then, nothing is put back unless \`tables\` names the others only`,
            ],
      ),
    ],
  };
}

const MODES: Readonly<Record<RecoveryInput['mode'], string>> = {
  COMPARE: 'compare it with now',
  EXPORT: 'export its rows',
  SIDE_SCHEMA: 'put its rows beside the live ones',
  MERGE: 'put what is missing back',
};

function actionOf({ mode, destination, overwriteChanged }: RecoveryInput): readonly string[] {
  switch (mode) {
    case 'COMPARE':
      return [];
    case 'EXPORT':
      return [
        `write all its rows of then into ${destination ?? ''}, a CSV file for each table and a manifest`,
      ];
    case 'SIDE_SCHEMA':
      return ['copy all its rows of then into a schema of their own in the live database'];
    case 'MERGE':
      return [
        'in one transaction: insert the rows that are missing, parents first; nothing is deleted',
        ...(overwriteChanged ? ['in the same: give rows with other values those of then'] : []),
        'in the same: prove that no row of others is another one, else take all back',
      ];
  }
}
