import { readFileSync } from 'node:fs';
import type { GraphiQLOptions } from 'graphql-yoga';

// Plain ASCII: a browser refuses to send anything else in a header, and says so in words that help nobody.
const HEADERS = JSON.stringify({ Authorization: 'Bearer paste-your-token-here' }, null, 2);
const LABEL = '20261122-093535F';
const SHA256 = '0'.repeat(64);
const SOME_ID = '11111111-1111-4111-8111-111111111111';

/** The file of that name below examples/, with what its operations are given. */
function tab(name: string, variables: Readonly<Record<string, unknown>> | null = null) {
  return {
    query: readFileSync(new URL(`examples/${name}.graphql`, import.meta.url), 'utf8'),
    variables: variables === null ? null : JSON.stringify(variables, null, 2),
    headers: HEADERS,
  };
}

/** An hour before this process began. */
function hourAgo(): string {
  return new Date(Date.now() - 3_600_000).toISOString();
}

const cluster = 'main';
const dryRun = true;

/** GraphiQL's first tabs: one for each noun, ready to run. test/server checks them against the schema. */
export const graphiql: GraphiQLOptions = {
  title: 'Sunday Control Plane',
  defaultHeaders: HEADERS,
  headers: HEADERS,
  subscriptionsProtocol: 'SSE',
  defaultEditorToolsVisibility: 'headers',
  defaultTabs: [
    tab('welcome'),
    tab('clusters', { cluster, instance: 'main-2', dryRun }),
    tab('health', { cluster, instance: 'main-1', metric: 'connections', from: hourAgo() }),
    tab('platform', { from: hourAgo() }),
    tab('alerts', { cluster, id: 'id of an alert', after: null }),
    tab('notifications', { name: 'operations', url: 'http://127.0.0.1:9000/alerts', id: 'id of a delivery' }),
    tab('maintenance', { cluster, dryRun }),
    tab('migrations', {
      ...{ cluster, dryRun, direction: 'UP', target: null, to: '001', planId: null },
      ...{ version: '001', checksum: SHA256 },
    }),
    tab('performance', {
      ...{ cluster, dryRun, id: 'id of a session', sql: 'SELECT 1', application: 'psql' },
      statement: 'CREATE INDEX CONCURRENTLY items_name ON sunday.items (name);',
    }),
    tab('schedules', { cluster, dryRun, name: 'nightly-backup' }),
    tab('demo', { cluster }),
    tab('backups', { cluster, label: LABEL, destination: '/tmp/restored', dryRun }),
    tab('repositories', { cluster }),
    tab('recovery', { cluster, destination: '/tmp/restored', name: 'before-release', dryRun }),
    tab('recoveries', { cluster, dryRun, organization: 'Acme', operationId: 'id of an operation' }),
    tab('drills', { cluster, dryRun, from: hourAgo(), to: new Date().toISOString() }),
    tab('retention', { cluster, label: LABEL, dryRun }),
    tab('partitions', { cluster, dryRun, partition: 'activity_log_202401' }),
    tab('moves', {
      ...{ organization: 'id of an organization', toShard: 'shard-2', dryRun, move: 'id of a move' },
    }),
    tab('shards', {
      ...{ shard: 'shard-1', cluster: 'shard-1', ids: [], text: 'acme', after: null },
      ...{ organization: SOME_ID, plan: 'id of a plan', operation: 'id of an operation' },
    }),
    tab('operations', { id: 'id of an operation', after: null }),
    tab('access', { expiresAt: null }),
  ],
};
