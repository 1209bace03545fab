import { BackupDatabaseNotFoundError } from '../src/backups/restore/databases.ts';
import {
  LocalTimeAmbiguousError,
  LocalTimeMissingError,
  RestorePointExistsError,
  RestorePointIncompleteError,
  RestorePointNotFoundError,
  TargetBeyondArchiveError,
  TargetInFutureError,
  TargetInGapError,
  TargetOnOtherTimelineError,
  TargetTooEarlyError,
  TimelineNotFoundError,
} from '../src/backups/restore/errors.ts';
import {
  RestoreInPlaceRefusedError,
  RestoreNotConfirmedError,
} from '../src/backups/restore/in-place/errors.ts';
import { DestinationRefusedError } from '../src/backups/errors.ts';
import { errorType } from './errors.ts';

errorType(DestinationRefusedError, { description: 'The destination of a restore cannot be used.' });
errorType(RestoreInPlaceRefusedError, {
  description: 'The cluster is not ours to stop and replace; the hint has the steps by hand.',
});
errorType(RestoreNotConfirmedError, { description: 'The name of the cluster was not typed back.' });
errorType(BackupDatabaseNotFoundError, { description: 'The backup has no database of that name.' });
errorType(LocalTimeAmbiguousError, { description: 'Clocks there show this time twice: say which.' });
errorType(LocalTimeMissingError, { description: 'Clocks there never show this time.' });
errorType(TargetInFutureError, { description: 'The moment has not come yet.' });
errorType(TargetTooEarlyError, {
  description: 'No backup ends before it; the hint says what the earliest is.',
});
errorType(TargetBeyondArchiveError, { description: 'The archive does not reach it, or not yet.' });
errorType(TargetInGapError, {
  description: 'Write-ahead log in front of it is missing.',
  fields: (t) => ({
    segment: t.exposeString('segment', { description: 'The first segment that is missing.' }),
  }),
});
errorType(TargetOnOtherTimelineError, { description: 'It is not on the way to the timeline.' });
errorType(TimelineNotFoundError, {
  description: 'The archive has no such timeline, or several that could be meant.',
});
errorType(RestorePointNotFoundError, { description: 'No restore point of the cluster has that name.' });
errorType(RestorePointExistsError, { description: 'The name was used before.' });
errorType(RestorePointIncompleteError, {
  description: 'Not every cluster has the point.',
  fields: (t) => ({
    failures: t.exposeStringList('failures', { description: 'One line for each cluster that has none.' }),
  }),
});
