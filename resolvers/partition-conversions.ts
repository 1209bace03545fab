import { TableNotConvertibleError, TableNotFoundError } from '../src/partitions/convert/errors.ts';
import { InvalidInputError } from '../src/errors.ts';
import { builder } from '../schema/builder.ts';
import { START_ERRORS } from '../schema/errors.ts';
import '../schema/partition-errors.ts';
import {
  CompletePartitionTableInputRef,
  CompletePartitionTableSuccessRef,
  PartitionTableInputRef,
  PartitionTableSuccessRef,
} from '../schema/partition-conversions.ts';

builder.mutationFields((t) => ({
  partitionTable: t.field({
    type: PartitionTableSuccessRef,
    description:
      'Turns a plain table into a partitioned one while it is used: a copy that follows all changes, compared row by row, and swapped in one short transaction. What fails or is cancelled before that leaves the table as it was; afterwards the plain one is kept until `completePartitionTable`.',
    authScopes: { scope: 'partition:write' },
    args: { input: t.arg({ type: PartitionTableInputRef, required: true, description: 'Which, and how.' }) },
    errors: { types: [...START_ERRORS, TableNotFoundError, TableNotConvertibleError] },
    resolve: (_root, { input }, { services, request }) => {
      const { cluster, table, column, retentionMonths } = input;
      return services.partitions.convert(
        {
          ...{ cluster, table, column, retentionMonths },
          interval: input.interval ?? 'MONTH',
          premakeMonths: input.premakeMonths ?? 3,
          extendKeys: input.extendKeys ?? false,
          rowsPerSecond: input.rowsPerSecond ?? null,
          swapPatienceSeconds: input.swapPatienceSeconds ?? 600,
          dryRun: input.dryRun ?? false,
        },
        request(input),
      );
    },
  }),
  completePartitionTable: t.field({
    type: CompletePartitionTableSuccessRef,
    description:
      'Drops the plain table that `partitionTable` has replaced and kept. There is no way back from then on.',
    authScopes: { scope: 'partition:write' },
    args: { input: t.arg({ type: CompletePartitionTableInputRef, required: true, description: 'Which.' }) },
    errors: { types: [...new Set([...START_ERRORS, TableNotFoundError, InvalidInputError])] },
    resolve: (_root, { input: { cluster, table, confirm, dryRun, ...rest } }, { services, request }) =>
      services.partitions.complete(
        { cluster, table, confirm: confirm ?? null, dryRun: dryRun ?? false },
        request(rest),
      ),
  }),
}));
