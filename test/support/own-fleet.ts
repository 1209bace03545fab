import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedFleet } from '../../src/fleet/embedded/start.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import type { ServerOptions } from '../../src/postgres/server.ts';
import { listProcesses } from '../../src/process-table.ts';
import { runPrefix } from './abandoned.ts';
import { fleetAt, type TestFleet } from './fleet.ts';

/** An embedded fleet that no other suite uses, so that a test may stop parts of it. */
export interface OwnFleet extends TestFleet, AsyncDisposable {
  /** Stops all of it before the end. */
  stop(): Promise<void>;
}

/** With `shards: 2` it also has the clusters `shard-1` and `shard-2`. */
export async function startOwnFleet({ shards = 0 } = {}): Promise<OwnFleet> {
  // The name by which a later run finds and stops what this one leaves behind when it is killed.
  const root = mkdtempSync(runPrefix());
  const home = join(root, 'fleet');
  const lines: string[] = [];
  const fleet = await startEmbeddedFleet({
    home,
    log: (line) => lines.push(line),
    options: { profile: 'passing', shards },
  }).catch((error: unknown) => {
    throw new Error(`the fleet did not start:\n${lines.join('\n')}`, { cause: error });
  });
  return {
    ...fleetAt(home),
    stop: fleet.stop,
    async [Symbol.asyncDispose]() {
      await fleet.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A control database of `fleet`, as its superuser. */
export function openControlDatabase(fleet: TestFleet, name: string) {
  const { config, controlSuperuserPassword: password } = fleet;
  const db = openDatabase({
    host: config.runDirectory,
    port: config.control.port,
    database: name,
    user: 'postgres',
    password,
    applicationName: 'sunday-test',
    maxConnections: 1,
  });
  return { rows: db.rows, [Symbol.asyncDispose]: () => db.close() };
}

/** The control server of `fleet`, to be stopped and started. */
export function controlServerOf({ config, home }: TestFleet): ServerOptions {
  return {
    binaries: config.postgresBinaries,
    dataDirectory: join(home, 'control'),
    port: config.control.port,
    socketDirectory: config.runDirectory,
    logFile: join(home, 'log', 'control.log'),
  };
}

/** Command lines of the backups of `fleet` that are running; archiving is the server's own business. */
export function listBackupProcesses({ home }: TestFleet): readonly string[] {
  return listProcesses()
    .map(({ pid }) => commandOf(pid))
    .filter((line) => line.includes(home) && / backup |:backup/.test(line));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has just ended
  }
}
