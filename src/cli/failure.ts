import { CommanderError } from 'commander';
import { ERROR_CODES } from '../error-codes.ts';
import { SundayError, toErrorRecord, type ErrorRecord } from '../errors.ts';
import type { Terminal } from './terminal/terminal.ts';

const HELP_CODES = ['commander.help', 'commander.helpDisplayed', 'commander.version'];
const WRONG_USE = 2;

/** Says what went wrong, for people on stderr or for scripts on stdout; gives the exit code. */
export function reportFailure(error: unknown, terminal: Terminal, isJson: boolean): number {
  // Help that was asked for ends well; help that is shown because a command is missing does not.
  if (error instanceof CommanderError && HELP_CODES.includes(error.code))
    return error.exitCode === 0 ? 0 : WRONG_USE;
  const record = toRecord(error);
  if (isJson) terminal.print(JSON.stringify({ error: record }, null, 2));
  else noteFailure(record, terminal);
  if (record.code === 'INTERNAL' && error instanceof Error && !(error instanceof SundayError)) {
    terminal.note(terminal.paintNote('dim', error.stack ?? error.message));
  }
  return ERROR_CODES[record.code][0];
}

/** The error and its hint, for people. */
export function noteFailure(error: Pick<ErrorRecord, 'code' | 'message' | 'hint'>, terminal: Terminal): void {
  terminal.note(
    `${terminal.paintNote('red', 'error:')} ${error.message} ${terminal.paintNote('dim', `(${error.code})`)}`,
  );
  if (error.hint !== null) terminal.note(`${terminal.paintNote('cyan', 'hint:')}  ${error.hint}`);
}

function toRecord(error: unknown): ErrorRecord {
  if (!(error instanceof CommanderError)) return toErrorRecord(error);
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  return {
    code: 'INVALID_INPUT',
    message: first,
    hint: suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'Add --help to see what the command takes.',
    retryable: false,
  };
}
