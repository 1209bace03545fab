import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError } from '../../errors.ts';

/** The numbered pair that `createMigrationFiles` wrote. */
export interface CreatedMigration {
  readonly version: string;
  readonly name: string;
  readonly up: string;
  readonly down: string;
}

const FILE_NAME = /^(?<version>\d{3,14})_(?<name>[a-z][a-z0-9_]*?)(?:\.down)?\.sql$/;
const NAME = /^[a-z][a-z0-9_]{0,99}$/;

/**
 * Writes the next numbered pair into a checkout: never on the server, whose files come with a release. Two checkouts
 * may take the same number; then the duplicate is found when the files are read.
 *
 * @param label a name as people type it: `add user preferences`, `add_user_preferences`.
 * @throws {InvalidInputError} for a name without letters, a name that exists, or a directory that does not.
 */
export async function createMigrationFiles(directory: string, label: string): Promise<CreatedMigration> {
  const name = toName(label);
  const known = await listVersions(directory);
  const twin = known.find((one) => one.name === name);
  if (twin)
    throw new InvalidInputError(['name'], `${twin.version}_${name} exists already`, 'Choose another name.');
  const last = known.at(-1)?.version;
  const version = nextVersion(last);
  const up = join(directory, `${version}_${name}.sql`);
  const down = join(directory, `${version}_${name}.down.sql`);
  await writeFile(up, upText(name, last), { flag: 'wx' });
  await writeFile(down, downText(version, name), { flag: 'wx' });
  return { version, name, up, down };
}

function toName(label: string): string {
  const name = label
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  if (NAME.test(name)) return name;
  throw new InvalidInputError(
    ['name'],
    'a name is 1 to 100 letters, digits and underscores, and begins with a letter',
    'For example: add_user_preferences.',
  );
}

interface Known {
  readonly version: string;
  readonly name: string;
}

async function listVersions(directory: string): Promise<readonly Known[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInputError(
      ['--directory'],
      `${directory} cannot be read (${error.code ?? error.message})`,
      'Run it in a checkout, or name the directory of the migrations with --directory.',
    );
  });
  return names
    .flatMap((fileName) => {
      const { version, name } = FILE_NAME.exec(fileName)?.groups ?? {};
      return version === undefined || name === undefined ? [] : [{ version, name }];
    })
    .sort((a, b) => Number(a.version) - Number(b.version));
}

/** As many digits as the last one has, so that the files stay sorted. */
function nextVersion(last: string | undefined): string {
  return last === undefined ? '001' : String(BigInt(last) + 1n).padStart(last.length, '0');
}

const upText = (name: string, last: string | undefined) => `-- ${name.replaceAll('_', ' ')}: why it is needed.
--
${last === undefined ? '' : `-- depends: ${last}\n`}-- For CREATE INDEX CONCURRENTLY and the like add a line: transaction: none
-- A change that cannot be taken back has no down file, but a line here: irreversible: <reason>

`;

const downText = (
  version: string,
  name: string,
) => `-- Takes ${version}_${name} back, exactly: \`sunday migrations validate\` compares the catalog.

`;
