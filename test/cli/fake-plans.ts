import type { FakeApi } from './fake-api.ts';

/** A statement as `migrationPlan` gives it: harmless, on a table of the script itself. */
export function fakeStatement(part: Readonly<Record<string, unknown>> = {}) {
  return {
    line: 1,
    text: 'CREATE TABLE notes (id uuid PRIMARY KEY)',
    effect: 'METADATA',
    estimatedMs: 0,
    estimateBasis: 'only the catalog',
    verdict: 'SAFE',
    dataLoss: null,
    locks: [],
    tables: [],
    findings: [],
    ...part,
  };
}

export const PLAN_ID = '6f790cf1e2626f88844c5612c3e9847ba74c1b549c7899f5298af97906196ab1';

/** A plan to apply one migration with these statements. */
export function fakePlan(
  statements: readonly ReturnType<typeof fakeStatement>[],
  part: Readonly<Record<string, unknown>> = {},
) {
  const verdict = part['verdict'] ?? 'SAFE';
  return {
    __typename: 'MigrationPlan',
    id: PLAN_ID,
    direction: 'UP',
    target: null,
    verdict,
    estimatedMs: 0,
    dataLoss: [],
    warnings: [],
    blockers: [],
    cluster: { __typename: 'Cluster', name: 'main' },
    migrations: [
      {
        version: '005',
        name: 'notes',
        transaction: 'ONE',
        checksum: 'c'.repeat(64),
        measured: null,
        statementCount: statements.length,
        estimatedMs: 0,
        verdict,
        findings: statements.flatMap(({ findings }) => findings),
        statements,
      },
    ],
    ...part,
  };
}

/** It destroys data. */
export const graveStatement = fakeStatement({
  line: 12,
  text: 'DROP TABLE\n  items',
  verdict: 'DANGEROUS',
  dataLoss: 'about 200,000 rows of public.items',
  locks: [{ table: 'public.items', mode: 'ACCESS EXCLUSIVE', hold: 'MOMENT', isNew: false }],
  tables: [{ name: 'public.items', rows: '200000', sizeBytes: '45000000' }],
  findings: [
    { rule: 'ban-drop-table', severity: 'DANGER', message: 'gone', hint: 'Rename it first.', line: 12 },
  ],
});

/** A plan that needs to be agreed to. */
export const gravePlan = fakePlan([graveStatement], {
  verdict: 'DANGEROUS',
  dataLoss: ['about 200,000 rows of public.items'],
});

/** A migration as `Cluster.migrations` gives it. */
export function fakeMigration(part: Readonly<Record<string, unknown>> = {}) {
  return {
    __typename: 'Migration',
    version: '001',
    name: 'init_schema',
    state: 'PENDING',
    checksum: 'a'.repeat(64),
    appliedAt: null,
    appliedBy: null,
    onBehalfOf: null,
    durationMs: null,
    statementCount: null,
    doneStatements: null,
    hasDownScript: true,
    irreversibleReason: null,
    lastAttempt: null,
    ...part,
  };
}

export function environmentOf(api: FakeApi) {
  return { SUNDAY_URL: api.url, SUNDAY_TOKEN: 'sun_test' };
}
