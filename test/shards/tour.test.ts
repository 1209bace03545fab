import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createShardClient, type ShardClient } from '../../src/shard-client.ts';
import { runCli } from '../cli/run-cli.ts';
import { fingerprint } from '../moves/shards.ts';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { type OwnFleet, startOwnFleet } from '../support/own-fleet.ts';
import { isThorough } from '../support/thorough.ts';
import { createTranslation, readTour, rewriteTour, shapeOf } from './tour.ts';

let own: OwnFleet;
let fleet: Fleet;
let plane: ControlPlane;
const shards = new Map<string, Database>();

beforeAll(async () => {
  own = await startOwnFleet({ shards: 2 });
  fleet = createFleet(own.config);
  plane = await createControlPlane(own, {
    adjust: (config) => ({ ...config, clusters: own.config.clusters }),
  });
  await Promise.all(
    fleet.list().map(async ({ name }) => {
      await applyPending(await fleet.primary(name), 'migrations/sunday', { appliedBy: 'test' });
    }),
  );
  for (const { name } of fleet.list()) {
    if (name === 'main') continue;
    const login = await fleet.moverLogin(name);
    shards.set(name, openDatabase({ ...login, applicationName: 'sunday-test', maxConnections: 2 }));
  }
  await plane.start();
}, 120_000);
afterAll(async () => {
  for (const one of shards.values()) await one.close();
  await plane?.[Symbol.asyncDispose]();
  await fleet?.close();
  await own?.[Symbol.asyncDispose]();
});

// Minutes of load, so only in a full run; moves/story is the short form.
test.runIf(isThorough)(
  'the tour of the shards goes as it is written, and every organization has what it had and what was written since',
  async () => {
    const isWriting = process.env['SUNDAY_WRITE_TOUR'] === '1';
    const translation = createTranslation();
    const outputs: { readonly command: string; readonly output: string }[] = [];
    let application: Application | null = null;
    let before = new Map<string, unknown>();
    for (const step of readTour()) {
      if (step.kind === 'REMARK' && step.text === 'an application writes') {
        before = await hashesOf(await homes(), []);
        application = await startApplication((await largest()) ?? '');
      } else if (step.kind === 'REMARK') {
        const written = (await application?.stop()) ?? [];
        expect(written.length).toBeGreaterThan(20);
        expect(await hashesOf(await homes(), written)).toEqual(before);
        expect((await listWritten()).toSorted()).toEqual(written.toSorted());
      } else {
        const { output, exitCode } = await run(translation.toHere(step.command));
        expect(`${exitCode} ${exitCode === 0 ? '' : output}`.trim(), step.command).toBe('0');
        outputs.push({ command: translation.toHere(step.command), output });
        translation.learn(step.output, output);
        if (!isWriting) expect(shapeOf(output), step.command).toEqual(shapeOf(step.output));
      }
    }
    if (isWriting) rewriteTour(outputs);
  },
  240_000,
);

async function run(command: string) {
  const [, ...args] = command.split(' ');
  const { exitCode, stdout, stderr } = await runCli(args, { SUNDAY_HOME: plane.home });
  return { exitCode, output: exitCode === 0 ? stdout : stdout + stderr };
}

/** Organizations by the shard that lets them in. */
async function homes(): Promise<readonly { readonly shard: string; readonly organization: string }[]> {
  const found = await Promise.all(
    [...shards].map(async ([shard, db]) =>
      (
        await db.rows<{ id: string }>(
          sql`SELECT organization_id AS id FROM ops.tenant_home WHERE state = 'ACTIVE'`,
        )
      ).map(({ id }) => ({ shard, organization: id })),
    ),
  );
  return found.flat();
}

async function hashesOf(
  placed: Awaited<ReturnType<typeof homes>>,
  except: readonly string[],
): Promise<Map<string, unknown>> {
  const hashes = new Map<string, unknown>();
  for (const { shard, organization } of placed.toSorted((a, b) =>
    a.organization < b.organization ? -1 : 1,
  )) {
    const db = shards.get(shard);
    const rows = <Row>(text: string) => db?.rows<Row>(raw(text)) ?? Promise.resolve([]);
    hashes.set(organization, await fingerprint({ rows }, organization, except));
  }
  return hashes;
}

const largest = async () =>
  (
    await shards
      .get('shard-1')
      ?.rows<{ id: string }>(
        sql`SELECT organization_id AS id FROM items GROUP BY 1 ORDER BY count(*) DESC LIMIT 1`,
      )
  )?.[0]?.id;

const listWritten = async () =>
  (
    await Promise.all(
      [...shards.values()].map((db) =>
        db.rows<{ id: string }>(sql`SELECT id FROM activity_log WHERE action = 'tour'`),
      ),
    )
  ).flatMap((rows) => rows.map(({ id }) => id));

interface Application {
  /** Ids of all rows whose commit was acknowledged. */
  stop(): Promise<readonly string[]>;
}

/** Writes as applications do: through the client library, and knows nothing of any move. */
async function startApplication(organization: string): Promise<Application> {
  const client: ShardClient = createShardClient({
    request: (document, variables) => plane.graphql(document, variables),
    deadlineMs: 30_000,
  });
  // Organizations that were simply loaded are found by the upkeep, every half a minute.
  await expect.poll(() => client.find(organization), { timeout: 60_000 }).not.toBeNull();
  const written: string[] = [];
  const leaving = new AbortController();
  const writing = (async () => {
    while (!leaving.signal.aborted) {
      const id = randomUUID();
      await client.run(organization, async ({ cluster, epoch }) => {
        const db = await fleet.primary(cluster);
        await db.transaction(async (tx) => {
          await tx.rows(sql`SELECT ops.enter_tenant(${organization}::uuid, ${epoch})`);
          await tx.rows(
            sql`INSERT INTO activity_log (id, organization_id, action) VALUES (${id}, ${organization}, 'tour')`,
          );
        });
      });
      written.push(id);
      await sleep(20);
    }
  })();
  writing.catch(() => {}); // told by stop
  return {
    async stop() {
      leaving.abort();
      await writing;
      return written;
    },
  };
}
