import { Gauge, type Registry } from 'prom-client';
import { HEALTH_STATES } from '../limits.ts';
import { PLATFORM_METRIC_NAMES, PLATFORM_THRESHOLDS } from '../platform/catalogue.ts';
import type { PlatformServices } from '../platform/service.ts';
import { toGaugeName } from './fleet-metrics.ts';

/** The newest samples of what stands beside the clusters, in the way of those of the fleet. */
export function createPlatformMetrics(
  platform: Pick<PlatformServices, 'list'>,
  registry: Registry,
): { refresh(): Promise<void> } {
  const registers = [registry];
  const labelNames = ['service', 'kind'];
  const gauges = new Map(
    PLATFORM_METRIC_NAMES.map((metric) => {
      const { source, unit } = PLATFORM_THRESHOLDS[metric];
      return [
        metric,
        new Gauge({ name: toGaugeName('platform', metric, unit), help: source, labelNames, registers }),
      ];
    }),
  );
  const states = new Gauge({
    name: 'sunday_platform_state',
    help: `State of each metric: ${HEALTH_STATES.map((one, index) => `${index} ${one}`).join(', ')}.`,
    labelNames: [...labelNames, 'metric'],
    registers,
  });
  return {
    async refresh() {
      const services = await platform.list(null);
      for (const gauge of [...gauges.values(), states]) gauge.reset();
      for (const { name: service, kind, figures } of services)
        for (const { name, value, state } of figures) {
          states.set({ service, kind, metric: name }, HEALTH_STATES.indexOf(state));
          if (value !== null && state !== 'UNKNOWN') gauges.get(name)?.set({ service, kind }, value);
        }
    },
  };
}
