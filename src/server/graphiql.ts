import type { GraphiQLOptions } from 'graphql-yoga';

// Plain ASCII: a browser refuses to send anything else in a header, and says so in words that help nobody.
const HEADERS = JSON.stringify({ Authorization: 'Bearer paste-your-token-here' }, null, 2);

const WELCOME = `# 1. Paste your token into "Headers" below.
#    The file .sunday/token holds one.
#    Each tab has headers of its own.
# 2. Press play.
# 3. The round arrows at the bottom left load
#    the schema: then there are completion
#    and documentation.
query Viewer {
  viewer { name role scopes }
  rateLimit { cost remaining limit resetAt }
}
`;

const CLUSTERS = `query Clusters {
  clusters {
    name
    primary { name version }
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

const MIGRATIONS = `query Migrations($cluster: String!) {
  cluster(name: $cluster) {
    migrations { version name state appliedAt appliedBy durationMs }
  }
  migrationPlan(cluster: $cluster) {
    migrations { version name }
    warnings
  }
}

# With "dryRun": false it is done.
mutation ApplyMigrations($cluster: String!, $dryRun: Boolean!) {
  applyMigrations(input: { cluster: $cluster, dryRun: $dryRun, reason: "tried in GraphiQL" }) {
    ... on ApplyMigrationsSuccess { operation { id state } plan { migrations { version name } warnings } }
    ... on UserError { code message hint }
  }
}
`;

const DEMO = `# Some rows to try things with.
# Apply the migrations first.
mutation LoadDemoData($cluster: String!) {
  loadDemoData(input: { cluster: $cluster, organizations: 4, items: 20000, reason: "tried in GraphiQL" }) {
    ... on LoadDemoDataSuccess { operation { id state } }
    ... on UserError { code message hint }
  }
}
`;

const BACKUPS = `# Play asks which one to run. For the last two
# put a label of the list into "Variables".
query Backups($cluster: String!) {
  cluster(name: $cluster) {
    backups(first: 10) {
      edges { node { label type state finishedAt databaseBytes repositoryBytes verifiedAt } }
    }
  }
}

mutation StartBackup($cluster: String!) {
  startBackup(input: { cluster: $cluster, type: FULL, reason: "tried in GraphiQL" }) {
    ... on StartBackupSuccess { operation { id state } }
    ... on OperationConflictError { operationId }
    ... on UserError { code message hint }
  }
}

mutation VerifyBackup($cluster: String!, $label: String!) {
  verifyBackup(input: { cluster: $cluster, label: $label, reason: "tried in GraphiQL" }) {
    ... on VerifyBackupSuccess { operation { id state } }
    ... on UserError { code message hint }
  }
}

# With "dryRun": false it is done. The destination
# is a new directory on the host that does the work.
mutation StartRestore($cluster: String!, $label: String!, $destination: String!, $dryRun: Boolean!) {
  startRestore(
    input: { cluster: $cluster, label: $label, destination: $destination, dryRun: $dryRun, reason: "tried in GraphiQL" }
  ) {
    ... on StartRestoreSuccess { operation { id state } plan { summary steps warnings } }
    ... on UserError { code message hint }
  }
}
`;

const OPERATIONS = `query Operations {
  operations(first: 10) {
    totalCount
    edges { cursor node { id kind target state phase fractionDone requestedBy createdAt finishedAt } }
    pageInfo { hasNextPage endCursor }
  }
}

# All operations from now on: start it, then
# start a backup in another tab.
subscription Feed {
  operationsFeed {
    cursor at phase message fractionDone bytesDone bytesTotal
    operation { id kind state }
  }
}

# One operation from its beginning, or from behind
# a cursor. Put an id into "Variables".
subscription Follow($id: ID!, $after: String) {
  operationEvents(id: $id, after: $after) {
    cursor at phase message fractionDone bytesDone bytesTotal etaSeconds
    operation { id state }
    ... on CursorExpired { resyncCursor }
  }
}

query Operation($id: ID!) {
  operation(id: $id) {
    kind target state input result reason onBehalfOf
    steps { name attempt state startedAt finishedAt }
    error { code message hint retryable }
  }
}

mutation Cancel($id: ID!) {
  cancelOperation(input: { id: $id, reason: "tried in GraphiQL" }) {
    ... on CancelOperationSuccess { operation { id state } }
    ... on UserError { code message hint }
  }
}

mutation Retry($id: ID!) {
  retryOperation(input: { id: $id, reason: "tried in GraphiQL" }) {
    ... on RetryOperationSuccess { operation { id state } }
    ... on UserError { code message hint }
  }
}
`;

const ACCESS = `query Tokens {
  tokens { id name role scopes createdAt expiresAt lastUsedAt revokedAt }
}

mutation CreateToken($expiresAt: DateTime) {
  createToken(input: { name: "dashboard", role: VIEWER, expiresAt: $expiresAt, reason: "tried in GraphiQL" }) {
    ... on CreateTokenSuccess { secret token { id name role scopes } }
    ... on UserError { code message hint }
  }
}

query AuditLog {
  auditLog(first: 10) {
    edges { node { at principal onBehalfOf action target outcome reason requestId } }
  }
}
`;

const variables = (values: Readonly<Record<string, unknown>>) => JSON.stringify(values, null, 2);
const tab = (query: string, given: string | null = null) => ({ query, variables: given, headers: HEADERS });

const ON_MAIN = variables({ cluster: 'main' });
const LABEL = '20261122-093535F';

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
    tab(MIGRATIONS, variables({ cluster: 'main', dryRun: true })),
    tab(DEMO, ON_MAIN),
    tab(BACKUPS, variables({ cluster: 'main', label: LABEL, destination: '/tmp/restored', dryRun: true })),
    tab(OPERATIONS, variables({ id: 'id of an operation', after: null })),
    tab(ACCESS, variables({ expiresAt: null })),
  ],
};
