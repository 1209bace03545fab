import { mkdtempSync, rmSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ProcessFailedError, run } from '../../src/process.ts';
import { runPrefix } from '../support/abandoned.ts';
import { isThorough } from '../support/thorough.ts';
import type { Known } from './tour/guide.ts';

/** Whether we may mount something in a namespace of our own; in many containers nobody but root may. */
const mayMount = await run('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).then(
  () => true,
  () => false,
);

// As the user that it was before: PostgreSQL refuses to be root, even one of a namespace.
const INSIDE =
  'mount -t tmpfs -o size=700m,mode=777 tmpfs "$1" && exec unshare --user --map-user="$2" --map-group="$3" "$4" "$5" "$1"';

interface Fired extends Known {
  readonly step: string;
  readonly action: { readonly mutation: string; readonly isAvailable: boolean };
  readonly answer: { readonly __typename: string };
}

interface Over {
  readonly step: string;
  readonly state: string;
  readonly firedValue: number;
  readonly value: number;
  readonly operations: readonly { readonly kind: string; readonly state: string }[];
  readonly changes: readonly string[];
}

interface Blocker {
  readonly pid: number;
  readonly blocks: readonly number[];
  readonly waitsFor: number | null;
}

const fired = new Map<string, Fired>();
const over = new Map<string, Over>();

// Minutes of load, so only in a full run; story.test.ts is the short form. A fleet of its own on a disk of its own: what is wrong on it is what this test does.
beforeAll(async () => {
  if (!isThorough || !mayMount) return;
  const disk = mkdtempSync(runPrefix());
  const ids = [String(process.getuid?.()), String(process.getgid?.())];
  const worker = new URL('tour/worker.ts', import.meta.url).pathname;
  try {
    const { stdout } = await run(
      'unshare',
      ['-Urm', 'sh', '-c', INSIDE, 'sh', disk, ...ids, process.execPath, worker],
      { timeoutMs: 400_000, env: { TMPDIR: disk } },
    ).catch((error: unknown) => {
      throw error instanceof ProcessFailedError
        ? new Error(error.stderr.slice(-3_000), { cause: error })
        : error;
    });
    for (const line of stdout.trim().split('\n')) {
      const told = JSON.parse(line) as Fired | Over;
      if ('action' in told) fired.set(told.step, told);
      else over.set(told.step, told);
    }
  } finally {
    rmSync(disk, { recursive: true, force: true });
  }
}, 420_000);

const STORIES = [
  ['missing index', 'createIndex', 'performance.createIndex'],
  ['blocker', 'terminateSession', null],
  ['stopped standby', 'startInstance', 'instances.start'],
  ['filling disk', 'runMaintenanceTask', 'maintenance.run'],
  ['connection storm', 'terminateSessions', null],
] as const;

describe.skipIf(!isThorough || !mayMount).each(STORIES)('a %s', (step, mutation, kind) => {
  test(`is told with its cause and is ended by ${mutation}, as its alert says`, () => {
    const told = fired.get(step);
    expect(told?.action).toMatchObject({ mutation, isAvailable: true });
    expect(told?.answer.__typename).toMatch(/Success$/);
    expect(told?.cause).not.toBe('The figure is beyond its limit.');
  });

  test('is told to be over, with the figure before and after and the operation that helped', () => {
    const told = over.get(step);
    expect(told?.state).toBe('RESOLVED');
    expect(told?.changes[0]).toBe('FIRED');
    expect(told?.changes.at(-1)).toBe('RESOLVED');
    const { firedValue = 0, value = 0, operations = [] } = told ?? {};
    if (step === 'stopped standby') expect([firedValue, value]).toEqual([0, 1]);
    else expect(value ?? 0).toBeLessThan(firedValue);
    if (kind !== null) expect(operations).toContainEqual({ kind, state: 'SUCCEEDED' });
  });
});

describe.skipIf(!isThorough || !mayMount)('the evidence of an alert', () => {
  const evidenceOf = (step: string) => fired.get(step)?.evidence ?? {};

  test('of a slow database names the statement and the index that it lacks', () => {
    const { costly, indexes } = evidenceOf('missing index');
    expect(JSON.stringify(costly)).toContain('FROM shop_order WHERE customer_id = $1');
    expect(JSON.stringify(indexes)).toMatch(
      /CREATE INDEX CONCURRENTLY \w+ ON [\w.]*shop_order .*customer_id/,
    );
  });

  test('of a wait names who is at the root of the tree, and somebody had it in hand', () => {
    const blockers = (evidenceOf('blocker')['blockers'] ?? []) as readonly Blocker[];
    const [root] = blockers.filter(({ waitsFor }) => waitsFor === null);
    expect(root?.blocks.length).toBeGreaterThan(0);
    expect(JSON.stringify(fired.get('blocker')?.action)).toContain(`/${root?.pid}/`);
    expect(over.get('blocker')?.changes).toContain('ACKNOWLEDGED');
  });

  test('of a server that is down is the end of its log', () => {
    expect(JSON.stringify(evidenceOf('stopped standby')['lastWords'])).toContain('shut down');
  });

  test('of a disk is what VACUUM would give back, and what may keep it from that', () => {
    expect(JSON.stringify(evidenceOf('filling disk')['deadSpace'])).toContain('shop_import');
    // None, when the standby has reported after the newest transaction.
    for (const one of evidenceOf('filling disk')['keepers'] as readonly object[])
      expect(one).toMatchObject({ kind: 'SLOT', name: 'main_2', detail: 'active' });
  });

  test('of connections is who holds them', () => {
    expect(evidenceOf('connection storm')['clients']).toContainEqual({
      ...{ applicationName: 'checkout', state: 'idle', sessions: 90 },
    });
  });
});
