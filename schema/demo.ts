import { z } from 'zod';
import { DemoDataRefusedError } from '../src/demo/errors.ts';
import { DEFAULT_SEED, DEMO_LIMITS } from '../src/demo/limits.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { clusterField, requestFields, startSuccess } from './requests.ts';

const within = ({ least, most }: { readonly least: number; readonly most: number }) =>
  z.int().min(least, `this is at least ${least}`).max(most, `this is at most ${most}`);

export const LoadDemoDataInputRef = builder.inputType('LoadDemoDataInput', {
  description: 'How much demo data, and where.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster whose product database is filled, e.g. `main`.'),
    organizations: t.int({
      required: true,
      defaultValue: 4,
      description:
        'Organizations, 1 to 1,000. The first has the most items, the others fall off like 1/rank.',
      validate: within(DEMO_LIMITS.organizations),
    }),
    items: t.int({
      required: true,
      defaultValue: 200_000,
      description: 'Items over all organizations, 1 to 5,000,000; each brings about six other rows.',
      validate: within(DEMO_LIMITS.items),
    }),
    seed: t.int({
      defaultValue: DEFAULT_SEED,
      description:
        'The same seed gives the same rows on the same day; 0 to 2,147,483,647. Each is loaded once. Null: 1.',
      validate: within(DEMO_LIMITS.seed).nullish(),
    }),
    ...requestFields(t),
  }),
});

export const LoadDemoDataSuccessRef = startSuccess('LoadDemoDataSuccess', 'The demo data is being loaded.');

errorType(DemoDataRefusedError, {
  description: 'The database is not one that demo data may be loaded into; the message says why.',
});
