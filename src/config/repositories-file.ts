import { existsSync, readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { InvalidConfigError } from '../config.ts';
import { toPath } from './problems.ts';
import { REPOSITORIES, type RepositoryConfig } from './repository-settings.ts';

/** Name of the directory that the embedded fleet has always had. */
export const OWN_REPOSITORY = 'local';
const MOST = 3; // pgBackRest knows four, and one is the fleet's own

/**
 * Repositories that the embedded fleet gets besides its own directory: a YAML file that is a list, each entry as in
 * `clusters[].stanza.repositories` of a `sunday.yaml`.
 *
 * @throws {InvalidConfigError} with every problem and its path in the file.
 */
export function readRepositoriesFile(path: string): readonly RepositoryConfig[] {
  const refuse = (problems: readonly string[]) => new InvalidConfigError(path, problems);
  if (!existsSync(path)) throw refuse(['the file does not exist']);
  const document = parseDocument(readFileSync(path, 'utf8'));
  if (document.errors.length > 0) throw refuse(document.errors.map((one) => one.message));
  const parsed = REPOSITORIES.safeParse(document.toJS());
  if (!parsed.success)
    throw refuse(
      parsed.error.issues.map((issue) => `${toPath(issue.path) || 'top level'}: ${issue.message}`),
    );
  const problems = listProblems(parsed.data);
  if (problems.length > 0) throw refuse(problems);
  return parsed.data;
}

function listProblems(repositories: readonly RepositoryConfig[]): readonly string[] {
  return [
    ...(repositories.length > MOST ? [`at most ${MOST} besides \`${OWN_REPOSITORY}\``] : []),
    ...repositories.flatMap((one, index) => [
      ...(one.name === OWN_REPOSITORY
        ? [`[${index}].name: ${OWN_REPOSITORY} is the fleet's own directory`]
        : []),
      ...Object.entries(one).flatMap(([key, file]) =>
        key.endsWith('File') && !existsSync(String(file))
          ? [`[${index}].${key}: ${String(file)} does not exist`]
          : [],
      ),
    ]),
  ];
}
