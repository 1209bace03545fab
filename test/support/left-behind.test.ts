import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { inject, expect, test } from 'vitest';
import { openDatabase } from '../../src/postgres/pool.ts';
import { startProcess } from '../../src/process.ts';
import { sql } from '../../src/postgres/sql.ts';
import { closeIdleFetches, listChildren, listSockets } from './left-behind.ts';

// What leaks.ts looks at behind every test file: it must see these, and must not see them any more once they are closed.

const newSince = (before: readonly { readonly inode: string }[]) =>
  listSockets()
    .filter(({ inode }) => !before.some((one) => one.inode === inode))
    .map((one) => one.description);

test('sees the idle connection of a pool until the pool is closed', async () => {
  const before = listSockets();
  const db = openDatabase({
    ...inject('server'),
    database: 'postgres',
    applicationName: 'sunday-test-leak',
    maxConnections: 1,
  });
  await db.rows(sql`/* test.ask */ SELECT 1`);
  expect(newSince(before)).toHaveLength(1);
  await db.close();
  await expect.poll(() => newSince(before)).toEqual([]);
});

test('sees a listener and the connection that fetch keeps, with their ports', async () => {
  const before = listSockets();
  const server = createServer((_request, response) => void response.end('here'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  expect(newSince(before)).toEqual([`a listener on port ${port}`]);
  await (await fetch(`http://127.0.0.1:${port}`)).text();
  expect(newSince(before)).toContain(`a connection to port ${port}`);
  await closeIdleFetches();
  server.close();
  await expect.poll(() => newSince(before)).toEqual([]);
});

test('sees a child process until it has ended', async () => {
  const child = startProcess('sleep', ['60']);
  await expect.poll(listChildren).toEqual(['sleep 60']);
  await child.stop();
  expect(listChildren()).toEqual([]);
});
