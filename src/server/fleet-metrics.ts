import { Gauge, type Registry } from 'prom-client';
import type { HealthMetric } from '../health/measure.ts';
import type { HealthService } from '../health/service.ts';
import { METRIC_NAMES, THRESHOLDS, type MetricName } from '../health/thresholds.ts';
import { HEALTH_STATES, type Unit } from '../limits.ts';

/**
 * The newest samples of the fleet for Prometheus: a gauge for each metric, and one that holds all states. Names end
 * in their unit. What is UNKNOWN has no value, so its series has a gap, as Prometheus wants it.
 */
export function createFleetMetrics(
  health: Pick<HealthService, 'listNewest'>,
  registry: Registry,
): { refresh(): Promise<void> } {
  const registers = [registry];
  const labelNames = ['cluster', 'instance'];
  const gauges = new Map<MetricName, Gauge>(
    METRIC_NAMES.map((metric) => [
      metric,
      new Gauge({
        name: toGaugeName('fleet', metric, THRESHOLDS[metric].unit),
        help: THRESHOLDS[metric].source,
        labelNames,
        registers,
      }),
    ]),
  );
  const states = new Gauge({
    name: 'sunday_fleet_state',
    help: `State of each metric: ${HEALTH_STATES.map((one, index) => `${index} ${one}`).join(', ')}.`,
    labelNames: [...labelNames, 'metric'],
    registers,
  });
  return {
    async refresh() {
      const newest = await health.listNewest();
      for (const gauge of [...gauges.values(), states]) gauge.reset();
      for (const one of newest) show({ gauges, states }, one);
    },
  };
}

function show(
  { gauges, states }: { readonly gauges: ReadonlyMap<MetricName, Gauge>; readonly states: Gauge },
  { cluster, instance, name, value, state }: HealthMetric,
): void {
  const labels = { cluster, instance: instance ?? '' };
  states.set({ ...labels, metric: name }, HEALTH_STATES.indexOf(state));
  if (value !== null && state !== 'UNKNOWN') gauges.get(name)?.set(labels, value);
}

/** E.g. `sunday_fleet_replication_lag_seconds`. */
export function toGaugeName(of: 'fleet' | 'platform', metric: string, unit: Unit): string {
  return `sunday_${of}_${metric}${unit === 'count' || unit === 'instances' ? '' : `_${unit}`}`;
}
