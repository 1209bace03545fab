import type { Command } from 'commander';
import { type CommandContext, runs, whyFields, type WhyOptions, withExamples, withWhy } from '../command.ts';
import type { Session } from '../session.ts';

interface Removal {
  /** What `parent` holds, in one word. */
  readonly noun: string;
  readonly description: string;
  readonly example: string;
  /** Gives the name of what is gone. @throws the errors that the API answers */
  readonly remove: (client: Session['client'], input: { readonly name: string }) => Promise<string>;
}

/** `remove <name>`, of what alerts keep by name. */
export function addRemoval(
  parent: Command,
  context: CommandContext,
  { noun, description, example, remove }: Removal,
): void {
  const command = parent.command('remove').description(description).argument('<name>', `the ${noun}`);
  withExamples(withWhy(command), example);
  runs<WhyOptions>(command, context, async ({ client, show }, options, [name = '']) => {
    const removed = await remove(client, { name, ...whyFields(options) });
    show({ name: removed }, () => `✓ the ${noun} ${removed} is gone`);
  });
}
