import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/postgres/sql.ts';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { openOnFleet, testFleet, type TestFleet } from '../support/fleet.ts';

// One story, in order: what somebody does with the schema from the command line, on a real control plane.

let fleet: TestFleet;
let plane: ControlPlane;
beforeAll(async () => {
  fleet = await testFleet();
  plane = await createControlPlane(fleet);
  await plane.start();
});
afterAll(() => plane[Symbol.asyncDispose]());

interface Shown {
  readonly exitCode: number;
  readonly document: Record<string, unknown>;
}

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const MAX_OUTPUT_BYTES = 16_000_000; // a plan with every statement is a large document

function sunday(...args: readonly string[]): Promise<Shown> {
  const env = { ...process.env, SUNDAY_HOME: plane.home };
  const options = { env, maxBuffer: MAX_OUTPUT_BYTES };
  return new Promise((resolve, reject) => {
    const command = [MAIN, 'migrations', ...args, '--json'];
    const child = execFile(process.execPath, command, options, (_error, stdout, stderr) => {
      if (stdout === '') return reject(new Error(stderr));
      const document = JSON.parse(stdout) as Record<string, unknown>;
      resolve({ exitCode: child.exitCode ?? -1, document });
    });
  });
}

interface Plan {
  readonly id: string;
  readonly verdict: string;
  readonly migrations: readonly { readonly version: string }[];
}

async function planOf(...args: readonly string[]): Promise<Plan> {
  const { document } = await sunday('plan', ...args);
  return document['plan'] as Plan;
}

async function states(): Promise<readonly string[]> {
  const { document } = await sunday('status');
  const migrations = document['migrations'] as readonly {
    readonly version: string;
    readonly state: string;
  }[];
  return migrations.map(({ version, state }) => `${version} ${state}`);
}

async function onProduct(work: (db: ReturnType<typeof openOnFleet>) => Promise<unknown>): Promise<void> {
  const db = openOnFleet(fleet, 'operator', 'main-1', plane.productDatabase);
  await work(db).finally(() => db.close());
}

const VERSIONS = ['001', '002', '003', '004'] as const;

test('creates the next pair beside the others, without a server', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sunday-story-'));
  const { exitCode, document } = await sunday('create', 'add_user_preferences', '--directory', directory);
  expect({ exitCode, document }).toMatchObject({ exitCode: 0, document: { migration: { version: '001' } } });
  const { up } = document['migration'] as { readonly up: string };
  expect(readFileSync(up, 'utf8')).toContain('add user preferences');
  rmSync(directory, { recursive: true });
});

test('plans and applies to a version, then everything', async () => {
  expect((await planOf()).migrations.map(({ version }) => version)).toEqual(VERSIONS);
  expect(await sunday('apply', '--target', '002')).toMatchObject({
    exitCode: 0,
    document: {
      operation: { state: 'SUCCEEDED', result: { applied: [{ version: '001' }, { version: '002' }] } },
    },
  });
  expect(await states()).toEqual(['001 APPLIED', '002 APPLIED', '003 PENDING', '004 PENDING']);
  expect((await sunday('apply')).exitCode).toBe(0);
  expect(await states()).toEqual(VERSIONS.map((one) => `${one} APPLIED`));
});

test('shows what was changed by hand with exit code 5, and takes it with a reason', async () => {
  expect(await sunday('drift')).toMatchObject({ exitCode: 0, document: { drift: { state: 'NONE' } } });
  await onProduct((db) => db.rows(sql`/* test.drift */ ALTER TABLE items ADD COLUMN hotfix text`));
  const { exitCode, document } = await sunday('drift');
  expect({ exitCode, document }).toMatchObject({
    exitCode: 5,
    document: {
      drift: { differences: [{ change: 'ADDED', kind: 'COLUMN', object: 'public.items.hotfix' }] },
    },
  });
  const { foundFingerprint } = document['drift'] as { readonly foundFingerprint: string };
  const fingerprint = foundFingerprint.slice(0, 12);
  const accepted = await sunday('accept-drift', '--fingerprint', fingerprint, '--reason', 'incident 4711');
  expect(accepted).toMatchObject({ exitCode: 0, document: { drift: { state: 'NONE' } } });
  await onProduct((db) => db.rows(sql`/* test.drift */ ALTER TABLE items DROP COLUMN hotfix`));
  expect((await sunday('drift')).exitCode).toBe(5);
  expect((await sunday('accept-drift', '--reason', 'it is gone again')).exitCode).toBe(0);
});

test('repairs the checksum of a file that was changed, and of no other', async () => {
  const good = await sunday('repair', '004', '--reason', 'there is nothing to repair');
  expect(good).toMatchObject({ exitCode: 5, document: { error: { code: 'REPAIR_REFUSED' } } });
  const missing = await sunday('repair', '099', '--reason', 'nor here');
  expect(missing).toMatchObject({ exitCode: 3, document: { error: { code: 'MIGRATION_NOT_FOUND' } } });
  await onProduct((db) =>
    db.rows(sql`/* test.changeChecksum */
      UPDATE sunday_ledger.migration SET checksum = repeat('0', 64) WHERE version = '004'`),
  );
  expect((await states()).at(-1)).toBe('004 DRIFTED');
  const repaired = await sunday('repair', '4', '--reason', 'only a comment');
  expect(repaired).toMatchObject({ exitCode: 0, document: { migration: { state: 'APPLIED' } } });
});

test('rolls everything back only with the plan that was looked at', async () => {
  const refused = await sunday('rollback', '--target', '000');
  expect(refused).toMatchObject({ exitCode: 5, document: { error: { code: 'MIGRATION_PLAN_REQUIRED' } } });
  const { id, verdict } = await planOf('--rollback', '--target', '000');
  expect(verdict).toBe('DANGEROUS');
  const { error } = refused.document as { readonly error: { readonly hint: string } };
  expect(error.hint).toContain(
    `sunday migrations rollback --cluster main --target 000 --plan ${id.slice(0, 12)}`,
  );
  const other = await sunday('rollback', '--target', '000', '--plan', '0'.repeat(64));
  expect(other).toMatchObject({ exitCode: 5, document: { error: { code: 'MIGRATION_PLAN_CHANGED' } } });
  expect((await sunday('rollback', '--target', '000', '--plan', id.slice(0, 12))).exitCode).toBe(0);
  expect(await states()).toEqual(VERSIONS.map((one) => `${one} ROLLED_BACK`));
});

test('validates what is pending and gives the report', async () => {
  expect(await sunday('validate')).toMatchObject({
    exitCode: 0,
    document: {
      validation: {
        isValid: true,
        migrations: VERSIONS.map((version) => ({ version, verdict: 'REVERSIBLE' })),
      },
    },
  });
});
