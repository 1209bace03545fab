import type { Database } from '../../src/postgres/pool.ts';
import type { Plane } from './plane.ts';

export interface Listed {
  readonly version: string;
  readonly state: string;
  readonly checksum: string;
  readonly lastAttempt: Record<string, unknown> | null;
}

interface Audited {
  readonly action: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly input: { readonly cluster?: string } | null;
}

/** Hands out the clusters of a plane, each once, and looks at them through the API. */
export function createClusters(plane: () => Plane, clusters: readonly string[]) {
  const unused = [...clusters];
  return {
    /** A cluster that no test has had before, and these files. */
    async begin(
      files: Parameters<Plane['write']>[0],
    ): Promise<{ readonly cluster: string; readonly db: Database }> {
      const cluster = unused.shift();
      if (cluster === undefined) throw new Error('no cluster is left');
      plane().write(files);
      return { cluster, db: await plane().create(cluster) };
    },
    async list(cluster: string): Promise<readonly Listed[]> {
      const found = await plane().graphql<{ cluster: { migrations: readonly Listed[] } }>(
        `query ($cluster: String!) { cluster(name: $cluster) { migrations { version state checksum appliedBy onBehalfOf
          operation { id } lastAttempt { direction outcome statementNumber line statement message operation { id } } } } }`,
        { cluster },
      );
      return found.cluster.migrations;
    },
    /** Newest first. */
    async audit(cluster: string): Promise<readonly Audited[]> {
      const { auditLog } = await plane().graphql<{ auditLog: { edges: { node: Audited }[] } }>(
        '{ auditLog(first: 100) { edges { node { action outcome reason input } } } }',
      );
      return auditLog.edges.map(({ node }) => node).filter(({ input }) => input?.cluster === cluster);
    },
  };
}
