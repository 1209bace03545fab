import { z } from 'zod';
import type { CatalogDifference } from '../../catalog/catalog.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { defineOperation, type OperationDefinition } from '../../operations/define.ts';
import { type DriftState, schemaDrift } from './drift.ts';

const input = z.object({ cluster: z.string() });
export type CheckDriftInput = z.output<typeof input>;

export interface CheckDriftResult {
  readonly state: DriftState;
  readonly reason: string | null;
  readonly version: string | null;
  readonly expectedFingerprint: string | null;
  readonly foundFingerprint: string;
  readonly differenceCount: number;
  /** At most 50. */
  readonly differences: readonly CatalogDifference[];
}

const MAX_DIFFERENCES = 50;

/**
 * `migrations.checkDrift`, for a schedule. Drift is what it is there to find, so it succeeds with it; its last event
 * says what was found. It waits for a migration that runs, which would look like drift half-way.
 */
export function checkDriftOperation({
  fleet,
}: {
  readonly fleet: Fleet;
}): OperationDefinition<CheckDriftInput, CheckDriftResult> {
  return defineOperation<CheckDriftInput, CheckDriftResult>({
    kind: 'migrations.checkDrift',
    input,
    lanes: ['schema'],
    whenBusy: 'QUEUE',
    target: ({ cluster }) => ({ cluster, name: cluster }),
    run: ({ step }, { cluster }) =>
      // Twice is safe: it only reads.
      step('compare the schema', async ({ progress }) => {
        const { takenAt: _, ...drift } = await schemaDrift(fleet, cluster);
        const differenceCount = drift.differences.length;
        const differences = drift.differences.slice(0, MAX_DIFFERENCES);
        const found =
          drift.state === 'DRIFTED' ? `${differenceCount} difference(s)` : (drift.reason ?? 'no drift');
        progress({ message: `${cluster}: ${found}` });
        return { ...drift, differenceCount, differences };
      }),
  });
}
