import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StanzaConfig } from '../../../config.ts';
import { isUnavailable } from '../../../postgres/errors.ts';
import { serverPid } from '../../../postgres/server.ts';
import { readRecovery } from '../../copy/probe.ts';
import { toRestoreCommand } from '../../pgbackrest/restore-command.ts';
import {
  openClone,
  recoveryFailed,
  startRecovery,
  stopClone,
  writeConfiguration,
  type Clone,
} from '../clone.ts';
import type { RestoreGoal } from '../steps.ts';
import type { RecoveryTarget } from '../target.ts';

const POLL_MS = 200;

export interface Promotion {
  readonly stanza: StanzaConfig;
  readonly goal: RestoreGoal;
  readonly timeoutMs: number;
  readonly onProgress: (replayedLsn: string) => void;
}

/**
 * Begins the new timeline: recovers to the target once more, now with the cluster's own settings, so that the history of
 * the timeline reaches the archive, but still without clients. Stops it then: a restart must not know the target any
 * more. Twice is safe: PostgreSQL removes recovery.signal when the timeline has begun.
 *
 * @throws {RecoveryFailedError}
 */
export async function promote(clone: Clone, promotion: Promotion): Promise<void> {
  const { dataDirectory } = clone.options;
  if (!existsSync(join(dataDirectory, 'recovery.signal'))) return stopClone(clone); // its run directory may be left
  const { goal, stanza } = promotion;
  try {
    await writeConfiguration(clone, goal.users);
    const command = toRestoreCommand(stanza, dataDirectory);
    await startRecovery(clone, { ...seclude(clone), ...aimAt(goal.recovery), restore_command: command });
    await awaitEnd(clone, promotion);
  } finally {
    await stopClone(clone); // waits until the archive has all of it
  }
}

function seclude({ runDirectory }: Clone): Readonly<Record<string, string>> {
  return {
    listen_addresses: '',
    unix_socket_permissions: '0700',
    hba_file: join(runDirectory, 'pg_hba.conf'),
    ident_file: join(runDirectory, 'pg_ident.conf'),
    logging_collector: 'off',
    log_destination: 'stderr',
    external_pid_file: '',
  };
}

function aimAt({ type, target, isExclusive, timeline }: RecoveryTarget): Readonly<Record<string, string>> {
  return {
    ...(type === 'immediate'
      ? { recovery_target: 'immediate' }
      : { [`recovery_target_${type}`]: target ?? '' }),
    recovery_target_inclusive: isExclusive ? 'off' : 'on',
    recovery_target_timeline: String(timeline),
    recovery_target_action: 'promote',
  };
}

async function awaitEnd(clone: Clone, { goal, timeoutMs, onProgress }: Promotion): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  const db = openClone(clone, goal.login);
  try {
    while (performance.now() < deadline) {
      if (serverPid(clone.options.dataDirectory) === null)
        throw await recoveryFailed(clone, 'it ended before it was promoted');
      const state = await readRecovery(db, null).catch((error: unknown) => {
        if (isUnavailable(error)) return null;
        throw error;
      });
      if (state?.isInRecovery === false) return;
      if (state?.replayedLsn != null) onProgress(state.replayedLsn);
      await sleep(POLL_MS);
    }
    throw await recoveryFailed(clone, `it was not promoted within ${Math.round(timeoutMs / 1000)} s`);
  } finally {
    await db.close();
  }
}
