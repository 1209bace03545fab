import { z } from 'zod';
import type { Fleet } from '../../fleet/fleet.ts';
import { defineOperation, type OperationDefinition, type StepContext } from '../../operations/define.ts';
import type { Database } from '../../postgres/pool.ts';
import { stanzaOf } from '../catalogue.ts';
import { expireArchive, expireSet } from '../pgbackrest/expire-command.ts';
import { type ExpiryScope, listExpiring, planExpiry, readRetention, readScope } from './expire-plan.ts';
import type { BackupSet } from '../pgbackrest/info.ts';
import { persist } from '../persist.ts';
import { retryWhileLocked } from '../pgbackrest/pgbackrest.ts';
import type { RetentionPolicy } from './retention.ts';
import { claimExpiry, listClaims, recordExpired, releaseClaim } from './store.ts';

const input = z.object({
  cluster: z.string(),
  /** Name of the repository whose sets go; left out: of all. */
  repository: z.string().nullish(),
});
export type ExpireBackupsOperationInput = z.output<typeof input>;

export interface ExpireBackupsResult {
  readonly cluster: string;
  /** Labels, in the order in which they went. */
  readonly expired: readonly string[];
  /** Sets that somebody held, or that something was built on, since they were chosen. */
  readonly spared: readonly string[];
  readonly freedBytes: number;
}

export interface ExpireBackupsDependencies {
  readonly fleet: Fleet;
  readonly db: Database;
}

/**
 * `backups.expire`: removes the sets that neither the policy nor a hold keeps, then the write-ahead log that nothing
 * needs any more. Dependents go first, so that at each moment what is there can be restored.
 *
 * | killed                      | what is left                                   | the next run                      |
 * |-----------------------------|------------------------------------------------|-----------------------------------|
 * | after a set was claimed     | the set, which can't be held until the end     | removes it, or gives it free      |
 * | while a set is removed      | files that no catalogue names                  | pgBackRest removes them           |
 * | before the archive is done  | write-ahead log that nothing needs             | removes it                        |
 */
export function expireBackupsOperation(
  deps: ExpireBackupsDependencies,
): OperationDefinition<ExpireBackupsOperationInput, ExpireBackupsResult> {
  return defineOperation<ExpireBackupsOperationInput, ExpireBackupsResult>({
    kind: 'backups.expire',
    input,
    lanes: ['backup'],
    whenBusy: 'REFUSE',
    target: ({ cluster }) => ({ cluster, name: cluster }),
    async plan(scope) {
      const { expiring, warnings } = await planExpiry(deps, scope);
      const where = scope.repository == null ? '' : ` in repository ${scope.repository}`;
      return {
        summary: `Remove ${expiring.length} backup(s) of ${scope.cluster}${where} that nothing keeps`,
        steps: [
          ...expiring.map(({ label, alias }) => `remove ${label} (${alias})`),
          'remove the write-ahead log that nothing needs',
        ],
        warnings,
      };
    },
    async run({ step }, scope) {
      // Twice is safe: what is gone is not chosen again, and what was claimed is noted as gone.
      const done = await step('remove sets', (context) => removeSets(deps, scope, context));
      // Twice is safe: it is counted anew.
      await step('remove write-ahead log', (context) => removeArchive(deps, scope, context));
      return done;
    },
    async compensate({ step }, scope) {
      // Twice is safe: claims of this operation only, and none is left.
      await step('give claimed sets free', (context) => settleClaims(deps, scope, context));
    },
  });
}

async function removeSets(
  deps: ExpireBackupsDependencies,
  scope: ExpiryScope,
  context: StepContext,
): Promise<ExpireBackupsResult> {
  const { cluster } = scope;
  const call = toCall(context);
  const gone = await settleClaims(deps, scope, context);
  const { decision, policy } = await readRetention(deps, scope, call);
  const chosen = listExpiring(decision);
  const expired: BackupSet[] = [];
  const spared: string[] = [];
  for (const [index, set] of chosen.entries()) {
    context.progress({ message: `removing ${set.label}`, fractionDone: index / chosen.length });
    if (await removeSet(deps, { scope, set, because: describePolicy(policy) }, context)) expired.push(set);
    else spared.push(set.label);
  }
  context.progress({ message: `${expired.length} set(s) removed`, fractionDone: 1 });
  return {
    cluster,
    expired: [...gone, ...expired.map(({ label }) => label)],
    spared,
    freedBytes: Number(expired.reduce((sum, one) => sum + one.repositoryDeltaBytes, 0n)),
  };
}

interface Removal {
  readonly scope: ExpiryScope;
  readonly set: BackupSet;
  readonly because: string;
}

/** False: it is held since it was chosen, or a set was built on it. */
async function removeSet(
  { fleet, db }: ExpireBackupsDependencies,
  { scope, set, because }: Removal,
  context: StepContext,
): Promise<boolean> {
  const { operationId, signal } = context;
  const { cluster } = scope;
  const { label } = set;
  context.assertLease();
  if (!(await persist(signal, () => claimExpiry(db, { cluster, set, operationId, because })))) return false;
  // Whatever depends on it would go with it: somebody outside of us may have made such a set just now.
  const { sets } = await readScope(fleet, scope, toCall(context));
  if (sets.some((one) => one.prior === label || one.references.includes(label))) {
    await persist(signal, () => releaseClaim(db, { cluster, label, operationId }));
    return false;
  }
  context.assertLease();
  await expireSet(stanzaOf(fleet, cluster), set, toCall(context));
  await persist(signal, () => recordExpired(db, { cluster, label, operationId }));
  return true;
}

/** What an earlier run of this operation claimed: gone, or free again. Gives the labels of those that are gone. */
async function settleClaims(
  { fleet, db }: ExpireBackupsDependencies,
  scope: ExpiryScope,
  context: StepContext,
): Promise<readonly string[]> {
  const { cluster } = scope;
  const { operationId, signal } = context;
  const claimed = await persist(signal, () => listClaims(db, cluster, operationId));
  if (claimed.length === 0) return [];
  const { sets } = await readScope(fleet, scope, toCall(context));
  const there = new Set(sets.map(({ label }) => label));
  for (const label of claimed) {
    const settle = there.has(label) ? releaseClaim : recordExpired;
    await persist(signal, () => settle(db, { cluster, label, operationId }));
  }
  return claimed.filter((label) => !there.has(label));
}

/** Decides again whenever the lock was taken: a full set that was made meanwhile would change the count. */
async function removeArchive(
  deps: ExpireBackupsDependencies,
  scope: ExpiryScope,
  context: StepContext,
): Promise<void> {
  const stanza = stanzaOf(deps.fleet, scope.cluster);
  const call = toCall(context);
  await retryWhileLocked(call, async () => {
    const { decision } = await readRetention(deps, scope, call);
    for (const archive of decision.archives) {
      context.assertLease();
      await expireArchive(stanza, archive, { ...call, lockWaitMs: 0 });
    }
  });
}

function describePolicy({ keepFulls, keepDays, recoveryDays }: RetentionPolicy): string {
  const age = keepDays === null ? '' : `, ${keepDays} days of sets`;
  return `the policy keeps ${keepFulls} full set(s)${age} and ${recoveryDays} days of recovery`;
}

function toCall({ signal, processMarks }: StepContext) {
  return { signal, marks: processMarks };
}
