import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetFile, StanzaConfig } from '../../src/config.ts';
import { run } from '../../src/process.ts';
import type { TestFleet } from './fleet.ts';

/** The servers of `main` with a stanza that goes wrong. */
export interface BrokenStanzas {
  /** Its configuration has another passphrase than the repository was made with. */
  readonly locked: StanzaConfig;
  /** Its repository is its own, and nobody may write into it. */
  readonly sealed: StanzaConfig;
  /** Everything that is in the sealed repository, in order. */
  listSealed(): readonly string[];
  /** Lets the sealed repository be removed again. */
  unseal(): void;
}

export async function createBrokenStanzas(fleet: TestFleet, root: string): Promise<BrokenStanzas> {
  const stanza = fleet.config.clusters[0]?.stanza;
  if (stanza === undefined) throw new Error('the test fleet has no stanza');
  const variant = (name: string, changes: Readonly<Record<string, string>>): StanzaConfig => {
    const own = ['lock', 'log', 'spool'].map((kind) => [`${kind}-path`, join(root, name, kind)] as const);
    for (const [, path] of own) mkdirSync(path, { recursive: true });
    const configFile = join(root, `${name}.conf`);
    const text = Object.entries({ ...Object.fromEntries(own), ...changes }).reduce(
      (found, [key, value]) =>
        found.replace(new RegExp(`^${key}=.*\n`, 'm'), '').replace('[global]\n', `$&${key}=${value}\n`),
      readFileSync(stanza.configFile, 'utf8'),
    );
    writeFileSync(configFile, text, { mode: 0o600 });
    return { ...stanza, configFile };
  };
  const repository = join(root, 'sealed-repository');
  mkdirSync(repository);
  const sealed = variant('sealed', {
    'repo1-path': repository,
    'archive-check': 'n', // the servers archive into the repository of main
  });
  const words = [`--config=${sealed.configFile}`, `--stanza=${sealed.name}`, '--no-online', 'stanza-create'];
  await run(sealed.binary, words);
  const list = () => readdirSync(repository, { recursive: true, encoding: 'utf8' }).sort();
  const directories = ['', ...list().filter((name) => !name.includes('.'))].map((name) =>
    join(repository, name),
  );
  directories.forEach((directory) => chmodSync(directory, 0o500));
  return {
    locked: variant('locked', { 'repo1-cipher-pass': 'not-the-passphrase' }),
    sealed,
    listSealed: list,
    unseal: () => directories.forEach((directory) => chmodSync(directory, 0o700)),
  };
}

type Cluster = FleetFile['clusters'][number];

/** A cluster of one server at `port`, whatever listens there. */
export function clusterAt(name: string, port: number, like: Cluster): Cluster {
  return { ...like, name, instances: [{ name: `${name}-1`, host: '127.0.0.1', port }] };
}
