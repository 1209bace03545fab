import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startEmbeddedFleet, type EmbeddedFleet } from '../../src/fleet/embedded/start.ts';

/** Starts the fleet with the first request for it: runs that touch no fleet don't wait for one. */
export interface FleetService {
  /** Socket that answers each connection with one line of JSON: `{home}` or `{error}`. */
  readonly socket: string;
  close(): Promise<void>;
}

/** Offers one embedded fleet below `root` to all workers of the run. */
export async function offerFleet(root: string): Promise<FleetService> {
  const socket = join(root, 'fleet.sock');
  const home = join(root, 'fleet');
  const lines: string[] = [];
  let started: Promise<EmbeddedFleet> | undefined;
  const start = () =>
    (started ??= startEmbeddedFleet({
      home,
      log: (line) => lines.push(line),
      options: { profile: 'passing' },
    }));
  const server = createServer((client) => {
    client.on('error', () => {}); // a worker that was stopped while it waited
    start().then(
      () => client.end(`${JSON.stringify({ home })}\n`),
      (error: unknown) => client.end(`${JSON.stringify({ error: [...lines, String(error)].join('\n') })}\n`),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve));
  return {
    socket,
    async close() {
      server.close();
      const fleet = await started?.catch(() => undefined);
      await fleet?.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
