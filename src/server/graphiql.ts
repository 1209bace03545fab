import type { GraphiQLOptions } from 'graphql-yoga';

const HEADERS = JSON.stringify({ Authorization: 'Bearer sun_…' }, null, 2);

const WELCOME = `# Put your token (the file .sunday/token holds one) into "Headers" below, then press play.
query Viewer {
  viewer { name role scopes }
  rateLimit { cost remaining limit }
}
`;

const CLUSTERS = `query Clusters {
  clusters {
    name
    instances { name role state version timeline lagBytes lagSeconds }
  }
}
`;

const HEALTH = `query Health($cluster: String!) {
  checkDatabaseHealth(cluster: $cluster) {
    state
    checkedAt
    metrics { name instance value unit state target critical reason hint }
  }
}
`;

const OPERATIONS = `query Operations {
  operations(first: 10) {
    totalCount
    edges { cursor node { id kind target state phase fractionDone createdAt finishedAt } }
    pageInfo { hasNextPage endCursor }
  }
}

mutation Cancel($id: ID!) {
  cancelOperation(input: { id: $id, reason: "tried in GraphiQL" }) {
    ... on CancelOperationSuccess { operation { id state } }
    ... on UserError { code message hint }
  }
}

subscription Follow($id: ID!) {
  operationEvents(id: $id) {
    cursor phase message fractionDone bytesDone bytesTotal at
    operation { id state }
  }
}
`;

const BACKUPS = `query Backups($cluster: String!) {
  cluster(name: $cluster) {
    backups(first: 10) {
      edges { node { label type state startedAt finishedAt databaseBytes repositoryBytes } }
    }
  }
}

mutation StartBackup($cluster: String!) {
  startBackup(input: { cluster: $cluster, type: FULL, reason: "tried in GraphiQL" }) {
    ... on StartBackupSuccess { operation { id state } }
    ... on UserError { code message hint }
  }
}
`;

const MIGRATIONS = `query Migrations($cluster: String!) {
  cluster(name: $cluster) {
    migrations { version name state appliedAt }
  }
}

mutation ApplyMigrations($cluster: String!) {
  applyMigrations(input: { cluster: $cluster, dryRun: true }) {
    ... on ApplyMigrationsSuccess { operation { id } }
    ... on UserError { code message hint }
  }
}
`;

const AUDIT = `query AuditLog {
  auditLog(first: 10) {
    edges { node { at principal onBehalfOf action target outcome reason requestId } }
  }
}
`;

const ON_MAIN = JSON.stringify({ cluster: 'main' });
const tab = (query: string, variables: string | null = null) => ({ query, variables, headers: HEADERS });

/** GraphiQL's first tabs: one for each noun, ready to run. test/server checks them against the schema. */
export const graphiql: GraphiQLOptions = {
  title: 'Sunday Control Plane',
  defaultHeaders: HEADERS,
  headers: HEADERS,
  subscriptionsProtocol: 'SSE',
  defaultEditorToolsVisibility: 'headers',
  defaultTabs: [
    tab(WELCOME),
    tab(CLUSTERS),
    tab(HEALTH, ON_MAIN),
    tab(OPERATIONS, JSON.stringify({ id: 'id of an operation' })),
    tab(BACKUPS, ON_MAIN),
    tab(MIGRATIONS, ON_MAIN),
    tab(AUDIT),
  ],
};
