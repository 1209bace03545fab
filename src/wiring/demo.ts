import { createDemo, type DemoService } from '../demo/demo.ts';
import { type DemoDependencies, loadDemoOperation } from '../demo/operation.ts';
import type { Ground, Wiring } from './noun.ts';

/** Data to try things with. */
export function wireDemo(
  { fleet }: Ground,
  { shareTables }: Pick<DemoDependencies, 'shareTables'>,
): Wiring<{ readonly demo: DemoService }> {
  const definition = loadDemoOperation({ fleet, shareTables });
  return {
    definitions: [definition],
    connect: ({ operations }) => ({ services: { demo: createDemo({ fleet, operations, definition }) } }),
  };
}
