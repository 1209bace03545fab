import { SundayError } from '../../errors.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { DatabaseUnavailableError, isUnavailable } from '../../postgres/errors.ts';
import { BackupFailedError } from '../errors.ts';
import { isPrimary } from './probe.ts';

/** Why a copy failed: where pgBackRest only says that something did, the primary is asked whether it is still there. */
export async function findCause(fleet: Fleet, cluster: string, error: unknown): Promise<unknown> {
  if (!(error instanceof BackupFailedError)) return error;
  try {
    await isPrimary(await fleet.primary(cluster));
    return error;
  } catch (reason) {
    if (!isUnavailable(reason)) return error;
    return reason instanceof SundayError
      ? reason
      : new DatabaseUnavailableError(`the primary of ${cluster}`, error);
  }
}
