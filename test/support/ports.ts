import { createServer } from 'node:net';

const FIRST = 20_000;
const LAST = 32_000; // 32768 and up are ephemeral: a client socket may sit on one

/** A port nobody listens on now. Starts at a random place, so that parallel suites seldom meet. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port)) return port;
  }
  throw new Error('no free port between 20000 and 32000');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
