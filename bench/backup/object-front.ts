import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../../src/process.ts';
import { freePort } from '../../test/support/ports.ts';
import type { S3Server } from '../../test/support/s3-server.ts';

/** As Debian installs it, or as `bench/run` unpacks it. */
const PROGRAMS = ['/usr/sbin/nginx', new URL('../.programs/usr/sbin/nginx', import.meta.url).pathname];
const START_MS = 10_000;

/** Where the same bucket is reached, over TLS. */
export interface ObjectFront extends AsyncDisposable {
  readonly endpoint: string;
}

/**
 * nginx before an S3 server: it takes and gives whole objects itself, from the same files and with the same certificate,
 * and leaves the rest (lists, uploads in parts, deletions) to the server. So a store costs what one in native code does,
 * as those are that people have, and not what Node does. Null: nginx is not on this machine.
 */
export async function startObjectFront(server: S3Server, root: string): Promise<ObjectFront | null> {
  const program = PROGRAMS.find((one) => existsSync(one));
  if (program === undefined) return null;
  const directory = join(root, 'front');
  mkdirSync(directory);
  const port = await freePort();
  const file = join(directory, 'nginx.conf');
  writeFileSync(file, configure(server, { directory, port }));
  const nginx = startProcess(program, ['-e', join(directory, 'error.log'), '-c', file]);
  const ended = nginx.ended.then(({ stderr }) => Promise.reject(new Error(`nginx ended: ${stderr}`)));
  ended.catch(() => {});
  await Promise.race([untilListening(port), ended]);
  return { endpoint: `https://localhost:${port}`, [Symbol.asyncDispose]: () => nginx.stop() };
}

/** The names of files are those of s3rver: `<key>._S3rver_object`. */
function configure(server: S3Server, own: { readonly directory: string; readonly port: number }): string {
  const { directory, port } = own;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join(' ');
  return `daemon off; worker_processes 1; pid ${directory}/nginx.pid;
events { worker_connections 256; }
http {
  ${temporary}
  access_log off; keepalive_requests 1000000;
  client_max_body_size 0; client_body_buffer_size 1m; output_buffers 2 512k;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${server.directory}/server.pem; ssl_certificate_key ${server.directory}/server.key;
    root ${server.directory}/objects;
    location / {
      error_page 418 = @server;
      if ($request_method !~ ^(GET|HEAD|PUT)$) { return 418; }
      if ($args != "") { return 418; }
      rewrite ^(.*[^/])$ $1._S3rver_object break;
      dav_methods PUT; create_full_put_path on;
    }
    location @server {
      proxy_pass https://127.0.0.1:${server.port}; proxy_ssl_verify off; proxy_http_version 1.1;
      proxy_set_header Host $http_host;
    }
  }
}
`;
}

async function untilListening(port: number): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (!(await isListening(port))) {
    if (performance.now() > deadline) throw new Error('nginx does not listen in time');
    await sleep(50);
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false)).unref();
    setTimeout(() => socket.destroy(), 1_000).unref();
  });
}
