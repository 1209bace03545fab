import { DemoDataRefusedError } from '../src/demo/errors.ts';
import { DEFAULT_SEED } from '../src/demo/limits.ts';
import { builder } from '../schema/builder.ts';
import { LoadDemoDataInputRef, LoadDemoDataSuccessRef } from '../schema/demo.ts';
import { START_ERRORS } from '../schema/errors.ts';

builder.mutationField('loadDemoData', (t) =>
  t.field({
    type: LoadDemoDataSuccessRef,
    description:
      'Fills the product database with made-up organizations, boards and items, in one transaction. Refused where real organizations are.',
    authScopes: { scope: 'demo:write' },
    args: {
      input: t.arg({ type: LoadDemoDataInputRef, required: true, description: 'How much, and where.' }),
    },
    errors: { types: [...START_ERRORS, DemoDataRefusedError] },
    resolve: async (_root, { input }, { services, request }) => {
      const { cluster, organizations, items } = input;
      const seed = input.seed ?? DEFAULT_SEED;
      return { operation: await services.demo.load({ cluster, organizations, items, seed }, request(input)) };
    },
  }),
);
