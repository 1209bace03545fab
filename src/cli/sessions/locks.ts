import type { Command } from 'commander';
import { type CommandContext, runs, withExamples } from '../command.ts';
import { formatDuration, NOTHING } from '../terminal/format.ts';
import { LockTreeDocument, type LockTreeQuery } from '../generated/graphql.ts';
import { paintSessionState, toOneLine } from './lines.ts';
import { resolveCluster } from '../session.ts';
import { withInstance } from './sessions.ts';
import { formatTable, type Terminal } from '../terminal/terminal.ts';

type Node = LockTreeQuery['lockTree']['nodes'][number];

const QUERY_WIDTH = 60;

export function addLocks(program: Command, context: CommandContext): void {
  const locks = withInstance(program.command('locks')).description('who waits for whom, as a tree');
  withExamples(locks, 'sunday locks', 'sunday locks --cluster main --json');
  runs<{ cluster?: string; instance?: string }>(
    locks,
    context,
    async (session, { cluster: named, instance }) => {
      const cluster = await resolveCluster(session, named);
      const { lockTree } = await session.client.request(LockTreeDocument, {
        cluster,
        ...(instance === undefined ? {} : { instance }),
      });
      session.show({ lockTree }, () =>
        lockTree.nodes.length === 0
          ? `Nobody waits for a lock on ${lockTree.instance}.`
          : formatTree(lockTree.nodes, session.terminal),
      );
    },
  );
}

function formatTree(nodes: readonly Node[], terminal: Terminal): string {
  const table = formatTable(
    ['process', 'user', 'state', 'transaction', 'waits for', 'since', 'holds up', 'statement'],
    nodes.map(({ depth, pid, session, wait, blockedCount }) => [
      `${'  '.repeat(Math.max(depth - 1, 0))}${depth === 0 ? '' : '└ '}${pid === 0 ? 'prepared' : String(pid)}`,
      session?.user ?? NOTHING,
      paintSessionState(session?.state ?? null, terminal),
      formatDuration(session?.transactionSeconds),
      describeWait(wait),
      formatDuration(wait?.waitingSeconds),
      blockedCount === 0 ? '' : terminal.paint('red', String(blockedCount)),
      toOneLine(session?.query ?? '', QUERY_WIDTH),
    ]),
  );
  const root = nodes.find(({ depth, pid }) => depth === 0 && pid !== 0);
  return root === undefined
    ? table
    : `${table}\n\nnext  sunday sessions terminate ${root.pid} --reason "holds up ${root.blockedCount}"`;
}

function describeWait(wait: Node['wait']): string {
  if (wait === null) return NOTHING;
  const mode = wait.mode?.replace(/Lock$/, '') ?? 'a lock';
  return `${mode} on ${wait.relation ?? wait.lockType ?? 'something'}`;
}
