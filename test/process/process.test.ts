import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { run, startProcess, stopMarked } from '../../src/process.ts';
import { processIdentity } from '../../src/process-table.ts';

const directory = mkdtempSync(join(tmpdir(), 'sunday-process-'));
afterAll(() => rmSync(directory, { recursive: true }));

const node = (code: string, options = {}) => run(process.execPath, ['-e', code], options);
/** A parent that starts a child which ignores SIGTERM, tells its pid, and then both wait. */
const STUBBORN_FAMILY = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000)"], { stdio: 'inherit' });
  setInterval(() => {}, 1000);`;

test('gives the output and hands on whole lines as they come', async () => {
  const lines: string[] = [];
  const { stdout } = await node('console.log(1); console.log(2)', {
    onLine: (line: string) => lines.push(line),
  });
  expect([stdout, lines]).toEqual(['1\n2\n', ['1', '2']]);
});

test('carries the exit code and the last line of stderr in its error', async () => {
  const failure = node('console.error("no space left"); process.exit(43)');
  await expect(failure).rejects.toMatchObject({ code: 'PROCESS_FAILED', exitCode: 43 });
  await expect(failure).rejects.toThrow('ended with 43: no space left');
});

test('names a program that is not installed', async () => {
  await expect(run('/no/such/program', [])).rejects.toMatchObject({ code: 'BINARY_MISSING' });
});

test('stops a program that takes too long', async () => {
  await expect(node('setInterval(() => {}, 1000)', { timeoutMs: 200 })).rejects.toMatchObject({
    code: 'PROCESS_TIMEOUT',
  });
});

test('does not hand our environment down, which may hold secrets', async () => {
  process.env['SUNDAY_TEST_SECRET'] = 'hush';
  const { stdout } = await node('console.log(process.env.SUNDAY_TEST_SECRET, process.env.GIVEN)', {
    env: { GIVEN: 'yes' },
  });
  delete process.env['SUNDAY_TEST_SECRET'];
  expect(stdout).toBe('undefined yes\n');
});

test('stops the whole group, also members that ignore SIGTERM and outlive their leader', async () => {
  const pid = Promise.withResolvers<number>();
  const family = startProcess(process.execPath, ['-e', STUBBORN_FAMILY], {
    onLine: (line) => pid.resolve(Number(line)),
  });
  const child = await pid.promise;
  await family.stop(200);
  expect(processIdentity(child)).toBeNull();
});

test('finds what a killed parent has left by its mark, and ends nothing else', async () => {
  const file = join(directory, 'ticks');
  const start = (mark: string) =>
    startProcess(process.execPath, ['test/fixtures/ticker.mjs', mark, file, '20000'], {
      env: { TEST_MARK: mark },
    });
  const [left, other] = [start('left'), start('other')];
  await sleep(300);
  expect(await stopMarked('TEST_MARK', (value) => value === 'left')).toBe(1);
  await left.ended;
  const ticks = () => readFileSync(file, 'utf8').trim().split('\n');
  const before = ticks().filter((line) => line.startsWith('left')).length;
  await sleep(150);
  expect(ticks().filter((line) => line.startsWith('left'))).toHaveLength(before);
  expect(ticks().at(-1)).toMatch(/^other/);
  await other.stop();
});
