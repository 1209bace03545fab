import { Option, InvalidArgumentError, type Command } from 'commander';
import { openSession, type GlobalOptions, type Session } from './session.ts';
import type { Terminal } from './terminal/terminal.ts';

/** What a noun's file needs to hang its commands into the program. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Called with the exit code of a command that ran to its end. */
  readonly onExitCode: (exitCode: number) => void;
}

/** Options of every command that changes something. */
export interface WhyOptions {
  readonly reason?: string;
  readonly onBehalfOf?: string;
}

/** Options of every command that starts work. */
export interface StartOptions extends WhyOptions {
  readonly wait: boolean;
  readonly idempotencyKey?: string;
}

/** The options and arguments of a command, and the way to answer; gives the exit code, or nothing for 0. */
type Action<Options> = (
  session: Session,
  options: Options,
  args: readonly string[],
) => Promise<number | void>;

/** Makes `action` what `command` does. */
export function runs<Options extends object>(
  command: Command,
  context: CommandContext,
  action: Action<Options>,
): Command {
  return command.action(async () => {
    const options: GlobalOptions & Options = command.optsWithGlobals();
    const session = openSession(options, context.terminal);
    context.onExitCode((await action(session, options, command.processedArgs as string[])) ?? 0);
  });
}

export function withCluster(command: Command): Command {
  return command.option(
    '-c, --cluster <name>',
    'the cluster; may be left out when there is only one, or only one that is no shard',
  );
}

/** For what changes something at once, without an operation. */
export function withWhy(command: Command): Command {
  return command
    .option('--reason <text>', 'why, for the audit log')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
}

export function withStartOptions(command: Command): Command {
  return withWhy(command)
    .option('--idempotency-key <key>', 'the same key and arguments give the same operation for 24 hours')
    .option('--no-wait', 'print the id of the operation and end; it goes on by itself');
}

/** The part of an input that says who and why. What was not given is not sent. */
export function whyFields({ reason, onBehalfOf }: WhyOptions) {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
  };
}

/** The part of an input that says who, why and how often. What was not given is not sent. */
export function startFields({ idempotencyKey, ...why }: StartOptions) {
  return {
    ...whyFields(why),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

/** An option that takes a whole number of a range. */
export function wholeNumber(
  flags: string,
  description: string,
  [least, most]: readonly [number, number],
): Option {
  return new Option(flags, description).argParser((text) => {
    const number = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
  });
}

/** Shown below the help: what people copy. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((one) => `  $ ${one}`).join('\n')}`);
}
