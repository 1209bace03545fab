// Takes a backup into a repository on a file system that is too small, then makes room and takes it again. Runs where
// only it sees that file system; says what became of each on a line of its own.
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBackupOperations } from '../../src/backups/backups.ts';

import { readInfo } from '../../src/backups/pgbackrest/pgbackrest.ts';
import { SundayError } from '../../src/errors.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { raw } from '../../src/postgres/sql.ts';
import { run } from '../../src/process.ts';
import { perform } from './harness.ts';
import { createScratch } from './scratch.ts';

const [disk = ''] = process.argv.slice(2);
const scratch = await createScratch();
await scratch.admin.rows(raw('CREATE DATABASE control'));
const login = { host: '127.0.0.1', port: scratch.server.port, user: 'postgres', password: 'test-only' };
const db = openDatabase({ ...login, database: 'control', applicationName: 'sunday-test' });
await applyPending(db, 'migrations/control', { appliedBy: 'test' });

// Its archive stays where there is room: it is the copy of the files that meets the end of the disk.
const stanza = scratch.variant('small', { 'repo1-path': join(disk, 'repository'), 'archive-check': 'n' });
mkdirSync(join(disk, 'repository'));
await run('pgbackrest', [
  `--config=${stanza.configFile}`,
  '--stanza=scratch',
  '--no-online',
  'stanza-create',
]);
const { bavail, bsize } = statfsSync(disk);
writeFileSync(join(disk, 'ballast'), Buffer.alloc(bavail * bsize - 600_000));

const fleet = createFleet({
  ...scratch.config,
  clusters: scratch.config.clusters.map((one) => ({ ...one, stanza })),
});
const { start } = createBackupOperations({
  ...{ fleet, db, postgresBinaries: scratch.server.binaries },
  ...{ runDirectory: scratch.root, protectedDirectories: [] },
});
async function take(): Promise<void> {
  const outcome = await perform(start, { cluster: 'main', type: 'FULL' }).then(
    () => 'taken',
    (error: unknown) => (error instanceof SundayError ? error.code : String(error)),
  );
  const { sets } = await readInfo(stanza);
  console.log(JSON.stringify({ outcome, sets: sets.length }));
}

await take();
rmSync(join(disk, 'ballast'));
await take();
await fleet.close();
await db.close();
await scratch.close();
