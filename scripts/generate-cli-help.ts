// Writes docs/cli.md from the help of every command; with --check it only says whether that is fresh.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { createProgram } from '../src/cli/program.ts';
import { createTerminal } from '../src/cli/terminal/terminal.ts';

const FILE = fileURLToPath(new URL('../docs/cli.md', import.meta.url));

const reference = render();
if (!process.argv.includes('--check')) {
  writeFileSync(FILE, reference);
} else if (reference !== readFileSync(FILE, 'utf8')) {
  console.error('docs/cli.md is not fresh: run `npm run generate:cli` and commit it');
  process.exitCode = 1;
}

function render(): string {
  const program = createProgram({ terminal: createTerminal(), onExitCode: () => {} });
  const sections = listCommands(program).map(
    ({ path, command }) => `## ${path}\n\n\`\`\`text\n${helpOf(command).trimEnd()}\n\`\`\`\n`,
  );
  return [
    '# The command line client\n',
    'Generated from the help of every command by `npm run generate:cli`; `npm test` proves it fresh.\n',
    'All that `sunday` does goes through the API, so anything here can be done by a bot as well. Results go to',
    'stdout; progress, questions and errors to stderr. On a terminal Ctrl-C asks whether to detach or to cancel.\n',
    ...sections,
  ].join('\n');
}

interface Entry {
  readonly path: string;
  readonly command: Command;
}

/** The program, then each command in the order of the help, nouns before their verbs. */
function listCommands(command: Command, path = command.name()): readonly Entry[] {
  return [
    { path, command },
    ...command.commands.flatMap((one) => listCommands(one, `${path} ${one.name()}`)),
  ];
}

/** With the texts below the options, which only `outputHelp` prints. */
function helpOf(command: Command): string {
  let text = '';
  command
    .configureHelp({ ...command.configureHelp(), helpWidth: 100 })
    .configureOutput({ writeOut: (part) => (text += part) })
    .outputHelp();
  return text;
}
