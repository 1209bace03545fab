import type { Command } from 'commander';
import { runs, withExamples, type CommandContext } from './command.ts';
import { formatAge, formatBytes, formatDuration, NOTHING } from './terminal/format.ts';
import { ClusterDocument, ClustersDocument, type InstanceLineFragment } from './generated/graphql.ts';
import { requireCluster } from './session.ts';
import { formatPairs, formatTable, type Terminal, right } from './terminal/terminal.ts';

export function addClusters(program: Command, context: CommandContext): void {
  const clusters = program.command('clusters').description('the clusters that this control plane knows');
  withExamples(clusters, 'sunday clusters list', 'sunday clusters show main');

  const list = clusters.command('list').description('all clusters, with what their instances say now');
  withExamples(list, 'sunday clusters list', "sunday clusters list --json | jq -r '.clusters[].name'");
  runs(list, context, async ({ client, show }) => {
    const { clusters: found } = await client.request(ClustersDocument, {});
    show({ clusters: found }, () =>
      formatTable(
        ['name', 'primary', 'version', 'instances', 'database', 'stanza'],
        found.map((one) => [
          one.name,
          one.primary?.name ?? 'none',
          one.primary?.version ?? NOTHING,
          `${one.instances.filter(({ state }) => state === 'UP').length} of ${one.instances.length} up`,
          one.database,
          one.stanza ?? NOTHING,
        ]),
      ),
    );
  });

  const show = clusters
    .command('show')
    .description('one cluster and its instances: role, version, timeline, lag')
    .argument('<name>', 'name of the cluster');
  withExamples(show, 'sunday clusters show main');
  runs(show, context, async (session, _options, [name = '']) => {
    const answer = await session.client.request(ClusterDocument, { name });
    const cluster = requireCluster(answer.cluster, name);
    const pairs = [
      ['cluster', cluster.name],
      ['database', cluster.database],
      ['stanza', cluster.stanza ?? 'none: this cluster has no backups'],
    ] as const;
    session.show({ cluster }, () =>
      [formatPairs(pairs), '', formatInstances(cluster.instances, session.terminal)].join('\n'),
    );
  });
}

function formatInstances(instances: readonly InstanceLineFragment[], terminal: Terminal): string {
  const table = formatTable(
    ['instance', 'role', 'state', 'address', 'version', right('timeline'), 'lag', 'started'],
    instances.map((one) => [
      one.name,
      one.role.toLowerCase(),
      terminal.paint(one.state === 'UP' ? 'green' : 'red', one.state),
      `${one.host}:${one.port}`,
      one.version ?? NOTHING,
      String(one.timeline ?? NOTHING),
      formatLag(one),
      formatAge(one.startedAt),
    ]),
  );
  const reasons = instances.flatMap(({ name, reason }) => (reason === null ? [] : [`${name}: ${reason}`]));
  return reasons.length === 0 ? table : [table, '', ...reasons].join('\n');
}

function formatLag({ role, lagBytes, lagSeconds }: InstanceLineFragment): string {
  if (role !== 'STANDBY') return NOTHING;
  if (lagBytes === null) return 'unknown';
  return lagSeconds === null
    ? formatBytes(lagBytes)
    : `${formatBytes(lagBytes)}, ${formatDuration(lagSeconds)}`;
}
