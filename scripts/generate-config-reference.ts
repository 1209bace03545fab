// Writes docs/configuration.md from the schemas of src/config.ts; with --check it only says whether that is fresh.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ENVIRONMENT_SCHEMA, FLEET_FILE_SCHEMA } from '../src/config.ts';

/** What is read of a JSON schema. */
interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly fallback: string;
  readonly meaning: string;
}

const FILE = fileURLToPath(new URL('../docs/configuration.md', import.meta.url));

const reference = render();
if (!process.argv.includes('--check')) {
  writeFileSync(FILE, reference);
} else if (reference !== readFileSync(FILE, 'utf8')) {
  console.error('docs/configuration.md is not fresh: run `npm run generate:config` and commit it');
  process.exitCode = 1;
}

function render(): string {
  const environment = toNode(ENVIRONMENT_SCHEMA);
  return `# Configuration

Generated from \`src/config.ts\` by \`npm run generate:config\`; \`npm test\` proves it fresh.

Without any configuration \`npm start\` boots the embedded fleet and writes the \`sunday.yaml\` that describes it to
\`.sunday/sunday.yaml\`: a working example. To operate servers of your own, name your file in \`SUNDAY_CONFIG\`. It is
checked when the server starts; all that is wrong is printed at once, each with its path, and the exit code is 2.

Secrets never stand in the file: it names files that hold one secret each.

## Environment variables

${table(rowsOf(environment, ''), 'Variable')}

## sunday.yaml

\`[]\` stands for each entry of a list.

${table(rowsOf(toNode(FLEET_FILE_SCHEMA), ''), 'Setting')}
`;
}

function toNode(schema: z.ZodType): Node {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node;
}

/** One row for each leaf and one for each list or object that says something itself; parents first. */
function rowsOf(node: Node, prefix: string): readonly Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const isRequired = node.required?.includes(key) ?? false;
    const nested = child.items ? rowsOf(child.items, `${path}[]`) : rowsOf(child, path);
    const isSilentParent = nested.length > 0 && child.description === undefined && !child.items;
    return isSilentParent ? nested : [rowOf(child, path, isRequired), ...nested];
  });
}

function rowOf(node: Node, path: string, isRequired: boolean): Row {
  const hasDefault = node.default !== undefined && node.type !== 'object';
  return {
    path,
    type: typeOf(node),
    fallback: isRequired
      ? 'required'
      : hasDefault
        ? `\`${JSON.stringify(node.default).replaceAll('"', '')}\``
        : '–',
    meaning: node.description ?? '',
  };
}

function typeOf(node: Node): string {
  if (node.enum) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (node.type === 'array') return `list${node.maxItems === undefined ? '' : `, at most ${node.maxItems}`}`;
  const { minimum, maximum } = node;
  const range = minimum === undefined || maximum === undefined ? '' : ` ${minimum} to ${maximum}`;
  return `${node.type ?? 'text'}${range}`.replace('string', 'text').replace('object', 'group');
}

function table(rows: readonly Row[], heading: string): string {
  const lines = rows.map((row) => `| \`${row.path}\` | ${row.type} | ${row.fallback} | ${row.meaning} |`);
  return [`| ${heading} | Type | Default | Meaning |`, '|---|---|---|---|', ...lines].join('\n');
}
