import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StanzaConfig } from '../../config.ts';
import { SundayError } from '../../errors.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { describeBucket } from '../../objects/bucket.ts';
import type { ObjectStoreSettings } from '../../objects/client.ts';
import { createObjectStore } from '../../objects/object-store.ts';
import { stanzaOf } from '../catalogue.ts';
import { isApplied } from './apply.ts';
import { checkBucket, checkSettings, type RepositoryCheck } from './checks.ts';
import { listRepositories, pickRepository, type Repository, type RepositoryType } from './repositories.ts';

/** A repository of a cluster, without its secrets. */
export interface NamedRepository {
  readonly cluster: string;
  readonly number: number;
  readonly name: string;
  readonly type: RepositoryType;
  readonly place: string;
  readonly isEncrypted: boolean;
  readonly isDefault: boolean;
}

export interface RepositoryContent {
  readonly bytes: bigint;
  readonly objects: number;
  /** False: there are more than are counted. */
  readonly isComplete: boolean;
}

/** What a look at it shows. */
export interface RepositoryState {
  /** Null: only pgBackRest can tell. */
  readonly isReachable: boolean | null;
  /** Why it is not, or is not known; null when it is. */
  readonly problem: string | null;
  /** Of the first answer; null without one. */
  readonly latencyMs: number | null;
  /** Null when it can't be read. */
  readonly content: RepositoryContent | null;
  readonly checks: readonly RepositoryCheck[];
}

export interface RepositoryService {
  /** In the order of their numbers; empty without a stanza. @throws {ClusterNotFoundError} */
  list(cluster: string): readonly NamedRepository[];
  /** @throws {ClusterNotFoundError} @throws {BackupsNotConfiguredError} @throws {RepositoryNotFoundError} */
  requireNamed(cluster: string, name: string): void;
  /** Looks at it now, at most once in ten seconds. Never throws for a repository that is away. */
  look(repository: NamedRepository): Promise<RepositoryState>;
}

const KEPT_MS = 10_000; // it counts all objects, and stores charge for a listing
const COUNT_AT_MOST = 200_000;
const COUNT_TIMEOUT_MS = 20_000;
const TIMEOUTS = { connectMs: 3_000, requestMs: 10_000, idleMs: 10_000 } as const;

export function createRepositories({ fleet }: { readonly fleet: Fleet }): RepositoryService {
  const kept = new Map<string, { readonly state: Promise<RepositoryState>; readonly untilMs: number }>();
  return {
    list(cluster) {
      const { stanza } = fleet.get(cluster);
      if (stanza === null) return [];
      return listRepositories(stanza).map(({ number, name, type, place, isEncrypted }, index) => ({
        ...{ cluster, number, name, type, place, isEncrypted },
        isDefault: index === 0,
      }));
    },
    requireNamed: (cluster, name) => void pickRepository(stanzaOf(fleet, cluster), name),
    look({ cluster, number }) {
      const key = `${cluster}/${number}`;
      const known = kept.get(key);
      if (known !== undefined && known.untilMs > performance.now()) return known.state;
      const stanza = stanzaOf(fleet, cluster);
      const found = listRepositories(stanza).find((one) => one.number === number);
      const state = found === undefined ? Promise.resolve(GONE) : lookAt(stanza, found);
      kept.set(key, { state, untilMs: performance.now() + KEPT_MS });
      state.catch(() => kept.delete(key));
      return state;
    },
  };
}

const GONE: RepositoryState = {
  ...{ isReachable: null, problem: 'pgbackrest.conf does not name it any more', latencyMs: null },
  ...{ content: null, checks: [] },
};

async function lookAt(stanza: StanzaConfig, repository: Repository): Promise<RepositoryState> {
  const checks = checkSettings(repository, isApplied(stanza));
  if (repository.bucket !== null) return lookAtBucket(repository.bucket, checks);
  if (repository.type === 'DIRECTORY') return lookAtDirectory(repository.place, checks);
  const problem = 'it is on another host, or of a kind that only pgBackRest reaches';
  return { isReachable: null, problem, latencyMs: null, content: null, checks };
}

async function lookAtBucket(
  settings: ObjectStoreSettings,
  checks: readonly RepositoryCheck[],
): Promise<RepositoryState> {
  const startedAt = performance.now();
  try {
    const store = createObjectStore({ ...settings, timeouts: TIMEOUTS, maxAttempts: 1 });
    try {
      for await (const _first of store.list('', { limit: 1 })) break;
      const latencyMs = performance.now() - startedAt;
      const [facts, content] = await Promise.all([describeBucket(settings), countObjects(store)]);
      const all = [...checks, ...checkBucket(facts, settings.prefix)];
      return { isReachable: true, problem: null, latencyMs, content, checks: all };
    } finally {
      store.close();
    }
  } catch (error) {
    if (!(error instanceof SundayError)) throw error;
    return { isReachable: false, problem: error.message, latencyMs: null, content: null, checks };
  }
}

async function countObjects(store: ReturnType<typeof createObjectStore>): Promise<RepositoryContent> {
  const deadline = performance.now() + COUNT_TIMEOUT_MS;
  let [bytes, objects] = [0n, 0];
  for await (const { sizeBytes } of store.list('', { limit: COUNT_AT_MOST })) {
    bytes += BigInt(sizeBytes);
    objects += 1;
    if (performance.now() > deadline) return { bytes, objects, isComplete: false };
  }
  return { bytes, objects, isComplete: objects < COUNT_AT_MOST };
}

async function lookAtDirectory(path: string, checks: readonly RepositoryCheck[]): Promise<RepositoryState> {
  const startedAt = performance.now();
  try {
    await stat(path);
    const latencyMs = performance.now() - startedAt;
    return { isReachable: true, problem: null, latencyMs, content: await countFiles(path), checks };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { isReachable: false, problem, latencyMs: null, content: null, checks };
  }
}

async function countFiles(root: string): Promise<RepositoryContent> {
  const deadline = performance.now() + COUNT_TIMEOUT_MS;
  const waiting = [root];
  let [bytes, objects] = [0n, 0];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    if (objects >= COUNT_AT_MOST || performance.now() > deadline)
      return { bytes, objects, isComplete: false };
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      if (!entry.isFile()) continue;
      bytes += await stat(path).then(
        ({ size }) => BigInt(size),
        () => 0n, // expired under our eyes
      );
      objects += 1;
    }
  }
  return { bytes, objects, isComplete: true };
}
