import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import * as leases from '../../src/health/collect/lease-store.ts';
import { PLATFORM_SETTINGS } from '../../src/config/platform-settings.ts';
import {
  createPlatformCollector,
  type PlatformCollector,
  type PlatformSample,
} from '../../src/platform/collect/collector.ts';
import type { PlatformService } from '../../src/platform/platform.ts';
import { createPlatform, type PlatformServices } from '../../src/platform/service.ts';
import { listTargets } from '../../src/wiring/platform.ts';
import { createControlDatabase } from '../support/control.ts';

export const PASSWORD = 'test-only';

/** Services that are looked at when a test says so, and what became known of them. */
export interface WatchedPlatform extends AsyncDisposable {
  readonly platform: PlatformServices;
  readonly db: Awaited<ReturnType<typeof createControlDatabase>>['db'];
  /** Every sample that went into the history. */
  readonly told: PlatformSample[];
  /** What the collector has logged; nothing, when all is well. */
  readonly complaints: unknown[];
  /** One look at those whose name `of` takes; left out: all. */
  look(of?: (name: string) => boolean): Promise<void>;
  /** A collector of another worker. */
  collector(workerId: string, deadlineMs: number, of?: (name: string) => boolean): PlatformCollector;
  find(name: string): Promise<PlatformService>;
}

/** A directory for secrets and for servers, and a way to write a secret. */
export function createSecrets() {
  const directory = mkdtempSync(join(tmpdir(), 'sunday-platform-'));
  const secret = (name: string, text: string) => {
    const file = join(directory, name);
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    return file;
  };
  return { directory, secret, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Short enough for a test, long enough for a loaded machine. */
export const DEADLINE_MS = 4_000;

export async function watchPlatform(settings: z.input<typeof PLATFORM_SETTINGS>): Promise<WatchedPlatform> {
  const control = await createControlDatabase();
  const { db } = control;
  const targets = listTargets({ platform: PLATFORM_SETTINGS.parse(settings), health: { history: {} } });
  const platform = createPlatform({
    ...{ targets, db, recordAudit: async () => {} },
    readHistory: () => Promise.reject(new Error('unused')),
  });
  const told: PlatformSample[] = [];
  const complaints: unknown[] = [];
  const complain = (entry: object) => void complaints.push(entry);
  const collectors: PlatformCollector[] = [];
  const collector = (workerId: string, deadlineMs: number, of: (name: string) => boolean = () => true) => {
    const made = createPlatformCollector({
      ...{ db, deadlineMs, log: { error: complain, warn: complain } },
      // Each call is one look: the intervals are not what is tested here.
      targets: targets.filter(({ name }) => of(name)).map((one) => ({ ...one, everyMs: 0 })),
      claim: (services, leaseMs) => leases.claim(db, workerId, { clusters: services, leaseMs }),
      keep: async (sample) => void told.push(sample),
      onSamples: async () => {},
    });
    collectors.push(made);
    return made;
  };
  let mine: { readonly of: unknown; readonly made: PlatformCollector } | null = null;
  return {
    ...{ platform, db, told, complaints, collector },
    async look(of) {
      if (mine === null || mine.of !== of) mine = { of, made: collector('one', DEADLINE_MS, of) };
      await mine.made.collect();
    },
    async find(name) {
      const found = await platform.find(name);
      if (found === null) throw new Error(`${name} is not configured`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(collectors.map((one) => one.stop()));
      await control[Symbol.asyncDispose]();
    },
  };
}

export const figure = ({ figures }: PlatformService, name: string) =>
  figures.find((one) => one.name === name);
