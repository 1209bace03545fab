import { InvalidArgumentError, type Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { resolveLabel } from './labels.ts';
import type { RestoreTargetInput } from '../generated/graphql.ts';
import type { Session } from '../session.ts';

/** Where a restore or a plan stops, as options say it. */
export interface TargetOptions {
  readonly latest?: boolean;
  readonly time?: string;
  readonly lsn?: string;
  readonly name?: string;
  readonly timezone?: string;
  readonly timeline?: number;
}

export function withTarget(command: Command): Command {
  return command
    .option('--latest', 'the end of the archive')
    .option('--time <time>', 'what was committed until then, e.g. 2026-11-22T12:00:00+01:00')
    .option('--timezone <name>', 'for a --time without an offset, e.g. Europe/Berlin')
    .option('--lsn <lsn>', 'what was written before this place in the log, e.g. 1/74000028')
    .option('--name <name>', 'a restore point')
    .option(
      '--timeline <number>',
      'the timeline to recover along, when it is not that of the primary',
      toTimeline,
    );
}

function toTimeline(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It takes a whole number from 1 on.');
  return Number(text);
}

/** A label, or one of the options. @throws {InvalidInputError} unless it is exactly one. */
export async function toTarget(
  session: Session,
  cluster: string,
  { label, options }: { readonly label: string | undefined; readonly options: TargetOptions },
): Promise<RestoreTargetInput> {
  const { latest, time, lsn, name, timezone } = options;
  const given = [label, latest, time, lsn, name].filter((one) => one !== undefined);
  if (given.length !== 1)
    throw new InvalidInputError(['target'], 'give a label or one of --latest, --time, --lsn and --name');
  if (timezone !== undefined && time === undefined)
    throw new InvalidInputError(['timezone'], 'it says how --time is read, and there is none');
  if (label !== undefined) return { set: await resolveLabel(session, cluster, label) };
  if (time !== undefined) return { time: { at: time, ...(timezone === undefined ? {} : { timezone }) } };
  if (lsn !== undefined) return { lsn };
  if (name !== undefined) return { name };
  return { latest: true };
}
