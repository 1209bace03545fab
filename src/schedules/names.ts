import { createHash } from 'node:crypto';

const LONGEST = 63;

/** Name of the one schedule with this purpose on a cluster, e.g. `main-full-backup`; long ones are cut and told apart by a hash. */
export function nameSchedule(cluster: string, purpose: string): string {
  const name = `${cluster}-${purpose}`;
  if (name.length <= LONGEST) return name;
  const hash = createHash('sha256').update(cluster).digest('hex').slice(0, 8);
  return `${cluster.slice(0, LONGEST - purpose.length - hash.length - 2)}-${hash}-${purpose}`;
}
