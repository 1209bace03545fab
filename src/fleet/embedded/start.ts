import type { RepositoryConfig } from '../../config/repository-settings.ts';
import { stopMarked } from '../../process.ts';
import { bootFleet, stopFleet } from './boot-fleet.ts';
import { BOOT_MARK } from './boot-server.ts';
import { writeFleetFile } from './fleet-file.ts';
import { openHome } from './home.ts';
import { takeLock } from './lock.ts';
import { prepareFleet } from './prepare.ts';
import type { Profile } from './settings.ts';
import { createStopwatch } from './stopwatch.ts';

export interface EmbeddedFleetOptions {
  /** Absolute path; made when it is missing. */
  readonly home: string;
  /** Gets one line for each thing that was done, with the time it took. */
  readonly log: (line: string) => void;
  readonly options?: {
    readonly profile?: Profile;
    /** How many shards there are to be; default 0. Those that an earlier start made stay in any case. */
    readonly shards?: number;
    /** Where backups and write-ahead log go besides its own directory; default: nowhere. */
    readonly repositories?: readonly RepositoryConfig[];
  };
  /** Asked when the home is ours and before anything boots; what it throws is thrown. */
  readonly beforeBoot?: () => Promise<void>;
  /** Aborting it while the fleet boots stops what runs by then. */
  readonly signal?: AbortSignal;
}

export interface EmbeddedFleet {
  /** Path of the `sunday.yaml` that describes it. */
  readonly fleetFile: string;
  /** Stops Redis, shards, standby, primary and control database, in this order. A second call joins the first. */
  stop(): Promise<void>;
}

/**
 * Boots the fleet below `home`: all of it on the first start, what is missing on later ones. Servers that an
 * earlier, killed process left running are taken over. When it fails, nothing of this home runs any more.
 *
 * @throws {HomeRefusedError} @throws {HomeInUseError} @throws {PortTakenError} @throws {BinaryMissingError}
 * @throws {ServerNotStartedError} @throws {InvalidConfigError} when a secret of a repository can't be read.
 */
export async function startEmbeddedFleet(request: EmbeddedFleetOptions): Promise<EmbeddedFleet> {
  const { home, log, options = {}, signal } = request;
  const layout = openHome(home);
  const release = takeLock(layout.home, layout.lockFile);
  try {
    await stopMarked(BOOT_MARK, (marked) => marked === layout.home);
    await request.beforeBoot?.();
    const { profile = 'lasting', shards = 0, repositories = [] } = options;
    const prepared = await prepareFleet(layout, { profile, shards, repositories });
    const boot = { ...prepared, timed: createStopwatch(log), signal };
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= stopFleet(boot).finally(release));
    try {
      await bootFleet(boot);
      writeFleetFile(boot);
    } catch (error) {
      await stop();
      throw error;
    }
    return { fleetFile: layout.fleetFile, stop };
  } catch (error) {
    release();
    throw error;
  }
}
