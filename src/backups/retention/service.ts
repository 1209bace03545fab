import type { Access } from '../../access/access.ts';
import type { Requester } from '../../access/principals.ts';
import { InvalidInputError } from '../../errors.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Database, Transaction } from '../../postgres/pool.ts';
import { pickSet, stanzaOf } from '../catalogue.ts';
import { BackupExpiringError } from '../errors.ts';
import type { BackupSet, StanzaInfo } from '../pgbackrest/info.ts';
import { readInfo } from '../pgbackrest/pgbackrest.ts';
import type { RetentionPolicy } from './retention.ts';
import {
  type By,
  type ClusterPolicy,
  defaultPolicyOf,
  deleteHold,
  insertHold,
  listPolicies,
  upsertPolicy,
} from './store.ts';

/** Which set of which cluster; `label` may be an alias. */
export interface NamedBackup {
  readonly cluster: string;
  readonly label: string;
}

/** What people decide about how long sets stay. All throw {ClusterNotFoundError} and {BackupsNotConfiguredError}. */
export interface RetentionService {
  findPolicy(cluster: string): Promise<ClusterPolicy>;
  updatePolicy(cluster: string, policy: RetentionPolicy, requester: Requester): Promise<ClusterPolicy>;
  /**
   * The set and all that it needs stay, until then or until it is released. Again: with the new end and reason.
   * Gives the label. @throws {BackupNotFoundError} @throws {BackupExpiringError}
   */
  hold(held: NamedBackup & { readonly until: Date | null }, requester: Requester): Promise<string>;
  /** Twice is the same as once. Gives the label. @throws {BackupNotFoundError} */
  release(named: NamedBackup, requester: Requester): Promise<string>;
}

export interface RetentionDependencies {
  readonly fleet: Fleet;
  readonly db: Database;
  /** Writes the audit row in the transaction of the change. */
  readonly recordAudit: Access['record'];
}

/** People's decisions about retention, kept in the control database. */
export function createRetention(deps: RetentionDependencies): RetentionService {
  const { fleet, db } = deps;
  const findPolicy = async (cluster: string): Promise<ClusterPolicy> => {
    stanzaOf(fleet, cluster);
    const [found] = await listPolicies(db, [cluster]);
    return found ?? defaultPolicyOf(cluster);
  };
  return {
    findPolicy,
    async updatePolicy(cluster, policy, requester) {
      stanzaOf(fleet, cluster);
      await db.transaction(async (tx) => {
        await upsertPolicy(tx, cluster, { ...policy, ...toBy(requester) });
        await audit(deps, tx, requester, { target: cluster, input: policy });
      });
      return findPolicy(cluster);
    },
    hold: (held, requester) => hold(deps, held, requester),
    async release({ cluster, label: named }, requester) {
      const { label } = pickSet(cluster, await readInfo(stanzaOf(fleet, cluster)), named);
      await db.transaction(async (tx) => {
        await deleteHold(tx, cluster, label);
        await audit(deps, tx, requester, { target: `${cluster}/${label}`, input: { cluster, label } });
      });
      return label;
    },
  };
}

async function hold(
  deps: RetentionDependencies,
  { cluster, label: named, until }: NamedBackup & { readonly until: Date | null },
  requester: Requester,
): Promise<string> {
  if (until !== null && until <= new Date())
    throw new InvalidInputError(['input', 'until'], `${until.toISOString()} is over`);
  const { reason } = requester;
  if (reason === null || reason.trim() === '')
    throw new InvalidInputError(['input', 'reason'], 'whoever looks at a held set later needs the reason');
  const info = await readInfo(stanzaOf(deps.fleet, cluster));
  const set = pickSet(cluster, info, named);
  const { label } = set;
  const needs = listNeeded(info, set);
  const going = await deps.db.transaction(async (tx) => {
    const found = await insertHold(tx, { cluster, label, needs, until, reason, ...toBy(requester) });
    if (found === null) {
      const input = { cluster, label, until: until?.toISOString() ?? null };
      await audit(deps, tx, requester, { target: `${cluster}/${label}`, input });
    }
    return found;
  });
  if (going !== null) throw new BackupExpiringError(label, going);
  return label;
}

/** The sets that it builds on, one on the other, and those whose files it has. */
function listNeeded(info: StanzaInfo, set: BackupSet): readonly string[] {
  const needed = new Set(set.references);
  let prior = set.prior;
  while (prior !== null) {
    const label: string = prior;
    needed.add(label);
    prior = info.sets.find((one) => one.label === label)?.prior ?? null;
  }
  return [...needed].sort();
}

function toBy({ principal, onBehalfOf }: Requester): By {
  return { by: principal.name, onBehalfOf };
}

function audit(
  { recordAudit }: RetentionDependencies,
  tx: Transaction,
  requester: Requester,
  { target, input }: { readonly target: string; readonly input: unknown },
): Promise<void> {
  const { action } = requester;
  return recordAudit(tx, { requester, action, target, input, outcome: 'ACCEPTED', operationId: null });
}
