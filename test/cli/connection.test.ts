import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findConnection } from '../../src/cli/connection.ts';
import { readEnvironment } from '../../src/config.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sunday-home-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const OWN_URL = 'http://127.0.0.1:4123/graphql';
const environment = (variables: Record<string, string> = {}) =>
  readEnvironment({ SUNDAY_HOME: home, ...variables });

function fillHome(): void {
  writeFileSync(join(home, 'api.json'), JSON.stringify({ url: OWN_URL, pid: 1 }));
  writeFileSync(join(home, 'token'), 'sun_home\n');
}

test('finds URL and token in the home of the embedded fleet', () => {
  fillHome();
  expect(findConnection({}, environment())).toEqual({ url: OWN_URL, token: 'sun_home' });
});

test('takes the default URL and no token where nothing was started', () => {
  expect(findConnection({}, environment({ PORT: '4555' }))).toEqual({
    url: 'http://127.0.0.1:4555/graphql',
    token: null,
  });
});

test('lets flags win over the environment, and that over the home', () => {
  fillHome();
  const tokenFile = join(home, 'mine');
  writeFileSync(tokenFile, 'sun_file');
  const given = environment({ SUNDAY_URL: 'https://sunday.example/graphql', SUNDAY_TOKEN: 'sun_env' });
  expect(findConnection({}, given)).toEqual({ url: 'https://sunday.example/graphql', token: 'sun_env' });
  expect(findConnection({ url: 'http://localhost:1/graphql', tokenFile }, given)).toEqual({
    url: 'http://localhost:1/graphql',
    token: 'sun_file',
  });
});

test('keeps the token of this machine to itself when the URL is of another', () => {
  fillHome();
  expect(findConnection({ url: 'https://sunday.example/graphql' }, environment())).toEqual({
    url: 'https://sunday.example/graphql',
    token: null,
  });
});

test('refuses what is no URL and a token file that is not there', () => {
  expect(() => findConnection({ url: 'ftp://x/graphql' }, environment())).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT' }),
  );
  expect(() => findConnection({ tokenFile: join(home, 'none') }, environment())).toThrow(
    expect.objectContaining({ code: 'UNAUTHENTICATED' }),
  );
});
