import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** A network between a server and all others, which can swallow what is sent, or break. */
export interface Network extends AsyncDisposable {
  readonly port: number;
  /** PASS: all goes through. HANG: nothing does, and nobody is told. CUT: all connections break, new ones at once. */
  set(state: 'PASS' | 'HANG' | 'CUT'): void;
}

/** Listens on a port of its own in front of `target`. */
export async function startNetwork(target: {
  readonly host: string;
  readonly port: number;
}): Promise<Network> {
  const sockets = new Set<Socket>();
  let state: 'PASS' | 'HANG' | 'CUT' = 'PASS';
  const server: Server = createServer((near) => {
    if (state === 'CUT') return void near.destroy();
    const far = connect(target.port, target.host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('data', (data) => other.write(data));
      one.on('error', () => one.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      if (state === 'HANG') one.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    set(next) {
      state = next;
      for (const one of sockets) {
        if (next === 'CUT') one.destroy();
        else if (next === 'HANG') one.pause();
        else one.resume();
      }
    },
    async [Symbol.asyncDispose]() {
      for (const one of sockets) one.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
