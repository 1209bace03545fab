import { SqlSyntaxError } from '../src/postgres/parse.ts';
import { builder } from '../schema/builder.ts';
import { START_ERRORS } from '../schema/errors.ts';
import { CreateIndexInputRef, CreateIndexSuccessRef } from '../schema/index-building.ts';

builder.mutationField('createIndex', (t) =>
  t.field({
    type: CreateIndexSuccessRef,
    description:
      'Makes an index that was suggested, while readers and writers go on. What a build that breaks off leaves is dropped. Migrations do not know of it: make one of it afterwards.',
    authScopes: { scope: 'migration:write' },
    args: { input: t.arg({ type: CreateIndexInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: [...START_ERRORS, SqlSyntaxError] },
    resolve: (_root, { input }, { services, request }) => {
      const { cluster, statements, minutes, dryRun } = input;
      return services.indexBuilding.create(
        { cluster, statements, minutes: minutes ?? 60, dryRun: dryRun ?? false },
        request(input),
      );
    },
  }),
);
