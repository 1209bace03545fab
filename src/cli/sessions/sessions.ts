import type { Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { type CommandContext, runs, wholeNumber, withCluster, withExamples } from '../command.ts';
import {
  ActivityDocument,
  CancelQueryDocument,
  type SessionLineFragment,
  TerminateSessionDocument,
} from '../generated/graphql.ts';
import { formatSession, SESSION_COLUMNS } from './lines.ts';
import { resolveCluster, type Session, unwrap } from '../session.ts';
import { formatTable } from '../terminal/terminal.ts';

interface Where {
  readonly cluster?: string;
  readonly instance?: string;
}

export function addSessions(program: Command, context: CommandContext): void {
  const sessions = program
    .command('sessions')
    .description('what the sessions of a server do, and how to end them');
  withExamples(
    sessions,
    'sunday sessions list',
    'sunday sessions terminate 4711 --reason "holds up everybody"',
  );
  addList(sessions, context);
  addSignal(sessions, context, 'cancel', 'ends the statement that a session runs; the session stays');
  addSignal(sessions, context, 'terminate', 'ends a session, which undoes its transaction');
}

/** Options of every command that looks at one server. */
export function withInstance(command: Command): Command {
  return withCluster(command).option('-i, --instance <name>', 'the instance; the primary when left out');
}

function addList(sessions: Command, context: CommandContext): void {
  const list = withInstance(sessions.command('list'))
    .description('sessions that do something, the longest transaction first')
    .option('--idle', 'also those that wait for their client')
    .option('--background', 'also walsenders, autovacuum workers and the like')
    .addOption(wholeNumber('--limit <number>', 'at most so many', [1, 500]).default(100));
  withExamples(list, 'sunday sessions list', 'sunday sessions list --idle --instance main-2');
  runs<Where & { idle?: boolean; background?: boolean; limit: number }>(
    list,
    context,
    async (session, options) => {
      const cluster = await resolveCluster(session, options.cluster);
      const { activity } = await session.client.request(ActivityDocument, {
        ...at(cluster, options),
        ...{ includeIdle: options.idle ?? false, includeBackground: options.background ?? false },
        first: options.limit,
      });
      session.show({ activity }, () =>
        [
          activity.sessions.length === 0
            ? `No session of ${activity.instance} does anything now.`
            : formatTable(
                SESSION_COLUMNS,
                activity.sessions.map((one) => formatSession(one, session.terminal)),
              ),
          ...(activity.total > activity.sessions.length ? [`${activity.total} match.`] : []),
          ...(activity.reason === null ? [] : [`\n${activity.reason}\nhint:  ${activity.hint ?? ''}`]),
        ].join('\n'),
      );
    },
  );
}

function addSignal(
  sessions: Command,
  context: CommandContext,
  name: 'cancel' | 'terminate',
  what: string,
): void {
  const command = withInstance(sessions.command(name))
    .description(what)
    .argument('<pid>', 'process id of the session, as `sessions list` and `locks` show it')
    .option('--force', 'also when it belongs to this control plane')
    .option('--dry-run', 'only look whether it could')
    .option('--reason <text>', 'why, for the audit log')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
  withExamples(command, `sunday sessions ${name} 4711 --reason "holds up everybody"`);
  type Options = Where & { force?: boolean; dryRun?: boolean; reason?: string; onBehalfOf?: string };
  runs<Options>(command, context, async (session, options, [pid = '']) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { id } = await findSession(session, at(cluster, options), pid);
    const { force = false, dryRun = false, reason, onBehalfOf } = options;
    const input = {
      ...{ id, force, dryRun },
      ...(reason === undefined ? {} : { reason }),
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    };
    const { client } = session;
    const outcome =
      name === 'cancel'
        ? unwrap((await client.request(CancelQueryDocument, { input })).cancelQuery)
        : unwrap((await client.request(TerminateSessionDocument, { input })).terminateSession);
    session.show({ [name]: outcome }, () => describe(name, outcome));
    return outcome.isDone === false ? 7 : 0;
  });
}

function at(cluster: string, { instance }: Where) {
  return { cluster, ...(instance === undefined ? {} : { instance }) };
}

async function findSession(
  { client }: Session,
  where: ReturnType<typeof at>,
  pid: string,
): Promise<SessionLineFragment> {
  if (!/^[1-9]\d{0,9}$/.test(pid)) throw new InvalidInputError(['pid'], 'this is a process id, e.g. 4711');
  const all = { includeIdle: true, includeBackground: true, first: 500 };
  const { activity } = await client.request(ActivityDocument, { ...where, ...all });
  const found = activity.sessions.find((one) => one.pid === Number(pid));
  if (found) return found;
  throw new InvalidInputError(
    ['pid'],
    `${activity.instance} has no session with process id ${pid}`,
    'List them: sunday sessions list --idle --background.',
  );
}

function describe(
  name: 'cancel' | 'terminate',
  { session, isDone }: { readonly session: SessionLineFragment; readonly isDone: boolean | null },
): string {
  const who = `process ${session.pid} of ${session.instance} (${session.user || session.kind})`;
  if (isDone === null) return `Would ${name} ${who}.`;
  const ended = name === 'cancel' ? 'its statement has ended' : 'it is gone';
  return isDone
    ? `✓ ${who}: ${ended}.`
    : `✗ ${who} was told to stop, and has not done so within 5 s. Look again: sunday sessions list.`;
}
