import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Where everything of one embedded fleet lies. All paths are absolute. */
export interface Layout {
  readonly home: string;
  /** `fleet.json`: marks the directory as ours and remembers ports and the major version. */
  readonly stateFile: string;
  readonly lockFile: string;
  /** `sunday.yaml`, as a production site would write it by hand. */
  readonly fleetFile: string;
  readonly secretsDirectory: string;
  readonly logDirectory: string;
  /** Sockets of our servers, and below it those of restored ones. Short enough for a socket path. */
  readonly runDirectory: string;
  readonly repositoryDirectory: string;
  readonly backrestDirectory: string;
  readonly backrestConfig: string;
  readonly redisDirectory: string;
}

/**
 * A socket path has at most 107 bytes. `/.s.PGSQL.31999` takes 15 of them, and a restored server wants a
 * directory of its own below this one.
 */
const LONGEST_RUN_DIRECTORY_BYTES = 60;

export function layoutOf(home: string): Layout {
  return {
    home,
    stateFile: join(home, 'fleet.json'),
    lockFile: join(home, 'starter.lock'),
    fleetFile: join(home, 'sunday.yaml'),
    secretsDirectory: join(home, 'secrets'),
    logDirectory: join(home, 'log'),
    runDirectory: runDirectoryOf(home),
    repositoryDirectory: join(home, 'repository'),
    backrestDirectory: join(home, 'pgbackrest'),
    backrestConfig: join(home, 'pgbackrest.conf'),
    redisDirectory: join(home, 'redis'),
  };
}

function runDirectoryOf(home: string): string {
  const below = join(home, 'run');
  if (Buffer.byteLength(below) <= LONGEST_RUN_DIRECTORY_BYTES) return below;
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 10);
  return `/tmp/sunday-${process.getuid?.() ?? 0}-${hash}`;
}
