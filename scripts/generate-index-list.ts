// Prints docs/indexes.md as a migrated database has it. It needs one, so it starts a small server that nobody else
// sees and stops it again; `npm run generate:indexes` writes the file, and a test proves it fresh.
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgresBinaries } from '../src/fleet/embedded/binaries.ts';
import { parseSql } from '../src/postgres/parse.ts';
import { openDatabase, type Queryable } from '../src/postgres/pool.ts';
import { appendSettings, initialiseServer, startServer, stopServer } from '../src/postgres/server.ts';
import { sql } from '../src/postgres/sql.ts';

const DIRECTORY = join(import.meta.dirname, '../migrations/sunday');

/** In the order of the guide. */
export const CATEGORIES = {
  primary: 'Primary access paths',
  composite: 'Composite',
  partial: 'Partial',
  'full text': 'Full text',
  jsonb: 'JSONB',
  covering: 'Covering',
} as const;
export type IndexCategory = keyof typeof CATEGORIES;

export interface ProductIndex {
  readonly name: string;
  readonly table: string;
  /** From `USING` on, as PostgreSQL prints it. */
  readonly definition: string;
  /** `category: purpose —`, then the query on lines of its own; null for those that a key wants. */
  readonly comment: string | null;
  /** What else it is for: the keys that it keeps or serves. */
  readonly keys: readonly string[];
}

/** All indexes of the 42 tables, by table and name. Those of a leaf are their parent's, and left out. */
export async function listIndexes(db: Queryable): Promise<readonly ProductIndex[]> {
  return db.rows<ProductIndex>(sql`/* indexes.list */
    SELECT index.relname AS name, class.relname AS table
      , substring(pg_get_indexdef(index.oid) FROM ' USING (.*)$') AS definition
      , obj_description(index.oid, 'pg_class') AS comment
      , array_remove(ARRAY[]::text[]
        || CASE WHEN indisprimary THEN 'primary key' WHEN indisunique THEN 'unique key' END
        || CASE WHEN indisreplident THEN 'replica identity' END
        || ARRAY(
          SELECT DISTINCT 'foreign key to ' || confrelid::regclass
          FROM pg_constraint
          WHERE contype = 'f' AND conrelid = indrelid AND conparentid = 0
            AND (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
            -- What the key's equality implies: that one of its columns is not null.
            AND (indpred IS NULL OR EXISTS (
              SELECT FROM pg_attribute
              WHERE attrelid = conrelid AND attnum = ANY(conkey)
                AND pg_get_expr(indpred, indrelid) = format('(%I IS NOT NULL)', attname)
            ))
          ORDER BY 1
        ), NULL) AS keys
    FROM pg_index
    JOIN pg_class AS index ON index.oid = indexrelid
    JOIN pg_class AS class ON class.oid = indrelid
    WHERE class.relnamespace = 'public'::regnamespace AND NOT class.relispartition
    ORDER BY class.relname COLLATE "C", index.relname COLLATE "C"
  `);
}

export interface IndexComment {
  readonly category: IndexCategory;
  readonly purpose: string;
  /** On one line, with `$1`, `$2` … for its values. */
  readonly query: string;
}

/** What the comment of an index says; null when it is not in the form that all of them have. */
export function parseIndexComment(comment: string): IndexComment | null {
  const { category, purpose, query } =
    /^(?<category>[a-z ]+): (?<purpose>[^\n]+) —\n(?<query>SELECT [^]+)$/.exec(comment)?.groups ?? {};
  if (!isCategory(category) || purpose === undefined || query === undefined) return null;
  return { category, purpose, query: query.replaceAll('\n', ' ') };
}

function isCategory(text: string | undefined): text is IndexCategory {
  return text !== undefined && Object.hasOwn(CATEGORIES, text);
}

/** docs/indexes.md as the catalog of this database has it. */
export async function renderIndexList(db: Queryable): Promise<string> {
  const indexes = await listIndexes(db);
  const sections = Object.entries(CATEGORIES).map(([category, title]) => {
    const found = indexes.flatMap((one) => {
      const comment = one.comment === null ? null : parseIndexComment(one.comment);
      return comment?.category === category ? [{ ...one, ...comment }] : [];
    });
    return toTable(title, [
      ['index', 'table', 'category', 'definition', 'what for', 'query served'],
      ...found.map((one) => [
        code(one.name),
        code(one.table),
        category,
        code(one.definition),
        one.purpose,
        code(one.query),
      ]),
    ]);
  });
  const keys = indexes.filter((one) => one.comment === null);
  return [
    '# Indexes\n',
    'Generated from the catalog of a migrated database by `npm run generate:indexes`; `npm test` proves it fresh, and',
    'that the planner takes each index of the first six sections for the query beside it, at 200,000 items.\n',
    'For a role that policies bind, PostgreSQL asks the policies first and conditions that are not leakproof last: full',
    'text, JSONB and `lower()` are not, so their indexes serve roles with BYPASSRLS only. A bound role reads the rows of',
    'its organizations by an index that begins with the organization, and filters them. For the search of items that',
    'would be too slow: `search_items()` takes `idx_items_search` on its behalf.\n',
    `${indexes.length - keys.length} indexes that queries want, ${keys.length} that keys want. A partition has those of its parent.\n`,
    ...sections,
    toTable('Keys', [
      ['index', 'table', 'definition', 'what for'],
      ...keys.map((one) => [code(one.name), code(one.table), code(one.definition), one.keys.join(', ')]),
    ]),
  ].join('\n');
}

function toTable(title: string, [head = [], ...body]: readonly (readonly string[])[]): string {
  const toRow = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `## ${title}: ${body.length}\n`,
    toRow(head),
    toRow(head.map(() => '---')),
    ...body.map(toRow),
    '',
  ].join('\n');
}

/** A bar would end the cell, even between back quotes. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

if (import.meta.main) process.stdout.write(await withScratchServer(renderMigrated));

/** After all of them: a later one may change the type of a column, and so the definition of an index. */
async function renderMigrated(db: Queryable): Promise<string> {
  const files = (await readdir(DIRECTORY)).filter((name) => /^\d{3}_\w+\.sql$/.test(name));
  for (const file of files.toSorted())
    for (const { text } of await parseSql(await readFile(join(DIRECTORY, file), 'utf8')))
      await db.rows({ text, values: [] });
  return renderIndexList(db);
}

async function withScratchServer<T>(work: (db: Queryable) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'sunday-indexes-'));
  const server = {
    binaries: (await findPostgresBinaries())[0]?.directory ?? '',
    dataDirectory: join(root, 'data'),
    port: 5432, // of the socket's name only: it does not listen on any address
    socketDirectory: root,
    logFile: join(root, 'postgres.log'),
  };
  const password = 'for-this-run';
  try {
    await initialiseServer({ ...server, password });
    appendSettings(server.dataDirectory, { listen_addresses: '', fsync: 'off' });
    await startServer(server);
    const account = { user: 'postgres', password, database: 'postgres' };
    const db = openDatabase({ ...account, host: root, port: server.port, applicationName: 'sunday-indexes' });
    return await work(db).finally(() => db.close());
  } finally {
    await stopServer(server, 'immediate');
    rmSync(root, { recursive: true, force: true });
  }
}
