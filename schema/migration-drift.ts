import { CATALOG_CHANGES, type CatalogChange, type CatalogDifference } from '../src/catalog/catalog.ts';
import { DRIFT_STATES, type DriftState, type SchemaDrift } from '../src/migrations/drift/drift.ts';
import { builder } from './builder.ts';

const STATES: Record<DriftState, string> = {
  NONE: 'The schema is what the newest applied migration left.',
  DRIFTED: 'Somebody has changed it in another way since. Migrations are refused until that is settled.',
  UNKNOWN: 'Nothing was kept to compare with; `reason` says why.',
};

const CHANGES: Record<CatalogChange, string> = {
  ADDED: 'It is there and should not be.',
  REMOVED: 'It should be there and is not.',
  CHANGED: 'It is there in another form.',
};

const DriftStateRef = builder.enumType('SchemaDriftState', {
  description: 'Whether a schema is what its migrations say.',
  values: Object.fromEntries(
    DRIFT_STATES.map((one) => [one, { value: one, description: STATES[one] }]),
  ) as Record<DriftState, { value: DriftState; description: string }>,
});

const CatalogChangeRef = builder.enumType('CatalogChange', {
  description: 'How one object of a schema differs from what was expected.',
  values: Object.fromEntries(
    CATALOG_CHANGES.map((one) => [one, { value: one, description: CHANGES[one] }]),
  ) as Record<CatalogChange, { value: CatalogChange; description: string }>,
});

export const CatalogDifferenceRef = builder.objectRef<CatalogDifference>('CatalogDifference').implement({
  description: 'One object of a schema that is not as expected.',
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'What sort of object, e.g. `INDEX`, `COLUMN`, `GRANT`.' }),
    object: t.exposeString('object', { description: 'Its full name, e.g. `public.items.name`.' }),
    change: t.expose('change', { type: CatalogChangeRef, description: 'How it differs.' }),
    expected: t.exposeString('expected', {
      nullable: true,
      description: 'Its definition as it should be; null when it should not be there.',
    }),
    found: t.exposeString('found', {
      nullable: true,
      description: 'Its definition as it is; null when it is not there.',
    }),
  }),
});

/** `cluster` is not repeated: whoever asks has named it. */
export const SchemaDriftRef = builder.objectRef<SchemaDrift>('SchemaDrift').implement({
  description: 'What the schema of a cluster has otherwise than its newest migration left it. Read live.',
  fields: (t) => ({
    state: t.expose('state', { type: DriftStateRef, description: 'Whether it differs.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it is UNKNOWN; null otherwise.',
    }),
    version: t.exposeString('version', {
      nullable: true,
      description: 'The newest applied migration; null when none is.',
    }),
    expectedFingerprint: t.exposeString('expectedFingerprint', {
      nullable: true,
      description: 'SHA-256 of the catalog right after it, in hexadecimal; null when nobody computed it.',
    }),
    foundFingerprint: t.exposeString('foundFingerprint', {
      description: 'SHA-256 of the catalog as it is, in hexadecimal. `acceptSchemaDrift` wants it.',
    }),
    takenAt: t.expose('takenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the expected state was taken; null when it is not kept.',
    }),
    differences: t.field({
      type: [CatalogDifferenceRef],
      description:
        'Object by object, by kind and name; empty when there are none, or when the expected state is not kept.',
      resolve: ({ differences }) => differences,
    }),
  }),
});
