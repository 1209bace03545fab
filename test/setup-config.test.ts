import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readEnvironment, readFleetFile } from '../src/config.ts';

const root = mkdtempSync(join(tmpdir(), 'sunday-config-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(text: string): string {
  const file = join(root, 'sunday.yaml');
  writeFileSync(file, text);
  return file;
}

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    return (error as { problems: readonly string[] }).problems;
  }
  return [];
}

test('names everything that is wrong with sunday.yaml at once, each with its path', () => {
  const file = write(`
control: { host: db1, port: 70000, user: sunday_control }
colour: blue
clusters:
  - name: Main
    instances: []
    operator: { user: sunday_operator, password: hunter2 }
    monitor: { user: sunday_monitor }
`);
  expect(problemsOf(() => readFleetFile(file))).toEqual([
    'control.port: Too big: expected number to be <=65535',
    'clusters[0].name: lower case letters, digits and hyphens, 1 to 63, a letter first',
    'clusters[0].instances: Too small: expected array to have >=1 items',
    'clusters[0].operator: Unrecognized key: "password"',
    'top level: Unrecognized key: "colour"',
  ]);
});

test('names files that do not exist and names that are used twice', () => {
  const file = write(`
control: { host: db1, user: sunday_control, passwordFile: /no/such/secret }
clusters:
  - name: main
    instances: [{ name: a, host: db1 }, { name: a, host: db2 }]
    operator: { user: sunday_operator }
    monitor: { user: sunday_monitor }
`);
  expect(problemsOf(() => readFleetFile(file))).toEqual([
    'clusters[0].instances: two are named a',
    'control.passwordFile: /no/such/secret does not exist',
  ]);
});

test('says where a file is no YAML', () => {
  expect(problemsOf(() => readFleetFile(write('clusters: [')))[0]).toMatch(/at line 1, column 12/);
});

test('names every environment variable that is wrong', () => {
  expect(problemsOf(() => readEnvironment({ PORT: 'http', LOG_LEVEL: 'loud' }))).toEqual([
    'PORT: Invalid input: expected number, received NaN',
    'LOG_LEVEL: Invalid option: expected one of "fatal"|"error"|"warn"|"info"|"debug"|"trace"|"silent"',
  ]);
});
