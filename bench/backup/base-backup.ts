import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/process.ts';
import { backUp, compare, expire, type Finding, type Ground, NO_ARCHIVE } from './ground.ts';

const TARGET = 0.9;

/** Our defaults, which encrypt, against PostgreSQL's own program, which does not. */
export async function measureBaseBackup(ground: Ground): Promise<Finding> {
  const { cluster, signal, shipped } = ground;
  const { root, binaries, port, replicatorFile } = cluster;
  const directory = join(root, 'base-backup');
  const server = ['--host=127.0.0.1', `--port=${port}`, '--username=sunday_replicator', '--no-password'];
  // Neither of the two takes write-ahead log along.
  const how = ['--format=tar', '--compress=client-zstd', '--wal-method=none', '--checkpoint=fast'];
  const comparison = await compare(ground, {
    target: TARGET,
    ours: {
      title: 'our defaults (zst 1, all cores, bundles, AES-256)',
      prepare: () => expire(shipped, signal),
      run: () => backUp(shipped, NO_ARCHIVE, signal),
    },
    theirs: {
      title: 'pg_basebackup --compress=client-zstd, not encrypted',
      prepare: () => Promise.resolve(rmSync(directory, { recursive: true, force: true })),
      async run() {
        const words = [...server, ...how, `--pgdata=${directory}`];
        await run(join(binaries, 'pg_basebackup'), words, { signal, env: { PGPASSFILE: replicatorFile } });
      },
    },
  });
  rmSync(directory, { recursive: true, force: true });
  return { title: 'against pg_basebackup', comparisons: [comparison] };
}
