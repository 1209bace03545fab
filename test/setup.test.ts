import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startProcess } from '../src/process.ts';

const checkout = new URL('..', import.meta.url).pathname;
const root = mkdtempSync(join(tmpdir(), 'sunday-setup-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What the set-up itself runs; pgBackRest and Redis are not among them. */
const TOOLS =
  'sh cat mkdir cksum sed date mktemp dirname find id tail rm ln flock env readlink printf pwd ls'.split(' ');

async function runScript(
  script: string,
  options: { path?: string; cwd?: string; args?: readonly string[] } = {},
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const { path, cwd = checkout, args = [] } = options;
  const env = { HOME: root, ...(path === undefined ? {} : { PATH: path }) };
  const { exitCode, stdout, stderr } = await startProcess(script, args, { cwd, env }).ended;
  return { exitCode, output: stdout + stderr };
}

/** A copy of the checkout's set-up without its dependencies, and a PATH with `node` of that version on it. */
function makeMachine(name: string, nodeVersion: string) {
  const directory = join(root, name);
  const bin = join(directory, 'programs');
  for (const one of ['scripts', 'bin', 'programs']) mkdirSync(join(directory, one), { recursive: true });
  const files = ['setup', 'setup-report.sh', 'setup-programs.sh'].map((file) => `scripts/${file}`);
  for (const file of [...files, 'bin/sunday', 'package.json', 'package-lock.json', '.npmrc']) {
    copyFileSync(join(checkout, file), join(directory, file));
  }
  for (const tool of TOOLS) symlinkSync(join('/usr/bin', tool), join(bin, tool));
  writeProgram(join(bin, 'node'), `echo ${nodeVersion}`);
  writeProgram(join(bin, 'npm'), 'echo "npm was called: $*" >>calls; mkdir -p node_modules/.bin');
  return { directory, bin };
}

function writeProgram(file: string, body: string): void {
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}

test('has nothing to do on a machine that is set up, and says in one line what it found', async () => {
  const { exitCode, output } = await runScript('./scripts/setup');
  expect(output).toMatch(
    /^set up: Node v2[4-9]\S*, PostgreSQL 1[5-9]\.\d+, pgBackRest, Redis\s+\d+\.\d s\n$/,
  );
  expect(exitCode).toBe(0);
});

test('refuses a Node older than 20 with the command for each kind of system', async () => {
  const { directory, bin } = makeMachine('old-node', 'v18.20.0');
  const { exitCode, output } = await runScript('./scripts/setup', { path: bin, cwd: directory });
  expect(exitCode).toBe(1);
  expect(output.split('\n').filter(Boolean)).toEqual([
    'Node 20 or later is needed to begin with; it then fetches the Node 24 that is used.',
    'Install what is missing, then run this again:',
    '  Debian, Ubuntu:   sudo apt-get install nodejs npm',
    '  Fedora, RHEL:     sudo dnf install nodejs npm',
    '  macOS, Homebrew:  brew install node',
  ]);
});

test('installs the dependencies once, and again when the lock file changes', async () => {
  const { directory, bin } = makeMachine('dependencies', 'v24.0.0');
  const setUp = () => runScript('./scripts/setup', { path: bin, cwd: directory, args: ['dependencies'] });
  const calls = () => readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n').length;
  const first = await setUp();
  expect(first).toMatchObject({
    exitCode: 0,
    output: expect.stringMatching(/^dependencies installed/) as string,
  });
  await setUp();
  expect(calls()).toBe(1);
  writeFileSync(join(directory, 'package-lock.json'), '\n', { flag: 'a' });
  await setUp();
  expect(calls()).toBe(2);
});

test.skipIf(process.getuid?.() === 0)('names the missing packages to who may not install them', async () => {
  const { directory, bin } = makeMachine('no-programs', 'v24.0.0');
  const { exitCode, output } = await runScript('./scripts/setup', { path: bin, cwd: directory });
  expect(exitCode).toBe(1);
  expect(output.split('\n').filter((line) => /^(Missing| {2}\w)/.test(line))).toEqual([
    'Missing on this machine: pgbackrest redis-server',
    '  Debian, Ubuntu:   sudo apt-get update && sudo apt-get install --no-install-recommends pgbackrest redis-server',
    '  Fedora, RHEL:     sudo dnf install pgbackrest valkey',
    '  macOS, Homebrew:  brew install pgbackrest redis',
  ]);
});

test('finds the command line client through symbolic links, from any directory', async () => {
  symlinkSync(join(checkout, 'bin/sunday'), join(root, 'first'));
  symlinkSync('first', join(root, 'second'));
  const { exitCode, output } = await runScript(join(root, 'second'), { cwd: root, args: ['--help'] });
  expect(output).toContain('Usage: sunday');
  expect(exitCode).toBe(0);
});

test('says how to set up a checkout whose client cannot run yet', async () => {
  const { directory, bin } = makeMachine('not-set-up', 'v24.0.0');
  const { exitCode, output } = await runScript(join(directory, 'bin/sunday'), { path: bin, cwd: root });
  expect(output).toBe(
    `sunday: this checkout is not set up yet. Run \`npm start\` in ${directory} first; it does all the set-up.\n`,
  );
  expect(exitCode).toBe(1);
});

test.each([
  { name: 'tests', passed: 3, files: [], args: ['0', '0'], expected: '3 passed, 0 failed' },
  { name: 'a failed check', passed: 3, files: [], args: ['1', '0'], expected: '3 passed, 1 failed' },
  { name: 'a failed test', passed: 2, files: [['failed']], args: ['0', '1'], expected: '2 passed, 1 failed' },
  { name: 'an unreadable file', passed: 3, files: [[]], args: ['0', '1'], expected: '3 passed, 1 failed' },
  { name: 'a lost promise', passed: 3, files: [], args: ['0', '1'], expected: '3 passed, 1 failed' },
])('counts $name in the last line', async ({ name, passed, files, args, expected }) => {
  const file = join(root, `${name}.json`);
  const testResults = files.map((tests: readonly string[]) => ({
    status: 'failed',
    assertionResults: tests.map((status) => ({ status })),
  }));
  const numFailedTests = files.flat().length;
  writeFileSync(file, JSON.stringify({ numPassedTests: passed, numFailedTests, testResults }));
  const ended = await runScript(process.execPath, { args: ['scripts/print-totals.ts', file, ...args] });
  expect(ended).toEqual({ exitCode: expected.endsWith(' 0 failed') ? 0 : 1, output: `${expected}\n` });
});
