import type { LimitsDependencies } from '../thresholds/limits.ts';
import type { Work } from './noun.ts';

/** The line of the audit log about limits of a cluster, of a service, or of all. */
export function toThresholdAudit(recordAudit: Work['recordAudit']): LimitsDependencies['recordAudit'] {
  return (tx, request, requester) =>
    recordAudit(tx, {
      ...{ requester, action: requester.action, input: request },
      ...{ target: request.cluster ?? request.metric, outcome: 'ACCEPTED', operationId: null },
    });
}
