import { createCollector } from '../health/collect/collector.ts';
import { createHealth, type HealthDependencies, type LiveHealth } from '../health/health.ts';
import { createControlArchive } from '../health/history/control-archive.ts';
import type { SampleArchive } from '../health/history/history.ts';
import type { OnSamples } from '../health/measure.ts';
import { createHealthService, type HealthService } from '../health/service.ts';
import type { Ground, Wiring } from './noun.ts';

export interface HealthWiring extends Wiring<{ readonly health: HealthService }> {
  readonly health: LiveHealth;
  /** History, which keeps samples of others, too. */
  readonly archive: SampleArchive;
}

export interface HealthWiringOptions extends Pick<Required<HealthDependencies>, 'measureArchive'> {
  /** Who judges the samples. Left out: nobody. */
  readonly onSamples?: OnSamples;
}

/** How the clusters are, and who looks at them all the time. */
export function wireHealth(ground: Ground, options: HealthWiringOptions): HealthWiring {
  const { fleet, db, events, workerId, log } = ground;
  const live = createHealth({ fleet, measureArchive: options.measureArchive });
  const archive = createControlArchive(db);
  const collector = createCollector({ fleet, db, events, archive, workerId, log, ...options });
  return {
    definitions: [],
    health: live,
    archive,
    connect: ({ recordAudit }) => ({
      services: {
        health: createHealthService({
          ...{ fleet, live, db, events, archive },
          recordAudit: (tx, request, requester) =>
            recordAudit(tx, {
              ...{ requester, action: requester.action, input: request },
              ...{ target: request.cluster ?? request.metric, outcome: 'ACCEPTED', operationId: null },
            }),
        }),
      },
      background: [{ name: 'collector of metrics', start: collector.start, stop: collector.stop }],
    }),
  };
}
