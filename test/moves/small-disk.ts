import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerOptions } from '../../src/postgres/server.ts';
import { run, startProcess } from '../../src/process.ts';

/** Mounting takes a namespace of our own, which some machines allow to root only. */
export async function mayMount(): Promise<boolean> {
  const trial = 'mount -t tmpfs -o size=1m tmpfs /mnt';
  return run('unshare', ['--map-root-user', '--mount', 'sh', '-c', trial], { timeoutMs: 10_000 }).then(
    () => true,
    () => false,
  );
}

/**
 * Starts a server that was stopped on a file system of its own, which has `spareMb` left; its log has a disk of its own.
 * Only that server sees the file system, so what it holds is gone with it.
 */
export function startOnSmallDisk(
  { binaries, dataDirectory, socketDirectory, logFile }: ServerOptions,
  spareMb: number,
): { stop(): Promise<void> } {
  const whole = `${dataDirectory}.whole`;
  renameSync(dataDirectory, whole);
  mkdirSync(dataDirectory, { mode: 0o700 });
  const script = `set -e
    size=$(du -sm --exclude=pg_wal "$1" | cut -f1)
    mount -t tmpfs -o mode=0700,size=$((size + $3))m tmpfs "$2"
    tar -C "$1" --exclude=./pg_wal -cf - . | tar -C "$2" -xpf -
    ln -s "$1/pg_wal" "$2/pg_wal"
    exec >> "$6" 2>&1
    exec unshare --user --map-user=1000 --map-group=1000 setpriv --pdeathsig KILL "$4" -D "$2" -k "$5"`;
  const server = startProcess('unshare', [
    ...['--map-root-user', '--mount', 'sh', '-c', script, 'sh'],
    ...[whole, dataDirectory, String(spareMb), join(binaries, 'postgres'), socketDirectory, logFile],
  ]);
  return {
    async stop() {
      process.kill(server.pid, 'SIGQUIT');
      await server.ended;
    },
  };
}
