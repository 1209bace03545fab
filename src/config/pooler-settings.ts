import { z } from 'zod';
import { absolutePath } from './control-settings.ts';

/** The PgBouncer in front of a cluster, as `sunday.yaml` names it. Its password stands in a file. */
export const POOLER_SETTINGS = z
  .strictObject({
    host: z.string().min(1).describe('Host name, address, or absolute path of a socket directory.'),
    port: z.int().min(1).max(65_535).default(6432).describe('TCP port; also part of the name of the socket.'),
    user: z.string().min(1).describe("One of PgBouncer's stats_users or admin_users."),
    passwordFile: absolutePath
      .optional()
      .describe('File that holds the password and nothing else. Left out: none is needed.'),
    databases: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        'Its databases that lead to this cluster. Left out: all whose `dbname` is that of the cluster.',
      ),
  })
  .optional()
  .describe('PgBouncer, whose console tells how full its pools are. Left out: there is none.');
