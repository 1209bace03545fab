import type { Transaction } from '../../postgres/pool.ts';
import { toAdvice } from '../advice.ts';
import type { Alert } from '../alerts.ts';
import type { Changed } from '../decide.ts';
import { type Message, TOLD_CHANGES, type ToldChange } from './notifications.ts';
import { dropUnsent, enqueue } from './store.ts';

/** So long a message waits for its cause: an outage shows in twenty alerts before it shows as one. */
const GROUP_WAIT_MS = 5_000;

/** Puts what is to be told into the channels' queues, in the transaction of the change. */
export async function announce(tx: Transaction, changes: readonly Changed[]): Promise<void> {
  const final = new Map(changes.map(({ alert }) => [alert.id, alert]));
  for (const { alert, change, by } of changes) {
    const now = final.get(alert.id) ?? alert;
    if (change === 'GROUPED' && now.parentId !== null) await dropUnsent(tx, alert.id);
    const told = TOLD_CHANGES.find((one) => one === change);
    if (told === undefined || !isTold(told, now)) continue;
    const isFollowUp = told === 'RESOLVED' || told === 'ACKNOWLEDGED';
    await enqueue(tx, {
      message: toMessage(alert, told, by),
      delayMs: told === 'FIRED' ? GROUP_WAIT_MS : 0,
      isFollowUp,
    });
  }
}

/** Nobody is told of what is silenced or has a cause of its own, but those who were told hear the end of it. */
function isTold(change: ToldChange, { state, parentId }: Alert): boolean {
  if (change === 'RESOLVED' || change === 'ACKNOWLEDGED') return true;
  return parentId === null && state !== 'SILENCED' && (state !== 'ACKNOWLEDGED' || change === 'RAISED');
}

function toMessage(alert: Alert, change: ToldChange, by: string | null): Message {
  const { id, cluster, instance, rule, metric, severity, state, summary, reason } = alert;
  const { value, unit, threshold, startedAt, resolvedAt } = alert;
  return {
    change,
    by,
    at: (change === 'RESOLVED' && resolvedAt !== null ? resolvedAt : alert.lastSeenAt).toISOString(),
    alert: {
      ...{ id, cluster, instance, rule, metric, severity, state, summary, reason, value, unit, threshold },
      startedAt: startedAt.toISOString(),
      resolvedAt: resolvedAt?.toISOString() ?? null,
      runbook: toAdvice(alert).runbook,
    },
  };
}
