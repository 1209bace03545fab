import { createHealth, type HealthDependencies, type HealthService } from '../health/health.ts';
import type { Ground, Wiring } from './noun.ts';

export interface HealthWiring extends Wiring<{ readonly health: HealthService }> {
  readonly health: HealthService;
}

/** How the clusters are. */
export function wireHealth(
  { fleet }: Ground,
  options: Pick<Required<HealthDependencies>, 'measureArchive'>,
): HealthWiring {
  const health = createHealth({ fleet, ...options });
  return { definitions: [], health, connect: () => ({ services: { health } }) };
}
