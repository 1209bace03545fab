import { z } from 'zod';
import type { Fleet } from '../../fleet/fleet.ts';
import {
  defineOperation,
  type OperationContext,
  type OperationDefinition,
  type Plan,
} from '../../operations/define.ts';
import { dropLeftovers, performBuild } from './perform.ts';
import { type BuildStatement, readBuildStatements } from './statements.ts';

export const CREATE_INDEX_KIND = 'performance.createIndex';

export const createIndexInput = z.object({
  cluster: z.string(),
  statements: z.array(z.string().max(10_000)).min(1).max(200),
  /** All of it may take so long. */
  minutes: z.int().min(1).max(720).default(60),
});
export type CreateIndexInput = z.output<typeof createIndexInput>;

export interface CreateIndexResult {
  readonly cluster: string;
  readonly indexes: readonly {
    readonly name: string;
    readonly bytes: number;
    /** False: it was there already, and valid. */
    readonly isNew: boolean;
  }[];
}

/**
 * `performance.createIndex`: the statements of a suggestion, one after the other, while readers and writers go on. A
 * cancel or a failure ends the build under way and drops what it has left; what was finished before stays.
 */
export function createIndexOperation(deps: {
  readonly fleet: Fleet;
}): OperationDefinition<CreateIndexInput, CreateIndexResult> {
  return defineOperation<CreateIndexInput, CreateIndexResult>({
    kind: CREATE_INDEX_KIND,
    input: createIndexInput,
    lanes: ['schema'],
    whenBusy: 'QUEUE',
    target: ({ cluster }) => ({ cluster, name: cluster }),
    plan: (input) => planBuild(deps, input),
    async run({ step }, { cluster, statements, minutes }) {
      // Twice is safe: it only reads. The end is kept, so that a successor has no more time.
      const { builds, untilMs } = await step('read the statements', async () => ({
        builds: await readBuildStatements(statements),
        untilMs: Date.now() + minutes * 60_000,
      }));
      const indexes: CreateIndexResult['indexes'][number][] = [];
      for (const build of builds) {
        // Twice is safe: see performBuild.
        const made = await step(build.text, (context) =>
          performBuild(deps.fleet, { cluster, build, untilMs }, context),
        );
        if (made !== null) indexes.push(made);
      }
      return { cluster, indexes };
    },
    compensate: (context, input) => undo(deps.fleet, context, input),
  });
}

async function planBuild(
  { fleet }: { readonly fleet: Fleet },
  { cluster, statements }: CreateIndexInput,
): Promise<Plan> {
  fleet.get(cluster);
  const builds = await readBuildStatements(statements);
  const count = builds.filter(({ index }) => index !== null).length;
  return {
    summary: `${count} index(es) on ${cluster}, while readers and writers go on`,
    steps: builds.map(({ text }) => text),
    warnings: [
      'Migrations do not know of it: `schemaDrift` names it until a migration makes it (CREATE INDEX IF NOT EXISTS), or `acceptSchemaDrift` takes it.',
      'It waits for every transaction that is open when it begins.',
    ],
  };
}

/** Twice is safe: what is valid stays, what is not there is not dropped. */
async function undo(
  fleet: Fleet,
  { step }: OperationContext,
  { cluster, statements }: CreateIndexInput,
): Promise<void> {
  await step('drop what is not finished', async () => {
    const builds: readonly BuildStatement[] = await readBuildStatements(statements);
    await dropLeftovers(fleet, cluster, builds);
  });
}
