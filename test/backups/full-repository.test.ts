import { mkdtempSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run } from '../../src/process.ts';
import { runPrefix } from '../support/abandoned.ts';

/** Whether we may mount something in a namespace of our own; in many containers nobody but root may. */
const mayMount = await run('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).then(
  () => true,
  () => false,
);

// As the user that it was before: PostgreSQL refuses to be root, even one of a namespace.
const INSIDE =
  'mount -t tmpfs -o size=96m,mode=777 tmpfs "$1" && exec unshare --user --map-user="$2" --map-group="$3" "$4" "$5" "$1"';

test(
  'a full repository is named, loses nothing, and takes the backup when there is room',
  { timeout: 90_000 },
  async ({ skip }) => {
    skip(!mayMount, 'nobody but root may mount a file system here');
    const disk = mkdtempSync(runPrefix());
    const ids = [String(process.getuid?.()), String(process.getgid?.())];
    const worker = new URL('full-repository-worker.ts', import.meta.url).pathname;
    try {
      const { stdout } = await run(
        'unshare',
        ['-Urm', 'sh', '-c', INSIDE, 'sh', disk, ...ids, process.execPath, worker],
        {
          timeoutMs: 80_000,
        },
      );
      const [first, second] = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      expect(first).toEqual({ outcome: 'REPOSITORY_FULL', sets: 0 });
      expect(second).toEqual({ outcome: 'taken', sets: 1 });
    } finally {
      rmSync(disk, { recursive: true, force: true });
    }
  },
);
