import {
  ArchiveCorruptError,
  ArchiveUnavailableError,
  PartitionedTableNotFoundError,
  PartitionExistsError,
  PartitionNeededError,
  PartitionNotFoundError,
  PartitionShapeError,
} from '../src/partitions/errors.ts';
import { TableNotFoundError } from '../src/partitions/convert/errors.ts';
import { errorType } from './errors.ts';

errorType(PartitionedTableNotFoundError, {
  description: 'No table of that name is partitioned by ranges of time.',
});
errorType(PartitionNotFoundError, {
  description: 'The table has no such partition, or it is not in the state that is needed.',
});
errorType(PartitionExistsError, { description: 'Another partition or table is where the new one would be.' });
errorType(PartitionNeededError, { description: 'Something still needs the rows where they are.' });
errorType(PartitionShapeError, { description: 'The archived rows do not fit into the table any more.' });
errorType(ArchiveCorruptError, { description: 'The archive is not what was written.' });
errorType(ArchiveUnavailableError, { description: 'The place of the archives cannot be used.' });
errorType(TableNotFoundError, { description: 'No table of that name is there.' });
