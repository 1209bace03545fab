import { withDeadline } from '../fleet/deadline.ts';
import { ARCHIVE_PROBE_MS, type ArchiveAnswer, type MeasureArchive } from './archiving.ts';

/** What the repository says, or why it did not in time. Never throws. */
export async function measureSafely(
  measureArchive: MeasureArchive | undefined,
  cluster: string,
): Promise<ArchiveAnswer> {
  if (measureArchive === undefined) return null;
  try {
    return await withDeadline(measureArchive(cluster), ARCHIVE_PROBE_MS, `the repository of ${cluster}`);
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
