import { expect, test } from 'vitest';
import { type CatalogKind, type CatalogObject, fingerprintOf } from '../../src/catalog/catalog.ts';
import { type Birth, type Growth, traceGrowth } from '../../src/catalog/growth.ts';

const object = (kind: CatalogKind, name: string, definition: string = kind): CatalogObject => ({
  ...{ kind, name, definition, remark: null },
});
const birth = (kind: CatalogKind, name: string, born: number, definition: string | null = null): Birth => ({
  ...{ kind, name, born, definition },
});
const NONE = { TABLE: 0, COLUMN: 0, CONSTRAINT: 0, INDEX: 0, COMMENT: 0 };

const SCHEMA = object('SCHEMA', 's');
const OLD_ORDER = object('COLUMN_ORDER', 's.old', 'a');
const NEW_TABLE = object('TABLE', 's.t');
const NEW_COLUMN = object('COLUMN', 's.old.b');

/** A table by the first script, another column of an old one by the second. */
const growth: Growth = {
  before: { objects: [SCHEMA, OLD_ORDER] },
  after: { objects: [SCHEMA, object('COLUMN_ORDER', 's.old', 'a\nb'), NEW_TABLE, NEW_COLUMN] },
  births: [
    birth('TABLE', 's.earlier', 3), // before the first of these scripts
    birth('TABLE', 's.t', 6),
    birth('COLUMN', 's.old.b', 9),
    birth('COLUMN_ORDER', 's.old', 9, 'a\nb'),
  ],
  startedAt: 5,
  additions: [
    { endedAt: 7, counts: { ...NONE, TABLE: 1 } },
    { endedAt: 11, counts: { ...NONE, COLUMN: 1 } },
  ],
};

test('tells the state behind each script', () => {
  const stateAt = traceGrowth(growth);
  const first = { objects: [SCHEMA, OLD_ORDER, NEW_TABLE] };
  expect(stateAt?.(0).fingerprint).toBe(fingerprintOf(first));
  expect(new Set(stateAt?.(0).catalog.objects)).toEqual(new Set(first.objects));
  expect(stateAt?.(1).fingerprint).toBe(fingerprintOf(growth.after));
});

const { before, after, births, additions } = growth;
const stranger = object('VIEW', 's.v');

test.each<readonly [string, Partial<Growth>]>([
  ['another session has made', { after: { objects: [...after.objects, stranger] } }],
  ['another session has taken away', { before: { objects: [...before.objects, stranger] } }],
  [
    'another session has changed',
    {
      before: { objects: [...before.objects, stranger] },
      after: { objects: [...after.objects, { ...stranger, definition: 'other' }] },
    },
  ],
  ['was there and is born again', { before: { objects: [...before.objects, NEW_TABLE] } }],
  [
    'was born behind the last script',
    { births: births.map((one) => (one.born === 9 ? { ...one, born: 12 } : one)) },
  ],
  [
    'was written again by a later script',
    { births: births.map((one) => (one.born === 6 ? { ...one, born: 8 } : one)) },
  ],
  [
    'was made without its script saying so',
    { additions: additions.map((one) => ({ ...one, counts: NONE })) },
  ],
  [
    'has another order of columns in the end',
    { births: births.map((one) => ({ ...one, definition: one.definition && 'b\na' })) },
  ],
])('tells none when there is one that %s', (_what, change) => {
  expect(traceGrowth({ ...growth, ...change })).toBeNull();
});
