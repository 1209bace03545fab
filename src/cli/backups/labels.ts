import { RecordedError } from '../../errors.ts';
import { BackupsDocument, type BackupsQuery } from '../generated/graphql.ts';
import { requireCluster, type Session } from '../session.ts';

/** One line of the list of backups. */
export type ListedBackup = NonNullable<
  NonNullable<BackupsQuery['cluster']>['backups']
>['edges'][number]['node'];

export const LABEL_HELP = 'label or alias of the backup, or `latest`';

/** Newest first. */
export async function listBackups(
  { client }: Session,
  cluster: string,
  first: number,
  includeExpired = false,
): Promise<readonly ListedBackup[]> {
  const answer = await client.request(BackupsDocument, { cluster, first, includeExpired });
  return requireCluster(answer.cluster, cluster).backups?.edges.map(({ node }) => node) ?? [];
}

/** `latest` is the newest complete one. */
export async function resolveLabel(session: Session, cluster: string, label: string): Promise<string> {
  if (label !== 'latest') return label;
  const complete = (await listBackups(session, cluster, 100)).filter(({ state }) => state === 'COMPLETE');
  const [newest] = complete.toSorted((a, b) => (b.finishedAt ?? '').localeCompare(a.finishedAt ?? ''));
  if (newest !== undefined) return newest.label;
  throw new RecordedError({
    code: 'BACKUP_NOT_FOUND',
    message: `${cluster} has no complete backup`,
    hint: `Take one: sunday backups start --cluster ${cluster}`,
    retryable: false,
  });
}
