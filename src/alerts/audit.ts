import type { Access } from '../access/access.ts';
import type { Requester } from '../access/principals.ts';
import type { Transaction } from '../postgres/pool.ts';

/** Writes the line of a change into the audit log, in the transaction of that change. */
export function audit(
  { recordAudit }: { readonly recordAudit: Access['record'] },
  tx: Transaction,
  requester: Requester,
  { target, input }: { readonly target: string | null; readonly input: unknown },
): Promise<void> {
  const { action } = requester;
  return recordAudit(tx, { requester, action, target, input, outcome: 'ACCEPTED', operationId: null });
}
