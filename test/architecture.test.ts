import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * From the ground up. A file imports from its own folder and from layers below, never from above and never from
 * another entry of its own layer: that is what keeps one noun from leaning on another.
 */
const LAYERS: readonly (readonly string[])[] = [
  ['src/error-codes.ts', 'src/shard-client.ts'],
  [
    'src/errors.ts',
    'src/page.ts',
    'src/log.ts',
    'src/limits.ts',
    'src/quantiles.ts',
    'src/straight-line.ts',
    'src/html.ts',
  ],
  [
    'src/metric-history.ts',
    'src/process-table.ts',
    'src/config/backup-settings.ts',
    'src/config/partition-settings.ts',
    'src/config/control-settings.ts',
    'src/config/repository-settings.ts',
    'src/config/process-settings.ts',
  ],
  ['src/config/platform-settings.ts', 'src/config/pooler-settings.ts'],
  ['src/config/health-settings.ts', 'src/config/problems.ts'],
  ['src/config.ts', 'src/ports.ts', 'src/process.ts', 'src/start-arguments.ts'],
  ['src/config/repository-options.ts', 'src/config/repositories-file.ts'],
  ['src/postgres/', 'src/objects/', 'src/clickhouse/'],
  ['src/events/'],
  ['src/access/'],
  ['src/operations/', 'src/thresholds/'],
  ['src/fleet/'],
  ['src/catalog/'],
  [
    'src/alerts/',
    'src/backups/',
    'src/demo/',
    'src/drills/',
    'src/health/',
    'src/instances/',
    'src/maintenance/',
    'src/migrations/',
    'src/moves/',
    'src/partitions/',
    'src/performance/',
    'src/platform/',
    'src/recoveries/',
    'src/reports/',
    'src/schedules/',
    'src/shards/',
  ],
  ['src/control.ts', 'src/wiring/'],
  ['src/services.ts'],
  ['schema/'],
  ['resolvers/'],
  ['src/server/'],
  ['src/main.ts'],
];

/** The CLI has no private door: besides its own files it knows what the client knows. */
const CLIENT = ['src/client.ts', 'src/client-errors.ts', 'src/follow.ts', 'src/cli/'];
const CLIENT_MAY_IMPORT = [...CLIENT, 'src/error-codes.ts', 'src/errors.ts', 'src/config.ts'];

/** A package (or a built-in) that only one place may import, so that it can be replaced and watched there. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  pg: ['src/postgres/'],
  'pg-copy-streams': ['src/postgres/'],
  'libpg-query': ['src/postgres/'],
  ioredis: ['src/events/', 'src/platform/redis/'],
  '@clickhouse/client': ['src/clickhouse/'],
  '@elastic/elasticsearch': ['src/platform/elasticsearch/'],
  'node:child_process': ['src/process.ts'],
  '@dbos-inc/dbos-sdk': ['src/operations/'],
  '@aws-sdk/client-s3': ['src/objects/'],
  pino: ['src/log.ts'],
  'prom-client': ['src/server/'],
  'graphql-yoga': ['src/server/'],
  ws: ['src/server/', 'src/client.ts', 'src/follow.ts', 'src/cli/'],
  commander: ['src/cli/'],
};

/** SQL stands only where people look for it. */
const SQL_FILES = /\/([a-z]+-)?(store|probe|runner)\.ts$|^src\/postgres\//;

const files = ['src', 'schema', 'resolvers'].flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('generated'))
    .map((name) => join(root, name)),
);
const textOf = (file: string) => readFileSync(file, 'utf8');
const layerOf = (file: string) =>
  LAYERS.findIndex((layer) => layer.some((prefix) => file.startsWith(prefix)));
const entryOf = (file: string) => LAYERS.flat().find((prefix) => file.startsWith(prefix));
const isClient = (file: string) => CLIENT.some((prefix) => file.startsWith(prefix));

/** What a file imports, with `import type` and dynamic imports. */
function importsOf(file: string): readonly { readonly specifier: string; readonly isTypeOnly: boolean }[] {
  const statements = textOf(file).matchAll(
    /(?:^|\n)(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|import\('([^']+)'\)/g,
  );
  return [...statements].map(([, isType, from, bare, dynamic]) => ({
    specifier: from ?? bare ?? dynamic ?? '',
    isTypeOnly: isType !== undefined,
  }));
}

const targetOf = (file: string, specifier: string) => normalize(join(dirname(file), specifier));
const localImportsOf = (file: string) =>
  importsOf(file)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier, isTypeOnly }) => ({ target: targetOf(file, specifier), isTypeOnly }));

describe('imports', () => {
  test.each(files.filter((file) => !isClient(file)))('%s imports only downward', (file) => {
    expect(layerOf(file), 'add this file to LAYERS').not.toBe(-1);
    const upward = localImportsOf(file)
      .map(({ target }) => target)
      .filter((target) => entryOf(target) !== entryOf(file) && layerOf(target) >= layerOf(file));
    expect(upward).toEqual([]);
  });

  test.each(files.filter(isClient))('%s, of the client, knows the API and nothing behind it', (file) => {
    const behind = localImportsOf(file)
      .map(({ target }) => target)
      .filter((target) => !CLIENT_MAY_IMPORT.some((prefix) => target.startsWith(prefix)));
    expect(behind).toEqual([]);
  });

  test('make no circles', () => {
    expect(findCircle()).toEqual([]);
  });

  test('of owned packages stand with their owners', () => {
    const foreign = files.flatMap((file) =>
      importsOf(file)
        .map(({ specifier }) => specifier)
        .filter((specifier) => !(OWNERS[specifier] ?? [file]).some((owner) => file.startsWith(owner)))
        .map((specifier) => `${file} imports ${specifier}`),
    );
    expect(foreign).toEqual([]);
  });

  test('name files by their suffix, and never a folder', () => {
    const loose = files.flatMap((file) =>
      localImportsOf(file)
        .map(({ target }) => target)
        .filter((target) => !/\.(ts|json)$/.test(target)),
    );
    expect(loose).toEqual([]);
  });
});

describe('the house', () => {
  test('has no drawer for everything', () => {
    const drawers = files.filter((file) =>
      /(^|\/)(utils?|helpers?|lib|common|misc|types)(\.ts|\/)/.test(file),
    );
    expect(drawers).toEqual([]);
  });

  test('names its files in kebab-case', () => {
    expect(files.filter((file) => !/^[a-z0-9/.-]+$/.test(file))).toEqual([]);
  });

  test('exports by name, and what it declares itself', () => {
    const wrong = files.filter((file) => /^export (default|\*|\{[^}]*\} from)/m.test(textOf(file)));
    expect(wrong).toEqual([]);
  });

  test('keeps the schema free of work: no async, no context in a resolver', () => {
    const schemaFiles = files.filter(
      (file) => file.startsWith('schema/') && !['schema/builder.ts', 'schema/context.ts'].includes(file),
    );
    const busy = schemaFiles.filter((file) => /\basync\b|\bawait\b|services\./.test(textOf(file)));
    expect(busy).toEqual([]);
  });

  test('reads the environment in one place', () => {
    const readers = files.filter((file) => /process\.env\b(?!\['PATH'\])/.test(textOf(file))); // PATH configures the system
    expect(readers.filter((file) => !['src/config.ts', 'src/process.ts'].includes(file))).toEqual([]);
  });

  test('writes SQL in stores, probes and runners', () => {
    const elsewhere = files.filter((file) => /(?<!\.)\bsql`/.test(textOf(file)) && !SQL_FILES.test(file));
    expect(elsewhere).toEqual([]);
  });

  test('gives every statement a name', () => {
    const nameless = files.flatMap((file) =>
      [
        ...textOf(file).matchAll(
          /rows(?:<[^`]*?>)?\(\s*sql`(?!\s*\/\* ?[a-z][\w-]*\.\w+ ?\*\/)([^\n`]{0,60})/g,
        ),
      ].map(([, start]) => `${file}: ${start}`),
    );
    expect(nameless).toEqual([]);
  });
});

/** The files of one circle, in order; empty when there is none. Imports of types alone vanish before anything runs. */
function findCircle(): readonly string[] {
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): readonly string[] => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const { target, isTypeOnly } of isTypeScript(file) ? localImportsOf(file) : []) {
      const circle = isTypeOnly ? [] : visit(target, [...trail, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  return files.map((file) => visit(file, [])).find((circle) => circle.length > 0) ?? [];
}

function isTypeScript(file: string): boolean {
  return files.includes(file);
}
