import DataLoader from 'dataloader';
import { writeFileSync } from 'node:fs';
import { list, listSteps } from '../../src/operations/store.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { encodeNodeId } from '../../schema/node-id.ts';

/** The part of our schema that the benchmark asks for, in the language that both peers take. */
export const typeDefs = `
  type Query {
    viewer: Viewer!
    operations(first: Int, after: String): OperationConnection!
  }
  type Viewer { id: ID!  name: String!  role: Role! }
  enum Role { VIEWER OPERATOR ADMIN }
  type OperationConnection { edges: [OperationEdge!]!  pageInfo: PageInfo! }
  type OperationEdge { node: Operation!  cursor: String! }
  type PageInfo { hasNextPage: Boolean!  endCursor: String }
  type Operation {
    id: ID!
    kind: String!
    state: OperationState!
    target: String!
    attempts: Int!
    phase: String
    message: String
    requestedBy: String!
    steps: [OperationStep!]!
  }
  enum OperationState { QUEUED RUNNING CANCELLING SUCCEEDED FAILED CANCELLED }
  type OperationStep { name: String!  state: OperationStepState!  attempt: Int! }
  enum OperationStepState { RUNNING SUCCEEDED FAILED CANCELLED }
`;

const VIEWER = { id: '00000000-0000-4000-8000-000000000000', name: 'bootstrap', role: 'ADMIN' };

/** The same statements on the same tables as ours, through the same driver and as many connections. */
export const db = openDatabase({ ...JSON.parse(process.env['BENCH_DATABASE'] ?? '{}'), maxConnections: 12 });

export function createContext() {
  return { steps: new DataLoader<string, unknown>((ids) => listSteps(db, ids)) };
}

const cursorOf = ({ createdAt, id }) =>
  Buffer.from(`operations1:${createdAt.getTime()}:${id}`, 'utf8').toString('base64url');

export const resolvers = {
  Query: {
    viewer: () => VIEWER,
    async operations(_root, { first = 25 }) {
      const found = await list(db, {}, { limit: first + 1, after: null, before: null, fromEnd: false });
      const edges = found.slice(0, first).map((node) => ({ node, cursor: cursorOf(node) }));
      return {
        edges,
        pageInfo: { hasNextPage: found.length > first, endCursor: edges.at(-1)?.cursor ?? null },
      };
    },
  },
  Operation: {
    id: ({ id }) => encodeNodeId('Operation', id),
    steps: ({ id }, _args, { steps }) => steps.load(id),
  },
};

/** Tells the benchmark that requests may come. */
export function announce(url: string): void {
  writeFileSync(process.env['BENCH_URL_FILE'] ?? '', url);
}
