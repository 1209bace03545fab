import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, withExamples } from '../command.ts';
import { createMigrationFiles } from './files.ts';

const DIRECTORY = 'migrations/sunday';

/** `migrations create`: the only command that needs no server; the files are part of a release. */
export function addCreate(migrations: Command, { terminal }: CommandContext): void {
  const create = migrations
    .command('create')
    .description('writes the next numbered pair of scripts into this checkout; needs no server')
    .argument('<name>', 'what it does, e.g. add_user_preferences')
    .option('--directory <directory>', 'where the scripts are', DIRECTORY);
  withExamples(
    create,
    'sunday migrations create "add_user_preferences"   # the guide: migration_manager.py create',
    'sunday migrations create "add user preferences" --directory migrations/sunday',
  );
  create.action(async (name: string) => {
    const { directory, json } = create.optsWithGlobals<{ directory: string; json?: boolean }>();
    const created = await createMigrationFiles(resolve(directory), name);
    const { version, up, down } = created;
    const next = terminal.paint('cyan', 'sunday migrations validate');
    terminal.print(
      json
        ? JSON.stringify({ migration: created }, null, 2)
        : `✓ ${version}_${created.name}\n\nup    ${up}\ndown  ${down}\n\nWrite both, release them, then prove them: ${next}`,
    );
  });
}
